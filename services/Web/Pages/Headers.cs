using Microsoft.Net.Http.Headers;

namespace SkillPlatform.Web.Pages;

/// <summary>What a browser may do with our pages: nothing but show them and send their forms.</summary>
public static class Headers
{
    public static void UseHeaders(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            app.UseHsts();
        // Signing out goes on to Identity, which browsers count as the form's target.
        var identity = new Uri(app.Configuration["Identity:Authority"]!).GetLeftPart(UriPartial.Authority);
        var pages = Policy(csp =>
        {
            csp.AddStyleSrc().Self();
            csp.AddScriptSrc().Self();
            csp.AddConnectSrc().Self();
            csp.AddImgSrc().Self().Data();
            csp.AddFormAction().Self().From(identity);
        });
        // The reference is a script of its own package, with styles of its own; both from here.
        var reference = Policy(csp =>
        {
            csp.AddScriptSrc().Self();
            csp.AddStyleSrc().Self().UnsafeInline();
            csp.AddImgSrc().Self().Data();
            csp.AddFontSrc().Self().Data();
            csp.AddConnectSrc().Self();
            csp.AddWorkerSrc().Self().Blob();
            csp.AddFormAction().None();
        });
        app.UseWhen(http => IsReference(http), branch => branch.UseSecurityHeaders(reference));
        app.UseWhen(
            http => !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal),
            branch => branch.UseSecurityHeaders(pages)
        );
    }

    private static bool IsReference(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api/docs", StringComparison.Ordinal);

    private static HeaderPolicyCollection Policy(Action<CspBuilder> rules) =>
        new HeaderPolicyCollection()
            .AddContentTypeOptionsNoSniff()
            .AddFrameOptionsDeny()
            .AddReferrerPolicyStrictOriginWhenCrossOrigin()
            .AddCrossOriginOpenerPolicy(policy => policy.SameOrigin())
            .AddCustomHeader(
                "Permissions-Policy",
                "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
            )
            .AddContentSecurityPolicy(csp =>
            {
                csp.AddDefaultSrc().None();
                csp.AddBaseUri().None();
                csp.AddFrameAncestors().None();
                rules(csp);
            });
}
