using System.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OpenIddict.Abstractions;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// Asks whether a program may act for who is signed in. The first button agrees: scripts that sign a person in rely on it.
/// What is asked for stands in the request that goes on afterwards, and is checked there again.
/// </summary>
[Authorize]
public sealed class ConsentModel(
    UserManager<Account> users,
    IOpenIddictApplicationManager clients,
    Consents consents,
    IStringLocalizer<Texts> texts
) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public Account Account { get; private set; } = new();

    public string Client { get; private set; } = "";

    public async Task<IActionResult> OnGet(CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        if (Asked is not { } asked || await clients.FindByClientIdAsync(asked["client_id"] ?? "", ct) is not { } client)
            return LocalRedirect("/");
        Account = account;
        var known = texts[$"Client.{asked["client_id"]}"];
        Client = known.ResourceNotFound ? await clients.GetDisplayNameAsync(client, ct) ?? "" : known.Value;
        return Page();
    }

    public async Task<IActionResult> OnPost(CancellationToken ct)
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        return Asked is { } asked && await consents.Give(account, asked["client_id"], asked["scope"], ct)
            ? LocalRedirect(ReturnUrl!)
            : LocalRedirect("/");
    }

    public IActionResult OnPostRefuse() => LocalRedirect(Asked is null ? "/" : $"{ReturnUrl}&{Authorize.Refused}=true");

    // Of a request for a code and of nothing else.
    private System.Collections.Specialized.NameValueCollection? Asked =>
        ReturnUrl is { Length: <= 8000 } url && url.StartsWith(Authorize.Path + "?", StringComparison.Ordinal)
            ? HttpUtility.ParseQueryString(url[(Authorize.Path.Length + 1)..])
            : null;
}
