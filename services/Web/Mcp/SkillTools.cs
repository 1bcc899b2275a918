using System.ComponentModel;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SkillPlatform.Web.Mcp;

/// <summary>One change of a draft, as the API takes it.</summary>
public sealed record DraftedChange(
    [property: Description(
        "stateRequirement, rewordRequirement, makeMandatory, makeOptional, dropRequirement, renameSkill, replaceKeywords, "
            + "moveSkill, addSkill or retireSkill."
    )]
        string Op,
    [property: Description("Slug of the role, for changes of a requirement.")] string? Role = null,
    [property: Description("Slug of the level, for changes of a requirement.")] string? Level = null,
    [property: Description(
        "The value as you read it, for rewordRequirement, dropRequirement and changes of the skill."
    )]
        JsonElement? Was = null,
    [property: Description("The new text, Markdown, for stateRequirement and rewordRequirement.")]
        string? Description = null,
    [property: Description("For stateRequirement.")] bool? Mandatory = null,
    [property: Description("The new name, for renameSkill and addSkill.")] string? Name = null,
    [property: Description("For replaceKeywords and addSkill.")] string[]? Keywords = null,
    [property: Description("Slug of the domain, for moveSkill and addSkill.")] string? Domain = null,
    [property: Description("Slug of the group, for moveSkill and addSkill.")] string? Group = null,
    [property: Description("For addSkill: role, level, mandatory and description of each.")]
        JsonElement[]? Requirements = null
);

/// <summary>What an assistant may do. There is no tool that decides on a proposal, or sends one.</summary>
[McpServerToolType]
public sealed class SkillTools(IHttpClientFactory clients)
{
    private const int Most = 50;

    private static readonly JsonSerializerOptions Sparse = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    [McpServerTool(Name = "search_skills", Title = "Search skills", ReadOnly = true)]
    [Description("Finds skills by words in their names, keywords and requirements. Without words, lists all by name.")]
    public Task<CallToolResult> Search(
        [Description("Words to look for.")] string? query = null,
        [Description("Only of this domain, by its slug.")] string? domain = null,
        [Description("Only with requirements for this role, by its slug.")] string? role = null,
        [Description("At most this many, up to 50.")] int limit = 10,
        [Description("nextCursor of the answer before.")] string? cursor = null,
        CancellationToken ct = default
    ) =>
        Get(
            "/api/catalog/skills",
            ct,
            ("q", query),
            ("domain", domain),
            ("role", role),
            ("facets", "false"),
            ("limit", Bounded(limit)),
            ("cursor", cursor)
        );

    [McpServerTool(Name = "read_skill", Title = "Read a skill", ReadOnly = true)]
    [Description("What a skill requires of each role at each level, now or at a time before.")]
    public Task<CallToolResult> Read(
        [Description("The skill's slug.")] string slug,
        [Description("A version, for what was said then.")] long? version = null,
        [Description("A time (RFC 3339), for what was said then.")] string? asOf = null,
        CancellationToken ct = default
    ) => Get($"/api/catalog/skills/{Part(slug)}", ct, ("version", Text(version)), ("asOf", asOf));

    [McpServerTool(Name = "compare_versions", Title = "Compare versions of a skill", ReadOnly = true)]
    [Description("What changed in a skill from one version to another: new, dropped, reworded, mandatory, optional.")]
    public Task<CallToolResult> Compare(
        [Description("The skill's slug.")] string slug,
        [Description("The older version.")] long from,
        [Description("The newer version; the latest if absent.")] long? to = null,
        CancellationToken ct = default
    ) => Get($"/api/catalog/skills/{Part(slug)}/diff", ct, ("from", Text(from)), ("to", Text(to)));

    [McpServerTool(Name = "read_history", Title = "Read history", ReadOnly = true)]
    [Description("Who changed a skill, or one of its requirements, when and why; newest first.")]
    public Task<CallToolResult> History(
        [Description("The skill's slug.")] string slug,
        [Description("With level: only this requirement's role.")] string? role = null,
        [Description("With role: only this requirement's level.")] string? level = null,
        [Description("At most this many, up to 50.")] int limit = 10,
        [Description("nextCursor of the answer before.")] string? cursor = null,
        CancellationToken ct = default
    ) =>
        Get(
            role is null || level is null
                ? $"/api/catalog/skills/{Part(slug)}/history"
                : $"/api/catalog/skills/{Part(slug)}/requirements/{Part(role)}/{Part(level)}/history",
            ct,
            ("limit", Bounded(limit)),
            ("cursor", cursor)
        );

    [McpServerTool(Name = "draft_proposal", Title = "Draft a proposal", ReadOnly = false, Destructive = false)]
    [Description(
        "Keeps a draft of a proposal for the signed-in person, who alone sees it and can send it. Needs their access token."
    )]
    public async Task<CallToolResult> Draft(
        [Description("Why the change is wanted; reviewers decide by it.")] string rationale,
        [Description("What is to change.")] DraftedChange[] changes,
        [Description("The skill's slug; absent for addSkill.")] string? skill = null,
        CancellationToken ct = default
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/proposals");
        request.Content = JsonContent.Create(
            new
            {
                skill,
                rationale,
                changes,
                draft = true,
            },
            options: Sparse
        );
        // A try that is repeated underneath makes no second draft.
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return await Send("mcp-proposals", request, ct);
    }

    private async Task<CallToolResult> Get(
        string path,
        CancellationToken ct,
        params (string Name, string? Value)[] query
    )
    {
        var asked = query
            .Where(q => q.Value is { Length: > 0 })
            .ToDictionary(q => q.Name, q => q.Value, StringComparer.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, QueryHelpers.AddQueryString(path, asked));
        return await Send("mcp-catalog", request, ct);
    }

    // What a service says of an error says what to do about it.
    private async Task<CallToolResult> Send(string service, HttpRequestMessage request, CancellationToken ct)
    {
        using var client = clients.CreateClient(service);
        try
        {
            using var answer = await client.SendAsync(request, ct);
            return Said(await answer.Content.ReadAsStringAsync(ct), !answer.IsSuccessStatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or Polly.ExecutionRejectedException)
        {
            return Said("A part of the platform does not answer at the moment. Try again.", isError: true);
        }
    }

    private static CallToolResult Said(string text, bool isError) =>
        new() { Content = [new TextContentBlock { Text = text }], IsError = isError };

    private static string Bounded(int limit) => Text(Math.Clamp(limit, 1, Most))!;

    private static string? Text(long? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Part(string text) => Uri.EscapeDataString(text);
}
