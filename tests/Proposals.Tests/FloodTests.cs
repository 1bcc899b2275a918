using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals.Tests;

/// <summary>However much there is, what is read of it stays small.</summary>
public sealed class FloodTests(ProposalsHost host)
{
    private const string Root = "/api/proposals";

    // What may be written at once has bounds; what was written before they were may be longer.
    private static readonly string HalfAMegabyte = string.Concat(
        Enumerable.Range(0, 60_000).Select(i => (i * 7919 % 99991).ToString("x8", CultureInfo.InvariantCulture))
    );

    [Fact]
    public async Task A_proposal_of_84_times_half_a_megabyte_costs_those_who_read_lists_nothing()
    {
        var skill = await host.Skill();
        var slug = skill.Skill.Slug;
        var subject = new Subject(skill.SkillId, slug, "S", "cloud", "serverless");
        var id = Guid.CreateVersion7();
        Change Long(int n) => new StateRequirement("engineer", "senior", false, $"{n} {HalfAMegabyte}");
        for (var n = 1; n <= 84; n++)
        {
            await using var session = host.Store.LightweightSession();
            if (n == 1)
                session.Events.StartStream<Proposal>(
                    id,
                    new ProposalSubmitted(subject, "flooder", 1, "Because.", [Long(1)], Given.Now)
                );
            else
                session.Events.Append(
                    id,
                    n,
                    new ProposalRevised(subject, n, "Because.", [Long(n)], KeepsApprovals: false, Given.Now)
                );
            await session.SaveChangesAsync();
        }
        using var anyone = host.As(null);
        async Task<int> Read(string query)
        {
            var took = Stopwatch.StartNew();
            var bytes = (await anyone.GetByteArrayAsync(Root + query)).Length;
            TestContext.Current.TestOutputHelper!.WriteLine($"{query} {took.ElapsedMilliseconds} ms, {bytes} B");
            return bytes;
        }

        Assert.InRange(await Read($"?skill={slug}"), 1, 2_000);
        Assert.InRange(await Read("?limit=200"), 1, 400_000);
        // The current revision, and no more of the older ones than fit.
        Assert.InRange(await Read($"/{id}"), 500_000, 3_000_000);
        Assert.InRange(await Read($"/{id}/revisions"), 1, 20_000);
        Assert.InRange(await Read($"/{id}/revisions/7"), 400_000, 600_000);
        Assert.InRange(await Read($"/{id}/timeline"), 1, 20_000);
        await using var source = NpgsqlDataSource.Create(host.Database);
        await using var command = source.CreateCommand("select max(pg_column_size(data)) from mt_doc_proposal_page");
        Assert.InRange((int)(await command.ExecuteScalarAsync())!, 1, 20_000);
    }

    [Fact]
    public async Task A_long_history_is_read_page_by_page()
    {
        var (id, _) = await Submitted();
        for (var n = 2; n <= 130; n++)
        {
            await using var session = host.Store.LightweightSession();
            session.Events.Append(
                id,
                n,
                n % 5 == 0
                    ? new ChangesRequested(1, $"reviewer-{n % 2}", $"No. {n}", Given.Now)
                    : new ProposalRevised(
                        Given.Known.Subject,
                        n,
                        $"{n}",
                        [Given.Reword],
                        KeepsApprovals: true,
                        Given.Now
                    )
            );
            await session.SaveChangesAsync();
        }
        using var anyone = host.As(null);
        var whole = await (await anyone.GetAsync($"{Root}/{id}")).Json();
        Assert.Equal(
            Enumerable.Range(1, 129).Where(n => n % 5 != 0).TakeLast(20).ToArray(),
            whole.GetProperty("revisions").EnumerateArray().Select(r => r.GetProperty("revision").GetInt32())
        );
        Assert.Equal("129", whole.GetProperty("rationale").GetString());
        Assert.Equal(1, whole.GetProperty("changes").GetArrayLength());
        Assert.Equal(100, whole.GetProperty("timeline").GetArrayLength());
        Assert.Equal("changesRequested", whole.GetProperty("timeline")[99].GetProperty("kind").GetString());
        var older = whole.GetProperty("older");
        Assert.True(older.GetProperty("revisions").GetBoolean() && older.GetProperty("timeline").GetBoolean());
        Assert.False(older.GetProperty("comments").GetBoolean());

        var reviews = await All($"/{id}/reviews?limit=10");
        Assert.Equal(26, reviews.Count);
        Assert.Equal("No. 130", reviews[0].GetProperty("comment").GetString());
        // Of the last two only the newest, for a revision came in between.
        Assert.Equal([true], reviews.Select(r => r.GetProperty("counts").GetBoolean()).Where(counts => counts));
        Assert.Equal(130, (await All($"/{id}/timeline?limit=50")).Count);
        Assert.Equal(
            Enumerable.Range(1, 129).Where(n => n % 5 != 0).Reverse(),
            (await All($"/{id}/revisions?limit=30")).Select(r => r.GetProperty("revision").GetInt32())
        );
        await (await anyone.GetAsync($"{Root}/{id}/revisions/5")).Is(HttpStatusCode.NotFound);
        await (await anyone.GetAsync($"{Root}/{id}/revisions?cursor=WyJ4Il0")).Is(HttpStatusCode.BadRequest);

        async Task<List<JsonElement>> All(string list)
        {
            var all = new List<JsonElement>();
            for (string? cursor = ""; cursor is not null; )
            {
                var page = await (await anyone.GetAsync($"{Root}{list}&cursor={cursor}")).Json();
                all.AddRange(page.GetProperty("items").EnumerateArray());
                cursor = page.GetProperty("nextCursor").GetString();
            }
            return all;
        }
    }

