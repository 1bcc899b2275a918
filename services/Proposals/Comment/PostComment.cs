using Marten;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A comment as it is sent.</summary>
/// <param name="Text">Markdown, 1 to 5,000 characters.</param>
/// <param name="ReplyTo">The comment it answers, in the same discussion.</param>
/// <param name="Change">The change of the proposal that it is about, from 0; absent for the whole.</param>
/// <param name="Requirement">Of <c>addSkill</c>, the requirement it is about, from 0; absent for the skill.</param>
/// <param name="Revision">The revision that was read; absent for the current one.</param>
/// <param name="Suggestion">Another wording for that change; one that it has already is none.</param>
public sealed record NewComment(
    string? Text = null,
    Guid? ReplyTo = null,
    int? Change = null,
    int? Requirement = null,
    int? Revision = null,
    string? Suggestion = null
);

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
        ProposalLog log,
        Tallies tallies,
        TimeProvider time
    )
    {
        if (discussion.Subject is null)
            return discussion.Missing;
        body = body with { Text = Form.Said(body.Text), Suggestion = Form.Said(body.Suggestion) };
        var ct = http.RequestAborted;
        var answered = body.ReplyTo is { } reply ? await session.LoadAsync<Comment>(reply, ct) : null;
        var read =
            body.Change is not null
            && discussion.On == On.Proposal
            && await session.LoadAsync<ProposalPage>(discussion.Subject.Value, ct) is { } page
                ? await log.Revision(page, page.Revision, ct)
                : null;
        var (author, now) = (Caller.Of(http).Id, time.GetUtcNow());
        var people = await People.Load(session, [author], ct);
        return await commands.Handle<Comment>(
            http,
            Guid.CreateVersion7(now),
            body,
            _ => Decide(discussion, body, answered, author, now, read),
            done => new Answer(
                201,
                new CommentAnswer(
                    done.Id,
                    people[author]!,
                    body.Text,
                    body.ReplyTo,
                    Posted(done).At,
                    null,
                    null,
                    done.Version,
                    Posted(done).About,
                    Suggestion(done)
                ),
                $"{discussion.Path}/{done.Id}",
                done.Version
            ),
            (writing, done) => writing.Store(new CommentText(done.Id, author, body.Text!, Suggestion(done))),
            starts: true,
            quota: await tallies.For(
                http,
                Act.Comment,
                TextForm.Length(body.Text ?? "") + TextForm.Length(body.Suggestion ?? "")
            )
        );

        // What the change says already is no suggestion.
        string? Suggestion(Committed done) =>
            Posted(done).About is { } about && about.Wording(about.Revision, read!.Changes) != body.Suggestion
                ? body.Suggestion
                : null;
    }

    // A repeated request is told when it was first made.
    private static CommentPosted Posted(Committed done) => (CommentPosted)done.Events[0];

    public static Decision Decide(
        Discussion discussion,
        NewComment body,
        Comment? answered,
        string author,
        DateTimeOffset now,
        RevisionEntry? read = null
    )
    {
        var errors = new List<(string, string)>();
        errors.Text("/text", body.Text, Form.MaxText);
        if (body.ReplyTo is not null && !discussion.Holds(answered))
            errors.Add(("/replyTo", "There is no such comment here."));
        if (read is not null && body.Revision is { } revision && revision != read.Revision)
            return Refusal.Conflicting("stale-revision", "There is a newer revision. Read it first.");
        var about =
            read is null || body.Change is not { } change
                ? null
                : About.Of(read.Revision, read.Changes, change, body.Requirement);
        if (body.Change is not null && about is null)
            errors.Add((body.Requirement is null ? "/change" : "/requirement", "There is no such change here."));
        if (body.Change is null && body.Requirement is not null)
            errors.Add(("/requirement", "It needs the change that it is part of."));
        if (body.Suggestion is not null)
            errors.AddRange(Errors(body.Suggestion, about, read));
        return Form.Refusal(errors) is { } refusal
            ? refusal
            : Decision.Of(
                new CommentPosted(discussion.On, discussion.Subject!.Value, author, body.ReplyTo, now, about)
            );
    }

    // Bound as it will be where it is taken over.
    private static IEnumerable<(string, string)> Errors(string suggestion, About? about, RevisionEntry? read) =>
        about is null ? [("/suggestion", "A wording is suggested for one change.")]
        : about.Wording(about.Revision, read!.Changes) is null ? [("/suggestion", "This change has no wording.")]
        : Normal
            .Errors(Normal.Of(about.With(about.Revision, read.Changes, suggestion)[about.Change]))
            .Select(error => ("/suggestion", error.Message))
            .Distinct();
}
