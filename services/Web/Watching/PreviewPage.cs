using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Watching;

/// <summary>One thing that a watch would have told.</summary>
public sealed record PreviewItem(DateTimeOffset At, string Kind, InboxSkill? Skill, Guid? Proposal);

public sealed record Preview(long Count, PreviewItem[] Items, string? NextCursor);

/// <param name="Name">Of what would be watched; its key where that is not known.</param>
/// <param name="Follow"><c>changes</c> or <c>all</c>.</param>
/// <param name="Watch">What is so; null where it is not watched, or that cannot be told.</param>
/// <param name="First">Not a later part of the list.</param>
public sealed record PreviewModel(
    string Scope,
    string Key,
    string Name,
    string Follow,
    Preview? Preview,
    Watch? Watch,
    bool First
);

/// <summary>What a watch would have told, had there been one.</summary>
public static class PreviewPage
{
    public static void Map(WebApplication app) =>
        app.MapGet("/watching/{scope}/{key}/preview", Get).RequireAuthorization();

    private static async Task<IResult> Get(
        string scope,
        string key,
        string? follow,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!WatchingPage.Scopes.Contains(scope, StringComparer.Ordinal))
            return Page.Error(404);
        var asked = follow == "all" ? "all" : "changes";
        var watch = services.Get<Watch>("notifications", $"/api/notifications/watches/{scope}/{key}", ct);
        var name = Name(scope, key, services, visit, ct);
        FormattableString address = $"/api/notifications/watches/{scope}/{key}/preview?follow={asked}";
        var preview = await services.Get<Preview>("notifications", address.With("cursor", cursor), ct);
        if (preview is { Value: null, Down: false })
            return Page.Error(preview.Status);
        return Page.Of<PreviewView>(
            new PreviewModel(
                scope,
                key,
                (await watch).Value?.Name is { Length: > 0 } watched ? watched : await name,
                asked,
                preview.Value,
                (await watch).Value,
                string.IsNullOrEmpty(cursor)
            ),
            preview.Value is null ? 503 : 200
        );
    }

    private static async Task<string> Name(
        string scope,
        string key,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        switch (scope)
        {
            case "catalogue":
                return visit.T["watching.catalogue"];
            case "skill":
                var skill = await services.Get<Skill>("catalog", $"/api/catalog/skills/{key}", ct);
                return skill.Value?.Name ?? key;
            case "proposal":
                var proposal = await services.Get<Proposals.Proposal>("proposals", $"/api/proposals/{key}", ct);
                return proposal.Value?.SkillName ?? key;
            default:
                var tree = await Tree.Read(services, ct);
                return tree.Names.GetValueOrDefault($"{scope}/{key}") ?? key;
        }
    }
}
