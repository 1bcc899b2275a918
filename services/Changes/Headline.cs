using System.Text.Json;
using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>The first of what a proposal changes, without its texts: what a list calls the proposal by.</summary>
/// <param name="Op">The operation, as changes name it.</param>
/// <param name="Role">Slug, where it is about a requirement.</param>
/// <param name="Level">Likewise.</param>
/// <param name="Name">The new name, where something is renamed; the other skill's, where it is merged; of what is retired, its own.</param>
public sealed record Headline(string Op, string? Role = null, string? Level = null, string? Name = null)
{
    /// <summary>What a list calls changes by.</summary>
    /// <param name="changes">At least one.</param>
    public static Headline Of(Change[] changes)
    {
        var first = changes[0];
        var cell = Cell.Of(first);
        return new(
            Operation(first),
            cell?.Role,
            cell?.Level,
            (first as RenameSkill)?.Name
                ?? (first as Renaming)?.Name
                ?? (first as Retiring)?.Was
                ?? (first as MergeSkill)?.Was?.Name
        );
    }

    /// <summary>What a change does, as its JSON names it: <c>rewordRequirement</c>.</summary>
    /// <param name="change">The change.</param>
    public static string Operation(Change change) => JsonNamingPolicy.CamelCase.ConvertName(change.GetType().Name);
}
