using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Editions;

/// <summary>How much an edition says.</summary>
public sealed record EditionCounts(long Skills, long Requirements, long Mandatory);

/// <summary>A name for what the catalogue said at a time. Counts only where it is shown alone.</summary>
public sealed record Edition(
    string Slug,
    string Name,
    string? Notes,
    DateTimeOffset At,
    DateTimeOffset AsOf,
    Person? By,
    EditionCounts? Counts = null
);

/// <summary>One difference of two editions, with the change that made it.</summary>
public sealed record EditionLine(
    string Kind,
    string Change,
    Named Skill,
    string? Role,
    string? Level,
    string? Before,
    string? After,
    long Version,
    DateTimeOffset At,
    Person? Author,
    Person? Reviewer,
    Guid? Proposal,
    Guid? Import,
    string? Reason,
    string? ImportSource = null
)
{
    /// <summary>As history shows it.</summary>
    public HistoryEntry Entry =>
        new(Skill, Version, At, Author, Reviewer, Proposal, Import, Reason, Change, Role, Level, Before, After)
        {
            ImportSource = ImportSource,
        };
}

public sealed record EditionDiff(
    Edition From,
    Edition To,
    Dictionary<string, long> Counts,
    EditionLine[] Items,
    string? NextCursor
);

/// <summary>The list is null where it could not be read.</summary>
public sealed record EditionsModel(
    PageList<Edition>? Editions,
    bool First,
    string? Name = null,
    string? Notes = null,
    string? Problem = null
);

/// <param name="Others">The others, newest first, to compare with.</param>
public sealed record EditionModel(Edition Edition, Edition[] Others);

public sealed record EditionDiffModel(EditionDiff Diff, string? Kind, bool First, Tree Tree);

/// <summary>All editions, one of them, and what two differ by.</summary>
public static class ShowEditions
{
    /// <summary>Stands for what the catalogue says now.</summary>
    public const string Now = "current";

    /// <summary>The most telling ones first.</summary>
    public static readonly string[] Kinds =
    [
        "barRaised",
        "barLowered",
        "reworded",
        "new",
        "retired",
        "moved",
        "renamed",
        "keywords",
    ];

    public static void Map(WebApplication app)
    {
        app.MapGet("/editions", Get).AllowAnonymous();
        app.MapGet("/editions/{name}", One).AllowAnonymous();
        app.MapGet("/editions/{a}/compare/{b}", Compare).AllowAnonymous();
    }

    /// <summary>The list, with what was typed into the form above it.</summary>
    public static async Task<IResult> List(
        Services services,
        EditionsModel given,
        string? cursor,
        int status,
        CancellationToken ct
    )
    {
        FormattableString address = $"/api/catalog/editions?limit={50}";
        var editions = await services.Get<PageList<Edition>>("catalog", address.With("cursor", cursor), ct);
        return editions.Status is >= 400 and < 500
            ? Page.Error(editions.Status)
            : Page.Of<EditionsPage>(
                given with
                {
                    Editions = editions.Value,
                    First = string.IsNullOrEmpty(cursor),
                },
                editions.Ok ? status : 503
            );
    }

    private static Task<IResult> Get(string? cursor, Services services, CancellationToken ct) =>
        List(services, new EditionsModel(null, true), cursor, 200, ct);

    private static async Task<IResult> One(string name, Services services, CancellationToken ct)
    {
        var edition = services.Get<Edition>("catalog", $"/api/catalog/editions/{name}", ct);
        var all = await services.Get<PageList<Edition>>("catalog", $"/api/catalog/editions?limit={50}", ct);
        return (await edition).Value is { } found
            ? Page.Of<EditionPage>(
                new EditionModel(found, [.. (all.Value?.Items ?? []).Where(other => other.Slug != found.Slug)])
            )
            : Page.Error((await edition).Status);
    }

    private static async Task<IResult> Compare(
        string a,
        string b,
        string? kind,
        string? cursor,
        Services services,
        CancellationToken ct
    )
    {
        FormattableString address = $"/api/catalog/editions/{a}/compare/{b}?limit={50}";
        var diff = services.Get<EditionDiff>("catalog", address.With("kind", kind).With("cursor", cursor), ct);
        var tree = await Tree.Read(services, ct);
        return (await diff).Value is { } found
            ? Page.Of<EditionDiffPage>(new EditionDiffModel(found, kind, string.IsNullOrEmpty(cursor), tree))
            : Page.Error((await diff).Status == 422 ? 404 : (await diff).Status);
    }
}
