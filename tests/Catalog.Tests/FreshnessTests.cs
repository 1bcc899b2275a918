using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>What is confirmed unchanged, and when it is to be looked at again.</summary>
[Collection(nameof(Catalogue))]
public sealed class FreshnessTests(Catalogue catalogue)
{
    private static readonly DateOnly Today = new(2026, 11, 29);
    private static readonly Requirement Junior = new("developer", "junior", true, "Knows it.");
    private static readonly Requirement Senior = new("tester", "senior", false, "Breaks it.");

    private static Caller Person(string role, params string[] scopes) =>
        new("someone", new HashSet<string> { "contributor", role }, new HashSet<string>(scopes));

    [Fact]
    public void Who_reviews_the_domain_or_looks_after_the_whole_confirms()
    {
        var body = new Confirmation(0);
        foreach (
            var caller in new[]
            {
                Person("reviewer", "engineering"),
                Person("reviewer", "*"),
                Person("moderator"),
                Person("administrator"),
            }
        )
            Assert.Equal([new SkillConfirmed()], Events(Decide(body, caller)));
        Assert.Equal("not-reviewer", Refused(Decide(body, Person("reviewer", "design"))).Code);
        Assert.Equal("not-reviewer", Refused(Decide(body, Person("contributor"))).Code);
        var program = Person("administrator") with { IsService = true };
        Assert.Equal("service-account", Refused(Decide(body, program)).Code);
        Assert.Equal("retired", Refused(Decide(body, Person("moderator"), [.. Given.Events, new SkillRetired()])).Code);
    }

