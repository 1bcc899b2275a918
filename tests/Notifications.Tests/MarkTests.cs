using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>What readers note for themselves: their role, and marks of requirements.</summary>
public sealed class MarkTests(Running running) : IClassFixture<Running>
{
    private const string Root = "/api/notifications/me";
    private readonly Story _story = new();

    [Fact]
    public async Task A_mark_is_its_makers_alone_follows_the_skill_s_name_and_is_set_anew_or_removed()
    {
        await Known();
        var reader = _story.Person("reader");
        using var client = running.As(reader);
        Assert.Equal(
            HttpStatusCode.OK,
            await Put(
                client,
                new
                {
                    version = 3,
                    state = "partly",
                    note = " With help. ",
                }
            )
        );
        Assert.Equal(
            HttpStatusCode.OK,
            await Put(
                client,
                new
                {
                    version = 3,
                    state = "met",
                    note = "Alone.",
                }
            )
        );
        var (skill, mark) = await Only(reader);
        Assert.Equal(_story.Slug, skill);
        Assert.Equal(("met", "Alone.", 3), Said(mark));
        Assert.Empty(await Marks(_story.Person("other"), ""));
        Assert.Empty(await Marks(reader, $"?role={_story.Role}x", HttpStatusCode.NotFound));
        Assert.Single(await Marks(reader, $"?role={_story.Role}&skill={_story.Slug}"));
        // Under a new name and slug it is the same skill.
        var renamed = _story.Changed();
        await running.Publish(
            renamed with
            {
                Skill = renamed.Skill with { Slug = $"{_story.Slug}-renamed", Name = "Functions" },
            }
        );
        await Eventually.Holds(async () => (await Only(reader)).Skill == $"{_story.Slug}-renamed");
        using var removed = await client.DeleteAsync($"{Root}/marks/{_story.Slug}/{_story.Role}/junior");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty(await Marks(reader, ""));
    }

    [Theory]
    [InlineData("""{"version":3}""", "/note")]
    [InlineData("""{"version":0,"state":"met"}""", "/version")]
    [InlineData("""{"version":3,"state":"perhaps"}""", "/state")]
    [InlineData("""{"version":3,"state":"met","note":"too long"}""", "/note")]
    public async Task What_is_no_mark_is_said_where_and_changes_nothing(string body, string pointer)
    {
        await Known();
        var reader = _story.Person("reader");
        using var client = running.As(reader);
        Assert.Equal(HttpStatusCode.OK, await Put(client, new { version = 2, state = "not" }));
        using var content = new StringContent(
            body.Replace("too long", new string('x', Mark.LongestNote + 1), StringComparison.Ordinal),
            System.Text.Encoding.UTF8,
            "application/json"
        );
        using var answer = await client.PutAsync($"{Root}/marks/{_story.Slug}/{_story.Role}/junior", content);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(problem.GetProperty("errors").TryGetProperty(pointer, out _), problem.ToString());
        Assert.Equal(("not", "", 2), Said((await Only(reader)).Mark));
    }

    [Theory]
    [InlineData("no-such-skill", null, "junior")]
    [InlineData(null, "no-such-role", "junior")]
    [InlineData(null, null, "no-such-level")]
    public async Task What_is_not_there_cannot_be_marked(string? skill, string? role, string level)
    {
        await Known();
        using var client = running.As(_story.Person("reader"));
        using var answer = await client.PutAsJsonAsync(
            $"{Root}/marks/{skill ?? _story.Slug}/{role ?? _story.Role}/{level}",
            new { version = 1, state = "met" }
        );
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task There_are_only_so_many_also_for_requests_at_once()
    {
        await Known();
        var reader = _story.Person("reader");
        var store = running.Services.GetRequiredService<IDocumentStore>();
        await store.BulkInsertAsync([
            .. Enumerable
                .Range(0, Mark.Most - 1)
                .Select(i => new Mark
                {
                    Id = Guid.CreateVersion7(),
                    User = reader,
                    Skill = _story.Skill,
                    Role = $"role-{i}",
                    Level = "junior",
                    State = Mark.Met,
                    Since = 1,
                }),
        ]);
        using var client = running.As(reader);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(i =>
                    client.PutAsJsonAsync(
                        $"{Root}/marks/{_story.Slug}/{_story.Role}/{(i == 0 ? "junior" : "senior")}",
                        new { version = 1, state = "met" }
                    )
                )
        );
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
    }

