using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

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
        // How each reviewer keeps up is not every reviewer's business.
        Assert.Equal(JsonValueKind.Null, overview.GetProperty("reviewers").ValueKind);
        using var refused = await author.GetAsync("/api/proposals/overview");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        Task<Guid> Submit() => OverviewTests.Submit(author, skill);
    }

    [Fact]
    public async Task What_waits_for_whom_and_how_fast_it_is_decided_is_counted()
    {
        var domain = $"pace-{Guid.NewGuid():n}";
        var skill = (await host.Skill(domain)).Skill.Slug;
        var (quick, slow) = ($"quick-{domain}", $"slow-{domain}");
        foreach (var id in new[] { quick, slow })
            await host.Say(
                new AccountChanged(id, 1, id, "r@example.org", "en", "UTC", ["contributor", "reviewer"], [domain], true)
            );
        using var author = host.As($"author-{domain}");
        using var reviewer = host.Reviewer(quick, domain);
        using var administrator = host.As("administrator-of-pace", "administrator");
        await Eventually.Holds(async () => await Load(quick) is not null && await Load(slow) is not null);
        var decidedBefore = await Decided();
        var proposals = new[] { await Submit(author, skill), await Submit(author, skill), await Submit(author, skill) };
        await using var source = NpgsqlDataSource.Create(host.Database);
        foreach (var (i, verdict) in new[] { "reject", "requestChanges" }.Index())
        {
            await using var age = source.CreateCommand(
                "update mt_events set data = jsonb_set(data, '{at}', to_jsonb(now() - $2 * interval '1 hour')) where stream_id = $1"
            );
            age.Parameters.Add(new() { Value = proposals[i] });
            age.Parameters.Add(new() { Value = 10 + (20 * i) });
            await age.ExecuteNonQueryAsync();
            using var review = await reviewer.PostAsJsonAsync(
                $"/api/proposals/{proposals[i]}/reviews",
                new
                {
                    revision = 1,
                    verdict,
                    comment = "Why?",
                }
            );
            await review.Is(HttpStatusCode.NoContent);
        }
        var (ofQuick, ofSlow) = ((await Load(quick))!.Value, (await Load(slow))!.Value);
        Assert.Equal((1, 2), (ofQuick.GetProperty("waiting").GetInt32(), ofQuick.GetProperty("reviews").GetInt32()));
        Assert.InRange(ofQuick.GetProperty("medianHours").GetDouble(), 20, 20.5);
        Assert.Equal((1, 0), (ofSlow.GetProperty("waiting").GetInt32(), ofSlow.GetProperty("reviews").GetInt32()));
        Assert.Equal(JsonValueKind.Null, ofSlow.GetProperty("medianHours").ValueKind);
        // Others decide meanwhile.
        Assert.True(await Decided() > decidedBefore);

        async Task<JsonElement> Overview() =>
            await administrator.GetFromJsonAsync<JsonElement>("/api/proposals/overview");

        async Task<JsonElement?> Load(string id) =>
            (await Overview())
                .GetProperty("reviewers")
                .EnumerateArray()
                .Select(load => (JsonElement?)load)
                .FirstOrDefault(load => load!.Value.GetProperty("person").GetProperty("id").GetString() == id);

        async Task<long> Decided()
        {
            var weeks = (await Overview()).GetProperty("weeks").EnumerateArray().ToArray();
            Assert.Equal(12, weeks.Length);
            return weeks.Sum(week => week.GetProperty("decided").GetInt64());
        }
    }

    private static async Task<Guid> Submit(HttpClient author, string skill)
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
