using System.Net;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>A small catalogue that is only read.</summary>
public sealed class SmallCatalogue(Servers servers) : IAsyncLifetime
{
    public CatalogService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await CatalogService.Start(servers);
        await Service.Import(
            """
            {"source":"test","roles":["Engineer","Tester"],"domains":[
              {"name":"Languages","groups":[{"name":"Compiled","skills":[
                {"name":"C","requirements":[{"role":"Engineer","level":"Junior","mandatory":true,"description":"x"}]},
                {"name":"C#","keywords":["dotnet","50% off"],"requirements":[{"role":"Engineer","level":"Junior","mandatory":true,"description":"x"},{"role":"Tester","level":"Lead","mandatory":false,"description":"x"}]},
                {"name":"C++","keywords":["RAII"]},
                {"name":"Ada"}]},
               {"name":"Scripting","skills":[{"name":"Python","keywords":["pip","pandas"]},{"name":"python"},{"name":"Photography scripts"}]}]},
              {"name":"Cloud","groups":[{"name":"Compute","skills":[
                {"name":"Kubernetes","keywords":["containers"]},{"name":"Serverless Functions","keywords":["AWS Lambda","cold starts"]},
                {"name":"Größe schätzen","keywords":["Бессерверный"]}]}]}
            ]}
            """
        );
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

public sealed class SearchTests(SmallCatalogue small, Servers servers) : IClassFixture<SmallCatalogue>
{
    private readonly CatalogService _catalog = small.Service;

    [Theory]
    [InlineData("kubernets", "kubernetes")]
    [InlineData("KUBERNETES", "kubernetes")]
    [InlineData("kuber", "kubernetes")]
    [InlineData("serverles", "serverless-functions")]
    [InlineData("functions serverless", "serverless-functions")]
    [InlineData("lambda", "serverless-functions")]
    [InlineData("lamdba", "serverless-functions")]
    [InlineData("pyhton", "python")]
    [InlineData("pandsa", "python")]
    [InlineData("C%23", "c-sharp")]
    [InlineData("c%2b%2b", "c-plus-plus")]
    [InlineData("c", "c")]
    [InlineData("größe", "grosse-schatzen")]
    [InlineData("grosse", "grosse-schatzen")]
    [InlineData("besserverny", "grosse-schatzen")]
    [InlineData("50%25", "c-sharp")]
    public async Task The_best_match_stands_first(string q, string slug) =>
        Assert.Equal(slug, Slugs(await _catalog.Get($"/skills?q={q}"))[0]);

    [Theory]
    [InlineData("%25")]
    [InlineData("quantum chromodynamics")]
    [InlineData("_")]
    [InlineData("'; drop table mt_events; --")]
    [InlineData("%5C")]
    public async Task What_is_not_there_is_not_found(string q)
    {
        var found = Slugs(await _catalog.Get($"/skills?q={q}"));
        Assert.True(found.Length == 0 || q == "%25" && found is ["c-sharp"], string.Join(' ', found));
    }

