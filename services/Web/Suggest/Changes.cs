using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>The operations that lead from the skill as its author saw it to what they want.</summary>
public static class Changes
{
    public static IReadOnlyList<ProposedChange> Of(Suggestion wanted, Skill seen)
    {
        var changes = new List<ProposedChange>();
        foreach (var row in wanted.Kept.Where(r => r.Drop))
            changes.Add(Change("dropRequirement", row) with { Was = seen.At(row.Role, row.Level)!.Description });
        if (wanted.Name != seen.Name && wanted.Name.Length > 0)
            changes.Add(Change("renameSkill") with { Was = seen.Name, Name = wanted.Name });
        var keywords = Keywords(wanted.Keywords);
        if (!keywords.SequenceEqual(seen.Keywords))
            changes.Add(Change("replaceKeywords") with { Was = string.Join(", ", seen.Keywords), Keywords = keywords });
        if (wanted.Place != Suggestion.PlaceOf(seen) && wanted.Place.Split('/') is [var domain, var group])
            changes.Add(
                Change("moveSkill") with
                {
                    Was = $"{seen.Domain.Slug} / {seen.Group.Slug}",
                    Domain = domain,
                    Group = group,
                }
            );
        foreach (var row in wanted.Kept.Where(r => !r.Drop))
        {
            var was = seen.At(row.Role, row.Level)!;
            if (row.Text != Suggestion.Lines(was.Description))
                changes.Add(Change("rewordRequirement", row) with { Was = was.Description, Description = row.Text });
            if (row.Mandatory != was.Mandatory)
                changes.Add(Change(row.Mandatory ? "makeMandatory" : "makeOptional", row));
        }
        foreach (var row in wanted.Added.Where(IsWhole))
            changes.Add(Change("stateRequirement", row) with { Mandatory = row.Mandatory, Description = row.Text });
        if (wanted.Retire)
            changes.Add(Change("retireSkill"));
        return changes;
    }

    /// <summary>The one operation that makes a skill of what is wanted.</summary>
    public static ProposedChange Adding(Suggestion wanted)
    {
        var place = wanted.Place.Split('/');
        return Change("addSkill") with
        {
            Name = wanted.Name,
            Keywords = Keywords(wanted.Keywords),
            Domain = place[0],
            Group = place.Length > 1 ? place[1] : "",
            Requirements =
            [
                .. wanted.Added.Where(IsWhole).Select(r => new Requirement(r.Role, r.Level, r.Mandatory, r.Text, null)),
            ],
        };
    }

    /// <summary>As the API takes it: each operation with its own members and no other.</summary>
    public static object Sent(ProposedChange c, Skill? seen) =>
        c.Op switch
        {
            "stateRequirement" => new
            {
                op = c.Op,
                role = c.Role,
                level = c.Level,
                mandatory = c.Mandatory,
                description = c.Description,
            },
            "rewordRequirement" => new
            {
                op = c.Op,
                role = c.Role,
                level = c.Level,
                was = c.Was,
                description = c.Description,
            },
            "dropRequirement" => new
            {
                op = c.Op,
                role = c.Role,
                level = c.Level,
                was = c.Was,
            },
            "makeMandatory" or "makeOptional" => new
            {
                op = c.Op,
                role = c.Role,
                level = c.Level,
            },
            "renameSkill" => new
            {
                op = c.Op,
                was = c.Was,
                name = c.Name,
            },
            "replaceKeywords" => new
            {
                op = c.Op,
                was = seen?.Keywords ?? [],
                keywords = c.Keywords,
            },
            "moveSkill" => new
            {
                op = c.Op,
                was = new { domain = seen?.Domain.Slug, group = seen?.Group.Slug },
                domain = c.Domain,
                group = c.Group,
            },
            "addSkill" => new
            {
                op = c.Op,
                domain = c.Domain,
                group = c.Group,
                name = c.Name,
                keywords = c.Keywords,
                requirements = (c.Requirements ?? []).Select(r => new
                {
                    role = r.Role,
                    level = r.Level,
                    mandatory = r.Mandatory,
                    description = r.Description,
                }),
            },
            _ => new { op = c.Op },
        };

    public static bool IsWhole(Wanted row) =>
        row is { Role.Length: > 0, Level.Length: > 0 } && !string.IsNullOrWhiteSpace(row.Text);

    private static string[] Keywords(string lines) =>
        [
            .. lines
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Distinct(StringComparer.Ordinal),
        ];

    private static ProposedChange Change(string op, Wanted? row = null) =>
        new(op, row?.Role, row?.Level, null, null, null, null, null, null, null);
}
