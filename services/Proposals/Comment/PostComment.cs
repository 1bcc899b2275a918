using Marten;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A comment as it is sent.</summary>
/// <param name="Text">Markdown, 1 to 5,000 characters.</param>
/// <param name="ReplyTo">The comment it answers, in the same discussion.</param>
public sealed record NewComment(string? Text = null, Guid? ReplyTo = null);

public static class PostComment
{
    public static void Map(IEndpointRouteBuilder api)
    {
        foreach (var route in Discussion.Routes)
            api.MapPost(route, Post).Produces<CommentAnswer>(201).WithSummary("Comments on a proposal or a skill.");
    }

    private static async Task<IResult> Post(
        Discussion discussion,
        NewComment body,
        HttpContext http,
        Commands commands,
        IQuerySession session,
        Tallies tallies,
        TimeProvider time
    )
    {
        if (discussion.Subject is null)
            return discussion.Missing;
        body = body with { Text = Form.Said(body.Text) };
        var ct = http.RequestAborted;
        var answered = body.ReplyTo is { } reply ? await session.LoadAsync<Comment>(reply, ct) : null;
        var (author, now) = (Caller.Of(http).Id, time.GetUtcNow());
        var people = await People.Load(session, [author], ct);
        return await commands.Handle<Comment>(
            http,
            Guid.CreateVersion7(now),
            body,
            _ => Decide(discussion, body, answered, author, now),
            done => new Answer(
                201,
                new CommentAnswer(
                    done.Id,
                    people[author]!,
                    body.Text,
                    body.ReplyTo,
                    At(done),
                    null,
                    null,
                    done.Version
                ),
                $"{discussion.Path}/{done.Id}",
                done.Version
            ),
            (writing, done) => writing.Store(new CommentText(done.Id, author, body.Text!)),
            starts: true,
            quota: await tallies.For(http, Act.Comment, TextForm.Length(body.Text ?? ""))
        );
    }

    // A repeated request is told when it was first made.
    private static DateTimeOffset At(Committed done) => ((CommentPosted)done.Events[0]).At;

    public static Decision Decide(
        Discussion discussion,
        NewComment body,
        Comment? answered,
        string author,
        DateTimeOffset now
    )
    {
        var errors = new List<(string, string)>();
        errors.Text("/text", body.Text, Form.MaxText);
        if (body.ReplyTo is not null && !discussion.Holds(answered))
            errors.Add(("/replyTo", "There is no such comment here."));
        return Form.Refusal(errors) is { } refusal
            ? refusal
            : Decision.Of(new CommentPosted(discussion.On, discussion.Subject!.Value, author, body.ReplyTo, now));
    }
}
