using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>One change of the taxonomy at its turn: the taxonomy before it and after it, the same object where it changed nothing.</summary>
/// <param name="Change">In its form.</param>
/// <param name="Part">What it is about.</param>
/// <param name="Before">The taxonomy at its turn.</param>
/// <param name="After">The taxonomy then.</param>
public sealed record TaxonomyStep(Change Change, Part Part, Places Before, Places After)
{
    /// <summary>What it is about, as it was before; null where there is no such thing.</summary>
    public Named? Named => Before.At(Part);

    /// <summary>True if it changed something.</summary>
    public bool HasEffect => !ReferenceEquals(Before, After);
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
    /// <param name="standing">What stands where something is to be retired: see <see cref="Surroundings.Standing"/>.</param>
    public static TaxonomyCourse Of(
        Places places,
        IEnumerable<Change> changes,
        IReadOnlyDictionary<Part, long>? standing = null
    )
    {
        var (now, steps, conflicts) = (places, new List<TaxonomyStep>(), new List<Conflict>());
        foreach (var given in changes.Select(Normal.Of))
        {
            var part = Part.Of(given) ?? throw new ArgumentException("It changes a skill.", nameof(changes));
            var named = now.At(part);
            // What someone does not say they saw is what they could see.
            var change = given is Retiring { Was: null } retiring ? retiring with { Was = named?.Name } : given;
            var (after, conflict) = Apply(now, named, part, change, standing?.GetValueOrDefault(part) ?? 0);
            if (conflict is not null)
                conflicts.Add(conflict with { Change = steps.Count });
            steps.Add(new TaxonomyStep(change, part, now, after));
            now = after;
        }
        return new TaxonomyCourse(now, steps, conflicts);
    }

    /// <summary>What the changes name that does not exist: pointer into them, and message.</summary>
    public IEnumerable<(string Pointer, string Message)> Unknown =>
        Steps
            .Index()
            .SelectMany(step => Missing(step.Item).Take(1).Select(m => ($"/{step.Index}/{m.Member}", m.Part)))
            .Select(m => (m.Item1, $"There is no {m.Part.Kind} \"{m.Part.Slug}\"."));

    private static IEnumerable<(string Member, Part Part)> Missing(TaxonomyStep step)
    {
        if (step.Named is null)
            yield return (step.Part.Kind, step.Part);
        if (step.Change is Retiring { Into: { } into } && step.Before.Beside(step.Part).All(n => n.Slug != into))
            yield return ("into", step.Part with { Slug = into });
    }

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

    private static (Places After, Conflict? Conflict) Apply(
        Places now,
        Named? named,
        Part part,
        Change change,
        long standing
    ) =>
        (named, change) switch
        {
            (null, Renaming c) => Not(now, "missing", c.Was, null, c.Name),
            (_, Renaming c) => Rename(now, named, part, c),
            (null, Describing c) => Not(now, "missing", c.Was, null, c.Description),
            (_, Describing c) => Describe(now, named, part, c),
            (null, Reordering c) => Not(now, "missing", null, null, part.Slug),
            (_, Reordering c) => Reorder(now, c),
            (null, Retiring c) => Not(now, "missing", c.Was, null, null),
            (_, Retiring c) => Retire(now, named, part, c, standing),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "No such operation."),
        };

    private static (Places, Conflict?) Rename(Places now, Named named, Part part, Renaming rename) =>
        named.Name == rename.Name ? (now, null)
        : named.Name != rename.Was ? Not(now, "changed", rename.Was, named.Name, rename.Name)
        : now.Beside(part).Any(other => TextForm.Looks.Equals(other.Name, rename.Name))
            ? Not(now, "name-taken", rename.Was, named.Name, rename.Name)
        : (now.With(part, named with { Name = rename.Name }), null);

    // What is empty says nothing.
    private static (Places, Conflict?) Describe(Places now, Named named, Part part, Describing describe) =>
        (named.Description ?? "") is var says && says == describe.Description ? (now, null)
        : says != describe.Was ? Not(now, "changed", describe.Was, says, describe.Description)
        : (
            now.With(part, named with { Description = describe.Description.Length > 0 ? describe.Description : null }),
            null
        );

    // One that came or went meanwhile has no place in what the author wants.
    private static (Places, Conflict?) Reorder(Places now, Reordering reorder)
    {
        var all = now.In(reorder);
        return Is(reorder.Order) ? (now, null)
            : !Is(reorder.Was)
                ? Not(now, "changed", Text(reorder.Was), Text(all.Select(n => n.Slug)), Text(reorder.Order))
            : (now.With(reorder), null);

        bool Is(string[] slugs) => all.Select(n => n.Slug).SequenceEqual(slugs, StringComparer.Ordinal);

        string Text(IEnumerable<string> slugs) =>
            string.Join(", ", slugs.Select(slug => Array.Find(all, n => n.Slug == slug)?.Name ?? slug));
    }

    // Nothing is moved or dropped on the way: whoever wants that says so, skill by skill.
    private static (Places, Conflict?) Retire(Places now, Named named, Part part, Retiring retire, long standing)
    {
        var domain = part.Within is { } slug ? now.Domain(slug) : null;
        if (part.Kind == Part.OfDomains)
            standing = domain!.Groups.Length;
        return retire.Was != named.Name ? Not(now, "changed", retire.Was, named.Name, null)
            : retire.Into is { } into && now.Beside(part).All(other => other.Slug != into)
                ? Not(now, "missing", named.Name, null, into)
            : part.Kind == Part.OfLevels && domain!.Levels.Length == 1
                ? Not(now, "last-level", named.Name, named.Name, null)
            : standing > 0 ? Not(now, "in-use", named.Name, standing.ToString(CultureInfo.InvariantCulture), null)
            : (now.Without(part), null);
    }

    private static (Places, Conflict?) Not(Places now, string code, string? was, string? isNow, string? wanted) =>
        (now, new Conflict(0, code, was, isNow, wanted));
}
