using Microsoft.Net.Http.Headers;

namespace SkillPlatform.Web.Pages;

/// <summary>What a browser may do with our pages: nothing but show them and send their forms.</summary>
public static class Headers
{
    public static void UseHeaders(this IApplicationBuilder app)
    {
        if (!app.ApplicationServices.GetRequiredService<IHostEnvironment>().IsDevelopment())
            app.UseHsts();
        // Signing out goes on to Identity, which browsers count as the form's target.
        var configuration = app.ApplicationServices.GetRequiredService<IConfiguration>();
        var identity = new Uri(configuration["Identity:Authority"]!).GetLeftPart(UriPartial.Authority);
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
            csp.AddStyleSrc().Self().WithNonce();
            csp.AddImgSrc().Self().Data();
            csp.AddFontSrc().Self().Data();
            csp.AddConnectSrc().Self();
            csp.AddWorkerSrc().Self().Blob();
            csp.AddFormAction().None();
        });
        app.UseWhen(http => IsReference(http), branch => branch.UseSecurityHeaders(reference));
        app.UseWhen(http => !IsApi(http), branch => branch.UseSecurityHeaders(pages));
        app.UseWhen(
            http => IsApi(http) && !IsReference(http),
            branch =>
                branch.Use(
                    (http, next) =>
                    {
                        http.Response.OnStarting(Bare, http.Response.Headers);
                        return next(http);
                    }
                )
        );
    }

    // Data is no page: nobody may frame it, and it starts nothing. The one page of a service says itself what it needs.
    private static Task Bare(object of)
    {
        var headers = (IHeaderDictionary)of;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = Nothing;
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
        return Task.CompletedTask;
    }

    private const string Nothing = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()";

    // But the guide, a page like all others.
    private static bool IsApi(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && !http.Request.Path.StartsWithSegments("/api/guide", StringComparison.OrdinalIgnoreCase);

    private static bool IsReference(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api/docs", StringComparison.OrdinalIgnoreCase);

    private static HeaderPolicyCollection Policy(Action<CspBuilder> rules) =>
        new HeaderPolicyCollection()
            .AddContentTypeOptionsNoSniff()
            .AddFrameOptionsDeny()
            .AddReferrerPolicyStrictOriginWhenCrossOrigin()
            .AddCrossOriginOpenerPolicy(policy => policy.SameOrigin())
            .AddCustomHeader("Permissions-Policy", Nothing)
            .AddContentSecurityPolicy(csp =>
            {
                csp.AddDefaultSrc().None();
                csp.AddBaseUri().None();
                csp.AddFrameAncestors().None();
                rules(csp);
            });
}
