using SkillPlatform.Changes;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Comments;

/// <summary>A comment as the proposals tell it; the text is null once it was removed.</summary>
public sealed record Comment(
    Guid Id,
    Person? Author,
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

/// <summary>By its <c>author</c>, by a <c>moderator</c>, or with its author's account (<c>erasure</c>).</summary>
public sealed record Removal(string By, DateTimeOffset? At);

/// <summary>What the reader is writing: a reply, another text for a comment of theirs, or something about one change.</summary>
public sealed record Writing(
    Guid? ReplyTo = null,
    Guid? Editing = null,
    string? Text = null,
    string? Problem = null,
    string? About = null,
    string? Suggestion = null
);

/// <summary>The comments on one thing.</summary>
/// <param name="Page">Address of the page they are on.</param>
/// <param name="Action">Where new ones are sent to; each has its own address below.</param>
/// <param name="Read">Null if they cannot be read at the moment.</param>
/// <param name="Cursor">Of an older part of them; null for the newest.</param>
/// <param name="TakePart">Who takes part without a comment: author and reviewers of a proposal.</param>
/// <param name="Places">What a comment is about, where it is about one change.</param>
public sealed record Conversation(
    string Page,
    string Action,
    PageList<Comment>? Read,
    Writing Writing,
    string? Cursor = null,
    IEnumerable<Person?>? TakePart = null,
    Func<Comment, Whereabouts?>? Places = null
)
{
    // More is no hint any more.
    private const int MostNames = 20;

    public Comment[]? All => Read?.Items;

    /// <summary>This part of them.</summary>
    public string Here => Page + Part;

    /// <summary>The rest of an address that keeps to this part.</summary>
    public string Part => string.IsNullOrEmpty(Cursor) ? "" : $"?cursor={Uri.EscapeDataString(Cursor)}";

    public string? Older =>
        Read?.NextCursor is { } older ? $"{Page}?cursor={Uri.EscapeDataString(older)}#comments" : null;

    public string? Newest => Part.Length == 0 ? null : $"{Page}#comments";

    /// <summary>The page with a form at one comment: to <c>reply</c> to it, or to <c>edit</c> it.</summary>
    public string Form(string what, Comment comment) =>
        $"{Here}{(Part.Length == 0 ? '?' : '&')}{what}={comment.Id}#comment-{comment.Id}";

    /// <summary>The page with a form beneath one change.</summary>
    public string Form(Spot spot) => $"{Here}{(Part.Length == 0 ? '?' : '&')}about={spot.Key}#{spot.Anchor}";

    /// <summary>Those about one change, as far as their words are there.</summary>
    public IEnumerable<Comment> On(Spot spot) =>
        (All ?? []).Where(c => c.Removed is null && Places?.Invoke(c)?.Spot == spot);

    /// <summary>Those that answer this one; for null, those that answer none of the page.</summary>
    public IEnumerable<Comment> Below(Guid? parent) =>
        (All ?? []).Where(c =>
            parent is null ? c.ReplyTo is null || All!.All(other => other.Id != c.ReplyTo) : c.ReplyTo == parent
        );

    /// <summary>Whom a comment can name, but for its writer.</summary>
    public string[] Names(string? writer) =>
        [
            .. (TakePart ?? [])
                .Concat((All ?? []).Select(c => c.Author))
                .Where(person => person is { Erased: false, Name.Length: > 0 } && person.Id != writer)
                .Select(person => person!.Name!)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Take(MostNames),
        ];
}
