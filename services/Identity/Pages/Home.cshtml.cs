using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SkillPlatform.Identity.Pages;

/// <summary>Who is signed in here, and the way out.</summary>
[Authorize]
public sealed class HomeModel(UserManager<Account> users, IConfiguration configuration) : PageModel
{
    public Account Account { get; private set; } = new();

    public string Web => configuration["Web:PublicOrigin"] ?? "http://localhost:8080";

    public async Task<IActionResult> OnGet()
    {
        if (await users.GetUserAsync(User) is not { } account)
            return Challenge();
        Account = account;
        return Page();
    }
}
