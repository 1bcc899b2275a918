using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace SkillPlatform.EventSourcing;

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
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}
