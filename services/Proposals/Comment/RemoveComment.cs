using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

public static class RemoveComment
{
    public static void Map(IEndpointRouteBuilder api)
    {
        foreach (var route in Discussion.Routes)
            api.MapDelete(route + "/{commentId:guid}", Delete)
                .Produces(204)
                .WithSummary("Removes a comment, by its author or a moderator. That it was there stays visible.");
    }

    private static Task<IResult> Delete(
        Discussion discussion,
        Guid commentId,
        HttpContext http,
        Commands commands,
        TimeProvider time
    )
    {
        var (caller, now) = (Caller.Of(http), time.GetUtcNow());
        return commands.Handle<Comment>(
            http,
            commentId,
            null,
            comment => Decide(discussion, comment, caller, now),
            done => new Answer(204, Version: done.Version),
            (writing, done) => writing.Delete<CommentText>(done.Id)
        );
    }

    public static Decision Decide(Discussion discussion, Comment? comment, Caller caller, DateTimeOffset now)
    {
        if (comment is null || !discussion.Holds(comment))
            return Refusal.NoSuch("comment");
        var isAuthor = comment.Author == caller.Id;
        if (!isAuthor && !caller.Is(Roles.Moderator) && !caller.Is(Roles.Administrator))
            return Refusal.Forbidden("not-author", "Only its author or a moderator removes a comment.");
        return comment.Removed is not null
            ? Decision.Nothing
            : Decision.Of(new CommentRemoved(isAuthor ? "author" : "moderator", caller.Id, now));
    }
}
