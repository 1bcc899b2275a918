using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

/// <summary>What holds for every route there is.</summary>
public sealed class RouteTests(Running running)
{
    private HttpClient Anyone => new() { BaseAddress = new Uri(running.Authority) };

    [Fact]
    public async Task Head_says_what_get_says()
    {
        var wrong = await RouteTrials.UnlikeGet(Routes, Anyone);
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task No_request_is_answered_as_our_error()
    {
        var wrong = await RouteTrials.Failures(Routes, Anyone);
        Assert.True(wrong.Length == 0, wrong);
    }

    private EndpointDataSource Routes => running.Host.Services.GetRequiredService<EndpointDataSource>();
}
