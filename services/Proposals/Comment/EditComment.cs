using Marten;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A comment's new text.</summary>
/// <param name="Text">Markdown, 1 to 5,000 characters.</param>
public sealed record EditedComment(string? Text = null);

public static class EditComment
{
    public static void Map(IEndpointRouteBuilder api)
    {
        foreach (var route in Discussion.Routes)
            api.MapPut(route + "/{commentId:guid}", Put).Produces(204).WithSummary("Edits a comment, by its author.");
    }

    private static async Task<IResult> Put(
        Discussion discussion,
        Guid commentId,
        EditedComment body,
        HttpContext http,
        Commands commands,
        IQuerySession session,
        Tallies tallies,
        TimeProvider time
    )
    {
        body = body with { Text = Form.Said(body.Text) };
        var (caller, now) = (Caller.Of(http).Id, time.GetUtcNow());
        // What was suggested stays: somebody may have read it, or taken it over.
        var suggestion = (await session.LoadAsync<CommentText>(commentId, http.RequestAborted))?.Suggestion;
        return await commands.Handle<Comment>(
            http,
            commentId,
            body,
            comment => Decide(discussion, comment, body, caller, now),
            done => new Answer(204, Version: done.Version),
            (writing, done) => writing.Store(new CommentText(done.Id, caller, body.Text!, suggestion)),
            requireMatch: true,
            quota: await tallies.For(http, Act.Comment, TextForm.Length(body.Text ?? ""))
        );
    }

    public static Decision Decide(
        Discussion discussion,
        Comment? comment,
        EditedComment body,
        string caller,
        DateTimeOffset now
    )
    {
        if (comment is null || !discussion.Holds(comment))
            return Refusal.NoSuch("comment");
        if (comment.Author != caller)
            return Refusal.Forbidden("not-author", "Only its author edits a comment.");
        if (comment.Removed is not null)
            return Refusal.Conflicting("removed", "The comment was removed.");
        var errors = new List<(string, string)>();
        errors.Text("/text", body.Text, Form.MaxText);
        return Form.Refusal(errors) is { } refusal ? refusal : Decision.Of(new CommentEdited(now));
    }
}
