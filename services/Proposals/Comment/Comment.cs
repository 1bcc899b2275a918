using JasperFx.Events;
using Marten.Events.Aggregation;
using SkillPlatform.Changes;

namespace SkillPlatform.Proposals;

/// <summary>A comment was made. Its text is a document, so that removing it removes it.</summary>
/// <param name="About">The change of the proposal that it is about; null for the whole.</param>
public sealed record CommentPosted(
    string On,
    Guid Subject,
    string Author,
    Guid? ReplyTo,
    DateTimeOffset At,
    About? About = null
);

public sealed record CommentEdited(DateTimeOffset At);

/// <summary><c>By</c> is <c>author</c> or <c>moderator</c>.</summary>
public sealed record CommentRemoved(string By, string Actor, DateTimeOffset At);

/// <summary>What a comment is on.</summary>
public static class On
{
    public const string Proposal = "proposal";
    public const string Skill = "skill";
}

/// <summary>A comment without its text.</summary>
public sealed record Comment(
    Guid Id,
    string On,
    Guid Subject,
    string Author,
    Guid? ReplyTo,
    DateTimeOffset At,
    DateTimeOffset? EditedAt,
    Removal? Removed,
    long Version,
    About? About = null
)
{
    public static Comment? Fold(Comment? state, Guid id, long version, object @event) =>
        @event switch
        {
            CommentPosted e => new Comment(
                id,
                e.On,
                e.Subject,
                e.Author,
                e.ReplyTo,
                e.At,
                null,
                null,
                version,
                e.About
            ),
            CommentEdited e => state! with { EditedAt = e.At, Version = version },
            CommentRemoved e => state! with { Removed = new Removal(e.By, e.At), Version = version },
            _ => state,
        };
}

/// <summary>The trace of a removed comment. <c>By</c> is <c>author</c>, <c>moderator</c> or <c>erasure</c>.</summary>
public sealed record Removal(string By, DateTimeOffset? At);

/// <summary>The words of a comment, and nothing else that would outlive it.</summary>
/// <param name="Suggestion">The wording that it suggests for the change it is about.</param>
public sealed record CommentText(Guid Id, string Author, string Text, string? Suggestion = null);

public sealed class CommentFold : SingleStreamProjection<Comment, Guid>
{
    public override Comment? Evolve(Comment? snapshot, Guid id, IEvent e) =>
        Comment.Fold(snapshot, id, e.Version, e.Data);
}
