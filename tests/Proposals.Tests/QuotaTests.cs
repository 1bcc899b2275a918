using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(SkillPlatform.Proposals.Tests.BoundedHost))]

namespace SkillPlatform.Proposals.Tests;

/// <summary>Two replicas of a service of its own, for quotas hold for everybody.</summary>
public sealed class BoundedHost : IAsyncLifetime
{
    private readonly ProposalsHost _host = new();
    private ServiceHost<Program>? _second;

    public ProposalsHost Host => _host;

    public ServiceHost<Program> Second => _second!;

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _second = _host.Replica();
        using var administrator = _host.As("root", "administrator");
        using var set = await administrator.PutAsJsonAsync("/api/proposals/quotas", QuotaTests.Few);
        await set.Is(HttpStatusCode.NoContent);
        // Each replica has heard of it a second later.
        await Task.WhenAll(
            Hears(_host.Services.GetRequiredService<Tallies>()),
            Hears(_second.Services.GetRequiredService<Tallies>())
        );

        static Task Hears(Tallies tallies) =>
            Eventually.Holds(async () => (await tallies.LimitsOf(QuotaTests.Anyone, default))?.OpenProposals == 5);
    }

    public async ValueTask DisposeAsync()
    {
        if (_second is not null)
            await _second.DisposeAsync();
        await _host.DisposeAsync();
    }
}

/// <summary>How much one person may do.</summary>
public sealed class QuotaTests(BoundedHost bounded)
{
    private const string Root = "/api/proposals";

    internal static readonly Caller Anyone = new("x", new HashSet<string>(), new HashSet<string>());

    internal static readonly Limits Few = new(
        Proposals: new Rate(8, 20),
        Revisions: new Rate(3, 3),
        Comments: new Rate(10, 10),
        Reviews: new Rate(2, 2),
        Characters: new Rate(Normal.MostCharacters, Normal.MostCharacters),
        OpenProposals: 5,
        RevisionsOfOne: 3,
        ReviewersTimes: 2
    );

    private ProposalsHost Host => bounded.Host;

    private HttpClient[] Somebody(params string[] roles)
    {
        var sub = $"somebody-{Guid.CreateVersion7():N}";
        return [Host.As(sub, roles), bounded.Second.As(sub, roles.Length == 0 ? ["contributor"] : roles)];
    }

    private static async Task<Dictionary<HttpStatusCode, HttpResponseMessage[]>> AtOnce(
        int times,
        Func<int, Task<HttpResponseMessage>> send
    ) =>
        (await Task.WhenAll(Enumerable.Range(0, times).Select(send)))
            .GroupBy(answer => answer.StatusCode)
            .ToDictionary(answers => answers.Key, answers => answers.ToArray());

    private static Task<HttpResponseMessage> Propose(HttpClient author, string skill, string why = "Because.") =>
        author.PostAsJsonAsync(
            Root,
            new
            {
                skill,
                rationale = why,
                changes = new[] { Given.Mandatory },
            }
        );

    private static async Task<Guid> Id(HttpResponseMessage answer)
    {
        await answer.Is(HttpStatusCode.Created);
        return (await answer.Json()).GetProperty("id").GetGuid();
    }

