namespace SkillPlatform.EventSourcing;

/// <summary>
/// What a command came to: events to append, nothing because it is already so, or a refusal. Made by pure functions;
/// exceptions are bugs.
/// </summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>Events to append, in order. At least one.</summary>
    /// <param name="Items">The events.</param>
    public sealed record Accepted(IReadOnlyList<object> Items) : Decision;

    /// <summary>The state already is as the command wants it. Answered like success.</summary>
    public sealed record AlreadySo : Decision;

    /// <summary>The command is refused; nothing is appended.</summary>
    /// <param name="Refusal">Why.</param>
    public sealed record Refused(Refusal Refusal) : Decision;

    /// <summary>Nothing to do.</summary>
    public static Decision Nothing { get; } = new AlreadySo();

    /// <summary>Events to append; none means <see cref="Nothing"/>.</summary>
    /// <param name="events">The events, in order.</param>
    public static Decision Of(params IReadOnlyList<object> events) =>
        events.Count == 0 ? Nothing : new Accepted(events);

    /// <summary>A refusal is a decision.</summary>
    /// <param name="refusal">Why.</param>
    public static implicit operator Decision(Refusal refusal) => new Refused(refusal);
}

/// <summary>What kind of refusal: decides the HTTP status, in <see cref="Refusals"/> and nowhere else.</summary>
public enum RefusalKind
{
    /// <summary>400: the request cannot be read as what it should be.</summary>
    Malformed,

    /// <summary>422: it can be read, but breaks a rule; <see cref="Refusal.Errors"/> says where.</summary>
    Invalid,

    /// <summary>401: it depends on who is calling, and nobody is signed in.</summary>
    NotSignedIn,

    /// <summary>403: this caller may not.</summary>
    NotAllowed,

    /// <summary>404: there is no such thing, or the caller may not know of it.</summary>
    NotFound,

    /// <summary>409: the state does not allow it.</summary>
    Conflict,

    /// <summary>410: it was there and is gone.</summary>
    Gone,

    /// <summary>412: If-Match names a version that is no longer current.</summary>
    Stale,

    /// <summary>428: If-Match is missing.</summary>
    PreconditionRequired,

    /// <summary>429: not now; <see cref="Refusal.RetryAfter"/> says when.</summary>
    TooMany,
}

/// <summary>Why a command is refused.</summary>
/// <param name="Kind">Decides the status.</param>
/// <param name="Code">Stable, kebab-case; becomes the problem type <c>/problems/{code}</c>.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Errors">JSON pointer into the request → messages; null where not about a field.</param>
/// <param name="Extensions">Further members of the problem document, such as the conflicts; null for none.</param>
public sealed record Refusal(
    RefusalKind Kind,
    string Code,
    string Detail,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    IReadOnlyDictionary<string, object?>? Extensions = null
)
{
    /// <summary>How long to wait before it may be tried again; null where waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True where it comes late: to ask too much over and over is to cost the asker time, and nobody else.</summary>
    public bool IsLate
    {
        get => field || Kind == RefusalKind.TooMany;
        init;
    }

    /// <summary>One field is wrong.</summary>
    /// <param name="pointer">JSON pointer of the field.</param>
    /// <param name="message">What is wrong with it.</param>
    public static Refusal Field(string pointer, string message) =>
        new(
            RefusalKind.Invalid,
            "validation",
            message,
            new Dictionary<string, string[]>(StringComparer.Ordinal) { [pointer] = [message] }
        );

    /// <summary>Several fields are wrong.</summary>
    /// <param name="errors">Pointer and message of each, at least one.</param>
    public static Refusal Fields(IReadOnlyCollection<(string Pointer, string Message)> errors) =>
        new(
            RefusalKind.Invalid,
            "validation",
            errors.Count == 1 ? errors.First().Message : $"{errors.Count} things are wrong; see errors.",
            errors
                .GroupBy(e => e.Pointer, e => e.Message, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal)
        );

    /// <summary>There is no such thing.</summary>
    /// <param name="what">A noun: "proposal", "skill".</param>
    public static Refusal NoSuch(string what) => new(RefusalKind.NotFound, "not-found", $"There is no such {what}.");

    /// <summary>This caller may not.</summary>
    /// <param name="code">Stable code.</param>
    /// <param name="detail">Why not.</param>
    public static Refusal Forbidden(string code, string detail) => new(RefusalKind.NotAllowed, code, detail);

    /// <summary>The state does not allow it.</summary>
    /// <param name="code">Stable code.</param>
    /// <param name="detail">Why not.</param>
    public static Refusal Conflicting(string code, string detail) => new(RefusalKind.Conflict, code, detail);
}
