using Marten;
using Marten.Linq.MatchesSql;
using SkillPlatform.Changes;
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
/// <param name="About">The change of the proposal that it is about; null for the whole.</param>
/// <param name="Suggestion">Another wording for that change. Null once removed.</param>
/// <param name="AdoptedIn">The revision that took it over.</param>
public sealed record CommentAnswer(
    Guid Id,
    Person Author,
    string? Text,
    Guid? ReplyTo,
    DateTimeOffset At,
    DateTimeOffset? EditedAt,
    Removal? Removed,
    long Version,
    About? About = null,
    string? Suggestion = null,
    int? AdoptedIn = null
);

/// <summary>A comment with its words, as far as they are there.</summary>
/// <param name="AdoptedIn">The revision that took over what it suggests.</param>
public sealed record FoundComment(Comment Comment, CommentText? Said, int? AdoptedIn);

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

    private static async Task<IResult> Several(Guid[] id, HttpContext http, IQuerySession session, ProposalLog log)
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
            log,
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
        ProposalLog log,
        CancellationToken ct
    )
    {
        if (order is not (null or "oldest" or "newest"))
            return Refusal.Field("/order", "One of oldest, newest.").AsProblem();
        if (discussion.Subject is not { } subject)
            return discussion.Missing;
        var found = await (
            order == "newest"
                ? Newest(session, log, discussion.On, subject, paging.AfterId, paging.Limit + 1, ct)
                : Oldest(session, log, discussion.On, subject, paging.AfterId, paging.Limit + 1, ct)
        );
        var people = await People.Load(session, found.Select(c => c.Comment.Author), ct);
        return TypedResults.Ok(paging.Of([.. found.Select(c => Answer(c, people))], c => [c.Id.ToString()]));
    }

    /// <summary>Comments with their texts, newest first: their ids grow with time.</summary>
    public static async Task<IReadOnlyList<FoundComment>> Newest(
        IQuerySession session,
        ProposalLog log,
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
        return await WithTexts(session, log, await query.OrderByDescending(c => c.Id).Take(limit).ToListAsync(ct), ct);
    }

    private static async Task<IReadOnlyList<FoundComment>> Oldest(
        IQuerySession session,
        ProposalLog log,
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
        return await WithTexts(session, log, await query.OrderBy(c => c.Id).Take(limit).ToListAsync(ct), ct);
    }

    private static async Task<IReadOnlyList<FoundComment>> WithTexts(
        IQuerySession session,
        ProposalLog log,
        IReadOnlyList<Comment> comments,
        CancellationToken ct
    )
    {
        var texts = await session.LoadManyAsync<CommentText>(ct, comments.Select(c => c.Id).ToArray());
        var byId = texts.ToDictionary(t => t.Id);
        var adopted = await log.Adopted(
            [.. comments.Where(c => byId.GetValueOrDefault(c.Id)?.Suggestion is not null)],
            ct
        );
        return
        [
            .. comments.Select(c => new FoundComment(
                c,
                byId.GetValueOrDefault(c.Id),
                adopted.TryGetValue(c.Id, out var revision) ? revision : null
            )),
        ];
    }

    /// <summary>A text that is gone although nobody removed the comment went with its author's account.</summary>
    public static CommentAnswer Answer(FoundComment found, People people)
    {
        var (c, said, adoptedIn) = found;
        var removed = c.Removed ?? (said is null ? new Removal("erasure", null) : null);
        return new CommentAnswer(
            c.Id,
            people[c.Author]!,
            removed is null ? said!.Text : null,
            c.ReplyTo,
            c.At,
            c.EditedAt,
            removed,
            c.Version,
            c.About,
            removed is null ? said!.Suggestion : null,
            adoptedIn
        );
    }
}
