using System.Globalization;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;
using SkillPlatform.Web.Watching;

namespace SkillPlatform.Web.Catalogue;

public sealed record RoleCounts(int Skills, int Mandatory, int Optional);

public sealed record RoleItem(
    Named Domain,
    Named Level,
    Named Group,
    Named Skill,
    bool Mandatory,
    string Description,
    Since? Since
);

public sealed record Role(string Slug, string Name, RoleCounts Counts, RoleItem[] Items, string? NextCursor);

/// <summary>Of which level, beside which other, as of which day, and what of the differences alone.</summary>
public sealed record RoleAsked(string? Level, string? Compare, string? AsOf, string? Only = null);

/// <param name="Other">The role at the level to compare with; null where there is none.</param>
/// <param name="Levels">All there are; of the items only where they could not be read.</param>
public sealed record RoleModel(Role Role, Role? Other, RoleAsked Asked, Named[] Levels, bool First, bool? Watched);

/// <summary>Everything expected of one role: at all levels, at one, or at one beside another.</summary>
public static class ShowRole
{
    public static void Map(WebApplication app) => app.MapGet("/roles/{role}", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string role,
        [AsParameters] RoleAsked asked,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var watched = visit.Watched(services, "role", role, ct);
        var compares = asked is { Level.Length: > 0, Compare.Length: > 0 };
        var domains = services.Get<Domains>("catalog", $"/api/catalog/domains?limit={200}", ct);
        var one = compares
            ? Whole(services, role, asked.Level, asked.AsOf, ct)
            : services.Get<Role>("catalog", Address(role, asked.Level, asked.AsOf, null, cursor), ct);
        var other = compares ? Whole(services, role, asked.Compare, asked.AsOf, ct) : null;
        await Task.WhenAll(domains, one);
        if ((await one).Value is not { } found)
            return Page.Error((await one).Status);
        if (other is not null && (await other).Value is null)
            return Page.Error((await other).Status);
        var levels = ((await domains).Value?.All ?? [])
            .SelectMany(d => d.Levels)
            .DistinctBy(l => l.Slug, StringComparer.Ordinal)
            .ToArray();
        return Page.Of<RolePage>(
            new RoleModel(
                found,
                other is null ? null : (await other).Value,
                asked,
                levels.Length > 0
                    ? levels
                    : [.. found.Items.Select(i => i.Level).DistinctBy(l => l.Slug, StringComparer.Ordinal)],
                string.IsNullOrEmpty(cursor),
                await watched
            )
        );
    }

    // Two levels can only be laid beside each other whole.
    private static async Task<Answer<Role>> Whole(
        Services services,
        string role,
        string? level,
        string? asOf,
        CancellationToken ct
    )
    {
        var all = await services.Get<Role>("catalog", Address(role, level, asOf, 200, null), ct);
        while (all.Value is { NextCursor: { } next, Items.Length: < 2000 } sofar)
        {
            var more = await services.Get<Role>("catalog", Address(role, level, asOf, 200, next), ct);
            if (more.Value is not { } page)
                return more;
            all = all with { Value = page with { Items = [.. sofar.Items, .. page.Items] } };
        }
        return all;
    }

    private static FormattableString Address(string role, string? level, string? asOf, int? limit, string? cursor)
    {
        // Without a limit the catalogue gives as many as make a page.
        FormattableString address = $"/api/catalog/roles/{role}";
        return address
            .With("limit", limit is { } most ? Visit.Plain(most) : null)
            .With("level", level)
            .With("asOf", Time(asOf))
            .With("cursor", cursor);
    }

    /// <summary>A day means its end.</summary>
    private static string? Time(string? asOf) =>
        DateOnly.TryParseExact(asOf, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}T23:59:59Z")
            : asOf;
}
