using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>What is old and what was never reviewed, on a catalogue of its own, since the whole of it is counted.</summary>
public sealed class OverviewTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _service = null!;

    public async ValueTask InitializeAsync() => _service = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task What_is_old_and_never_reviewed_is_counted_and_listed_oldest_first()
    {
        await _service.Import(
            """
            {"source":"Test","licence":"CC0","levels":["Junior"],"roles":["Developer","Tester"],"domains":[
              {"name":"Engineering","groups":[{"name":"Basics","skills":[
                {"name":"One","keywords":[],"requirements":[
                  {"role":"Developer","level":"Junior","mandatory":true,"description":"A."},
                  {"role":"Tester","level":"Junior","mandatory":true,"description":"B."}]},
                {"name":"Two","keywords":[],"requirements":[
                  {"role":"Developer","level":"Junior","mandatory":true,"description":"C."}]}]}]},
              {"name":"Design","groups":[{"name":"Craft","skills":[
                {"name":"Three","keywords":[],"requirements":[
                  {"role":"Developer","level":"Junior","mandatory":true,"description":"D."}]}]}]}]}
            """
        );
        // As if all of it had been written three years ago, and the tester's part a year and a half.
        await Sql("update requirement_versions set from_at = now() - interval '3 years'");
        await Sql("update requirement_versions set from_at = now() - interval '18 months' where role = 'tester'");
        using var moderator = _service.As("keeper", "contributor", "moderator");
        var version = (await _service.Get("/skills/two")).GetProperty("version").GetInt64();
        using var confirmed = await moderator.PostAsJsonAsync("/api/catalog/skills/two/confirmations", new { version });
        Assert.Equal(HttpStatusCode.NoContent, confirmed.StatusCode);

        var overview = await moderator.GetFromJsonAsync<JsonElement>("/api/catalog/overview");
        var engineering = overview.GetProperty("domains")[0];
        Assert.Equal("Engineering", engineering.GetProperty("name").GetString());
        Assert.Equal(
            """{"halfYear":1,"year":0,"twoYears":1,"older":1}""",
            engineering.GetProperty("ages").GetRawText()
        );
        Assert.Equal(2, engineering.GetProperty("neverReviewed").GetInt64());
        Assert.Equal(12, engineering.GetProperty("changes").GetArrayLength());
        Assert.Equal(1, overview.GetProperty("domains")[1].GetProperty("ages").GetProperty("older").GetInt64());

        Assert.Equal(["one developer", "three developer", "one tester", "two developer"], Sorted(await List(""), 2));
        Assert.Equal(["one developer"], await List("?domain=engineering&age=older"));
        Assert.Equal(["one tester"], await List("?age=twoYears"));
        Assert.Equal(["two developer"], await List("?age=halfYear"));
        Assert.Equal(["one developer", "one tester"], await List("?domain=engineering&neverReviewed=true"));
        // Page by page it is the same.
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = await moderator.GetFromJsonAsync<JsonElement>(
                $"/api/catalog/overview/requirements?limit=1{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            paged.AddRange(Names(page));
            cursor = page.GetProperty("nextCursor").GetString();
        } while (cursor is not null);
        Assert.Equal(await List(""), paged);

        using var wrong = await moderator.GetAsync("/api/catalog/overview/requirements?age=ancient");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        using var contributor = _service.Contributor;
        using var refused = await contributor.GetAsync("/api/catalog/overview");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        async Task<string[]> List(string query) =>
            Names(await moderator.GetFromJsonAsync<JsonElement>($"/api/catalog/overview/requirements{query}"));
    }

    // Those of the same time are in the order of their ids.
    private static string[] Sorted(string[] names, int first) =>
        [.. names[..first].Order(StringComparer.Ordinal), .. names[first..]];

    private static string[] Names(JsonElement page) =>
        [
            .. page.GetProperty("items")
                .EnumerateArray()
                .Select(i =>
                    $"{i.GetProperty("skill").GetProperty("slug").GetString()} {i.GetProperty("role").GetProperty("slug").GetString()}"
                ),
        ];

    private async Task Sql(string sql)
    {
        await using var command = _service.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