    [Fact]
    public async Task Of_a_long_conversation_the_newest_fifty_come_with_the_proposal()
    {
        var (id, author) = await Submitted();
        for (var n = 1; n <= 60; n++)
            await (await author.PostAsJsonAsync($"{Root}/{id}/comments", new { text = $"{n}" })).Is(
                HttpStatusCode.Created
            );
        var whole = await (await author.GetAsync($"{Root}/{id}")).Json();
        Assert.True(whole.GetProperty("older").GetProperty("comments").GetBoolean());
        Assert.Equal(Enumerable.Range(11, 50).Select(n => $"{n}"), Texts(whole.GetProperty("comments")));
        var newest = await (await author.GetAsync($"{Root}/{id}/comments?order=newest")).Json();
        Assert.Equal(Enumerable.Range(11, 50).Reverse().Select(n => $"{n}"), Texts(newest.GetProperty("items")));
        var rest = await (
            await author.GetAsync(
                $"{Root}/{id}/comments?order=newest&cursor={newest.GetProperty("nextCursor").GetString()}"
            )
        ).Json();
        Assert.Equal(Enumerable.Range(1, 10).Reverse().Select(n => $"{n}"), Texts(rest.GetProperty("items")));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);
        await (await author.GetAsync($"{Root}/{id}/comments?order=best")).Is(
            HttpStatusCode.UnprocessableEntity,
            "validation"
        );

        static IEnumerable<string> Texts(JsonElement comments) =>
            comments.EnumerateArray().Select(c => c.GetProperty("text").GetString()!);
    }

    [Fact]
    public async Task Pages_that_an_older_version_left_are_made_anew()
    {
        var (id, author) = await Submitted();
        await using var source = NpgsqlDataSource.Create(host.Database);
        await using var command = source.CreateCommand(
            """
            update mt_doc_proposal_page
            set data = data - 'rationale' - 'changes' - 'cells' - 'verdicts' - 'reviewers' || '{"revisions":[],"reviews":[]}'
            where id = $1
            """
        );
        command.Parameters.Add(new() { Value = id });
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
        await ProposalPage.Renew(host.Services, default);
        var whole = await (await author.GetAsync($"{Root}/{id}")).Json();
        Assert.Equal("Because.", whole.GetProperty("rationale").GetString());
        using var revised = new HttpRequestMessage(HttpMethod.Put, $"{Root}/{id}")
        {
            Content = JsonContent.Create(new { rationale = "Better.", changes = new[] { Given.Mandatory } }),
        };
        revised.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        await (await author.SendAsync(revised)).Is(HttpStatusCode.NoContent);
    }

    private async Task<(Guid Id, HttpClient Author)> Submitted()
    {
        var skill = await host.Skill();
        var author = host.As($"author-{Guid.CreateVersion7():N}");
        var answer = await author.PostAsJsonAsync(
            Root,
            new
            {
                skill = skill.Skill.Slug,
                rationale = "Because.",
                changes = new[] { Given.Mandatory },
            }
        );
        await answer.Is(HttpStatusCode.Created);
        return ((await answer.Json()).GetProperty("id").GetGuid(), author);
    }
}
