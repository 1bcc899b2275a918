using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>An assistant by the protocol's own client: it reads as anybody does, drafts as the person whose token it has, and decides on nothing.</summary>
public sealed class AnAssistantDrafts(RunningPlatform running)
{
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_can_do_is_to_read_and_to_draft()
    {
        await using var assistant = await Assistant(null);
        var tools = await assistant.ListToolsAsync(cancellationToken: _ct);
        Assert.Equal(
            ["compare_versions", "draft_proposal", "read_history", "read_skill", "search_skills"],
            tools.Select(tool => tool.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["draft_proposal"],
            tools.Where(tool => tool.ProtocolTool.Annotations?.ReadOnlyHint != true).Select(tool => tool.Name)
        );
    }

    [Fact]
    public async Task It_reads_without_a_token_and_drafts_with_one()
    {
        await using var anybody = await Assistant(null);
        var found = await Call(anybody, "search_skills", ("query", "serverless functions"));
        var slug = found.GetProperty("items")[0].GetProperty("slug").GetString()!;
        var skill = await Call(anybody, "read_skill", ("slug", slug));
        var requirement = skill.GetProperty("requirements")[0];
        Assert.NotEmpty((await Call(anybody, "read_history", ("slug", slug))).GetProperty("items").EnumerateArray());
        Assert.Equal(
            JsonValueKind.Object,
            (await Call(anybody, "compare_versions", ("slug", slug), ("from", 1))).ValueKind
        );

        (string, object?)[] draft =
        [
            ("skill", slug),
            ("rationale", "Drafted by an assistant."),
            (
                "changes",
                new[]
                {
                    new
                    {
                        op = "rewordRequirement",
                        role = requirement.GetProperty("role").GetString(),
                        level = requirement.GetProperty("level").GetString(),
                        was = requirement.GetProperty("description").GetString(),
                        description = "Says it in fewer words.",
                    },
                }
            ),
        ];
        var refused = await anybody.CallToolAsync(
            "draft_proposal",
            draft.ToDictionary(d => d.Item1, d => d.Item2, StringComparer.Ordinal),
            cancellationToken: _ct
        );
        Assert.True(refused.IsError);
        Assert.Contains("not-signed-in", Text(refused), StringComparison.Ordinal);

        await using var assistant = await Assistant(await running.Contributor.Token());
        var drafted = await Call(assistant, "draft_proposal", draft);
        Assert.Equal("draft", drafted.GetProperty("state").GetString());
        var proposal = $"/api/proposals/{drafted.GetProperty("id").GetString()}";
        var kept = await running.Contributor.Get(proposal);
        Assert.Equal(running.Contributor.Id, kept.GetProperty("author").GetProperty("id").GetString());
        // Theirs alone, until they send it.
        Assert.Equal(404, (await running.Reviewer.Send(HttpMethod.Get, proposal)).Status);
        Assert.Equal(204, (await running.Contributor.Post($"{proposal}/submission")).Status);
        Assert.Equal("open", (await running.Reviewer.Get(proposal)).GetProperty("state").GetString());
        Assert.Equal(204, (await running.Contributor.Post($"{proposal}/withdrawal")).Status);
    }

    [Fact]
    public async Task What_is_wrong_is_said_as_the_api_says_it()
    {
        await using var assistant = await Assistant(null);
        var missing = await assistant.CallToolAsync(
            "read_skill",
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["slug"] = "../proposals" },
            cancellationToken: _ct
        );
        Assert.True(missing.IsError);
        Assert.Contains("/problems/not-found", Text(missing), StringComparison.Ordinal);
    }

    private async Task<McpClient> Assistant(string? token) =>
        await McpClient.CreateAsync(
            new HttpClientTransport(
                new HttpClientTransportOptions
                {
                    Endpoint = new Uri(running.Platform.Web, "/mcp"),
                    AdditionalHeaders = token is null
                        ? null
                        : new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            ["Authorization"] = $"Bearer {token}",
                        },
                }
            ),
            cancellationToken: _ct
        );

    private async Task<JsonElement> Call(
        McpClient assistant,
        string tool,
        params (string Name, object? Value)[] arguments
    )
    {
        var answer = await assistant.CallToolAsync(
            tool,
            arguments.ToDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal),
            cancellationToken: _ct
        );
        Assert.False(answer.IsError == true, Text(answer));
        return JsonSerializer.Deserialize<JsonElement>(Text(answer));
    }

    private static string Text(CallToolResult answer) =>
        Assert.IsType<TextContentBlock>(Assert.Single(answer.Content)).Text;
}