    [Fact]
    public void What_is_confirmed_is_what_was_read_and_stands()
    {
        var caller = Person("moderator");
        Assert.Equal("stale-version", Refused(Decide(new(1), caller)).Code);
        var wrong = Refused(Decide(new(0, [new("developer", "junior"), new("tester", "junior"), default]), caller));
        Assert.Equal(["/requirements/1", "/requirements/2"], wrong.Errors!.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("/requirements", Refused(Decide(new(0, []), caller)).Errors!.Keys);
        Assert.Contains("/note", Refused(Decide(new(0, Note: new string('a', 5_001)), caller)).Errors!.Keys);
        Assert.Contains("/reviewOn", Refused(Decide(new(0, ReviewOn: Today), caller)).Errors!.Keys);
        Assert.Contains("/reviewOn", Refused(Decide(new(0, ReviewOn: Today.AddYears(11)), caller)).Errors!.Keys);
        Cell junior = new("developer", "junior");
        Assert.Equal(
            [new RequirementConfirmed("developer", "junior")],
            Events(Decide(new(0, [junior, junior]), caller))
        );
        // One by one all of them are all of them.
        Assert.Equal([new SkillConfirmed()], Events(Decide(new(0, [junior, new("developer", "senior")]), caller)));
    }

    [Fact]
    public void A_planned_review_ends_when_all_is_confirmed_or_moves_on()
    {
        var caller = Person("moderator");
        object[] planned = [.. Given.Events, new ReviewPlanned(Today.AddDays(3), "planner")];
        Assert.Equal(
            [new ReviewPlanned(null, "someone"), new SkillConfirmed()],
            Events(Decide(new(0), caller, planned))
        );
        Assert.Equal(
            [new ReviewPlanned(Today.AddDays(9), "someone"), new SkillConfirmed()],
            Events(Decide(new(0, ReviewOn: Today.AddDays(9)), caller, planned))
        );
        Assert.Equal(
            [new RequirementConfirmed("developer", "junior")],
            Events(Decide(new(0, [new("developer", "junior")]), caller, planned))
        );
    }

    [Fact]
    public void A_review_falls_due_once_for_each_day_planned()
    {
        object[] planned = [.. Given.Events, new ReviewPlanned(Today, "planner")];
        Assert.Empty(Events(ReviewFallsDue.Decide(Given.Skill(planned), Today.AddDays(-1))));
        Assert.Equal([new ReviewFellDue(Today)], Events(ReviewFallsDue.Decide(Given.Skill(planned), Today.AddDays(2))));
        object[] told = [.. planned, new ReviewFellDue(Today)];
        Assert.Empty(Events(ReviewFallsDue.Decide(Given.Skill(told), Today.AddDays(2))));
        object[] again = [.. told, new ReviewPlanned(Today.AddDays(1), "planner")];
        Assert.Single(Events(ReviewFallsDue.Decide(Given.Skill(again), Today.AddDays(2))));
        Assert.Empty(Events(ReviewFallsDue.Decide(Given.Skill([.. planned, new SkillRetired()]), Today)));
    }

    [Fact]
    public async Task A_confirmation_is_shown_remembered_and_no_change()
    {
        var (id, slug, _) = await catalogue.Skill(Junior, Senior);
        using var reviewer = catalogue.Service.As("confirmer-1", "contributor", "moderator");
        var found = await Found(slug);
        await Sent(
            reviewer,
            slug,
            new
            {
                version = 3,
                requirements = new[] { new { role = "developer", level = "junior" } },
                note = "Asked the team.",
            }
        );
        var page = await catalogue.Service.Get($"/skills/{slug}");
        Assert.Equal(3, page.GetProperty("version").GetInt64());
        Assert.Equal("confirmer-1", Of(page, "junior").GetProperty("by").GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, Of(page, "senior").ValueKind);
        Assert.Equal(found, await Found(slug));

        await Sent(reviewer, slug, new { version = 3 });
        await Page(slug, p => Of(p, "senior").ValueKind != JsonValueKind.Null);
        var history = await History($"/skills/{slug}/history");
        Assert.Equal(
            ["skillConfirmed", "requirementConfirmed", "requirementStated", "requirementStated", "skillAdded"],
            history.Select(h => h.GetProperty("kind").GetString())
        );
        Assert.Equal("Asked the team.", history[1].GetProperty("reason").GetString());
        Assert.Equal("confirmer-1", history[1].GetProperty("author").GetProperty("id").GetString());
        var cell = await History($"/skills/{slug}/requirements/tester/senior/history");
        Assert.Equal(["skillConfirmed", "requirementStated"], cell.Select(h => h.GetProperty("kind").GetString()));
        // A retirement that was proposed before it is none of its business.
        Assert.Equal(3, (await Live(id)).Says.Version);
        // What it said when it was confirmed can be asked for, as for any version; the past is told without what came later.
        var past = await catalogue.Service.Get($"/skills/{slug}?version=4");
        Assert.Equal(JsonValueKind.Null, Of(past, "junior").ValueKind);

        // Whoever changes the skill now is not in anybody's way, and what was confirmed was another text.
        var applied = Assert.IsType<ProposalApplied>(
            await catalogue.Accept(
                Given.Accepted(id, new RewordRequirement("developer", "junior", "Knows it.", "Knows more."))
            )
        );
        Assert.Equal((5, 6), (applied.FromVersion, applied.Version));
        var changed = await catalogue.Hears<SkillChanged>(c => c.SkillId == id && c.Version == 6);
        Assert.Equal("requirementReworded", Assert.Single(changed.Changes).Kind);
        Assert.Equal(2, catalogue.Heard.Count(h => h.Message is SkillChanged c && c.SkillId == id));
        Assert.Equal(2, catalogue.Heard.Count(h => h.Message is SkillKept { Kind: "confirmed" } k && k.SkillId == id));
        page = await Page(slug, p => Of(p, "junior").ValueKind == JsonValueKind.Null);
        Assert.NotEqual(JsonValueKind.Null, Of(page, "senior").ValueKind);
        Assert.Equal(HttpStatusCode.Conflict, (await Send(reviewer, slug, new { version = 3 })).StatusCode);
        var diff = await catalogue.Service.Get($"/skills/{slug}/diff?from=5&to=6");
        Assert.Single(diff.GetProperty("reworded").EnumerateArray());
    }

    [Fact]
    public async Task Bad_confirmations_are_refused_with_what_is_wrong()
    {
        var (_, slug, _) = await catalogue.Skill(Junior);
        using var moderator = catalogue.Service.As("confirmer-2", "contributor", "moderator");
        using var elsewhere = catalogue.Service.As("confirmer-3", "contributor", "reviewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(elsewhere, slug, new { version = 2 })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(moderator, "no-such-skill", new { version = 2 })).StatusCode);
        var answer = await Send(
            moderator,
            slug,
            new { version = 2, requirements = new[] { new { role = "tester", level = "junior" } } }
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(problem.GetProperty("errors").TryGetProperty("/requirements/0", out _));
        answer = await Send(moderator, slug, new { version = 2, reviewOn = "31 March" });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain(
            "skillConfirmed",
            (await History($"/skills/{slug}/history")).Select(h => h.GetProperty("kind").GetString())
        );
    }

    [Fact]
    public async Task A_planned_review_is_told_of_once_by_whichever_replica()
    {
        var (id, slug, _) = await catalogue.Skill(Junior);
        using var planner = catalogue.Service.As("planner-1", "contributor", "moderator");
        var tomorrow = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(1);
        Assert.Equal((HttpStatusCode)428, (await Plan(null, tomorrow)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Plan(await Tag(), tomorrow)).StatusCode);
        var page = await Page(slug, p => On(p) == Text(tomorrow));
        Assert.Equal(2, page.GetProperty("version").GetInt64());
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Plan("\"2-x\"", tomorrow.AddDays(1))).StatusCode);
        // With the tag that it has now it goes on.
        Assert.Equal(HttpStatusCode.NoContent, (await Plan(await Tag(), tomorrow.AddDays(1))).StatusCode);

        await using var there = catalogue.Service.AddReplica();
        await using var source = NpgsqlDataSource.Create(catalogue.Service.Database);
        var later = new Later(TimeSpan.FromDays(30));
        var tellers = new[] { catalogue.Service.Services, there.Services }.Select(services => new ReviewFallsDue(
            catalogue.Service.Store,
            source,
            () => true,
            later,
            services.GetRequiredService<ILogger<ReviewFallsDue>>()
        ));
        await Task.WhenAll(tellers.SelectMany(t => new[] { t, t }).Select(t => t.Tell(default)));
        var due = await catalogue.Hears<ReviewDue>(d => d.SkillId == id);
        Assert.Equal(
            (slug, "engineering", tomorrow.AddDays(1), "planner-1"),
            (due.Slug, due.Domain, due.On, due.PlannedBy)
        );
        await tellers.First().Tell(default);
        await catalogue.Idle();
        Assert.Single(catalogue.Heard, h => h.Message is ReviewDue d && d.SkillId == id);
        await Page(slug, p => On(p) == Text(tomorrow.AddDays(1)));
        // To confirm all of it ends it.
        await Sent(planner, slug, new { version = 2 });
        await Page(slug, p => On(p) is null);

        async Task<string> Tag()
        {
            using var anyone = catalogue.Service.Anyone;
            using var answer = await anyone.GetAsync($"/api/catalog/skills/{slug}");
            return answer.Headers.ETag!.Tag;
        }

        Task<HttpResponseMessage> Plan(string? match, DateOnly on)
        {
            var request = new HttpRequestMessage(HttpMethod.Put, $"/api/catalog/skills/{slug}/review")
            {
                Content = JsonContent.Create(new { on = Text(on) }),
            };
            if (match is not null)
                request.Headers.TryAddWithoutValidation("If-Match", match);
            return planner.SendAsync(request);
        }
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? On(JsonElement page) =>
        page.GetProperty("review") is { ValueKind: not JsonValueKind.Null } review
            ? review.GetProperty("on").GetString()
            : null;

    // Every replica lets go of its page a moment after the commit.
    private Task<JsonElement> Page(string slug, Func<JsonElement, bool> isSo) =>
        Eventually.Get(() => catalogue.Service.Get($"/skills/{slug}"), isSo);

    private static JsonElement Of(JsonElement page, string level) =>
        page.GetProperty("requirements")
            .EnumerateArray()
            .Single(r => r.GetProperty("level").GetString() == level)
            .GetProperty("confirmed");

    private async Task<Skill> Live(Guid id)
    {
        await using var session = catalogue.Service.Store.LightweightSession();
        return (await session.Events.FetchForWriting<Skill>(id)).Aggregate!;
    }

    private async Task<string> Found(string slug)
    {
        await using var source = NpgsqlDataSource.Create(catalogue.Service.Database);
        await using var command = source.CreateCommand(
            "select data ->> 'updatedAt' from mt_doc_skill_entry where data ->> 'slug' = $1"
        );
        command.Parameters.Add(new() { Value = slug });
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task<JsonElement[]> History(string path) =>
        [.. (await catalogue.Service.Get(path)).GetProperty("items").EnumerateArray()];

    private static Task<HttpResponseMessage> Send(HttpClient caller, string slug, object body) =>
        caller.PostAsJsonAsync($"/api/catalog/skills/{slug}/confirmations", body);

    private static async Task Sent(HttpClient caller, string slug, object body)
    {
        using var answer = await Send(caller, slug, body);
        Assert.True(
            answer.StatusCode == HttpStatusCode.NoContent,
            $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
        );
    }

    private static Decision Decide(Confirmation body, Caller caller, object[]? events = null) =>
        ConfirmRequirements.Decide(Given.Skill(events ?? Given.Events), body, caller, Today);

    private static Refusal Refused(Decision decision) => Assert.IsType<Decision.Refused>(decision).Refusal;

    private static IReadOnlyList<object> Events(Decision decision) =>
        decision is Decision.Accepted { Items: var items } ? items : [];
}
