using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SkillPlatform.Identity.Pages;

/// <summary>
/// Where the link in a letter leads: whose it is, and the token that proves it. It shows a form, since mail scanners follow
/// links but do not press buttons.
/// </summary>
[AllowAnonymous]
public abstract class FromLetter : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Account { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Token { get; set; }

    public bool Done { get; protected set; }

    public void OnGet() { }
}
