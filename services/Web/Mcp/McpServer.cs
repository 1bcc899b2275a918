using Microsoft.AspNetCore.Builder;
using ModelContextProtocol.AspNetCore;

namespace SkillPlatform.Web.Mcp;

/// <summary>
/// <c>/mcp</c>: the catalogue as tools for assistants (Model Context Protocol). Each request stands alone, so that any replica
/// answers it; who calls is who the bearer token says, never the browser's session.
/// </summary>
public static class McpServer
{
    public const string Path = "/mcp";

    private const string Instructions =
        "A catalogue of professional skills: what each skill requires of a role at a level. Everything is named by its slug: "
        + "search first, then read. You may draft a proposal as the person whose token you carry; only that person sees the "
        + "draft, and only they can send it. Reviews are for people.";

    public static void AddMcp(this WebApplicationBuilder builder)
    {
        builder.Services.AddTransient<AsCaller>();
        foreach (var service in (string[])["catalog", "proposals"])
            builder
                .Services.AddHttpClient($"mcp-{service}", http => http.BaseAddress = new Uri($"http://{service}"))
                .AddHttpMessageHandler<AsCaller>();
        builder
            .Services.AddMcpServer(options =>
            {
                options.ServerInfo = new() { Name = "SkillPlatform", Version = "1.0.0" };
                options.ServerInstructions = Instructions;
            })
            .WithHttpTransport(transport => transport.SessionMode = HttpServerSessionMode.Stateless)
            .WithTools<SkillTools>();
    }

    public static void MapMcp(this WebApplication app) => app.MapMcp(Path).AllowAnonymous().DisableAntiforgery();

    /// <summary>The caller's own token goes on to the services, which alone judge it. Nothing else of the request does.</summary>
    private sealed class AsCaller(IHttpContextAccessor accessor) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (accessor.HttpContext?.Request.Headers.Authorization.ToString() is { Length: > 0 } token)
                request.Headers.TryAddWithoutValidation("Authorization", token);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
