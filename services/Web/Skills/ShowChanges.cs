using System.Globalization;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>What a list of changes is narrowed to.</summary>
public sealed record ChangesAsked(string? Since, string? Role, string? Level, string? Domain, Guid? Import = null)
{
    /// <summary>As a query, with its question mark; empty where nothing is asked.</summary>
    public string Query(string? cursor = null)
    {
        var given = new[]
        {
            ("since", Since),
            ("role", Role),
            ("level", Level),
            ("domain", Domain),
            ("import", Import?.ToString()),
            ("cursor", cursor),
        }
            .Where(g => !string.IsNullOrEmpty(g.Item2))
            .Select(g => $"{g.Item1}={Uri.EscapeDataString(g.Item2!)}")
            .ToArray();
        return given.Length == 0 ? "" : $"?{string.Join('&', given)}";
    }
}

/// <summary>An import: how many skills it added and changed.</summary>
public sealed record ImportLine(Guid Id, string? Source, int Added, int Changed);

/// <summary>What belongs together; of its changes some.</summary>
public sealed record ChangeLine(
    DateTimeOffset At,
    Person? Author,
    Person? Reviewer,
    Guid? Proposal,
    ImportLine? Import,
    string? Reason,
    int Skills,
    int Changes,
    HistoryEntry[] Items
);

/// <summary>Roles and domains are null where they could not be read; names are slugs then.</summary>
/// <param name="Lines">Null where one import alone is asked for, or they could not be read.</param>
/// <param name="Changes">Of the import, one by one.</param>
public sealed record ChangesModel(
    ChangesAsked Asked,
    PageList<ChangeLine>? Lines,
    PageList<HistoryEntry>? Changes,
    Tree Tree,
    bool First
);

/// <summary>What changed across the catalogue since a day, for a role, a level, a domain.</summary>
public static class ShowChanges
{
    public static void Map(WebApplication app) => app.MapGet("/changes", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string? since,
        string? role,
        string? level,
        string? domain,
        Guid? import,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var asked = new ChangesAsked(Day(since), role, level, domain, import);
        // Asked for at once: what they stand in is seldom needed to know what to ask for.
        FormattableString address = import is { } id
            ? (FormattableString)$"/api/catalog/changes?limit={100}&import={id}"
            : $"/api/catalog/changes/lines?limit={50}";
        address = address
            .With("since", asked.Since is { } day ? $"{day}T00:00:00Z" : null)
            .With("role", role)
            .With("level", level)
            .With("domain", domain)
            .With("cursor", cursor);
        var lines = import is null ? services.Get<PageList<ChangeLine>>("catalog", address, ct) : null;
        var changes = import is null ? null : services.Get<PageList<HistoryEntry>>("catalog", address, ct);
        var mine = visit.AskMyRole(services);
        var tree = await Tree.Read(services, ct);
        await mine;
        var (ofRole, ofLevel, ofDomain) = (
            Pick.Slug(role, tree.Roles),
            Pick.Slug(level, tree.Levels),
            Pick.Slug(domain, tree.Choices)
        );
        // Typed as a name: each list has one address.
        if (ofRole != role || ofLevel != level || ofDomain != domain)
            return TypedResults.Redirect(
                visit.To($"/changes") + new ChangesAsked(since, ofRole, ofLevel, ofDomain, import).Query()
            );
        var model = new ChangesModel(asked, null, null, tree, string.IsNullOrEmpty(cursor));
        return lines is null
            ? Show(model with { Changes = (await changes!).Value }, (await changes!).Status)
            : Show(model with { Lines = (await lines).Value }, (await lines).Status);
    }

    private static IResult Show(ChangesModel model, int status) =>
        status is >= 400 and < 500
            ? Page.Error(status)
            : Page.Of<ChangesPage>(model, status is >= 200 and < 300 ? 200 : 503);

    private static string? Day(string? since) =>
        DateOnly.TryParseExact(since, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : null;
}
