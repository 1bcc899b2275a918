using System.Diagnostics;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace SkillPlatform.Identity.Pages;

/// <summary>What a person sees when something fails; never what failed inside.</summary>
[AllowAnonymous]
[IgnoreAntiforgeryToken]
[ResponseCache(NoStore = true)]
public sealed class ErrorModel : PageModel
{
    public string Text =>
        Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => "Failure.NotFound",
            StatusCodes.Status429TooManyRequests => "Failure.TooMany",
            >= 400 and < 500 => "Failure.Request",
            _ => "Failure.Body",
        };

    /// <summary>What OpenID says of a client's wrong request: for who writes the client.</summary>
    public string? Detail => HttpContext.GetOpenIddictServerResponse()?.ErrorDescription;

    public string Trace => Activity.Current?.TraceId.ToString() ?? HttpContext.TraceIdentifier;

    public void OnGet() { }

    public void OnPost() { }
}
