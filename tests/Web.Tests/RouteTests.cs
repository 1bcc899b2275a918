using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>What holds for every route there is.</summary>
public sealed class RouteTests(WebFixture web) : IClassFixture<WebFixture>
{
    private HttpClient Anyone => new() { BaseAddress = web.Address };

    [Fact]
    public async Task Head_says_what_get_says()
    {
        var wrong = await RouteTrials.UnlikeGet(Routes, Anyone);
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task No_request_is_answered_as_our_error()
    {
        var wrong = await RouteTrials.Failures(Routes, await Everybody());
        Assert.True(wrong.Length == 0, wrong);
    }

    private EndpointDataSource Routes => web.Inside.GetRequiredService<EndpointDataSource>();

    private async Task<HttpClient> Everybody()
    {
        EveryPage.Given(web, null);
        using var browser = await EveryPage.SignedIn(web);
        var client = Anyone;
        client.DefaultRequestHeaders.Add("Cookie", browser.Cookies.GetCookieHeader(web.Address));
        return client;
    }
}
