using System.Globalization;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>What a list of changes is narrowed to.</summary>
public sealed record ChangesAsked(string? Since, string? Role, string? Level, string? Domain);

/// <summary>Roles and domains are null where they could not be read; names are slugs then.</summary>
public sealed record ChangesModel(ChangesAsked Asked, PageList<HistoryEntry>? Changes, Tree Tree, bool First);

/// <summary>What changed across the catalogue since a day, for a role, a level, a domain.</summary>
public static class ShowChanges
{
    public static void Map(WebApplication app) => app.MapGet("/changes", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string? since,
        string? role,
        string? level,
        string? domain,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var asked = new ChangesAsked(Day(since), role, level, domain);
        // Asked for at once: what they stand in is seldom needed to know what to ask for.
        FormattableString address = $"/api/catalog/changes?limit={100}";
        address = address
            .With("since", asked.Since is { } day ? $"{day}T00:00:00Z" : null)
            .With("role", role)
            .With("level", level)
            .With("domain", domain)
            .With("cursor", cursor);
        var changes = services.Get<PageList<HistoryEntry>>("catalog", address, ct);
        var mine = visit.AskMyRole(services);
        var tree = await Tree.Read(services, ct);
        await mine;
        var (ofRole, ofDomain) = (Pick.Slug(role, tree.Roles), Pick.Slug(domain, tree.Choices));
        // Typed as a name: each list has one address.
        if (ofRole != role || ofDomain != domain)
            return TypedResults.Redirect(
                visit.To(
                    ((FormattableString)$"/changes")
                        .With("since", since)
                        .With("role", ofRole)
                        .With("level", level)
                        .With("domain", ofDomain)
                )
            );
        var status = (await changes).Status;
        return status is >= 400 and < 500
            ? Page.Error(status)
            : Page.Of<ChangesPage>(
                new ChangesModel(asked, (await changes).Value, tree, string.IsNullOrEmpty(cursor)),
                (await changes).Ok ? 200 : 503
            );
    }

    private static string? Day(string? since) =>
        DateOnly.TryParseExact(since, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : null;
}
