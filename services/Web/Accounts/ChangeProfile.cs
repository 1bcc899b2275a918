using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Accounts;

/// <summary>Name, language and time zone; the pages go on in the language chosen.</summary>
public static class ChangeProfile
{
    public sealed record Wanted(string Name, string Culture, string TimeZone);

    public static void Map(WebApplication app) => app.MapPost("/account", Post).RequireAuthorization();

    private static async Task<IResult> Post(
        HttpContext http,
        IFormCollection form,
        Services services,
        Visit visit,
        IConfiguration configuration,
        CancellationToken ct
    )
    {
        var wanted = new Wanted(
            form["name"].ToString(),
            form["culture"].ToString(),
            Pick.Slug(form["timeZone"], Watching.MailPage.ZonesByName) ?? ""
        );
        var changed = await services.Send<Account>(
            "identity",
            HttpMethod.Put,
            $"/api/identity/me",
            wanted,
            ct,
            form["tag"].ToString()
        );
        if (changed.Ok)
        {
            http.RememberLanguage(wanted.Culture);
            var language = Texts.Languages.Contains(wanted.Culture, StringComparer.Ordinal) ? $"/{wanted.Culture}" : "";
            return TypedResults.Redirect($"{language}/account?done=saved");
        }
        var now = await services.Get<Account>("identity", $"/api/identity/me", ct);
        return Page.Of<AccountView>(
            new AccountModel(
                now.Value is { } me
                    ? me with
                    {
                        Name = wanted.Name,
                        Culture = wanted.Culture,
                        TimeZone = wanted.TimeZone,
                    }
                    : null,
                now.Tag,
                configuration.IdentityAddress(),
                Problem: visit.Why(changed, "account.missing")
            ),
            changed.Shown()
        );
    }
}
