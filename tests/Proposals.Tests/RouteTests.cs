using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.EventSourcing;
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

    [Fact]
    public async Task No_member_of_a_body_can_be_so_odd_that_it_is_answered_as_our_error()
    {
        var skill = await host.Skill();
        using var everybody = host.As("everybody", "contributor", "reviewer", "moderator", "administrator");
        using var author = host.As("odd-author");
        const string root = "/api/proposals";
        var asked = $$"""{"skill":"{{skill.Skill.Slug}}","rationale":"Odd.","changes":[{{Changes[2]}}]}""";
        var (own, others) = (await Proposed(everybody), await Proposed(author));
        var wrong = await RouteTrials.Misshapen(
            $"{root}/openapi.json",
            everybody,
            // What is set there holds for the other tests, too.
            path =>
                path.EndsWith("/quotas", StringComparison.Ordinal)
                    ? null
                    : path.Replace("{skill}", skill.Skill.Slug, StringComparison.Ordinal)
                        .Replace("{id}/reviews", $"{others}/reviews", StringComparison.Ordinal)
                        .Replace("{id}", own, StringComparison.Ordinal),
            [
                ("PUT", $"{root}/quotas", JsonSerializer.Serialize(Plenty, Commands.Json)),
                .. Changes.Select(change =>
                    (
                        "POST",
                        root,
                        $$"""{"skill":"{{skill.Skill.Slug}}","rationale":"Odd.","changes":[{{change}}],"draft":true}"""
                    )
                ),
                .. TaxonomyChanges.Select(change =>
                    ("POST", root, $$"""{"rationale":"Odd.","changes":[{{change}}],"draft":true}""")
                ),
            ]
        );
        Assert.True(wrong.Length == 0, wrong);

        async Task<string> Proposed(HttpClient by)
        {
            using var content = new StringContent(asked, Encoding.UTF8, "application/json");
            using var answer = await by.PostAsync(root, content);
            return (await answer.Json()).GetProperty("id").GetString()!;
        }
    }

    [Fact]
    public async Task Every_read_has_a_tag_by_which_it_is_not_answered_twice()
    {
        var untagged = await RouteTrials.Untagged(
            Routes,
            host.As("everybody", "contributor", "reviewer", "moderator", "administrator")
        );
        Assert.True(untagged.Length == 0, untagged);
    }

    [Fact]
    public async Task What_only_somebody_signed_in_is_answered_is_kept_nowhere()
    {
        var kept = await RouteTrials.Kept(
            Routes,
            host.As("everybody", "contributor", "reviewer", "moderator", "administrator")
        );
        Assert.True(kept.Length == 0, kept);
    }

    [Fact]
    public async Task The_description_names_no_host()
    {
        using var client = host.As(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/proposals/openapi.json");
        request.Headers.Host = "evil.example";
        using var answer = await client.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("evil", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static readonly Limits Plenty = new(Much, Much, Much, Much, Much, Much.Day, Much.Day, 20);

    private static Rate Much => new(100_000_000, 100_000_000);

    // One of each kind, so that whatever it holds is tried.
    private static readonly string[] Changes =
    [
        """{"op":"stateRequirement","role":"architect","level":"senior","mandatory":true,"description":"Knows it."}""",
        """{"op":"rewordRequirement","role":"engineer","level":"junior","was":"Deploys a function.","description":"Knows it."}""",
        """{"op":"makeMandatory","role":"engineer","level":"junior","was":"Deploys a function."}""",
        """{"op":"makeOptional","role":"architect","level":"junior","was":"Draws a function."}""",
        """{"op":"dropRequirement","role":"engineer","level":"junior","was":"Deploys a function.","wasMandatory":false}""",
        """{"op":"renameSkill","was":"Functions","name":"Odd functions"}""",
        """{"op":"replaceKeywords","was":["faas","lambda"],"keywords":["odd"]}""",
        """{"op":"describeSkill","was":"","description":"Odd."}""",
        """{"op":"moveSkill","was":{"domain":"cloud","group":"serverless"},"domain":"cloud","group":"storage"}""",
        """{"op":"retireSkill","version":3}""",
        """{"op":"mergeSkill","into":"functions","cells":[{"role":"engineer","level":"junior","replaces":true,"was":"Deploys a function.","wasMandatory":false}],"was":{"name":"Functions","domain":"cloud"},"version":3}""",
    ];

    private static readonly string[] TaxonomyChanges =
    [
        """{"op":"addSkill","domain":"cloud","group":"storage","name":"Odd","keywords":["odd"],"requirements":[{"role":"engineer","level":"junior","mandatory":true,"description":"Knows it."}],"description":"Odd."}""",
        """{"op":"renameDomain","domain":"cloud","was":"Cloud","name":"Odd"}""",
        """{"op":"renameGroup","domain":"cloud","group":"storage","was":"Storage","name":"Odd"}""",
        """{"op":"renameLevel","domain":"cloud","level":"junior","was":"Junior","name":"Odd"}""",
        """{"op":"renameRole","role":"engineer","was":"Engineer","name":"Odd"}""",
        """{"op":"describeLevel","domain":"cloud","level":"junior","was":"","description":"Odd."}""",
        """{"op":"describeRole","role":"engineer","was":"","description":"Odd."}""",
        """{"op":"reorderLevels","domain":"cloud","was":["junior","middle","senior"],"levels":["senior","middle","junior"]}""",
        """{"op":"reorderGroups","domain":"cloud","was":["serverless","storage"],"groups":["storage","serverless"]}""",
        """{"op":"retireDomain","domain":"trainees","was":"Trainees"}""",
        """{"op":"retireGroup","domain":"cloud","group":"storage","was":"Storage","into":"serverless"}""",
        """{"op":"retireLevel","domain":"cloud","level":"senior","was":"Senior","into":"junior"}""",
        """{"op":"retireRole","role":"engineer","was":"Engineer","into":"architect"}""",
    ];

    private EndpointDataSource Routes => host.Services.GetRequiredService<EndpointDataSource>();
}
