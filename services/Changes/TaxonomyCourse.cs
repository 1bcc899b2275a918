using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>One change of the taxonomy at its turn: what it is about before and after it, equal where it changed nothing.</summary>
/// <param name="Change">In its form.</param>
/// <param name="Part">What it is about.</param>
/// <param name="Before">Null where there is no such thing.</param>
/// <param name="After">The same then.</param>
public sealed record TaxonomyStep(Change Change, Part Part, Named? Before, Named? After)
{
    /// <summary>True if it changed something.</summary>
    public bool HasEffect => Before != After;
}

/// <summary>Changes of the taxonomy, applied in order, each against what its author saw: <see cref="Course"/>, for what skills stand in.</summary>
/// <param name="After">The taxonomy as it would be.</param>
/// <param name="Steps">One a change.</param>
/// <param name="Conflicts">What stands in the way. All or nothing: with one, nothing is to be done.</param>
public sealed record TaxonomyCourse(Places After, IReadOnlyList<TaxonomyStep> Steps, IReadOnlyList<Conflict> Conflicts)
{
    /// <summary>Applies changes.</summary>
    /// <param name="places">The taxonomy as it is.</param>
    /// <param name="changes">In order, each of a part of the taxonomy.</param>
    public static TaxonomyCourse Of(Places places, IEnumerable<Change> changes)
    {
        var (now, steps, conflicts) = (places, new List<TaxonomyStep>(), new List<Conflict>());
        foreach (var change in changes.Select(Normal.Of))
        {
            var part = Part.Of(change) ?? throw new ArgumentException("It changes a skill.", nameof(changes));
            var before = now.At(part);
            var (after, conflict) = Apply(before, part, change, now);
            if (conflict is not null)
                conflicts.Add(conflict with { Change = steps.Count });
            steps.Add(new TaxonomyStep(change, part, before, after));
            if (before is not null && after is not null)
                now = now.With(part, after);
        }
        return new TaxonomyCourse(now, steps, conflicts);
    }

    /// <summary>What the changes name that does not exist: pointer into them, and message.</summary>
    public IEnumerable<(string Pointer, string Message)> Unknown =>
        Steps
            .Index()
            .Where(step => step.Item.Before is null)
            .Select(step =>
                (
                    $"/{step.Index}/{step.Item.Part.Kind}",
                    $"There is no {step.Item.Part.Kind} \"{step.Item.Part.Slug}\"."
                )
            );

    /// <summary>Equal for two courses that do the same to the same, as <see cref="Difference.Mark"/> is for skills.</summary>
    public string Mark =>
        Convert.ToBase64String(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Join(
                        '\n',
                        Steps
                            .Where(step => step.HasEffect)
                            .Select(step => JsonSerializer.Serialize(step.Change))
                            .Order(StringComparer.Ordinal)
                    )
                )
            )
        );

    private static (Named? After, Conflict? Conflict) Apply(Named? now, Part part, Change change, Places places) =>
        (now, change) switch
        {
            (null, Renaming c) => Not(now, "missing", c.Was, null, c.Name),
            (_, Renaming c) => Rename(now, part, c, places),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "No such operation."),
        };

    private static (Named?, Conflict?) Rename(Named now, Part part, Renaming rename, Places places) =>
        now.Name == rename.Name ? (now, null)
        : now.Name != rename.Was ? Not(now, "changed", rename.Was, now.Name, rename.Name)
        : places.Beside(part).Any(other => TextForm.Looks.Equals(other.Name, rename.Name))
            ? Not(now, "name-taken", rename.Was, now.Name, rename.Name)
        : (now with { Name = rename.Name }, null);

    private static (Named?, Conflict?) Not(Named? now, string code, string? was, string? isNow, string? wanted) =>
        (now, new Conflict(0, code, was, isNow, wanted));
}
