using SkillPlatform.Changes;
using SkillPlatform.Rendering;

namespace SkillPlatform.Web.Skills;

/// <summary>A row of two levels beside each other: a role of a skill, or a skill of a role.</summary>
public sealed record ComparedCells(string Name, string Address, Requirement? From, Requirement? To)
{
    /// <summary>All there are, in the order of the summary.</summary>
    public static readonly string[] Kinds = ["new", "gone", "mandatory", "optional", "reworded", "same"];

    /// <summary>What differs; a requirement may have become mandatory and be reworded, too.</summary>
    public bool Is(string kind) =>
        (From, To) switch
        {
            ({ } from, { } to) => kind switch
            {
                "mandatory" => !from.Mandatory && to.Mandatory,
                "optional" => from.Mandatory && !to.Mandatory,
                "reworded" => from.Description != to.Description,
                "same" => IsSame,
                "different" => !IsSame,
                _ => false,
            },
            (null, _) => kind is "new" or "different",
            _ => kind is "gone" or "different",
        };

    public bool IsSame =>
        From is { } from && To is { } to && from.Mandatory == to.Mandatory && from.Description == to.Description;

    /// <summary>Whether words are marked: two texts that have nothing in common stand beside each other as they are.</summary>
    public bool IsMarked =>
        From is { } from
        && To is { } to
        && from.Description != to.Description
        && !WordDiff.IsRewritten(WordDiff.Of(Markdown.Harmless(from.Description), Markdown.Harmless(to.Description)));

    /// <summary>Those of a kind; all where there is no such kind.</summary>
    public static ComparedCells[] Only(ComparedCells[] rows, string? kind) =>
        kind is "different" || Kinds.Contains(kind, StringComparer.Ordinal)
            ? Array.FindAll(rows, row => row.Is(kind!))
            : rows;
}
