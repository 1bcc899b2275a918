using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity.Pages;

/// <summary>A page on the way to being signed in. It remembers, from one to the next, where somebody was going.</summary>
[AllowAnonymous]
public abstract class WayIn : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    protected string Carried => Url.IsLocalUrl(ReturnUrl) ? QueryString.Create("returnUrl", ReturnUrl).ToString() : "";

    protected LocalRedirectResult GoOn() => LocalRedirect(LocalAddress.Or(ReturnUrl));
}