    [Fact]
    public async Task Names_that_differ_in_case_are_two_skills()
    {
        var found = Slugs(await _catalog.Get("/skills?q=python"));
        Assert.Equal(["python", "python-2"], found[..2].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_list_is_narrowed_by_place_role_and_level_and_counted()
    {
        Assert.Equal(["c", "c-sharp"], Slugs(await _catalog.Get("/skills?role=engineer")));
        Assert.Equal(["c-sharp"], Slugs(await _catalog.Get("/skills?role=tester&level=lead")));
        Assert.Empty(Slugs(await _catalog.Get("/skills?role=tester&level=junior")));
        Assert.Empty(Slugs(await _catalog.Get("/skills?domain=nowhere")));
        Assert.Equal(3, Slugs(await _catalog.Get("/skills?domain=languages&group=scripting")).Length);
        var all = await _catalog.Get("/skills?domain=languages");
        var groups = all.GetProperty("facets").GetProperty("groups");
        Assert.Equal("Compiled", groups[0].GetProperty("name").GetString());
        Assert.Equal(4, groups[0].GetProperty("count").GetInt32());
        var item = (await _catalog.Get("/skills?q=c%23")).GetProperty("items")[0];
        Assert.Equal("Languages", item.GetProperty("domain").GetProperty("name").GetString());
        Assert.Equal("Compiled", item.GetProperty("group").GetProperty("name").GetString());
        Assert.Equal(1, item.GetProperty("counts").GetProperty("optional").GetInt32());
    }

    [Fact]
    public async Task The_rest_of_a_facet_is_asked_for_by_the_beginning_of_a_word()
    {
        var all = (await _catalog.Get("/skills/facets/groups")).GetProperty("items");
        Assert.Equal(
            ["compiled 4", "compute 3", "scripting 3"],
            all.EnumerateArray().Select(f => $"{f.GetProperty("slug").GetString()} {f.GetProperty("count").GetInt32()}")
        );
        Assert.Equal(["scripting"], Slugs(await _catalog.Get("/skills/facets/groups?prefix=scr")));
        Assert.Equal(["engineer", "tester"], Slugs(await _catalog.Get("/skills/facets/roles?q=c%23")));
        Assert.Equal(["tester"], Slugs(await _catalog.Get("/skills/facets/roles?q=c%23&prefix=T")));
        Assert.Empty(Slugs(await _catalog.Get("/skills/facets/roles?q=zxqwv")));
    }

    [Fact]
    public async Task Names_are_found_by_what_they_begin_with()
    {
        Assert.Equal(
            ["c 3", "p 3", "a 1", "g 1", "k 1", "s 1"],
            (await _catalog.Get("/skills/facets/initials"))
                .GetProperty("items")
                .EnumerateArray()
                .Select(f => $"{f.GetProperty("slug").GetString()} {f.GetProperty("count").GetInt32()}")
        );
        Assert.Equal(["ada", "grosse-schatzen"], Slugs(await _catalog.Get("/skills?initials=ag")));
        Assert.Equal(["c", "p"], Slugs(await _catalog.Get("/skills/facets/initials?domain=languages")).Take(2));
        Assert.Equal(["ada"], Slugs(await _catalog.Get("/skills?initials=ag&domain=languages")));
        Assert.Empty(Slugs(await _catalog.Get("/skills?initials=%25_")));
        await using var asian = await CatalogService.Start(servers);
        await asian.Import(
            """{"source":"test","roles":["R"],"domains":[{"name":"D","groups":[{"name":"G","skills":[{"name":"設計"},{"name":"検索"},{"name":"검색"},{"name":"까치"}]}]}]}"""
        );
        Assert.Equal(["漢", "ㄱ", "ㄲ"], Slugs(await asian.Get("/skills/facets/initials")));
        Assert.Equal(2, Slugs(await asian.Get("/skills?initials=%E6%BC%A2")).Length);
    }

    [Fact]
    public async Task Ten_of_each_facet_are_told_and_what_is_chosen_is_among_them()
    {
        await using var wide = await CatalogService.Start(servers);
        var roles = Enumerable.Range(10, 15).Select(n => $"Role {n}").ToArray();
        await wide.Import(
            JsonSerializer.Serialize(
                new
                {
                    source = "test",
                    roles,
                    domains = new[]
                    {
                        new
                        {
                            name = "One",
                            groups = new[]
                            {
                                new
                                {
                                    name = "Group",
                                    skills = new[]
                                    {
                                        new
                                        {
                                            name = "Wide",
                                            requirements = roles.Select(role => new
                                            {
                                                role,
                                                level = "Junior",
                                                mandatory = true,
                                                description = "x",
                                            }),
                                        },
                                    },
                                },
                            },
                        },
                    },
                }
            )
        );
        foreach (var q in (string[])["", "q=wide&"])
        {
            var some = Slugs((await wide.Get($"/skills?{q}")).GetProperty("facets"), "roles");
            Assert.Equal(10, some.Length);
            Assert.DoesNotContain("role-24", some);
            Assert.Contains(
                "role-24",
                Slugs((await wide.Get($"/skills?{q}role=role-24")).GetProperty("facets"), "roles")
            );
            Assert.Equal(15, Slugs(await wide.Get($"/skills/facets/roles?{q}")).Length);
        }
    }

    [Theory]
    [InlineData("/skills?")]
    [InlineData("/skills?q=c&")]
    [InlineData("/skills?q=pyhton+kubernets&")]
    [InlineData("/skills?domain=languages&")]
    [InlineData("/skills/facets/groups?")]
    [InlineData("/domains?")]
    [InlineData("/roles?")]
    public async Task Pages_join_to_the_whole_list(string path)
    {
        var whole = Slugs(await _catalog.Get(path));
        var joined = new List<string>();
        for (string? cursor = ""; cursor is not null; )
        {
            var page = await _catalog.Get($"{path}limit=1{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            joined.AddRange(Slugs(page));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        Assert.Equal(whole, joined);
    }

    [Fact]
    public async Task Domains_and_roles_say_how_much_is_in_them()
    {
        var languages = (await _catalog.Get("/domains")).GetProperty("items")[0];
        Assert.Equal("languages", languages.GetProperty("slug").GetString());
        Assert.Equal(5, languages.GetProperty("levels").GetArrayLength());
        Assert.Equal(7, languages.GetProperty("skills").GetInt32());
        Assert.Equal(3, languages.GetProperty("groups")[1].GetProperty("skills").GetInt32());
        var engineer = (await _catalog.Get("/roles")).GetProperty("items")[0];
        Assert.Equal(2, engineer.GetProperty("mandatory").GetInt32());
    }

    [Theory]
    [InlineData("/skills?limit=0")]
    [InlineData("/skills?limit=201")]
    [InlineData("/skills?cursor=nonsense")]
    [InlineData("/skills?cursor=WyJhIl0")]
    [InlineData("/skills?q=a%00b")]
    [InlineData("/skills?domain=%00")]
    public async Task What_cannot_be_asked_is_a_problem(string path)
    {
        using var client = _catalog.Anyone;
        using var answer = await client.GetAsync($"/api/catalog{path}");
        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity });
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_list_that_has_not_changed_is_not_sent_again()
    {
        using var client = _catalog.Anyone;
        using var first = await client.GetAsync("/api/catalog/skills?q=c");
        client.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await client.GetAsync("/api/catalog/skills?q=c");
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    private static string[] Slugs(JsonElement list, string of = "items") =>
        [.. list.GetProperty(of).EnumerateArray().Select(i => i.GetProperty("slug").GetString()!)];
}
