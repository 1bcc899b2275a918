using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>What holds for every route there is.</summary>
public sealed class RouteTests(Running running) : IClassFixture<Running>
{
    [Fact]
    public async Task Head_says_what_get_says()
    {
        var wrong = await RouteTrials.UnlikeGet(Routes, running.As(null));
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task No_request_is_answered_as_our_error()
    {
        var wrong = await RouteTrials.Failures(Routes, running.As("everybody", "contributor", "administrator"));
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task No_member_of_a_body_can_be_so_odd_that_it_is_answered_as_our_error()
    {
        var wrong = await RouteTrials.Misshapen(
            "/api/notifications/openapi.json",
            running.As("everybody", "contributor", "administrator")
        );
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task Every_read_has_a_tag_by_which_it_is_not_answered_twice()
    {
        var untagged = await RouteTrials.Untagged(Routes, running.As("everybody", "contributor", "administrator"));
        Assert.True(untagged.Length == 0, untagged);
    }

    [Fact]
    public async Task What_only_somebody_signed_in_is_answered_is_kept_nowhere()
    {
        var kept = await RouteTrials.Kept(Routes, running.As("everybody", "contributor", "administrator"));
        Assert.True(kept.Length == 0, kept);
    }

    [Fact]
    public async Task The_description_names_no_host()
    {
        using var client = running.As(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/notifications/openapi.json");
        request.Headers.Host = "evil.example";
        using var answer = await client.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("evil", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private EndpointDataSource Routes => running.Services.GetRequiredService<EndpointDataSource>();
}
