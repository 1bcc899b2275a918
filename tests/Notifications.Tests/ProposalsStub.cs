using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Stands for Proposals, of which only comments are asked, and for Catalog, of which only skills not heard of yet are.</summary>
public sealed class ProposalsStub : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, (string? Text, string? RemovedBy)> _comments = new();
    private WebApplication? _app;

    public string Address { get; private set; } = "";

    public bool IsSilent { get; set; }

    /// <summary>Skills of Catalog by slug.</summary>
    public ConcurrentDictionary<string, (Guid Id, string Name)> Skills { get; } = new(StringComparer.Ordinal);

    public Guid Says(string text)
    {
        var id = Guid.CreateVersion7();
        _comments[id] = (text, null);
        return id;
    }

    public void Edited(Guid comment, string text) => _comments[comment] = (text, null);

    public void Removed(Guid comment, string by) => _comments[comment] = (null, by);

    public async Task Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/api/proposals/comments", (Guid[] id) => IsSilent ? Results.StatusCode(503) : Answer(id));
        _app.MapGet(
            "/api/catalog/skills/{slug}",
            (string slug) =>
                Skills.TryGetValue(slug, out var skill)
                    ? Results.Json(
                        new
                        {
                            skill.Id,
                            slug,
                            skill.Name,
                        }
                    )
                    : Results.NotFound()
        );
        await _app.StartAsync();
        Address = _app.Urls.First();
    }

    private IResult Answer(Guid[] ids) =>
        Results.Json(
            new
            {
                items = ids.Where(_comments.ContainsKey)
                    .Select(id => new
                    {
                        id,
                        author = new { id = "someone", name = "Someone" },
                        text = _comments[id].Text,
                        removed = _comments[id].RemovedBy is { } by ? new { by } : null,
                        version = 1,
                    }),
                nextCursor = (string?)null,
            }
        );

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }
}
