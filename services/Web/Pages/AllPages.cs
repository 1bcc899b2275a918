using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SkillPlatform.Web.Accounts;
using SkillPlatform.Web.Administration;
using SkillPlatform.Web.Api;
using SkillPlatform.Web.Cache;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Comments;
using SkillPlatform.Web.Editions;
using SkillPlatform.Web.Feeds;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Mine;
using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.SignIn;
using SkillPlatform.Web.Site;
using SkillPlatform.Web.Skills;
using SkillPlatform.Web.Suggest;
using SkillPlatform.Web.Uploads;
using SkillPlatform.Web.Watching;
using SkillPlatform.Web.Webhooks;

namespace SkillPlatform.Web.Pages;

/// <summary>All pages and forms there are.</summary>
public static class AllPages
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents();
        // It warns of each page with a form that it must not be cached, which it sees to itself.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error);
        // "ä" as "ä": pages are UTF-8.
        builder.Services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<Visit>();
        builder.Services.AddSingleton<PageCache>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        Services.Add(builder);
        ServiceDefaults.Brand.Add(builder);
        SiteTexts.Add(builder);
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = builder.Environment.Guarded("skillplatform.forms");
            options.Cookie.Path = "/";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = builder.Environment.IsDevelopment()
                ? CookieSecurePolicy.SameAsRequest
                : CookieSecurePolicy.Always;
        });
        builder.Services.Configure<FormOptions>(form =>
        {
            form.ValueLengthLimit = 256 * 1024;
            // A skill may have 500 requirements, and the form has a few fields for each.
            form.ValueCountLimit = 4096;
        });
    }

    private static Task NoSuchApi(HttpContext http) =>
        Problems.Write(http, StatusCodes.Status404NotFound, "not-found", "Not found", "There is no such address.");

    /// <summary>What every answer to people has, one that refuses them, too: their language, its headers, and errors that are pages.</summary>
    public static void UsePages(this IApplicationBuilder app)
    {
        app.UseLanguages();
        app.UseHeaders();
        app.UsePageErrors();
    }

    public static void MapPages(this WebApplication app)
    {
        app.MapSiteFiles();
        ServiceDefaults.Brand.Map(app);
        ShowSite.Map(app);
        ShowCatalogue.Map(app);
        ShowRoles.Map(app);
        ShowFacet.Map(app);
        ShowRole.Map(app);
        ShowMatrix.Map(app);
        SayMyRole.Map(app);
        MarkRequirement.Map(app);
        ShowMarks.Map(app);
        ShowFeed.Map(app);
        ShowSitemap.Map(app);
        ShowSkill.Map(app);
        ShowSkillMatrix.Map(app);
        CompareLevels.Map(app);
        ShowHistory.Map(app);
        ShowDiff.Map(app);
        ShowChanges.Map(app);
        ShowEditions.Map(app);
        PublishEdition.Map(app);
        WatchSkill.Map(app);
        ConfirmSkill.Map(app);
        SuggestChange.Map(app);
        SuggestSkill.Map(app);
        MergeInto.Map(app);
        SuggestTaxonomy.Map(app);
        ReviseProposal.Map(app);
        ProposalsPage.Map(app);
        ShowProposal.Map(app);
        ReviewProposal.Map(app);
        WithdrawProposal.Map(app);
        UndoChange.Map(app);
        Discussion.Map(app);
        WriteComment.Map(app);
        AdoptWording.Map(app);
        WatchingPage.Map(app);
        WatchAnything.Map(app);
        PreviewPage.Map(app);
        MuteThread.Map(app);
        InboxPage.Map(app);
        MailPage.Map(app);
        ListWebhooks.Map(app);
        ShowWebhook.Map(app);
        EditWebhook.Map(app);
        SwitchWebhook.Map(app);
        TestWebhook.Map(app);
        ReplayWebhook.Map(app);
        RotateSecret.Map(app);
        DeleteWebhook.Map(app);
        ShowAccount.Map(app);
        ChangeProfile.Map(app);
        ConfirmAddress.Map(app);
        SignOutEverywhere.Map(app);
        RevokeClient.Map(app);
        DeleteAccount.Map(app);
        ExportAccount.Map(app);
        AdminPage.Map(app);
        ShowOverview.Map(app);
        FindAccounts.Map(app);
        ChangeAccount.Map(app);
        ServiceAccounts.Map(app);
        SecurityEvents.Map(app);
        SetPolicies.Map(app);
        SetQuotas.Map(app);
        WriteSite.Map(app);
        ImportCatalogue.Map(app);
        ShowImport.Map(app);
        RunImport.Map(app);
        UploadFile.Map(app);
        ProposeUpload.Map(app);
        ShowBatch.Map(app);
        RetryMails.Map(app);
        StopWebhooks.Map(app);
        ReplayMessages.Map(app);
        app.Map("/api/{**rest}", NoSuchApi).AllowAnonymous();
        app.MapFallback(
                (HttpContext http) =>
                {
                    http.Response.StatusCode = 404;
                }
            )
            .AllowAnonymous();
    }
}
