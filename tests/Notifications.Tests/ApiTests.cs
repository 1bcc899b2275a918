using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

public sealed class ApiTests(Running running) : IClassFixture<Running>
{
    private const string Root = "/api/notifications";
    private readonly Story _story = new();

    private HttpClient Reader() => running.As(_story.Person("reader"));

    [Theory]
    [InlineData("GET", "/watches")]
    [InlineData("PUT", "/watches/catalogue/all")]
    [InlineData("DELETE", "/watches/catalogue/all")]
    [InlineData("GET", "/preferences")]
    [InlineData("PUT", "/preferences")]
    [InlineData("GET", "/inbox")]
    [InlineData("GET", "/inbox/unread")]
    [InlineData("POST", "/inbox/read")]
    [InlineData("GET", "/deliveries")]
    [InlineData("GET", "/errors")]
    public async Task Who_is_not_signed_in_is_told_so(string method, string path)
    {
        using var client = running.As(null);
        using var request = new HttpRequestMessage(new HttpMethod(method), Root + path);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("/deliveries")]
    [InlineData("/errors")]
    public async Task Operators_matters_are_for_administrators(string path)
    {
        using var reader = Reader();
        using var administrator = running.As("admin", "administrator");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.GetAsync(Root + path)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await administrator.GetAsync(Root + path)).StatusCode);
    }

    [Theory]
    [InlineData("skill", "no-such-skill")]
    [InlineData("proposal", "019cad00-0000-7000-8000-000000000009")]
    [InlineData("proposal", "not-an-id")]
    [InlineData("role", "no-such-role")]
    [InlineData("catalogue", "some")]
    [InlineData("planet", "mars")]
    [InlineData("skill", "%F0%9F%98%80")]
    public async Task What_is_not_there_cannot_be_watched(string scope, string key)
    {
        using var reader = Reader();
        var answer = await reader.PutAsync($"{Root}/watches/{scope}/{key}", null);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_skill_is_watched_before_its_news_has_come()
    {
        var id = Guid.CreateVersion7();
        var slug = $"new-{id:N}";
        var path = $"{Root}/watches/skill/{slug}";
        using var reader = running.As($"early-{id:N}");
        Assert.Equal(HttpStatusCode.NotFound, (await reader.PutAsync(path, null)).StatusCode);
        running.Proposals.Skills[slug] = (id, "Something new");
        using var answer = await reader.PutAsync(path, null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("Something new", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // And so it is read, and ended.
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await reader.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task What_was_read_of_a_watch_is_what_a_write_compares()
    {
        await running.Publish(_story.Changed());
        await running.Publish(_story.Activity("submitted", "author"));
        await running.Watch(_story.Person("reader"), "skill", _story.Slug);
        using var reader = Reader();
        var path = $"{Root}/watches/skill/{_story.Slug}";
        var seen = (await reader.GetAsync(path)).Headers.ETag!;
        Assert.Equal(HttpStatusCode.OK, await Send(HttpMethod.Put, path, seen, new { follow = "all" }));
        // Another window of the reader's has changed it.
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Send(HttpMethod.Delete, path, seen));
        seen = (await reader.GetAsync(path)).Headers.ETag!;
        Assert.Equal(HttpStatusCode.NoContent, await Send(HttpMethod.Delete, path, seen));

        path = $"{Root}/mutes/proposal/{_story.Proposal}";
        Assert.Equal(HttpStatusCode.NoContent, (await reader.PutAsync(path, null)).StatusCode);
        seen = (await reader.GetAsync(path)).Headers.ETag!;
        Assert.Equal(HttpStatusCode.NoContent, await Send(HttpMethod.Delete, path, seen));

        async Task<HttpStatusCode> Send(HttpMethod method, string to, EntityTagHeaderValue match, object? body = null)
        {
            using var request = new HttpRequestMessage(method, to);
            request.Headers.IfMatch.Add(match);
            request.Content = body is null ? null : JsonContent.Create(body);
            using var answer = await reader.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Watches_begin_and_end_any_number_of_times_and_are_counted()
    {
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(_story.Person("reader"), "skill", _story.Slug);
        using var reader = Reader();
        var path = $"{Root}/watches/skill/{_story.Slug}";
        var first = await reader.PutAsync(path, null);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var one = await reader.GetAsync(path);
        var watch = await one.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("Serverless Functions", watch.GetProperty("name").GetString());
        Assert.Equal("manual", watch.GetProperty("reason").GetString());
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(one.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await reader.SendAsync(again)).StatusCode);
        using var anyone = running.As(null);
        var count = await anyone.GetFromJsonAsync<JsonElement>($"{path}/count");
        Assert.Equal(1, count.GetProperty("count").GetInt32());
        Assert.Equal(HttpStatusCode.NoContent, (await reader.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await reader.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync(path)).StatusCode);
        count = await anyone.GetFromJsonAsync<JsonElement>($"{path}/count");
        Assert.Equal(0, count.GetProperty("count").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await reader.PutAsync(path, null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Watching_twice_at_once_is_watching_once()
    {
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch("someone-else", "skill", _story.Slug);
        using var reader = Reader();
        var path = $"{Root}/watches/skill/{_story.Slug}";
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => reader.PutAsync(path, null)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        using var anyone = running.As(null);
        var count = await anyone.GetFromJsonAsync<JsonElement>($"{path}/count");
        Assert.Equal(2, count.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Watches_come_in_pages()
    {
        var user = _story.Person("reader");
        for (var i = 0; i < 5; i++)
        {
            var story = new Story();
            await running.Publish(story.Changed(proposal: false));
            await running.Watch(user, "skill", story.Slug);
        }
        var seen = new List<string>();
        for (string? cursor = null; ; )
        {
            var page = await running.Get(user, $"/watches?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(w => w.GetProperty("key").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
            if (cursor is null)
                break;
        }
        Assert.Equal(5, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(5, seen.Count);
        using var reader = Reader();
        Assert.Equal(HttpStatusCode.BadRequest, (await reader.GetAsync($"{Root}/watches?limit=0")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await reader.GetAsync($"{Root}/watches?cursor=%21")).StatusCode);
    }

    [Fact]
    public async Task Preferences_are_the_accounts_until_chosen_and_guarded_by_their_tag()
    {
        await running.Accounts(_story.Account("reader", "de"));
        using var reader = Reader();
        var first = await reader.GetAsync($"{Root}/preferences");
        var defaults = await first.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("immediate", defaults.GetProperty("frequency").GetString());
        Assert.Equal("de", defaults.GetProperty("culture").GetString());
        Assert.Equal("Europe/Berlin", defaults.GetProperty("timeZone").GetString());
        Assert.Equal(JsonValueKind.Null, defaults.GetProperty("quietHours").ValueKind);

        var wanted = new
        {
            frequency = "immediate",
            culture = "es",
            timeZone = "Europe/Madrid",
            quietHours = new { from = "22:00", to = "07:00" },
        };
        var put = await Put(reader, wanted, first.Headers.ETag);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Put(reader, wanted, first.Headers.ETag)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Put(reader, wanted, put.Headers.ETag)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Put(reader, wanted, null)).StatusCode);
        var now = await reader.GetFromJsonAsync<JsonElement>($"{Root}/preferences");
        Assert.Equal("22:00", now.GetProperty("quietHours").GetProperty("from").GetString());
    }

    [Theory]
    [InlineData("""{"frequency":"hourly","culture":"de","timeZone":"UTC"}""", 422, "/frequency")]
    [InlineData(
        """{"frequency":"off","culture":"de","timeZone":"UTC","quietHours":{"from":"x","to":"07:00"}}""",
        422,
        "/quietHours/from"
    )]
    [InlineData("""{"frequency":"off","culture":"de","timeZone":"UTC","more":1}""", 400, "/more")]
    [InlineData("""{"frequency":5,"culture":"de","timeZone":"UTC"}""", 400, "/frequency")]
    [InlineData("""{"frequency":"off","culture":"d\u0000","timeZone":"U\u0000"}""", 422, "/culture")]
    [InlineData("""{"frequency":"off"}""", 400, null)]
    [InlineData("nonsense", 400, null)]
    public async Task Wrong_preferences_are_refused_with_a_pointer(string body, int status, string? pointer)
    {
        using var reader = Reader();
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        var answer = await reader.PutAsync($"{Root}/preferences", content);
        Assert.Equal(status, (int)answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (pointer is not null)
            Assert.True(problem.GetProperty("errors").TryGetProperty(pointer, out _), problem.ToString());
    }

    // By the words of its first title.
    private async Task<string> LanguageOf(string? asked)
    {
        using var reader = Reader();
        reader.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", asked ?? "");
        var inbox = await reader.GetFromJsonAsync<JsonElement>($"{Root}/inbox?limit=1");
        var title = inbox.GetProperty("items")[0].GetProperty("title").GetString()!;
        return title.Contains("a proposal was merged", StringComparison.Ordinal) ? "English"
            : title.Contains("ein Vorschlag wurde übernommen", StringComparison.Ordinal) ? "German"
            : title;
    }

    [Fact]
    public async Task The_inbox_is_read_in_pages_and_marked()
    {
        var user = _story.Person("reader");
        await running.Accounts(_story.Account("reader"));
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(user, "skill", _story.Slug);
        for (var i = 0; i < 5; i++)
            await running.Publish(_story.Next().Changed());
        await Eventually.Holds(async () =>
            (await running.Get(user, "/inbox")).GetProperty("unreadCount").GetInt32() == 5
        );
        var page = await running.Get(user, "/inbox?limit=3");
        var rest = await running.Get(user, $"/inbox?limit=3&cursor={page.GetProperty("nextCursor").GetString()}");
        var items = page.GetProperty("items")
            .EnumerateArray()
            .Concat(rest.GetProperty("items").EnumerateArray())
            .ToList();
        Assert.Equal(5, items.Select(i => i.GetProperty("id").GetGuid()).Distinct().Count());
        var times = items.Select(i => i.GetProperty("at").GetDateTimeOffset()).ToList();
        Assert.Equal(times.OrderDescending(), times);

        using var reader = Reader();
        using var other = running.As(_story.Person("other"));
        Assert.Equal("English", await LanguageOf(null));
        Assert.Equal("German", await LanguageOf("de-AT, en;q=0.5"));
        Assert.Equal("English", await LanguageOf("xx"));
        var ids = items.Take(2).Select(i => i.GetProperty("id").GetGuid()).ToArray();
        await other.PostAsJsonAsync($"{Root}/inbox/read", new { ids });
        Assert.Equal(5, (await running.Get(user, "/inbox")).GetProperty("unreadCount").GetInt32());
        var marked = await reader.PostAsJsonAsync($"{Root}/inbox/read", new { ids });
        Assert.Equal(3, (await marked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("unreadCount").GetInt32());
        Assert.Equal(3, (await running.Get(user, "/inbox?unread=true")).GetProperty("items").GetArrayLength());
        Assert.Equal(2, (await running.Get(user, "/inbox?unread=false")).GetProperty("items").GetArrayLength());
        Assert.Equal(3, (await running.Get(user, "/inbox/unread")).GetProperty("unreadCount").GetInt32());
        marked = await reader.PostAsJsonAsync($"{Root}/inbox/read", new { all = true });
        Assert.Equal(0, (await marked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("unreadCount").GetInt32());
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (await reader.PostAsJsonAsync($"{Root}/inbox/read", new { })).StatusCode
        );
    }

    [Fact]
    public async Task The_routes_are_described()
    {
        using var anyone = running.As(null);
        var document = await anyone.GetFromJsonAsync<JsonElement>($"{Root}/openapi.json");
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString());
        Assert.True(document.GetProperty("paths").TryGetProperty($"{Root}/watches/{{scope}}/{{key}}", out _));
    }

    private static async Task<HttpResponseMessage> Put(HttpClient client, object body, EntityTagHeaderValue? match)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Root}/preferences")
        {
            Content = JsonContent.Create(body),
        };
        if (match is not null)
            request.Headers.IfMatch.Add(match);
        return await client.SendAsync(request);
    }
}
