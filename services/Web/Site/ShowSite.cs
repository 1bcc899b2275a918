using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Site;

public sealed record SiteModel(string Page, ShownText Shown);

/// <summary>What the installation says of itself: about, help, privacy and, once it is written, the imprint.</summary>
public static class ShowSite
{
    public static void Map(WebApplication app)
    {
        foreach (var page in SitePages.All)
            app.MapGet($"/{page}", (SiteTexts texts, Visit visit) => Get(page, texts, visit)).AllowAnonymous();
    }

    private static IResult Get(string page, SiteTexts texts, Visit visit) =>
        texts.For(page, visit.T.Language, visit.Content.Usual) is { } shown
            ? Page.Of<SitePage>(new SiteModel(page, shown))
            : Page.Error(404);
}
