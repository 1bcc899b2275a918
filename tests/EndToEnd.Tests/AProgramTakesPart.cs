using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>A service account through every part: it imports and proposes under its own name, and is out when it is revoked.</summary>
public sealed class AProgramTakesPart(RunningPlatform running)
{
    private const string Accounts = "/api/identity/service-accounts";

    [Fact]
    public async Task What_a_program_does_is_its_own_in_history_until_it_is_revoked()
    {
        const string name = "Nightly robot";
        var (status, made, _) = await running.Admin.Post(
            Accounts,
            new
            {
                name,
                scopes = new[] { "read", "propose", "import" },
                endsAt = DateTimeOffset.UtcNow.AddDays(1),
            }
        );
        Assert.Equal(201, status);
        var id = made.GetProperty("id").GetString()!;
        using var robot = new Api(running.Platform.Web, await Token(id, made.GetProperty("clientSecret").GetString()!));

        // Others look for a skill of the sample's name, and there is to be one.
        await robot.Import(
            SampleCatalogue.Of(1, "Robotics").Replace("Skill 1", "Servo control", StringComparison.Ordinal)
        );
        var skill = (await running.Nobody.Get("/api/catalog/skills?domain=robotics"))
            .GetProperty("items")[0]
            .GetProperty("slug")
            .GetString()!;
        Assert.Equal(name, await FirstAuthor($"/api/catalog/skills/{skill}/history"));

        var proposed = await robot.Post(
            "/api/proposals",
            new
            {
                skill,
                rationale = "Seen in another system.",
                changes = new[]
                {
                    new
                    {
                        op = "makeMandatory",
                        role = "ai-product-engineer",
                        level = "junior",
                    },
                },
            }
        );
        Assert.Equal(201, proposed.Status);
        var proposal = proposed.Headers.Location!.ToString();
        Assert.Equal(name, (await running.Nobody.Get(proposal)).GetProperty("author").GetProperty("name").GetString());
        var verdict = new
        {
            revision = 1,
            verdict = "approve",
            comment = (string?)null,
        };
        Assert.Equal(403, (await robot.Post($"{proposal}/reviews", verdict)).Status);
        Assert.InRange((await running.Reviewer.Post($"{proposal}/reviews", verdict)).Status, 200, 204);
        await Eventually.Get(
            () => running.Nobody.Get($"/api/catalog/skills/{skill}/history"),
            history => history.GetProperty("items").GetArrayLength() > 1
        );
        Assert.Equal(name, await FirstAuthor($"/api/catalog/skills/{skill}/history"));

        Assert.Equal(204, (await running.Admin.Send(HttpMethod.Delete, $"{Accounts}/{id}")).Status);
        foreach (
            var path in (string[])
                ["/api/catalog/errors", "/api/proposals/policies", "/api/notifications/inbox", "/api/identity/me"]
        )
            await Eventually.Holds(
                async () => (await robot.Send(HttpMethod.Get, path)).Status == 401,
                TimeSpan.FromSeconds(5)
            );
        Assert.Equal(name, await FirstAuthor($"/api/catalog/skills/{skill}/history"));
    }

    private async Task<string?> FirstAuthor(string history) =>
        (await running.Nobody.Get(history))
            .GetProperty("items")[0]
            .GetProperty("author")
            .GetProperty("name")
            .GetString();

    private async Task<string> Token(string id, string secret)
    {
        using var http = new HttpClient { BaseAddress = new Uri(running.Platform.Authority) };
        using var answer = await http.PostAsync(
            "/connect/token",
            new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("client_id", id),
                new("client_secret", secret),
            ])
        );
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }
}
