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

    [Fact]
    public async Task No_member_of_a_body_can_be_so_odd_that_it_is_answered_as_our_error()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        var wrong =
            await Tried(address, path => path)
            + await Tried("admin@example.org", path => path.Contains("/me", StringComparison.Ordinal) ? null : path);
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task What_only_somebody_signed_in_is_answered_is_kept_nowhere()
    {
        var kept = await RouteTrials.Kept(Routes, Anyone);
        Assert.True(kept.Length == 0, kept);
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/api/identity/openapi.json")]
    public async Task No_document_names_the_host_it_is_asked_under(string path)
    {
        using var client = Anyone;
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "evil.example";
        using var answer = await client.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("evil", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string> Tried(string by, Func<string, string?> at)
    {
        using var api = new Api(new Uri(running.Authority), (await SignIn.As(running.Authority, by)).AccessToken);
        return await RouteTrials.Misshapen("/api/identity/openapi.json", api.Http, at);
    }

    private EndpointDataSource Routes => running.Host.Services.GetRequiredService<EndpointDataSource>();
}
