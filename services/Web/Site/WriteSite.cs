using SkillPlatform.Changes;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Accounts;
using SkillPlatform.Web.Administration;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Site;

public sealed record SiteListModel(bool Done = false);

/// <param name="Page">One of <see cref="SitePages.All"/>.</param>
/// <param name="Language">The one that is written in.</param>
/// <param name="Text">What stands in the form.</param>
/// <param name="Seen">What an administrator had written when it was opened; empty where it was ours.</param>
public sealed record WriteSiteModel(string Page, string Language, string Text, string Seen, string? Problem = null);

/// <summary>An administrator writes what the installation says of itself, language by language.</summary>
public static class WriteSite
{
    public const int Longest = 20_000;

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/site", List).RequireAuthorization();
        app.MapGet("/admin/site/{page}", Get).RequireAuthorization();
        app.MapPost("/admin/site/{page}", Post).RequireAuthorization();
    }

    private static IResult List(string? done, Visit visit) =>
        visit.Administers() ? Page.Of<SiteListView>(new SiteListModel(done is not null)) : Page.Error(403);

    private static IResult Get(string page, string? language, SiteTexts texts, Visit visit)
    {
        if (!visit.Administers())
            return Page.Error(403);
        var into = Known(language) ?? visit.T.Language;
        if (!SitePages.All.Contains(page, StringComparer.Ordinal))
            return Page.Error(404);
        var own = texts.Own(page, into)?.Text ?? "";
        return Page.Of<WriteSiteView>(
            new WriteSiteModel(page, into, own.Length > 0 ? own : SiteTexts.Ours(page, into), own)
        );
    }

    private static async Task<IResult> Post(
        string page,
        IFormCollection form,
        SiteTexts texts,
        Services services,
        Visit visit,
        ILogger<SiteTexts> log,
        CancellationToken ct
    )
    {
        // Whether they still are one, their account says and not this session.
        var me = await services.Get<Account>("identity", $"/api/identity/me", ct);
        if (me.Value is not { } account)
            return Page.Error(me.Shown());
        if (!account.Roles.Contains(Roles.Administrator, StringComparer.Ordinal))
            return Page.Error(403);
        if (!SitePages.All.Contains(page, StringComparer.Ordinal) || Known(form["language"]) is not { } language)
            return Page.Error(404);
        var (seen, text) = (TextForm.Text(form["seen"].ToString()), TextForm.Text(form["text"].ToString()));
        if (form["do"] == "ours" || text == TextForm.Text(SiteTexts.Ours(page, language)))
            text = "";
        if (TextForm.Problem(text, Longest, mayBeEmpty: true) is not null)
            return Wrong("site.too-long", 422);
        if (!await texts.Write(page, language, text, seen, ct))
            return Wrong("site.stale", 409);
        log.LogInformation("{Account} wrote the page {Page} in {Language}.", account.Id, page, language);
        return TypedResults.Redirect(visit.To($"/admin/site") + "?done=saved");

        IResult Wrong(string problem, int status) =>
            Page.Of<WriteSiteView>(
                new WriteSiteModel(
                    page,
                    language,
                    text,
                    status == 409 ? texts.Own(page, language)?.Text ?? "" : seen,
                    visit.T[problem, visit.T.Number(Longest)]
                ),
                status
            );
    }

    private static string? Known(string? language) => Texts.Languages.FirstOrDefault(known => known == language);
}
