using System.Globalization;
using System.Net;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>The other services that this one asks over HTTP. It works without them, only with less to say.</summary>
public static class Neighbours
{
    public static void AddNeighbours(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Catalogue>();
        builder.Services.AddSingleton<Profiles>();
        builder.Services.AddHttpClient<Watchers>(http => http.BaseAddress = new Uri("http://notifications"));
        builder.Services.AddHttpClient(nameof(Profiles), http => http.BaseAddress = new Uri("http://catalog"));
    }
}

/// <summary>How many people watch a skill: Notifications knows.</summary>
public sealed class Watchers(HttpClient notifications)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private sealed record Answer(int Count);

    /// <summary>Null if Notifications does not answer in time: a preview does not wait for it.</summary>
    public async Task<int?> Of(string slug, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            var path = $"/api/notifications/watches/skill/{Uri.EscapeDataString(slug)}/count";
            return (await notifications.GetFromJsonAsync<Answer>(path, limit.Token))?.Count;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            _ = e;
            return null;
        }
    }
}

/// <summary>Skills as Catalog has them: as they are, before news of it has come here, and as they were.</summary>
public sealed class Profiles(IHttpClientFactory clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // For what a copy is here already.
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(1);

    private sealed record Profile(
        Guid Id,
        string Slug,
        string Name,
        string[] Keywords,
        Named Domain,
        Named Group,
        Named[] Levels,
        Named[] Roles,
        Requirement[] Requirements,
        long Version,
        bool Retired = false,
        string? Description = null
    );

    /// <summary>A skill as it was; null where it has no such version. Throws <see cref="NeighbourSilentException"/>.</summary>
    public async Task<SkillState?> Of(string slug, long version, CancellationToken ct) =>
        (await Ask(string.Create(CultureInfo.InvariantCulture, $"{slug}?version={version}"), Patience, ct))?.State;

    /// <summary>A skill as it is; null where there is none, and where Catalog does not say.</summary>
    public async Task<KnownSkill?> Now(string slug, CancellationToken ct)
    {
        try
        {
            return await Ask(Uri.EscapeDataString(slug), ShortPatience, ct);
        }
        catch (NeighbourSilentException)
        {
            return null;
        }
    }

    private Task<KnownSkill?> Ask(string skill, TimeSpan patience, CancellationToken ct) =>
        Neighbourhood.Ask(
            patience,
            async limit =>
            {
                using var catalog = clients.CreateClient(nameof(Profiles));
                using var answer = await catalog.GetAsync($"/api/catalog/skills/{skill}", limit);
                if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
                    return null;
                answer.EnsureSuccessStatusCode();
                return await answer.Content.ReadFromJsonAsync<Profile>(limit) is { } p
                    ? new KnownSkill(
                        p.Id,
                        p.Version,
                        new SkillState(
                            p.Slug,
                            p.Name,
                            p.Keywords,
                            p.Domain,
                            p.Group,
                            p.Levels,
                            p.Roles,
                            p.Requirements,
                            p.Retired,
                            p.Description
                        )
                    )
                    : null;
            },
            ct
        );
}
