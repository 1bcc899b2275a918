using SkillPlatform.Contracts;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;
using SkillPlatform.Web.Watching;

namespace SkillPlatform.Web.Catalogue;

public sealed record GroupInTree(string Slug, string Name, long Skills, ExternalId[]? ExternalIds = null);

public sealed record DomainInTree(
    string Slug,
    string Name,
    Named[] Levels,
    GroupInTree[] Groups,
    long Skills = 0,
    string? Language = null,
    string? Source = null,
    string? Licence = null,
    string? Attribution = null,
    ExternalId[]? ExternalIds = null
)
{
    public Origin Origin => new(Language, Source, Licence, Attribution);
}

public sealed record SkillInList(
    string Slug,
    string Name,
    Named? Domain,
    Named? Group,
    string[]? Keywords = null,
    Snippet? Snippet = null
);

/// <summary>What a requirement's text says around the words that were looked for.</summary>
public sealed record Snippet(string? Role, string? Level, string Text);

/// <summary>How many of the skills found stand where.</summary>
public sealed record Facet(string? Domain, string Slug, string Name, long Count);

public sealed record Facets(Facet[] Domains, Facet[] Groups, Facet[] Roles, Facet[] Levels);

/// <summary>Facets and total stand on the first page only; not <c>Exact</c> is what only resembles what was looked for.</summary>
public sealed record FoundSkills(
    SkillInList[] Items,
    string? NextCursor,
    Facets? Facets,
    long? Total = null,
    bool Exact = true
);

/// <summary>What the list of skills is narrowed to.</summary>
/// <param name="Letter">Under which names are found; nothing to a search, which has an order of its own.</param>
public sealed record CatalogueAsked(
    string? Q,
    string? Domain,
    string? Group,
    string? Role,
    string? Level,
    string? Letter = null
)
{
    /// <summary>What of it can be watched: the group, else the domain, else nothing.</summary>
    public (string Scope, string Key)? Watchable =>
        this switch
        {
            { Domain.Length: > 0, Group.Length: > 0 } => ("group", $"{Domain}.{Group}"),
            { Domain.Length: > 0 } => ("domain", Domain),
            _ => null,
        };

    public bool IsNarrowed =>
        new[] { Q, Domain, Group, Role, Level, Letter }.Any(given => !string.IsNullOrEmpty(given));

    /// <summary>The same asked of the catalogue.</summary>
    /// <param name="address">One of its lists that is narrowed by these.</param>
    public FormattableString Of(FormattableString address) =>
        address.With("q", Q).With("domain", Domain).With("group", Group).With("role", Role).With("level", Level);

    /// <summary>As a query, with its question mark; empty where nothing is asked.</summary>
    public string Query(string? cursor = null)
    {
        var given = new[]
        {
            ("q", Q),
            ("domain", Domain),
            ("group", Group),
            ("role", Role),
            ("level", Level),
            ("letter", Letter),
            ("cursor", cursor),
        }
            .Where(g => !string.IsNullOrEmpty(g.Item2))
            .Select(g => $"{g.Item1}={Uri.EscapeDataString(g.Item2!)}")
            .ToArray();
        return given.Length == 0 ? "" : $"?{string.Join('&', given)}";
    }
}

/// <param name="Watched">Of the group or domain that is looked at.</param>
public sealed record CatalogueModel(
    DomainInTree[]? Domains,
    FoundSkills? Skills,
    CatalogueAsked Asked,
    bool First,
    bool? Watched,
    Named[]? Roles,
    Letter[] Letters,
    RetiredPart? Retired
);

/// <summary>Where one begins: the domains with their groups, and the skills in them, narrowed and searched.</summary>
public static class ShowCatalogue
{
    public static void Map(WebApplication app) => app.MapGet("/", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        [AsParameters] CatalogueAsked asked,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var watched = asked.Watchable is var (scope, key)
            ? visit.Watched(services, scope, key, ct)
            : Task.FromResult<bool?>(null);
        var domains = Domains.Read(services, ct);
        var letters = string.IsNullOrEmpty(asked.Q)
            ? Letters.Read(asked, services, visit.T, ct)
            : Task.FromResult<Letter[]?>(null);
        var letter = string.IsNullOrEmpty(asked.Letter)
            ? null
            : Array.Find(await letters ?? [], l => l.Name == asked.Letter);
        // Of another language, or typed: the one it is under here, else none.
        if (letter is null && asked.Letter is { Length: > 0 } other)
            return TypedResults.Redirect(
                visit.To($"/")
                    + (
                        asked with
                        {
                            Letter = Array
                                .Find(await letters ?? [], l => l.Name == Letters.Under(other, visit.T))
                                ?.Name,
                        }
                    ).Query()
            );
        var skills = services.Get<FoundSkills>(
            "catalog",
            asked.Of($"/api/catalog/skills?limit={50}").With("initials", letter?.Initials).With("cursor", cursor),
            ct
        );
        await visit.AskMyRole(services);
        // What its reader is called, where they said so.
        var roles = visit.MyRole is null ? null : ShowRoles.Names(services, ct);
        await Task.WhenAll(domains, skills);
        var all = (await domains).Value?.All;
        var domain = Pick.Slug(asked.Domain, all?.Select(d => new Named(d.Slug, d.Name)));
        var group = Pick.Slug(
            asked.Group,
            Array.Find(all ?? [], d => d.Slug == domain)?.Groups.Select(g => new Named(g.Slug, g.Name))
        );
        // Typed as a name: each list has one address.
        if (domain != asked.Domain || group != asked.Group)
            return TypedResults.Redirect(visit.To($"/") + (asked with { Domain = domain, Group = group }).Query());
        var retired = await RetiredPart.Asked(asked, all, services, ct);
        if (retired is { Into: not null })
            return TypedResults.Redirect(
                visit.To($"/") + retired.Instead(asked).Query(),
                permanent: true,
                preserveMethod: true
            );
        if ((await skills).Status is 400 or 422)
            return Page.Error(400);
        var status = (await skills).Down && (await domains).Down ? 503 : 200;
        return Page.Of<CataloguePage>(
            new CatalogueModel(
                all,
                (await skills).Value,
                asked,
                First: string.IsNullOrEmpty(cursor),
                await watched,
                roles is null ? null : await roles,
                await letters ?? [],
                retired
            ),
            status
        );
    }
}
