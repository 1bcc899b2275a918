using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>The difference of two things that a skill says.</summary>
public static class Difference
{
    /// <summary>
    /// The changes that lead from one to the other, in an order in which they apply; none if there is nothing between that
    /// could be seen. No change leads back from a retired skill.
    /// </summary>
    /// <param name="from">Null for a skill that is added.</param>
    /// <param name="to">What it is to say.</param>
    public static Change[] Between(Said? from, Said to)
    {
        if (from is null)
            return
            [
                new AddSkill(
                    to.Place.Domain,
                    to.Place.Group,
                    to.Name,
                    [.. to.Keywords],
                    [.. to.Requirements],
                    to.Description.Length > 0 ? to.Description : null
                ),
            ];
        var (had, has) = (Cells(from), Cells(to));
        return
        [
            // First what goes: a place may lack its level.
            .. from
                .Requirements.Where(r => !has.ContainsKey(new(r.Role, r.Level)))
                .OrderBy(r => r.Role, StringComparer.Ordinal)
                .ThenBy(r => r.Level, StringComparer.Ordinal)
                .Select(r => new DropRequirement(r.Role, r.Level, r.Description, r.Mandatory)),
            .. One(from.Name != to.Name, () => new RenameSkill(from.Name, to.Name)),
            .. One(!Same(from.Keywords, to.Keywords), () => new ReplaceKeywords([.. from.Keywords], [.. to.Keywords])),
            .. One(from.Description != to.Description, () => new DescribeSkill(from.Description, to.Description)),
            .. One(from.Place != to.Place, () => new MoveSkill(from.Place, to.Place.Domain, to.Place.Group)),
            .. to.Requirements.SelectMany(r => Between(had.GetValueOrDefault(new(r.Role, r.Level)), r)),
            .. One(to.Retired && !from.Retired, () => Gone(to.MergedInto, from.Version > 0 ? from.Version : null)),
        ];
    }

    /// <summary>The same for an author who saw where it leads from: what is made mandatory is what it says, not what somebody makes of it meanwhile.</summary>
    /// <param name="from">What they saw.</param>
    /// <param name="to">What they want it to say.</param>
    public static Change[] AsSeen(Said from, Said to) =>
        [
            .. Between(from, to)
                .Select(change =>
                    change switch
                    {
                        MakeMandatory c => c with { Was = to.At(c.Role, c.Level)!.Description },
                        MakeOptional c => c with { Was = to.At(c.Role, c.Level)!.Description },
                        _ => change,
                    }
                ),
        ];

    /// <summary>
    /// Equal for two courses that do the same to the same: reviewers who approved the one have approved the other. Each thing
    /// touched counts whole, as it was seen and as it would be; what is not touched does not count.
    /// </summary>
    /// <param name="course">Without conflicts.</param>
    public static string Mark(Course course)
    {
        var lines = Between(course.Before, course.After!)
            .Select(change => Line(course.Before, change))
            .Order(StringComparer.Ordinal)
            // What it does to another skill is part of what one agrees to.
            .Concat(
                course.Into is { } into
                    ? Between(into.Before, into.After)
                        .Select(change => Line(into.Before, change))
                        .Order(StringComparer.Ordinal)
                    : []
            );
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));

        static string Line(Said? before, Change change) =>
            JsonSerializer.Serialize(
                change switch
                {
                    ReplaceKeywords c => new ReplaceKeywords(Only(c.Was, c.Keywords), Only(c.Keywords, c.Was)),
                    AddSkill c => c with
                    {
                        Keywords = Only(c.Keywords, []),
                        Requirements =
                        [
                            .. c
                                .Requirements.OrderBy(r => r.Role, StringComparer.Ordinal)
                                .ThenBy(r => r.Level, StringComparer.Ordinal),
                        ],
                    },
                    // Whoever agrees that something is mandatory agrees to what it says.
                    MakeMandatory c => c with { Was = before!.At(c.Role, c.Level)!.Description },
                    MakeOptional c => c with { Was = before!.At(c.Role, c.Level)!.Description },
                    RetireSkill => new RetireSkill(before!.Version),
                    MergeSkill c => c with { Version = before!.Version },
                    _ => change,
                }
            );
    }

    private static Change Gone(OtherSkill? mergedInto, long? version) =>
        mergedInto is null ? new RetireSkill(version) : new MergeSkill(mergedInto.Slug, Version: version);

    private static IEnumerable<Change> Between(Requirement? had, Requirement has)
    {
        if (had is null)
            return [new StateRequirement(has.Role, has.Level, has.Mandatory, has.Description)];
        return One(
                had.Description != has.Description,
                () => new RewordRequirement(has.Role, has.Level, had.Description, has.Description)
            )
            .Concat(
                One(
                    had.Mandatory != has.Mandatory,
                    () => has.Mandatory ? new MakeMandatory(has.Role, has.Level) : new MakeOptional(has.Role, has.Level)
                )
            );
    }

    private static IEnumerable<Change> One(bool differs, Func<Change> change) => differs ? [change()] : [];

    private static Dictionary<Cell, Requirement> Cells(Said skill) =>
        skill.Requirements.ToDictionary(r => new Cell(r.Role, r.Level));

    private static bool Same(IEnumerable<string> one, IEnumerable<string> other) =>
        one.ToHashSet(TextForm.Looks).SetEquals(other);

    private static string[] Only(string[] of, string[] without) =>
        [.. of.Except(without, TextForm.Looks).Order(StringComparer.Ordinal)];
}
