using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>Every route, by every kind of caller, against the approved table.</summary>
public sealed class WhoMayTests(ProposalsHost host)
{
    private static readonly string[] All = ["contributor", "reviewer", "moderator", "administrator"];

    [Fact]
    public async Task Who_may_call_what_is_what_was_approved()
    {
        await host.Say(Account(WhoMay.Demoted, ["contributor"]));
        await host.Say(Account(WhoMay.Suspended, All) with { Active = false });
        await host.Say(new AccountErased(WhoMay.Erased, 2, DateTimeOffset.UtcNow));
        await Eventually.Holds(async () =>
        {
            await using var session = host.Store.QuerySession();
            return (await session.LoadManyAsync<Account>(WhoMay.Demoted, WhoMay.Suspended, WhoMay.Erased)).Count == 3;
        });
        var skill = (await host.Skill()).Skill.Slug;
        using var author = host.As("author-of-the-table");
        using var proposed = await author.PostAsJsonAsync(
            "/api/proposals",
            new
            {
                skill,
                rationale = "Because.",
                changes = new object[]
                {
                    new
                    {
                        op = "makeMandatory",
                        role = "engineer",
                        level = "junior",
                    },
                },
            }
        );
        await proposed.Is(HttpStatusCode.Created);
        using var said = await author.PostAsJsonAsync(
            $"/api/proposals/discussions/{skill}/comments",
            new { text = "Words." }
        );
        await said.Is(HttpStatusCode.Created);
        var differs = await WhoMay.Approve(
            "Proposals.Tests",
            host.Services.GetRequiredService<EndpointDataSource>(),
            author.BaseAddress!,
            WhoMay.Callers(host.Authority, "cloud"),
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                // Of nobody's revision, so that nothing comes of it.
                ["POST /api/proposals/{id:guid}/reviews"] = """{"revision":99,"verdict":"approve"}""",
                ["PUT /api/proposals/{id:guid}"] =
                    """{"rationale":"x","changes":[{"op":"makeMandatory","role":"engineer","level":"junior"}]}""",
                ["PUT /api/proposals/discussions/{skill}/comments/{commentId:guid}"] = """{"text":"Other words."}""",
            },
            ("{id:guid}", (await proposed.Json()).GetProperty("id").GetString()!),
            ("{skill}", skill),
            ("{commentId:guid}", (await said.Json()).GetProperty("id").GetString()!)
        );
        Assert.True(differs.Length == 0, differs);
    }

    private static AccountChanged Account(string id, string[] roles) =>
        new(id, 1, id, $"{id}@example.org", "en", "Etc/UTC", roles, ["*"], Active: true);
}
