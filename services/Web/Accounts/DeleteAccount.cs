using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Accounts;

public sealed record DeleteModel(string? Problem = null);

/// <summary>Says what goes and what stays, and asks for the password.</summary>
public static class DeleteAccount
{
    public sealed record Confirmation(string Password);

    public static void Map(WebApplication app)
    {
        app.MapGet("/account/delete", () => Page.Of<DeleteView>(new DeleteModel())).RequireAuthorization();
        app.MapPost("/account/delete", Post).RequireAuthorization();
        app.MapGet("/account/gone", () => Page.Of<GoneView>(new DeleteModel())).AllowAnonymous();
    }

    private static async Task<IResult> Post(
        HttpContext http,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var password = form["password"].ToString();
        if (form["understood"] != "true" || password.Length == 0)
            return Page.Of<DeleteView>(new DeleteModel(visit.T["account.confirm-first"]), 422);
        var deleted = await services.Send<Account>(
            "identity",
            HttpMethod.Delete,
            $"/api/identity/me",
            new Confirmation(password),
            ct
        );
        if (!deleted.Ok)
            return Page.Of<DeleteView>(new DeleteModel(visit.Why(deleted, "account.missing")), deleted.Shown());
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.Redirect(visit.To($"/account/gone"));
    }
}
