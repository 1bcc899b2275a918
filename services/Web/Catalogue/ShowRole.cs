using System.Globalization;
using SkillPlatform.Web.Mine;
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

/// <summary>Where the texts of a domain are from.</summary>
public sealed record OriginOf(
    Named Domain,
    string? Language = null,
    string? Source = null,
    string? Licence = null,
    string? Attribution = null
)
{
    public Contracts.Origin Origin => new(Language, Source, Licence, Attribution);
}

public sealed record Role(
    string Slug,
    string Name,
    RoleCounts Counts,
    RoleItem[] Items,
    string? NextCursor,
    OriginOf[]? Origins = null,
    string? Description = null,
    Contracts.ExternalId[]? ExternalIds = null,
    RetiredPart? Retired = null,
    DateTimeOffset? BeganAt = null
)
{
    /// <summary>The language that the texts of a domain are in; null where that is not known.</summary>
    public string? LanguageOf(Named domain) =>
        Array.Find(Origins ?? [], origin => origin.Domain.Slug == domain.Slug)?.Language;

    /// <summary>That of all its texts; null where they are in several, or it is not known.</summary>
    public string? OneLanguage =>
        Items.Select(item => LanguageOf(item.Domain)).Distinct(StringComparer.Ordinal).Take(2).ToArray() is [var one]
            ? one
            : null;
}

/// <summary>
/// Of which level, beside which other, as of which day, what of the differences alone, beside which other role, and whether
/// on one page, as one prints it.
/// </summary>
public sealed record RoleAsked(
    string? Level,
    string? Compare,
    string? AsOf,
    string? Only = null,
    string? With = null,
    bool? All = null
);

/// <param name="Other">The role, or another, at the level to compare with; null where there is none.</param>
/// <param name="Roles">All there are.</param>
/// <param name="Levels">All there are; of the items only where they could not be read.</param>
public sealed record RoleModel(
    Role Role,
    Role? Other,
    RoleAsked Asked,
    Named[] Levels,
    Named[] Roles,
    bool First,
    bool? Watched
)
{
    public Marks Marks { get; init; } = Marks.None;
}

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
        var marks = asked.AsOf is { Length: > 0 }
            ? Task.FromResult(Marks.None)
            : Marks.Read(services, visit, ct, role: role);
        // Asked for at once: what it stands in is seldom needed to know what to ask for.
        var compares = asked is { Level.Length: > 0, Compare.Length: > 0 } or { Level.Length: > 0, With.Length: > 0 };
        var one =
            compares || asked.All == true
                ? Whole(services, role, asked.Level, asked.AsOf, ct)
                : services.Get<Role>("catalog", Address(role, asked.Level, asked.AsOf, null, cursor), ct);
        var mine = visit.AskMyRole(services);
        var tree = await Tree.Read(services, ct);
        await mine;
        var levels = (tree.Domains ?? [])
            .SelectMany(d => d.Levels)
            .DistinctBy(l => l.Slug, StringComparer.Ordinal)
            .ToArray();
        var (besides, at, to) = (
            Pick.Slug(asked.With, tree.Roles),
            Pick.Slug(asked.Level, levels),
            Pick.Slug(asked.Compare, levels)
        );
        // Two roles are laid beside each other at a level; what is typed as a name has one address all the same.
        if (
            besides != asked.With
            || at != asked.Level
            || to != asked.Compare
            || besides is { Length: > 0 } && asked.Level is not { Length: > 0 } && levels.Length > 0
        )
            return TypedResults.Redirect(
                visit.To(
                    ((FormattableString)$"/roles/{role}")
                        .With("level", at is { Length: > 0 } || besides is not { Length: > 0 } ? at : levels[0].Slug)
                        .With("compare", to)
                        .With("with", besides)
                        .With("asOf", asked.AsOf)
                )
            );
        var other = compares
            ? Whole(
                services,
                besides is { Length: > 0 } ? besides : role,
                asked.Compare is { Length: > 0 } beside ? beside : asked.Level,
                asked.AsOf,
                ct
            )
            : null;
        if ((await one).Value is not { } found)
            return Page.Error((await one).Status);
        // What has taken its place has an address of its own.
        if (found.Slug != role)
            return TypedResults.Redirect(
                visit.To(
                    ((FormattableString)$"/roles/{found.Slug}")
                        .With("level", asked.Level)
                        .With("compare", asked.Compare)
                        .With("with", asked.With)
                ),
                permanent: true,
                preserveMethod: true
            );
        if (other is not null && (await other).Value is null)
            return Page.Error((await other).Status);
        return Page.Of<RolePage>(
            new RoleModel(
                found,
                other is null ? null : (await other).Value,
                asked,
                levels.Length > 0
                    ? levels
                    : [.. found.Items.Select(i => i.Level).DistinctBy(l => l.Slug, StringComparer.Ordinal)],
                tree.Roles ?? [],
                string.IsNullOrEmpty(cursor),
                await watched
            )
            {
                Marks = await marks,
            }
        );
    }

    // Two levels can only be laid beside each other whole.
    public static async Task<Answer<Role>> Whole(
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
            all = all with
            {
                Value = page with
                {
                    Items = [.. sofar.Items, .. page.Items],
                    Origins = [.. (sofar.Origins ?? []).Union(page.Origins ?? [])],
                },
            };
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
