using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
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

    private EndpointDataSource Routes => catalogue.Service.Services.GetRequiredService<EndpointDataSource>();
}