    [Fact]
    public async Task Role_and_level_are_kept_with_the_account_and_all_of_it_is_exported_and_gone_with_it()
    {
        await Known();
        var reader = _story.Person("reader");
        await running.Accounts(_story.Account("reader"));
        using var client = running.As(reader);
        using var none = await client.GetAsync($"{Root}/role");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var wrong = await client.PutAsJsonAsync($"{Root}/role", new { role = "captain", level = "junior" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var said = await client.PutAsJsonAsync($"{Root}/role", new { role = _story.Role, level = "junior" });
        Assert.Equal(HttpStatusCode.OK, said.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await Put(client, new { version = 3, note = "Mine alone." }));
        var all = await running.Get(reader, "/me/export");
        Assert.Equal(_story.Role, all.GetProperty("role").GetProperty("role").GetString());
        Assert.Equal("Mine alone.", all.GetProperty("marks")[0].GetProperty("note").GetString());
        Assert.Equal("Europe/Berlin", all.GetProperty("preferences").GetProperty("timeZone").GetString());
        await running.Publish(new AccountErased(reader, 9, DateTimeOffset.UtcNow));
        var store = running.Services.GetRequiredService<IDocumentStore>();
        await Eventually.Holds(async () =>
        {
            await using var session = store.QuerySession();
            return await session.LoadAsync<Position>(reader) is null
                && !await session.Query<Mark>().AnyAsync(mark => mark.User == reader);
        });
    }

    private async Task Known()
    {
        await running.Publish(
            new TaxonomyChanged(
                DateTimeOffset.UtcNow.Ticks,
                [
                    new DomainTaxonomy(
                        _story.Domain,
                        "Cloud",
                        [new Named("junior", "Junior"), new Named("senior", "Senior")],
                        [new Named("compute", "Compute")]
                    ),
                ],
                [new Named(_story.Role, "AI Product Engineer")]
            )
        );
        await running.Publish(_story.Changed(proposal: false));
        var store = running.Services.GetRequiredService<IDocumentStore>();
        await Eventually.Holds(async () =>
        {
            await using var session = store.QuerySession();
            return await session.LoadAsync<KnownSkill>(_story.Skill) is not null
                && (await session.LoadAsync<KnownTaxonomy>(KnownTaxonomy.TheOne))?.Roles[0].Slug == _story.Role;
        });
    }

    private async Task<HttpStatusCode> Put(HttpClient client, object mark)
    {
        using var answer = await client.PutAsJsonAsync($"{Root}/marks/{_story.Slug}/{_story.Role}/junior", mark);
        return answer.StatusCode;
    }

    private async Task<JsonElement[]> Marks(string user, string query, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var client = running.As(user);
        using var answer = await client.GetAsync($"{Root}/marks{query}");
        Assert.Equal(expected, answer.StatusCode);
        return expected == HttpStatusCode.OK
            ? [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray()]
            : [];
    }

    private async Task<(string Skill, JsonElement Mark)> Only(string user)
    {
        var mark = Assert.Single(await Marks(user, ""));
        return (mark.GetProperty("skill").GetProperty("slug").GetString()!, mark);
    }

    private static (string?, string?, int) Said(JsonElement mark) =>
        (
            mark.GetProperty("state").GetString(),
            mark.GetProperty("note").GetString(),
            mark.GetProperty("version").GetInt32()
        );
}
