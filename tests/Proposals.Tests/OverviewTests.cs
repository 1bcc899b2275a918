using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;

namespace SkillPlatform.Proposals.Tests;

public sealed class OverviewTests(ProposalsHost host)
{
    [Fact]
    public async Task What_is_open_is_counted_by_domain_age_and_dispute()
    {
        var domain = $"overview-{Guid.NewGuid():n}";
        var skill = (await host.Skill(domain)).Skill.Slug;
        using var author = host.As($"author-{domain}");
        var (old, asked, over) = (await Submit(), await Submit(), await Submit());
        await using var source = NpgsqlDataSource.Create(host.Database);
        await using var age = source.CreateCommand(
            "update mt_doc_proposal_page set data = jsonb_set(data, '{createdAt}', to_jsonb(now() - interval '40 days')) where id = $1"
        );
        age.Parameters.Add(new() { Value = old });
        await age.ExecuteNonQueryAsync();
        using var reviewer = host.Reviewer($"reviewer-{domain}", domain);
        using var review = await reviewer.PostAsJsonAsync(
            $"/api/proposals/{asked}/reviews",
            new
            {
                revision = 1,
                verdict = "requestChanges",
                comment = "Why?",
            }
        );
        await review.Is(HttpStatusCode.NoContent);
        using var withdrawal = await author.PostAsync($"/api/proposals/{over}/withdrawal", null);
        Assert.True(withdrawal.IsSuccessStatusCode);

        var overview = await reviewer.GetFromJsonAsync<JsonElement>("/api/proposals/overview");
        Assert.Equal(
            $$"""{"slug":"{{domain}}","open":2,"week":1,"month":0,"older":1,"changesRequested":1,"conflicted":0}""",
            overview
                .GetProperty("domains")
                .EnumerateArray()
                .Single(d => d.GetProperty("slug").GetString() == domain)
                .GetRawText()
        );
        var oldest = overview
            .GetProperty("oldest")
            .EnumerateArray()
            .Select(p => p.GetProperty("id").GetGuid())
            .ToArray();
        Assert.Equal(oldest.Order(), oldest);
        Assert.DoesNotContain(over, oldest);
        using var refused = await author.GetAsync("/api/proposals/overview");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        async Task<Guid> Submit()
        {
            using var answer = await author.PostAsJsonAsync(
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
            await answer.Is(HttpStatusCode.Created);
            return (await answer.Json()).GetProperty("id").GetGuid();
        }
    }
}