    private static async Task IsExceeded(HttpResponseMessage answer, string quota)
    {
        await answer.Is(HttpStatusCode.TooManyRequests, "quota-exceeded");
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 86_400);
        Assert.Equal(quota, (await answer.Json()).GetProperty("quota").GetString());
    }

    [Fact]
    public async Task Many_comments_at_once_at_two_replicas_get_no_further_than_one_after_the_other()
    {
        var slug = (await Host.Skill()).Skill.Slug;
        var somebody = Somebody();
        var answers = await AtOnce(
            40,
            n => somebody[n % 2].PostAsJsonAsync($"{Root}/discussions/{slug}/comments", new { text = $"{n}" })
        );
        Assert.Equal(10, answers[HttpStatusCode.Created].Length);
        Assert.Equal(30, answers[HttpStatusCode.TooManyRequests].Length);
        await IsExceeded(answers[HttpStatusCode.TooManyRequests][0], "comments");
        // Others are not bound by it, reviewers have more, and administrators what they like.
        await (await Somebody()[0].PostAsJsonAsync($"{Root}/discussions/{slug}/comments", new { text = "x" })).Is(
            HttpStatusCode.Created
        );
        var reviewer = Somebody("contributor", "reviewer")[1];
        answers = await AtOnce(
            25,
            n => reviewer.PostAsJsonAsync($"{Root}/discussions/{slug}/comments", new { text = $"{n}" })
        );
        Assert.Equal(20, answers[HttpStatusCode.Created].Length);
        var administrator = Somebody("administrator")[0];
        answers = await AtOnce(
            25,
            n => administrator.PostAsJsonAsync($"{Root}/discussions/{slug}/comments", new { text = $"{n}" })
        );
        Assert.Equal(25, answers[HttpStatusCode.Created].Length);
    }

    [Fact]
    public async Task Nobody_has_more_open_proposals_than_they_may_also_when_they_begin_many_at_once()
    {
        var slug = (await Host.Skill()).Skill.Slug;
        var somebody = Somebody();
        var answers = await AtOnce(7, n => Propose(somebody[n % 2], slug, $"{n}"));
        Assert.Equal(5, answers[HttpStatusCode.Created].Length);
        await answers[HttpStatusCode.Conflict][0].Is(HttpStatusCode.Conflict, "too-many-open-proposals");
        // What is done with makes room, and what was refused was not counted: of eight an hour these are six and seven.
        foreach (var answer in answers[HttpStatusCode.Created].Take(2))
        {
            var id = await Id(answer);
            await (await somebody[0].PostAsync(new Uri($"{Root}/{id}/withdrawal", UriKind.Relative), null)).Is(
                HttpStatusCode.NoContent
            );
        }
        await (await Propose(somebody[0], slug)).Is(HttpStatusCode.Created);
        await (await Propose(somebody[1], slug)).Is(HttpStatusCode.Created);
        await (await Propose(somebody[1], slug)).Is(HttpStatusCode.Conflict, "too-many-open-proposals");
    }

    [Fact]
    public async Task What_is_refused_or_repeated_is_not_counted()
    {
        var slug = (await Host.Skill()).Skill.Slug;
        var somebody = Somebody()[0];
        somebody.DefaultRequestHeaders.Add("Idempotency-Key", "the same");
        var ids = new HashSet<Guid>();
        for (var n = 0; n < 12; n++)
            ids.Add(await Id(await Propose(somebody, slug)));
        Assert.Single(ids);
        somebody.DefaultRequestHeaders.Remove("Idempotency-Key");
        for (var n = 0; n < 12; n++)
            await (await Propose(somebody, slug, " ")).Is(HttpStatusCode.UnprocessableEntity, "validation");
        await (await Propose(somebody, slug)).Is(HttpStatusCode.Created);
        somebody.DefaultRequestHeaders.Add("Idempotency-Key", new string('k', 256));
        await (await Propose(somebody, slug)).Is(HttpStatusCode.BadRequest, "idempotency-key-too-long");
    }

    [Fact]
    public async Task What_is_sent_eight_times_at_once_under_one_key_is_counted_once()
    {
        var slug = (await Host.Skill()).Skill.Slug;
        var somebody = Somebody();
        Task<HttpResponseMessage> Say(int n) =>
            somebody[n % 2].PostAsJsonAsync($"{Root}/discussions/{slug}/comments", new { text = "The same." });
        foreach (var client in somebody)
            client.DefaultRequestHeaders.Add("Idempotency-Key", "at once");
        var ids = new HashSet<Guid>();
        foreach (var answer in (await AtOnce(8, Say))[HttpStatusCode.Created])
            ids.Add(await Id(answer));
        Assert.Single(ids);
        foreach (var client in somebody)
            client.DefaultRequestHeaders.Remove("Idempotency-Key");
        Assert.Equal(9, (await AtOnce(12, Say))[HttpStatusCode.Created].Length);
    }

    [Fact]
    public async Task A_stale_revision_is_not_counted_and_one_proposal_has_no_more_than_it_may()
    {
        var slug = (await Host.Skill()).Skill.Slug;
        var author = Somebody()[0];
        var id = await Id(await Propose(author, slug));
        async Task<HttpResponseMessage> Revise(int version)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"{Root}/{id}")
            {
                Content = JsonContent.Create(new { rationale = $"{version}", changes = new[] { Given.Mandatory } }),
            };
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
            return await author.SendAsync(request);
        }

        for (var n = 0; n < 5; n++)
            await (await Revise(77)).Is(HttpStatusCode.PreconditionFailed);
        await (await Revise(1)).Is(HttpStatusCode.NoContent);
        await (await Revise(2)).Is(HttpStatusCode.NoContent);
        await (await Revise(3)).Is(HttpStatusCode.Conflict, "too-many-revisions");
        // Those who revise two have a third revision in this hour, and no fourth.
        id = await Id(await Propose(author, slug));
        await (await Revise(1)).Is(HttpStatusCode.NoContent);
        await IsExceeded(await Revise(2), "revisions");
    }

    [Fact]
    public async Task A_reviewers_verdicts_are_counted()
    {
        var slug = (await Host.Skill()).Skill.Slug;
        var id = await Id(await Propose(Somebody()[0], slug));
        var reviewer = Host.Reviewer($"reviewer-{Guid.CreateVersion7():N}");
        Task<HttpResponseMessage> No() =>
            reviewer.PostAsJsonAsync(
                $"{Root}/{id}/reviews",
                new
                {
                    revision = 1,
                    verdict = "requestChanges",
                    comment = "No.",
                }
            );
        for (var n = 0; n < 4; n++)
            await (await No()).Is(HttpStatusCode.NoContent);
        var since = TimeProvider.System.GetTimestamp();
        await IsExceeded(await No(), "reviews");
        // To ask over and over costs the asker time.
        Assert.InRange(TimeProvider.System.GetElapsedTime(since).TotalMilliseconds, 400, 20_000);
    }

    [Fact]
    public async Task What_is_written_is_counted_by_its_length_too()
    {
        var slug = (await Host.Skill()).Skill.Slug;
        var somebody = Somebody();
        async Task<HttpResponseMessage> Long(int parts) =>
            await somebody[0]
                .PostAsJsonAsync(
                    Root,
                    new
                    {
                        skill = slug,
                        rationale = "Because.",
                        changes = Enumerable
                            .Range(0, parts)
                            .Select(n => new
                            {
                                op = "rewordRequirement",
                                role = "engineer",
                                level = "junior",
                                was = n == 0 ? "Deploys a function." : $"{n - 1}{new string('x', 9_000)}",
                                description = $"{n}{new string('x', 9_000)}",
                            }),
                    }
                );
        // Half a megabyte, as a flood would have it.
        var tooLong = await Long(28);
        await tooLong.Is(HttpStatusCode.UnprocessableEntity, "validation");
        Assert.Contains(
            "200,000",
            (await tooLong.Json()).GetProperty("errors").GetProperty("/changes")[0].GetString(),
            StringComparison.Ordinal
        );
        await (await Long(10)).Is(HttpStatusCode.Created);
        await IsExceeded(await Long(10), "characters");
        // The proposal that was refused for its length was not counted as one.
        for (var n = 0; n < 4; n++)
            await (await Propose(somebody[1], slug)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Quotas_are_read_by_whoever_is_bound_and_set_by_administrators()
    {
        using var read = await Somebody()[0].GetAsync($"{Root}/quotas");
        await read.Is(HttpStatusCode.OK);
        Assert.Equal(
            JsonSerializer.Serialize(Few, JsonSerializerOptions.Web),
            JsonSerializer.Serialize(await read.Json(), JsonSerializerOptions.Web)
        );
        using var administrator = Host.As("root", "administrator");
        await (await administrator.PutAsJsonAsync($"{Root}/quotas", Few)).Is(HttpStatusCode.PreconditionRequired);
        administrator.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", read.Headers.ETag!.Tag);
        await (await administrator.PutAsJsonAsync($"{Root}/quotas", Few)).Is(HttpStatusCode.NoContent);
        await (await Somebody()[0].PutAsJsonAsync($"{Root}/quotas", Few)).Is(HttpStatusCode.Forbidden);
    }

    [Fact]
    public void Quotas_can_be_kept()
    {
        var errors = Assert
            .IsType<Decision.Refused>(
                SetQuotas.Decide(
                    null,
                    new Limits(
                        new Rate(0, 5),
                        new Rate(5, 4),
                        null,
                        new Rate(1, int.MaxValue),
                        new Rate(1_000, 1_000_000),
                        0,
                        -1,
                        21
                    ),
                    "root",
                    Given.Now
                )
            )
            .Refusal.Errors!;
        Assert.Equal(
            [
                "/characters/hour",
                "/openProposals",
                "/proposals/hour",
                "/reviewersTimes",
                "/reviews/day",
                "/revisions/day",
                "/revisionsOfOne",
            ],
            errors.Keys.Order(StringComparer.Ordinal)
        );
        var set = Assert.IsType<Decision.Accepted>(SetQuotas.Decide(null, Few, "root", Given.Now)).Items[0];
        var quotas = Quotas.Fold(null, Quotas.TheOne, set);
        Assert.Equal(Decision.Nothing, SetQuotas.Decide(quotas, Few, "root", Given.Now));
    }

    [Fact]
    public void In_development_nobody_is_bound_and_elsewhere_everybody_but_administrators()
    {
        Caller As(string role) => Anyone with { Roles = new HashSet<string>([role]) };
        Assert.Null(Limits.None.Of(As(Roles.Contributor)));
        Assert.Null(Limits.Human.Of(As(Roles.Administrator)));
        Assert.Equal(Limits.Human, Limits.Human.Of(As(Roles.Contributor)));
        Assert.Equal(new Rate(150, 500), Limits.Human.Of(As(Roles.Moderator))!.Proposals);
        Assert.Equal(250, Limits.Human.Of(As(Roles.Reviewer))!.OpenProposals);
        Assert.IsType<Decision.Accepted>(SetQuotas.Decide(null, Limits.Human, "root", Given.Now));
        Assert.IsType<Decision.Accepted>(SetQuotas.Decide(null, Limits.None, "root", Given.Now));
    }

    [Fact]
    public async Task They_are_reminded_of_what_waits_by_a_query_that_can_be_asked() =>
        await Host
            .Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>()
            .OfType<RemindOfProposal>()
            .Single()
            .Remind(default);
}
