using System.Text.Json;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Rendering;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Proposals;

/// <summary>Names for the slugs in changes, as far as the catalogue told them.</summary>
public sealed record Names(Skill? Skill, Tree Tree)
{
    public string Role(string? slug) =>
        (Skill?.Roles ?? []).Concat(Tree.Roles ?? []).FirstOrDefault(role => role.Slug == slug)?.Name ?? slug ?? "";

    public string Level(string? slug) =>
        (Skill?.Levels ?? [])
            .Concat((Tree.Domains ?? []).SelectMany(domain => domain.Levels))
            .FirstOrDefault(level => level.Slug == slug)
            ?.Name
        ?? slug
        ?? "";

    /// <summary>What a part of the taxonomy is called.</summary>
    public string Of(Part part) =>
        part.Kind switch
        {
            Part.OfRoles => Role(part.Slug),
            Part.OfDomains => Domain(part.Slug),
            Part.OfGroups => Place(part.Domain, part.Slug),
            _ => Array
                .Find(Tree.Domains ?? [], domain => domain.Slug == part.Domain)
                ?.Levels.FirstOrDefault(level => level.Slug == part.Slug)
                ?.Name
                ?? part.Slug,
        };

    /// <summary>What is put in another order is called.</summary>
    public IEnumerable<string> Of(Reordering change, string[] slugs) =>
        slugs.Select(slug =>
        {
            var domain = Array.Find(Tree.Domains ?? [], d => d.Slug == change.Domain);
            return change is ReorderLevels
                ? Array.Find(domain?.Levels ?? [], l => l.Slug == slug)?.Name ?? slug
                : Array.Find(domain?.Groups ?? [], g => g.Slug == slug)?.Name ?? slug;
        });

    public string Domain(string slug) => Array.Find(Tree.Domains ?? [], domain => domain.Slug == slug)?.Name ?? slug;

    public string Place(string? domain, string? group)
    {
        if (Skill is { } skill && skill.Domain.Slug == domain && skill.Group.Slug == group)
            return $"{skill.Domain.Name} › {skill.Group.Name}";
        var found = Array.Find(Tree.Domains ?? [], d => d.Slug == domain);
        return $"{found?.Name ?? domain} › {(found is null ? null : Array.Find(found.Groups, g => g.Slug == group)?.Name) ?? group}";
    }

    /// <summary>What a change does, in words.</summary>
    public string What(Texts t, Change change)
    {
        var (was, then) = Sides(t, change);
        var into = change is Retiring { Into: not null } ? ".into" : "";
        return Say(t, $"op.{Headline.Operation(change)}{into}", change, was, then);
    }

    /// <summary>What a change is about, in words that are the same in each revision.</summary>
    public string About(Texts t, Change change) =>
        Say(
            t,
            change is Renaming ? "thing.renameSkill"
                : change is Describing ? "thing.describeSkill"
                : change is Retiring ? "thing.retire"
                : change
                    is RenameSkill
                        or ReplaceKeywords
                        or DescribeSkill
                        or MoveSkill
                        or AddSkill
                        or MergeSkill
                        or Reordering
                    ? $"thing.{Headline.Operation(change)}"
                : $"op.{Headline.Operation(change)}",
            change,
            "",
            ""
        );

    /// <summary>What a comment is about: a requirement, or something of the skill.</summary>
    public string About(Texts t, About about) =>
        about.Role is { } role
            ? t.List([t.Isolated(Markdown.Harmless(Role(role))), t.Isolated(Markdown.Harmless(Level(about.Level)))])
            : t[
                t.Has($"thing.{about.Op}") ? $"thing.{about.Op}"
                : about.Op.StartsWith("rename", StringComparison.Ordinal) ? "thing.renameSkill"
                : about.Op.StartsWith("describe", StringComparison.Ordinal) ? "thing.describeSkill"
                : about.Op is "retireSkill" ? "op.retireSkill"
                : about.Op.StartsWith("retire", StringComparison.Ordinal) ? "thing.retire"
                : "op.other"
            ];

    /// <summary>What a proposal is called: its skill, the first thing it does to it, and how much more.</summary>
    public string Called(Texts t, string skill, Headline? head, int changes)
    {
        var key = $"did.{head?.Op}";
        var did = t[
            t.Has(key) ? key : "did.other",
            t.Isolated(Markdown.Harmless(Role(head?.Role))),
            t.Isolated(Markdown.Harmless(Level(head?.Level))),
            t.Isolated(Markdown.Harmless(head?.Name ?? ""))
        ];
        var named = t.Isolated(Markdown.Harmless(skill));
        return changes > 1
            ? t["proposal.called-more", named, did, t.Count("proposal.and-more", changes - 1)]
            : t["pair", named, did];
    }

    /// <summary>What a list would call the first of the changes.</summary>
    public static Headline? Head(Change[] changes) => changes.Length > 0 ? Headline.Of(changes) : null;

    private string Say(Texts t, string key, Change change, string was, string then)
    {
        var cell = Cell.Of(change);
        return t[
            t.Has(key) ? key : "op.other",
            t.Isolated(Markdown.Harmless(Role(cell?.Role))),
            t.Isolated(Markdown.Harmless(Level(cell?.Level))),
            t.Isolated(Markdown.Harmless(was)),
            t.Isolated(Markdown.Harmless(then)),
            change is StateRequirement state ? t[state.Mandatory ? "mandatory" : "optional"] : ""
        ];
    }

    private (string Was, string Then) Sides(Texts t, Change change) =>
        change switch
        {
            RenameSkill c => (c.Was, c.Name),
            Renaming c => (c.Was, c.Name),
            Retiring c => (c.Was ?? Of(Part.Of(c)!), c.Into is { } into ? Of(Part.Of(c)! with { Slug = into }) : ""),
            Reordering c => (t.List(Of(c, c.Was)), t.List(Of(c, c.Order))),
            ReplaceKeywords c => (t.List(c.Was), t.List(c.Keywords)),
            MoveSkill c => (Place(c.Was.Domain, c.Was.Group), Place(c.Domain, c.Group)),
            AddSkill c => ("", c.Name),
            MergeSkill c => ("", c.Was?.Name ?? c.Into),
            _ => ("", ""),
        };
}
