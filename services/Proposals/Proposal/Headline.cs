using System.Text.Json;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>The first of what a proposal changes, without its texts: what a list calls the proposal by.</summary>
/// <param name="Op">The operation, as changes name it.</param>
/// <param name="Role">Slug, where it is about a requirement.</param>
/// <param name="Level">Likewise.</param>
/// <param name="Name">The new name, where something is renamed.</param>
public sealed record Headline(string Op, string? Role, string? Level, string? Name)
{
    public static Headline Of(Change[] changes)
    {
        var first = changes[0];
        var cell = Cell.Of(first);
        return new(
            JsonNamingPolicy.CamelCase.ConvertName(first.GetType().Name),
            cell?.Role,
            cell?.Level,
            (first as RenameSkill)?.Name ?? (first as Renaming)?.Name
        );
    }
}
