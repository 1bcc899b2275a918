using Marten;
using Marten.Linq.MatchesSql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A comment as it is read. The text is null once removed.</summary>
/// <param name="Id">Id.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Text">Markdown.</param>
/// <param name="ReplyTo">The comment it answers.</param>
/// <param name="At">When.</param>
/// <param name="EditedAt">When it was last edited.</param>
/// <param name="Removed">The trace of its removal.</param>
/// <param name="Version">Quoted, what <c>If-Match</c> wants.</param>
public sealed record CommentAnswer(
    Guid Id,
    Person Author,
    string? Text,
    Guid? ReplyTo,
    DateTimeOffset At,
    DateTimeOffset? EditedAt,
    Removal? Removed,
    long Version
);

public static class CommentList
{
    public static void Map(IEndpointRouteBuilder api)
    {
        foreach (var route in Discussion.Routes)
            api.MapGet(route, Get)
                .AllowAnonymous()
                .Produces<Page<CommentAnswer>>()
                .WithSummary(
                    "The comments on a proposal or a skill, oldest first, or with `order=newest` newest first."
                );
        api.MapGet("/comments", Several)
            .AllowAnonymous()
            .Produces<Page<CommentAnswer>>()
            .WithSummary("Comments by their ids, at most 100, as they are now.");
    }

    private static async Task<IResult> Several(Guid[] id, HttpContext http, IQuerySession session)
    {
        var ct = http.RequestAborted;
        if (id.Length > 100)
            return Refusal.Field("/id", "At most 100 at once.").AsProblem();
        var comments = await session.LoadManyAsync<Comment>(ct, id);
        var proposals = comments.Where(c => c.On == On.Proposal).Select(c => c.Subject).Distinct().ToArray();
        var me = Caller.Of(http.User)?.Id;
        var visible = await session
            .Query<ProposalPage>()
            .Where(p => p.Id.IsOneOf(proposals) && (p.Submitted || p.Author == me))
            .Select(p => p.Id)
            .ToListAsync(ct);
        var found = await WithTexts(
            session,
            [.. comments.Where(c => c.On != On.Proposal || visible.Contains(c.Subject))],
            ct
        );
        var people = await People.Load(session, found.Select(c => c.Comment.Author), ct);
        return TypedResults.Ok(new Page<CommentAnswer>([.. found.Select(c => Answer(c, people))], null));
    }

    private static async Task<IResult> Get(
        Discussion discussion,
        Paging paging,
        string? order,
        IQuerySession session,
        CancellationToken ct
    )
    {
        if (order is not (null or "oldest" or "newest"))
            return Refusal.Field("/order", "One of oldest, newest.").AsProblem();
        if (discussion.Subject is not { } subject)
            return discussion.Missing;
        var found = await (
            order == "newest"
                ? Newest(session, discussion.On, subject, paging.AfterId, paging.Limit + 1, ct)
                : Oldest(session, discussion.On, subject, paging.AfterId, paging.Limit + 1, ct)
        );
        var people = await People.Load(session, found.Select(c => c.Comment.Author), ct);
        return TypedResults.Ok(paging.Of([.. found.Select(c => Answer(c, people))], c => [c.Id.ToString()]));
    }

    /// <summary>Comments with their texts, newest first: their ids grow with time.</summary>
    public static async Task<IReadOnlyList<(Comment Comment, string? Text)>> Newest(
        IQuerySession session,
        string on,
        Guid subject,
        Guid? before,
        int limit,
        CancellationToken ct
    )
    {
        var query = session.Query<Comment>().Where(c => c.On == on && c.Subject == subject);
        if (before is { } id)
            query = query.Where(c => c.MatchesSql("d.id < ?", id));
        return await WithTexts(session, await query.OrderByDescending(c => c.Id).Take(limit).ToListAsync(ct), ct);
    }

    private static async Task<IReadOnlyList<(Comment Comment, string? Text)>> Oldest(
        IQuerySession session,
        string on,
        Guid subject,
        Guid? after,
        int limit,
        CancellationToken ct
    )
    {
        var query = session.Query<Comment>().Where(c => c.On == on && c.Subject == subject);
        if (after is { } id)
            query = query.Where(c => c.MatchesSql("d.id > ?", id));
        return await WithTexts(session, await query.OrderBy(c => c.Id).Take(limit).ToListAsync(ct), ct);
    }

    private static async Task<IReadOnlyList<(Comment Comment, string? Text)>> WithTexts(
        IQuerySession session,
        IReadOnlyList<Comment> comments,
        CancellationToken ct
    )
    {
        var texts = await session.LoadManyAsync<CommentText>(ct, comments.Select(c => c.Id).ToArray());
        var byId = texts.ToDictionary(t => t.Id, t => t.Text);
        return [.. comments.Select(c => (c, byId.GetValueOrDefault(c.Id)))];
    }

    /// <summary>A text that is gone although nobody removed the comment went with its author's account.</summary>
    public static CommentAnswer Answer((Comment Comment, string? Text) found, People people)
    {
        var (c, text) = found;
        var removed = c.Removed ?? (text is null ? new Removal("erasure", null) : null);
        return new CommentAnswer(
            c.Id,
            people[c.Author]!,
            removed is null ? text : null,
            c.ReplyTo,
            c.At,
            c.EditedAt,
            removed,
            c.Version
        );
    }
}
