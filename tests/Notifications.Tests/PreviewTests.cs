using System.Net;
using System.Text.Json;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>What a watch would have told, by the same rules as what it does tell.</summary>
public sealed class PreviewTests(Running running) : IClassFixture<Running>
{
    private readonly Story _story = new();

    private string Reader => _story.Person("reader");

    private async Task<JsonElement> Preview(string scope, string key, string query = "", string? user = null) =>
        await running.Get(user ?? Reader, $"/watches/{scope}/{key}/preview{query}");

    private static string[] Kinds(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("kind").GetString()!)];

    // Two changes by import, two merges, and what leads to one of them; the newest last.
    private async Task Past()
    {
        await running.Accounts(
            _story.Account("reader"),
            _story.Account("watcher"),
            _story.Account("author"),
            _story.Account("reviewer")
        );
        await running.Publish(_story.Taxonomy(DateTimeOffset.UtcNow.Ticks));
        var import = Guid.CreateVersion7();
        Guid[] skills = [Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var id in skills)
            await running.Publish(_story.Changed(proposal: false, import: import), id, times: 1);
        // A mail that is raised while the import's end is being told waits ten minutes.
        await Eventually.Holds(async () =>
        {
            await using var reads = running.Services.GetRequiredService<IDocumentStore>().QuerySession();
            var taken = skills.Select(id => $"notifications-when-skill-changed/{id}").ToArray();
            return (await reads.LoadManyAsync<EventSourcing.Inbox>(taken)).Count == 2;
        });
        await running.Publish(new ImportFinished(import, "admin", "ESCO", 1, 1, 0, DateTimeOffset.UtcNow));
        await running.Publish(_story.Changed());
        await running.Publish(_story.Activity("submitted", "author"));
        await running.Publish(_story.Activity("commented", "reviewer", comment: Guid.CreateVersion7()));
        await running.Publish(_story.Activity("changesRequested", "reviewer", "Say which."));
        await running.Publish(_story.Activity("approved", "reviewer"));
        await running.Publish(_story.Activity("accepted", "reviewer"));
        await running.Publish(_story.Activity("merged"));
        await running.Publish(_story.Commented(Guid.CreateVersion7(), "author"));
        await running.Quiet();
    }

    [Fact]
    public async Task A_watch_would_have_told_what_each_scope_is_told()
    {
        await Past();
        Assert.Equal(
            ["skillCommented", "proposalMerged", "skillChanged", "skillChanged"],
            Kinds(await Preview("skill", _story.Slug))
        );
        // An import is told once.
        foreach (
            var (scope, key) in new[]
            {
                ("domain", _story.Domain),
                ("role", _story.Role),
                ("group", $"{_story.Domain}.compute"),
            }
        )
            Assert.Equal(["proposalMerged", "imported"], Kinds(await Preview(scope, key)));
        Assert.Equal(
            ["proposalMerged", "proposalChangesRequested", "proposalCommented", "proposalSubmitted"],
            Kinds(await Preview("proposal", _story.Proposal.ToString()))
        );
        Assert.Equal(
            [
                "skillCommented",
                "proposalChangesRequested",
                "proposalCommented",
                "proposalSubmitted",
                "proposalMerged",
                "imported",
            ],
            Kinds(await Preview("domain", _story.Domain, "?follow=all"))
        );
        var merged = (await Preview("domain", _story.Domain)).GetProperty("items")[0];
        Assert.Equal(_story.Slug, merged.GetProperty("skill").GetProperty("slug").GetString());
        Assert.Equal(_story.Proposal, merged.GetProperty("proposal").GetGuid());
        Assert.Equal("domain", merged.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Nobody_would_have_been_told_of_what_they_did()
    {
        await Past();
        var author = _story.Person("author");
        Assert.Empty(Kinds(await Preview("skill", _story.Slug, user: author)));
        // But the outcome of one's own proposal.
        var page = await Preview("proposal", _story.Proposal.ToString(), user: author);
        Assert.Equal(["proposalMerged", "proposalChangesRequested", "proposalCommented"], Kinds(page));
        Assert.Equal("author", page.GetProperty("items")[0].GetProperty("reason").GetString());
        Assert.Equal(
            ["proposalMerged", "proposalSubmitted"],
            Kinds(await Preview("proposal", _story.Proposal.ToString(), user: _story.Person("reviewer")))
        );
    }

    [Theory]
    [InlineData("skill")]
    [InlineData("proposal")]
    [InlineData("role")]
    [InlineData("group")]
    [InlineData("domain")]
    public async Task It_is_what_a_watch_has_told(string scope)
    {
        var watcher = _story.Person("watcher");
        await running.Publish(_story.Taxonomy(DateTimeOffset.UtcNow.Ticks));
        await running.Publish(_story.Changed(proposal: false));
        await running.Publish(_story.Activity("submitted", "author"));
        var key = scope switch
        {
            "skill" => _story.Slug,
            "proposal" => _story.Proposal.ToString(),
            "role" => _story.Role,
            "group" => $"{_story.Domain}.compute",
            _ => _story.Domain,
        };
        await running.Watch(watcher, scope, key);
        // What was before must be in the log before it is counted.
        await running.Quiet();
        var before = (await Preview(scope, key, user: watcher)).GetProperty("count").GetInt32();
        await Past();
        var told = Kinds(await running.Get(watcher, "/inbox?limit=200"));
        var preview = Kinds(await Preview(scope, key, user: watcher));
        Assert.NotEmpty(told);
        Assert.Equal(told.Order(StringComparer.Ordinal), preview[..^before].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_comes_in_pages_counts_the_whole_and_reaches_ninety_days_back()
    {
        for (var i = 0; i < 60; i++)
            await running.Publish(_story.Changed(proposal: false));
        await running.Quiet();
        var first = await Preview("skill", _story.Slug, "?limit=200");
        Assert.Equal(60, first.GetProperty("count").GetInt32());
        Assert.Equal(50, Kinds(first).Length);
        var second = await Preview("skill", _story.Slug, $"?cursor={first.GetProperty("nextCursor").GetString()}");
        Assert.Equal(60, second.GetProperty("count").GetInt32());
        Assert.Equal(10, Kinds(second).Length);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);
        await running.Sql(
            $"update announced set at = now() - interval '31 days' where topics @> array['skill/{_story.Skill}']"
        );
        Assert.Equal(0, (await Preview("skill", _story.Slug, "?days=30")).GetProperty("count").GetInt32());
        Assert.Equal(60, (await Preview("skill", _story.Slug)).GetProperty("count").GetInt32());
        // What is old is thrown away.
        await running.Sql(
            $"update announced set at = now() - interval '401 days' where topics @> array['skill/{_story.Skill}']"
        );
        // As a row is written out, with its quotes doubled.
        var entry = $"\"\"slug\"\":\"\"{_story.Slug}\"\",\"\"name\"\"";
        Assert.Contains("announced", await Traces.In(running.Database, entry));
        await using var source = Npgsql.NpgsqlDataSource.Create(running.Database);
        await Upkeep.Sweep(source, DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        Assert.Empty(await Traces.In(running.Database, entry));
    }

    [Theory]
    [InlineData("skill/no-such-skill/preview", HttpStatusCode.NotFound)]
    [InlineData("planet/mars/preview", HttpStatusCode.NotFound)]
    [InlineData("catalogue/all/preview?days=0", HttpStatusCode.UnprocessableEntity)]
    [InlineData("catalogue/all/preview?days=91", HttpStatusCode.UnprocessableEntity)]
    [InlineData("catalogue/all/preview?follow=some", HttpStatusCode.UnprocessableEntity)]
    [InlineData("catalogue/all/preview?days=x", HttpStatusCode.BadRequest)]
    [InlineData("catalogue/all/preview", HttpStatusCode.OK)]
    public async Task What_cannot_be_asked_is_refused(string path, HttpStatusCode status)
    {
        using var reader = running.As(Reader);
        Assert.Equal(status, (await reader.GetAsync($"/api/notifications/watches/{path}")).StatusCode);
        using var nobody = running.As(null);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await nobody.GetAsync($"/api/notifications/watches/{path}")).StatusCode
        );
    }
}
