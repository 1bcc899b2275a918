using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals.Tests;

/// <summary>The two answers that this service asks its neighbours for.</summary>
public sealed class ProfileStub : IAsyncDisposable
{
    private WebApplication? _app;

    public ConcurrentDictionary<(string Slug, long Version), SkillState> Profiles { get; } = new();

    public ConcurrentDictionary<string, Guid> Ids { get; } = new(StringComparer.Ordinal);

    /// <summary>Slugs for which the neighbours fail.</summary>
    public ConcurrentDictionary<string, bool> Silent { get; } = new(StringComparer.Ordinal);

    public string Address { get; private set; } = "";

    public async Task Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet(
            "/api/catalog/skills/{slug}",
            (string slug, long? version) =>
                Silent.ContainsKey(slug) ? Results.StatusCode(503)
                : Profiles
                    .Where(p => p.Key.Slug == slug && (version is null || p.Key.Version == version))
                    .OrderByDescending(p => p.Key.Version)
                    .FirstOrDefault()
                    is { Value: { } skill, Key.Version: var said }
                    ? Results.Json(
                        new
                        {
                            id = Ids.GetValueOrDefault(slug),
                            skill.Slug,
                            skill.Name,
                            skill.Keywords,
                            skill.Domain,
                            skill.Group,
                            skill.Levels,
                            skill.Roles,
                            counts = new { mandatory = 1 },
                            version = said,
                            requirements = skill.Requirements.Select(r => new
                            {
                                r.Role,
                                r.Level,
                                r.Mandatory,
                                r.Description,
                                since = new { version = 1 },
                            }),
                        }
                    )
                : Results.NotFound()
        );
        app.MapGet(
            "/api/notifications/watches/skill/{slug}/count",
            (string slug) => Silent.ContainsKey(slug) ? Results.StatusCode(503) : Results.Json(new { count = 7 })
        );
        await app.StartAsync();
        Address = app.Urls.First();
        _app = app;
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
