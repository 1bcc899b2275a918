using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

[Collection(nameof(Catalogue))]
public sealed class SkillApiTests(Catalogue catalogue)
{
    private static readonly Requirement Junior = new("developer", "junior", true, "Knows it.");
    private static readonly Requirement Senior = new("tester", "senior", false, "Breaks it.");

    private HttpClient Client => catalogue.Service.Anyone;

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
        Assert.Equal(3, page.GetProperty("version").GetInt64());
        var first = page.GetProperty("requirements")[0];
        Assert.Equal("developer", first.GetProperty("role").GetString());
        Assert.Equal(3, first.GetProperty("since").GetProperty("version").GetInt64());
        Assert.Equal("author-1", first.GetProperty("since").GetProperty("author").GetProperty("id").GetString());
    }
}
