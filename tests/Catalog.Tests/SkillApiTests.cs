using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

[Collection(nameof(Catalogue))]
public sealed class SkillApiTests(Catalogue catalogue)
{
    private static readonly Requirement Junior = new("developer", "junior", true, "Knows it.");
    private static readonly Requirement Senior = new("tester", "senior", false, "Breaks it.");
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = catalogue.Service.Anyone.BaseAddress,
    };

    private Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/catalog{path}");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return _client.SendAsync(request);
    }

    private static async Task<string> Problem(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString()!;
    }

    private Task<JsonElement> Page(string slug, Func<JsonElement, bool> isSo) =>
        Eventually.Get(() => catalogue.Service.Get($"/skills/{slug}"), isSo);

    [Theory]
    [InlineData("tides.xlsx")]
    [InlineData(null)]
    public async Task What_an_import_changes_is_announced_with_where_it_is_from(string? source)
    {
        var name = $"Imported {Guid.CreateVersion7():N}";
        var import = await catalogue.Service.Import(
            JsonSerializer.Serialize(
                new
                {
                    source,
                    roles = Array.Empty<string>(),
                    domains = new[]
                    {
                        new
                        {
                            name = "Engineering",
                            groups = new[]
                            {
                                new
                                {
                                    name = "Basics",
                                    skills = new[] { new { name, requirements = Array.Empty<string>() } },
                                },
                            },
                        },
                    },
                }
            )
        );
        Assert.Equal("done", import.GetProperty("state").GetString());
        var told = await catalogue.Hears<SkillChanged>(c => c.Skill.Name == name);
        Assert.Equal(source ?? "", told.ImportSource);
    }

    private static long Version(JsonElement page) => page.GetProperty("version").GetInt64();

    [Fact]
    public async Task The_profile_has_counts_levels_roles_and_where_each_requirement_comes_from()
    {
        var (id, slug, name) = await catalogue.Skill(Senior, Junior);
        var page = await catalogue.Service.Get($"/skills/{slug}");
        Assert.Equal(id, page.GetProperty("id").GetGuid());
        Assert.Equal(name, page.GetProperty("name").GetString());
        Assert.Equal("Engineering", page.GetProperty("domain").GetProperty("name").GetString());
        Assert.Equal("basics", page.GetProperty("group").GetProperty("slug").GetString());
        Assert.Equal(
            Given.Levels,
            page.GetProperty("levels").EnumerateArray().Select(l => l.GetProperty("slug").GetString())
        );
        Assert.Equal("""{"roles":2,"levels":2,"mandatory":1,"optional":1}""", page.GetProperty("counts").GetRawText());
        Assert.Equal(3, Version(page));
        var first = page.GetProperty("requirements")[0];
        Assert.Equal("developer", first.GetProperty("role").GetString());
        Assert.Equal(3, first.GetProperty("since").GetProperty("version").GetInt64());
        Assert.Equal("author-1", first.GetProperty("since").GetProperty("author").GetProperty("id").GetString());
    }

    [Fact]
    public async Task The_same_profile_is_sent_once_to_who_has_it()
    {
        var (_, slug, _) = await catalogue.Skill(Junior);
        var first = await Get($"/skills/{slug}");
        var tag = first.Headers.ETag!;
        Assert.False(tag.IsWeak);
        Assert.StartsWith("\"2-", tag.Tag, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotModified, (await Get($"/skills/{slug}", ("If-None-Match", tag.Tag))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Get($"/skills/{slug}", ("If-None-Match", "\"1-x\""))).StatusCode);
    }

    [Fact]
    public async Task A_merge_is_seen_on_every_replica_at_once()
    {
        var (id, slug, _) = await catalogue.Skill(Junior);
        await using var other = catalogue.Service.AddReplica();
        using var there = other.As();
        for (var version = 3; version < 8; version++)
        {
            // Read on both, so that both keep it.
            await _client.GetAsync($"/api/catalog/skills/{slug}");
            await there.GetAsync($"/api/catalog/skills/{slug}");
            var was = version == 3 ? Junior.Description : $"Now {version - 1}.";
            Assert.IsType<ProposalApplied>(
                await catalogue.Accept(
                    Given.Accepted(id, new RewordRequirement("developer", "junior", was, $"Now {version}."))
                )
            );
            var wanted = version;
            foreach (var client in new[] { _client, there })
                await Eventually.Get(
                    () => client.GetFromJsonAsync<JsonElement>($"/api/catalog/skills/{slug}"),
                    page => Version(page) == wanted,
                    TimeSpan.FromSeconds(1)
                );
        }
    }

    [Fact]
    public async Task A_page_that_is_kept_in_memory_is_the_page()
    {
        var (_, slug, _) = await catalogue.Skill(Junior, Senior);
        var first = await _client.GetStringAsync($"/api/catalog/skills/{slug}");
        var pages = catalogue.Service.Services.GetRequiredService<SkillPages>();
        await Eventually.Holds(async () =>
        {
            await _client.GetAsync($"/api/catalog/skills/{slug}");
            return pages.Find(slug) is not null;
        });
        Assert.Equal(first, await _client.GetStringAsync($"/api/catalog/skills/{slug}"));
    }

    [Fact]
    public async Task An_old_slug_leads_to_the_new_address_and_a_retired_skill_keeps_its_past()
    {
        var (id, slug, name) = await catalogue.Skill(Junior);
        var renamed = await catalogue.Accept(Given.Accepted(id, new RenameSkill(name, $"Renamed {id:N}")));
        Assert.Equal($"renamed-{id:N}", Assert.IsType<ProposalApplied>(renamed).Slug);
        var moved = await Get($"/skills/{slug}/history?limit=1");
        Assert.Equal(HttpStatusCode.PermanentRedirect, moved.StatusCode);
        Assert.Equal($"/api/catalog/skills/renamed-{id:N}/history?limit=1", moved.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.PermanentRedirect, (await Get($"/skills/{slug}")).StatusCode);
        Assert.Equal(
            $"/api/catalog/skills/renamed-{id:N}",
            (await Get($"/skills/by-id/{id}")).Headers.Location!.ToString()
        );

        await catalogue.Accept(Given.Accepted(id, new RetireSkill()));
        await Eventually.Holds(async () => (await Get($"/skills/renamed-{id:N}")).StatusCode == HttpStatusCode.Gone);
        Assert.Equal("/problems/retired", await Problem(await Get($"/skills/renamed-{id:N}"), HttpStatusCode.Gone));
        var history = await catalogue.Service.Get($"/skills/renamed-{id:N}/history");
        Assert.Equal(
            ["skillRetired", "skillRenamed", "requirementStated", "skillAdded"],
            history.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("kind").GetString())
        );
        Assert.Equal(
            name,
            (await catalogue.Service.Get($"/skills/renamed-{id:N}?version=2")).GetProperty("name").GetString()
        );
    }

    [Fact]
    public async Task The_past_is_read_by_version_time_and_accept_datetime()
    {
        var (id, slug, _) = await catalogue.Skill(Junior);
        var before = (await catalogue.Service.Get($"/skills/{slug}")).GetProperty("updatedAt").GetDateTimeOffset();
        await catalogue.Accept(Given.Accepted(id, new MakeOptional("developer", "junior")));
        var at = Uri.EscapeDataString(before.ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(2, Version(await catalogue.Service.Get($"/skills/{slug}?asOf={at}")));
        var old = await Get($"/skills/{slug}?version=2");
        Assert.True(
            (await old.Content.ReadFromJsonAsync<JsonElement>())
                .GetProperty("requirements")[0]
                .GetProperty("mandatory")
                .GetBoolean()
        );
        Assert.Equal(before.ToString("r"), old.Headers.GetValues("Memento-Datetime").Single());
        Assert.Contains("original timegate", old.Headers.GetValues("Link").Single(), StringComparison.Ordinal);

        var first = await Get($"/skills/{slug}", ("Accept-Datetime", "Thu, 01 Jan 2015 00:00:00 GMT"));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Contains("Accept-Datetime", first.Headers.Vary);
        Assert.Equal($"/api/catalog/skills/{slug}?version=1", first.Content.Headers.ContentLocation!.ToString());
        var last = await Get($"/skills/{slug}", ("Accept-Datetime", "Thu, 01 Jan 2099 00:00:00 GMT"));
        Assert.Equal(3, Version(await last.Content.ReadFromJsonAsync<JsonElement>()));
    }

    [Fact]
    public async Task What_is_not_there_is_a_problem()
    {
        var (_, slug, _) = await catalogue.Skill(Junior);
        foreach (
            var missing in new[]
            {
                "/skills/no-such-skill",
                "/skills/%00",
                $"/skills/{new string('x', 5000)}",
                "/skills/no-such-skill/history",
                $"/skills/{slug}?version=99",
                $"/skills/{slug}?asOf=2001-01-01T00:00:00Z",
                $"/skills/{slug}/requirements/tester/junior/history",
                $"/skills/{slug}/diff?from=1&to=99",
                $"/skills/by-id/{Guid.CreateVersion7()}",
                "/nothing-here",
            }
        )
        {
            var answer = await Get(missing);
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, missing);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                await Problem(answer, HttpStatusCode.NotFound);
        }
        foreach (
            var malformed in new[]
            {
                $"/skills/{slug}?version=x",
                $"/skills/{slug}?asOf=x",
                $"/skills/{slug}/history?limit=0",
                $"/skills/{slug}/history?cursor=x",
                $"/skills/{slug}/diff",
                $"/skills/{slug}/diff?from=x",
                "/changes?since=x",
                "/changes?limit=201",
                "/changes?cursor=WyJhIl0",
                "/changes?role=%00",
            }
        )
            Assert.Equal("/problems/malformed", await Problem(await Get(malformed), HttpStatusCode.BadRequest));
        await Problem(await Get($"/skills/{slug}?asOf=2999-01-01T00:00:00Z"), HttpStatusCode.UnprocessableEntity);
        await Problem(await Get($"/skills/{slug}", ("Accept-Datetime", "x")), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task History_says_who_when_why_and_what_was_before()
    {
        var (id, slug, name) = await catalogue.Skill(Junior);
        var accepted = Given.Accepted(
            id,
            new MakeOptional("developer", "junior"),
            new RewordRequirement("developer", "junior", Junior.Description, "Knows it well."),
            new ReplaceKeywords(["two", "one"], ["three"]),
            new MoveSkill(new("engineering", "basics"), "engineering", "cloud"),
            new DropRequirement("developer", "junior", "Knows it well.")
        );
        await catalogue.Accept(accepted);
        var all = (await catalogue.Service.Get($"/skills/{slug}/history"))
            .GetProperty("items")
            .EnumerateArray()
            .ToArray();
        Assert.Equal([7L, 6, 5, 4, 3, 2, 1], all.Select(Version));
        Assert.Equal("engineering/basics", all[1].GetProperty("before").GetString());
        Assert.Equal("one, two", all[2].GetProperty("before").GetString());
        Assert.Equal("three", all[2].GetProperty("after").GetString());
        Assert.Equal(name, all[6].GetProperty("after").GetString());

        var cell = (await catalogue.Service.Get($"/skills/{slug}/requirements/developer/junior/history"))
            .GetProperty("items")
            .EnumerateArray()
            .ToArray();
        Assert.Equal([7L, 4, 3, 2], cell.Select(Version));
        Assert.Equal("Knows it well.", cell[0].GetProperty("before").GetString());
        Assert.Equal(JsonValueKind.Null, cell[0].GetProperty("after").ValueKind);
        Assert.False(cell[0].GetProperty("mandatoryBefore").GetBoolean());
        Assert.Equal(Junior.Description, cell[1].GetProperty("before").GetString());
        Assert.True(cell[2].GetProperty("mandatoryBefore").GetBoolean());
        Assert.False(cell[2].GetProperty("mandatoryAfter").GetBoolean());
        Assert.Equal(accepted.Rationale, cell[0].GetProperty("reason").GetString());
        Assert.Equal("reviewer-1", cell[0].GetProperty("reviewer").GetProperty("id").GetString());
        Assert.Equal(accepted.ProposalId, cell[0].GetProperty("proposal").GetGuid());

        var paged = await catalogue.Service.Get($"/skills/{slug}/history?limit=4");
        var rest = await catalogue.Service.Get(
            $"/skills/{slug}/history?limit=4&cursor={paged.GetProperty("nextCursor").GetString()}"
        );
        Assert.Equal([3L, 2, 1], rest.GetProperty("items").EnumerateArray().Select(Version));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("nextCursor").ValueKind);
    }

    [Fact]
    public async Task The_diff_says_what_it_means()
    {
        var (id, slug, name) = await catalogue.Skill(Junior, Senior);
        await catalogue.Accept(
            Given.Accepted(
                id,
                new MakeOptional("developer", "junior"),
                new RewordRequirement("developer", "junior", "Knows it.", "Knows this."),
                new DropRequirement("tester", "senior", Senior.Description),
                new StateRequirement("tester", "middle", true, "Anew."),
                new ReplaceKeywords(["one", "two"], ["two", "three"]),
                new RenameSkill(name, $"Other {id:N}")
            )
        );
        var diff = await catalogue.Service.Get($"/skills/other-{id:N}/diff?from=3");
        Assert.Equal("developer", diff.GetProperty("becameOptional")[0].GetProperty("role").GetString());
        Assert.Equal("senior", diff.GetProperty("dropped")[0].GetProperty("level").GetString());
        Assert.Equal("Anew.", diff.GetProperty("added")[0].GetProperty("description").GetString());
        Assert.Equal("three", diff.GetProperty("keywords").GetProperty("added")[0].GetString());
        Assert.Equal(name, diff.GetProperty("renamed").GetProperty("before").GetString());
        Assert.Equal(
            ["same", "del", "ins", "same"],
            diff.GetProperty("reworded")[0]
                .GetProperty("words")
                .EnumerateArray()
                .Select(w => w.GetProperty("op").GetString())
        );
        var back = await catalogue.Service.Get($"/skills/other-{id:N}/diff?from=9&to=3");
        Assert.Equal("Anew.", back.GetProperty("dropped")[0].GetProperty("description").GetString());
    }

    [Fact]
    public async Task Changes_are_listed_across_the_catalogue_since_a_time()
    {
        var (id, slug, _) = await catalogue.Skill(Junior);
        var since = (await catalogue.Service.Get($"/skills/{slug}")).GetProperty("updatedAt").GetDateTimeOffset();
        await catalogue.Accept(
            Given.Accepted(
                id,
                new StateRequirement("architect", "middle", true, "a"),
                new StateRequirement("architect", "senior", true, "b")
            )
        );
        var at = Uri.EscapeDataString(since.ToString("O", CultureInfo.InvariantCulture));
        var found = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null; )
        {
            var page = await catalogue.Service.Get(
                $"/changes?since={at}&role=architect&domain=engineering&limit=1&cursor={cursor}"
            );
            found.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        var mine = found.Where(c => c.GetProperty("skill").GetProperty("slug").GetString() == slug).ToArray();
        Assert.Equal([4L, 3], mine.Select(Version));
        var level = await catalogue.Service.Get($"/changes?since={at}&role=architect&level=middle");
        Assert.All(
            level.GetProperty("items").EnumerateArray(),
            c => Assert.Equal("middle", c.GetProperty("level").GetString())
        );
        Assert.Empty(
            (await catalogue.Service.Get($"/changes?since={at}&domain=nowhere")).GetProperty("items").EnumerateArray()
        );
        var history = await catalogue.Service.Get($"/skills/{slug}/history?role=architect");
        Assert.Equal([4L, 3], history.GetProperty("items").EnumerateArray().Select(Version));
        history = await catalogue.Service.Get($"/skills/{slug}/history?level=senior");
        Assert.Equal([4L], history.GetProperty("items").EnumerateArray().Select(Version));
        Assert.Empty(
            (await catalogue.Service.Get($"/skills/{slug}/history?role=nobody")).GetProperty("items").EnumerateArray()
        );
        // A proposal is one line, whatever it changed.
        var lines = await catalogue.Service.Get(
            $"/changes/lines?since={at}&role=architect&domain=engineering&limit=200"
        );
        var line = Assert.Single(
            lines.GetProperty("items").EnumerateArray(),
            one => one.GetProperty("items")[0].GetProperty("skill").GetProperty("slug").GetString() == slug
        );
        Assert.Equal(2, line.GetProperty("changes").GetInt32());
        Assert.Equal(1, line.GetProperty("skills").GetInt32());
        Assert.Equal([4L, 3], line.GetProperty("items").EnumerateArray().Select(Version));
        Assert.NotNull(line.GetProperty("proposal").GetString());
    }

    [Fact]
    public async Task People_are_named_until_their_account_is_erased()
    {
        var person = $"user-{Guid.CreateVersion7():N}";
        var (id, slug, _) = await catalogue.Skill(Junior);
        await catalogue.Accept(Given.Accepted(id, new MakeOptional("developer", "junior")) with { Author = person });
        AccountChanged Named(long version, string name) =>
            new(person, version, name, "x@example.org", "en", "UTC", [], [], true);
        static JsonElement Author(JsonElement page) =>
            page.GetProperty("requirements")[0].GetProperty("since").GetProperty("author");

        var unknown = Author(await Page(slug, p => Version(p) == 3));
        Assert.Equal(JsonValueKind.Null, unknown.GetProperty("name").ValueKind);
        Assert.False(unknown.GetProperty("erased").GetBoolean());
        await catalogue.Say(Named(2, "Ada"));
        await Page(slug, p => Author(p).GetProperty("name").GetString() == "Ada");
        await catalogue.Say(Named(1, "Late"));
        await catalogue.Say(new AccountErased(person, 3, DateTimeOffset.UtcNow));
        await Page(slug, p => Author(p).GetProperty("erased").GetBoolean());
        await catalogue.Say(Named(2, "Ada"));
        await catalogue.Say(Named(9, "Back"));
        await catalogue.Idle();
        var author = Author(await catalogue.Service.Get($"/skills/{slug}"));
        Assert.True(author.GetProperty("erased").GetBoolean());
        Assert.Equal(JsonValueKind.Null, author.GetProperty("name").ValueKind);
        Assert.Equal(person, author.GetProperty("id").GetString());
    }
}
