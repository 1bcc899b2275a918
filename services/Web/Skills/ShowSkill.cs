using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using SkillPlatform.Web.Cache;
using SkillPlatform.Web.Mine;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Watching;

namespace SkillPlatform.Web.Skills;

/// <summary>The page of one skill; what a service that is down would have given is null, and the page says so.</summary>
/// <param name="Past">True if the page is of another time than now.</param>
public sealed record SkillModel(
    Skill Skill,
    PageList<HistoryEntry>? History,
    PageList<OpenProposal>? Proposals,
    bool? Watched,
    string? Notice,
    bool Past
)
{
    public Marks Marks { get; init; } = Marks.None;
}

public static class ShowSkill
{
    private const string Catalog = "catalog";

    public static void Map(WebApplication app) => app.MapGet("/skills/{slug}", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string slug,
        string? done,
        long? version,
        string? asOf,
        HttpContext http,
        Services services,
        Visit visit,
        TimeProvider time,
        CancellationToken ct
    )
    {
        // A form sends what was left empty, too.
        if (version is null && asOf is not null && EndOf(asOf, time.GetUtcNow()) is null)
            return TypedResults.Redirect(visit.To($"/skills/{slug}"));
        var past = version is not null || asOf is not null;
        var skill = services.Get<Skill>(Catalog, Address(slug, version, EndOf(asOf, time.GetUtcNow())), ct);
        var history = services.Get<PageList<HistoryEntry>>(
            Catalog,
            $"/api/catalog/skills/{slug}/history?limit={5}",
            ct
        );
        var proposals = services.Get<PageList<OpenProposal>>(
            "proposals",
            $"/api/proposals?skill={slug}&state=open&limit={20}",
            ct
        );
        var watched = visit.Watched(services, "skill", slug, ct);
        var marks = past ? Task.FromResult(Marks.None) : Marks.Read(services, visit, ct, skill: slug);
        await Task.WhenAll(skill, history, proposals, watched, marks, visit.AskMyRole(services));
        if ((await skill).Status == 410 && (await history).Value is { } changes)
            return Page.Of<RetiredPage>(new RetiredModel(slug, changes, await CellNames.Of(null, services, ct)), 410);
        if ((await skill).Value is not { } found)
            return
                version is null
                && asOf is not null
                && await NotYet.Of(services, slug, asOf, (await skill).Status, ct) is { } began
                ? Page.Of<NotYetPage>(began, 404)
                : Page.Error((await skill).Status);
        // It was renamed: the old address goes on leading here.
        if (found.Slug != slug)
            return Renamed(visit, found, version, asOf);
        var model = new SkillModel(
            found,
            (await history).Value,
            (await proposals).Value,
            await watched,
            done is not null && visit.T.Has($"done.{done}") ? visit.T[$"done.{done}"] : null,
            past
        )
        {
            Marks = await marks,
        };
        if (model is { History: not null, Proposals: not null, Past: false })
            http.MayBeCached();
        return Page.Of<SkillPage>(model);
    }

    private static FormattableString Address(string slug, long? version, string? asOf) =>
        version is { } n ? $"/api/catalog/skills/{slug}?version={n}"
        : asOf is not null ? $"/api/catalog/skills/{slug}?asOf={asOf}"
        : (FormattableString)$"/api/catalog/skills/{slug}";

    private static RedirectHttpResult Renamed(Visit visit, Skill skill, long? version, string? asOf) =>
        TypedResults.Redirect(
            visit.To($"/skills/{skill.Slug}")
                + (
                    version is { } n ? string.Create(CultureInfo.InvariantCulture, $"?version={n}")
                    : asOf is not null ? $"?asOf={Uri.EscapeDataString(asOf)}"
                    : ""
                ),
            permanent: true,
            preserveMethod: true
        );

    /// <summary>A day means its end; today and later is now, hence null. A time is left as it is.</summary>
    public static string? EndOf(string? asOf, DateTimeOffset now) =>
        !DateOnly.TryParseExact(asOf, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? string.IsNullOrWhiteSpace(asOf)
                ? null
                : asOf
            : day >= DateOnly.FromDateTime(now.UtcDateTime)
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}T23:59:59Z");
}
