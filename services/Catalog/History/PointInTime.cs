using System.Globalization;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>Which past of a skill is asked for: a version, a time, or (all null) the present.</summary>
/// <param name="Version">From <c>?version=</c>.</param>
/// <param name="Time">From <c>?asOf=</c> or <c>Accept-Datetime</c>.</param>
/// <param name="Negotiated">True for <c>Accept-Datetime</c>, where a time outside the history means its nearest end (RFC 7089).</param>
public sealed record PointInTime(long? Version, DateTimeOffset? Time, bool Negotiated)
{
    private static readonly string[] Rfc3339 =
    [
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mm:ss'+00:00'",
    ];

    /// <summary>Clocks differ; a time this far ahead still counts as now.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    public static (PointInTime? Point, Refusal? Refused) Of(HttpRequest request, DateTimeOffset now)
    {
        var (version, asOf) = (request.Query["version"], request.Query["asOf"]);
        if (version.Count + asOf.Count > 1)
            return (null, Wrong("Ask for one version or one asOf, not for several."));
        if (version.Count == 1)
            return long.TryParse(version[0], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
                ? (new PointInTime(n, null, false), null)
                : (null, Wrong("version must be a number from 1."));
        if (asOf.Count == 1)
            return !TryTime(asOf[0], out var time)
                    ? (null, Wrong("asOf must be a time as RFC 3339 writes it: 2026-03-31T12:00:00Z."))
                : time > now + Skew ? (null, Refusal.Field("/asOf", "asOf lies in the future."))
                : (new PointInTime(null, time, false), null);
        if (request.Headers["Accept-Datetime"] is { Count: > 0 } accepted)
            return DateTimeOffset.TryParseExact(
                accepted.ToString(),
                "r",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var at
            )
                ? (new PointInTime(null, at, true), null)
                : (null, Wrong("Accept-Datetime must be a date as HTTP writes it: Tue, 31 Mar 2026 12:00:00 GMT."));
        return (new PointInTime(null, null, false), null);
    }

    /// <summary>Reads a time as RFC 3339 writes it, with its offset.</summary>
    public static bool TryTime(string? text, out DateTimeOffset time)
    {
        // A plus sign that was not escaped arrives as a space.
        var written = (text ?? "").Replace(' ', '+');
        time = default;
        return (written.EndsWith('Z') || written.LastIndexOfAny(['+', '-']) > 10)
            && DateTimeOffset.TryParseExact(
                written,
                Rfc3339,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out time
            );
    }

    private static Refusal Wrong(string detail) => new(RefusalKind.Malformed, "malformed", detail);
}
