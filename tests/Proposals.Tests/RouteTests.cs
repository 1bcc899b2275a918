using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>What holds for every route there is.</summary>
public sealed class RouteTests(ProposalsHost host)
{
    [Fact]
    public async Task Head_says_what_get_says()
    {
        var wrong = await RouteTrials.UnlikeGet(Routes, host.As(null));
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task No_request_is_answered_as_our_error()
    {
        var wrong = await RouteTrials.Failures(
            Routes,
            host.As("everybody", "contributor", "reviewer", "moderator", "administrator")
        );
        Assert.True(wrong.Length == 0, wrong);
    }

    private EndpointDataSource Routes => host.Services.GetRequiredService<EndpointDataSource>();
}
