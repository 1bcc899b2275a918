using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Comments;

/// <summary>What is said about a skill.</summary>
/// <param name="Skill">Null where it is retired or the catalogue does not answer.</param>
public sealed record DiscussionModel(string Slug, Skill? Skill, bool Down, Conversation Conversation);

/// <summary>The comments on a skill.</summary>
public static class Discussion
{
    public static void Map(WebApplication app) => app.MapGet("/skills/{slug}/discussion", Get).AllowAnonymous();

    private static Task<IResult> Get(
        string slug,
        Guid? reply,
        Guid? edit,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    ) => Show(slug, cursor, new Writing(reply, edit), 200, services, visit, ct);

    public static async Task<IResult> Show(
        string slug,
        string? cursor,
        Writing writing,
        int status,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var comments = ReadComments.From(services, $"/api/proposals/discussions/{slug}/comments", cursor, ct);
        var skill = await services.SkillItself(slug, ct);
        if (skill is { Value: null, Down: false, Status: not 410 } || (skill.Value is null && await comments is null))
            return Page.Error(skill.Status);
        if (skill.Value is { } found && found.Slug != slug)
            return TypedResults.Redirect(visit.To($"/skills/{found.Slug}/discussion"), permanent: true);
        var address = visit.To($"/skills/{slug}/discussion");
        return Page.Of<DiscussionPage>(
            new DiscussionModel(
                slug,
                skill.Value,
                skill.Down,
                new Conversation(address, address, await comments, writing, cursor)
            ),
            status
        );
    }
}
