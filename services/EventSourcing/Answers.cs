using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace SkillPlatform.EventSourcing;

/// <summary>A successful answer.</summary>
/// <param name="Status">200, 201, 202 or 204.</param>
/// <param name="Body">Serialized as JSON; null for none.</param>
/// <param name="Location">Of what was created; null for none.</param>
/// <param name="Version">Becomes the strong ETag; null for none.</param>
public sealed record Answer(int Status, object? Body = null, string? Location = null, long? Version = null) : IResult
{
    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (Location is not null)
            response.Headers.Location = Location;
        if (Version is { } version)
            response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        return Body is null
            ? Task.CompletedTask
            : response.WriteAsJsonAsync(Body, Body.GetType(), Commands.Json, httpContext.RequestAborted);
    }
}

/// <summary>
/// What was once done for an <c>Idempotency-Key</c>, kept for 24 hours. The answer is made anew from the events and from
/// what is sent again, so that nobody's words are kept here that may have to be taken back.
/// </summary>
public sealed class GivenAnswer
{
    /// <summary>SHA-256 of caller, method, path and key.</summary>
    public string Id { get; set; } = "";

    /// <summary>SHA-256 of the command, salted with the key: it tells nothing to those who guess at short texts.</summary>
    public string Command { get; set; } = "";

    /// <summary>The stream.</summary>
    public Guid Stream { get; set; }

    /// <summary>Its version before.</summary>
    public long Before { get; set; }

    /// <summary>Its version after.</summary>
    public long Version { get; set; }

    /// <summary>When, UTC.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>The <c>Idempotency-Key</c> of a POST: the same key and body get the same answer, and nothing is done twice.</summary>
internal sealed record IdempotencyKey(string Id, string Command)
{
    /// <summary>The longest key: a name for one request, not a place to keep things.</summary>
    public const int Longest = 255;

    public static readonly Refusal TooLong = new(
        RefusalKind.Malformed,
        "idempotency-key-too-long",
        $"An Idempotency-Key has at most {Longest} characters."
    );

    public static IdempotencyKey? Of(HttpContext http, object? command)
    {
        var key = HttpMethods.IsPost(http.Request.Method) ? http.Request.Headers["Idempotency-Key"].ToString() : "";
        return key.Length == 0
            ? null
            : new(
                Hash($"{http.User.FindFirst("sub")?.Value}\n{http.Request.Method}\n{http.Request.Path}\n{key}"),
                Hash($"{key}\n{JsonSerializer.Serialize(command, Commands.Json)}")
            );
    }

    /// <summary>The answer given before; null where there is none.</summary>
    public async Task<IResult?> Again(
        HttpContext http,
        IQuerySession session,
        Func<Committed, Answer> answer,
        CancellationToken ct
    )
    {
        if (await session.LoadAsync<GivenAnswer>(Id, ct) is not { } given)
            return null;
        if (given.Command != Command)
            return new Refusal(
                RefusalKind.Invalid,
                "idempotency-key-reused",
                "This Idempotency-Key was used with another body."
            ).AsProblem();
        var events =
            given.Before == given.Version
                ? []
                : await session.Events.FetchStreamAsync(
                    given.Stream,
                    given.Version,
                    fromVersion: given.Before + 1,
                    token: ct
                );
        http.Response.Headers["Idempotency-Replayed"] = "true";
        return answer(new Committed(given.Stream, given.Before, given.Version, [.. events.Select(e => e.Data)]));
    }

    public void Keep(IDocumentSession session, Committed done, DateTimeOffset now) =>
        session.Insert(
            new GivenAnswer
            {
                Id = Id,
                Command = Command,
                Stream = done.Id,
                Before = done.Before,
                Version = done.Version,
                At = now,
            }
        );

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>The version that a writer saw, from <c>If-Match</c>.</summary>
public static class Match
{
    /// <summary>What was seen is no longer there.</summary>
    public static Refusal Stale { get; } =
        new(RefusalKind.Stale, "stale", "This has changed since you read it. Read it again, then repeat your change.");

    private static readonly Refusal Missing = new(
        RefusalKind.PreconditionRequired,
        "precondition-required",
        "Send If-Match with the ETag you read."
    );

    /// <summary>The version; null where any will do, or where the request is refused.</summary>
    /// <param name="http">The request.</param>
    /// <param name="required">True where it must say one.</param>
    public static (long? Expected, Refusal? Refused) Of(HttpContext http, bool required)
    {
        // The parser throws where blanks end a tag that has only begun.
        var header = http.Request.Headers.IfMatch.ToString().Trim();
        if (header.Length == 0)
            return (null, required ? Missing : null);
        if (header == "*")
            return (null, null);
        return
            EntityTagHeaderValue.TryParse(header, out var tag)
            && !tag.IsWeak
            && long.TryParse(
                VersionOf(tag.Tag.AsSpan().Trim('"')),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var version
            )
            ? (version, null)
            : (null, Stale);
    }

    // What follows a dash tells representations of one version apart, where a page shows more than its stream holds.
    private static ReadOnlySpan<char> VersionOf(ReadOnlySpan<char> tag) =>
        tag.IndexOf('-') is > 0 and var dash ? tag[..dash] : tag;
}

/// <summary>The one place where a refusal becomes an HTTP answer (RFC 9457).</summary>
public static class Refusals
{
    /// <summary>The problem document for a refusal; <c>traceId</c> is added by the host's ProblemDetails service.</summary>
    /// <param name="refusal">Why.</param>
    public static ProblemHttpResult AsProblem(this Refusal refusal) =>
        TypedResults.Problem(
            type: $"/problems/{refusal.Code}",
            title: Title(refusal.Kind),
            detail: refusal.Detail,
            statusCode: Status(refusal.Kind),
            extensions: Extensions(refusal)
        );

    /// <summary>The same, with <c>Retry-After</c> where the refusal says when.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="http">The request that is refused.</param>
    public static ProblemHttpResult AsProblem(this Refusal refusal, HttpContext http)
    {
        if (refusal.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds))
                .ToString(CultureInfo.InvariantCulture);
        return refusal.AsProblem();
    }

    private static Dictionary<string, object?> Extensions(Refusal refusal)
    {
        var extensions = new Dictionary<string, object?>(refusal.Extensions ?? None, StringComparer.Ordinal);
        if (refusal.Errors is not null)
            extensions["errors"] = refusal.Errors;
        return extensions;
    }

    private static readonly Dictionary<string, object?> None = [];

    private static int Status(RefusalKind kind) =>
        kind switch
        {
            RefusalKind.Malformed => 400,
            RefusalKind.NotSignedIn => 401,
            RefusalKind.NotAllowed => 403,
            RefusalKind.NotFound => 404,
            RefusalKind.Conflict => 409,
            RefusalKind.Gone => 410,
            RefusalKind.Stale => 412,
            RefusalKind.Invalid => 422,
            RefusalKind.PreconditionRequired => 428,
            RefusalKind.TooMany => 429,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    private static string Title(RefusalKind kind) =>
        kind switch
        {
            RefusalKind.Malformed => "The request cannot be read",
            RefusalKind.NotSignedIn => "Not signed in",
            RefusalKind.NotAllowed => "Not allowed",
            RefusalKind.NotFound => "Not found",
            RefusalKind.Conflict => "Not possible in this state",
            RefusalKind.Gone => "Gone",
            RefusalKind.Stale => "Changed meanwhile",
            RefusalKind.Invalid => "Something in the request is wrong",
            RefusalKind.PreconditionRequired => "If-Match is missing",
            RefusalKind.TooMany => "Too many",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}
