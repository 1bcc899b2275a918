using System.Net;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A skill that Catalog has and of which no news has come here yet, as one of a large import: it is watched at once.</summary>
public sealed class Unheard(HttpClient catalog)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private sealed record Skill(Guid Id, string Slug, string Name);

    public static void Add(IHostApplicationBuilder builder) =>
        builder.Services.AddHttpClient<Unheard>(http => http.BaseAddress = new Uri("http://catalog"));

    /// <summary>Null where there is no such skill, and where Catalog does not say.</summary>
    public async Task<Found?> Find(string scope, string key, CancellationToken ct)
    {
        if (scope != Topic.Skill || !Finding.IsKey(key))
            return null;
        try
        {
            return await Neighbourhood.Ask(Patience, limit => Ask(key, limit), ct);
        }
        catch (NeighbourSilentException)
        {
            return null;
        }
    }

    private async Task<Found?> Ask(string slug, CancellationToken ct)
    {
        using var answer = await catalog.GetAsync($"/api/catalog/skills/{Uri.EscapeDataString(slug)}", ct);
        return answer.StatusCode == HttpStatusCode.OK && await answer.Content.ReadFromJsonAsync<Skill>(ct) is { } skill
            ? new Found(Topic.OfSkill(skill.Id), skill.Slug, skill.Name)
            : null;
    }
}
