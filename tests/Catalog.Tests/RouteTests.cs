using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>What holds for every route there is.</summary>
[Collection(nameof(Catalogue))]
public sealed class RouteTests(Catalogue catalogue)
{
    [Fact]
    public async Task Head_says_what_get_says()
    {
        var wrong = await RouteTrials.UnlikeGet(Routes, catalogue.Service.Anyone);
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task No_request_is_answered_as_our_error()
    {
        var wrong = await RouteTrials.Failures(Routes, catalogue.Service.Administrator);
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task No_member_of_a_body_can_be_so_odd_that_it_is_answered_as_our_error()
    {
        var (_, slug, _) = await catalogue.Skill(new Requirement("developer", "junior", true, "Knows it."));
        var wrong = await RouteTrials.Misshapen(
            "/api/catalog/openapi.json",
            catalogue.Service.Administrator,
            path =>
                path.Replace("{slug}", slug, StringComparison.Ordinal)
                    .Replace("/imports", "/imports?dryRun=true", StringComparison.Ordinal),
            (
                "POST",
                $"/api/catalog/skills/{slug}/confirmations",
                """{"version":1,"requirements":[{"role":"developer","level":"junior"}],"note":"Asked.","reviewOn":"2027-03-01"}"""
            )
        );
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task Every_read_has_a_tag_by_which_it_is_not_answered_twice()
    {
        var untagged = await RouteTrials.Untagged(Routes, catalogue.Service.Administrator);
        Assert.True(untagged.Length == 0, untagged);
    }

    [Fact]
    public async Task What_only_somebody_signed_in_is_answered_is_kept_nowhere()
    {
        var kept = await RouteTrials.Kept(Routes, catalogue.Service.Administrator);
        Assert.True(kept.Length == 0, kept);
    }

    [Fact]
    public async Task The_description_names_no_host()
    {
        using var client = catalogue.Service.Anyone;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/catalog/openapi.json");
        request.Headers.Host = "evil.example";
        using var answer = await client.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("evil", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private EndpointDataSource Routes => catalogue.Service.Services.GetRequiredService<EndpointDataSource>();
}
