using System.Globalization;
using JasperFx;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>How often mails come.</summary>
public static class Frequencies
{
    public const string Immediate = "immediate";
    public const string Daily = "daily";
    public const string Weekly = "weekly";
    public const string Off = "off";

    public static IReadOnlyList<string> All { get; } = [Immediate, Daily, Weekly, Off];
}

/// <summary>From and to as <c>HH:mm</c> in the reader's time zone; may span midnight.</summary>
public sealed record QuietHours(string From, string To);

/// <summary>When digests come, in the reader's time zone.</summary>
/// <param name="Time"><c>HH:mm</c>.</param>
/// <param name="Weekday">Of weekly ones: <c>monday</c> to <c>sunday</c>.</param>
public sealed record DigestTime(string Time, string Weekday)
{
    public static DigestTime Default { get; } = new("08:00", "monday");
}

/// <summary>How a reader wants to be told. A document, since it says something about a person.</summary>
public sealed class Preferences : ILongVersioned
{
    public string Id { get; set; } = "";
    public string Frequency { get; set; } = Frequencies.Immediate;
    public string Culture { get; set; } = "en";
    public string TimeZone { get; set; } = "UTC";
    public QuietHours? QuietHours { get; set; }
    public DigestTime? Digest { get; set; }

    /// <summary>When they last said when digests shall come: what was due before by what they say now is not late.</summary>
    public DateTimeOffset? Rescheduled { get; set; }
    public long Version { get; set; }

    /// <summary>UTC where the name is none.</summary>
    public TimeZoneInfo Zone =>
        TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>What holds for a reader who never chose.</summary>
    public static Preferences Default(string user, Account? account) =>
        new()
        {
            Id = user,
            Culture = account?.Culture ?? "en",
            TimeZone = account?.TimeZone ?? "UTC",
        };

    public static async Task<Preferences> Of(IQuerySession reads, string user, CancellationToken ct) =>
        await reads.LoadAsync<Preferences>(user, ct) ?? Default(user, await reads.LoadAsync<Account>(user, ct));
}

/// <summary>The body of <c>GET</c> and <c>PUT /preferences</c>.</summary>
public sealed record Preferred(
    string Frequency,
    string Culture,
    string TimeZone,
    QuietHours? QuietHours = null,
    DigestTime? Digest = null
)
{
    public static Preferred Of(Preferences p) =>
        new(p.Frequency, p.Culture, p.TimeZone, p.QuietHours, p.Digest ?? DigestTime.Default);
}

public static class SetPreferences
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/preferences", Get).Produces<Preferred>();
        api.MapPut("/preferences", Put).Produces<Preferred>();
    }

    private static async Task<IResult> Get(HttpContext http, IQuerySession reads)
    {
        var preferences = await Preferences.Of(reads, Caller.Of(http).Id, http.RequestAborted);
        return Reading.Tagged(http, Tag(preferences), Preferred.Of(preferences));
    }

    private static async Task<IResult> Put(
        HttpContext http,
        Preferred wanted,
        IDocumentStore store,
        OutboxSignal signal,
        TimeProvider time
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        if (Check(wanted) is { Count: > 0 } errors)
            return Refusal.Fields(errors).AsProblem();
        var match = http.Request.Headers.IfMatch.ToString();
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            if (await session.LoadAsync<Account>(user, ct) is { Erased: true })
                return new Refusal(RefusalKind.Gone, "gone", "This account was deleted.").AsProblem();
            var now = await Preferences.Of(session, user, ct);
            var current = now.Version;
            if (match is not ("" or "*") && match != $"\"{Tag(now)}\"")
                return Match.Stale.AsProblem();
            var then = new Preferences
            {
                Id = user,
                Frequency = wanted.Frequency,
                Culture = wanted.Culture,
                TimeZone = wanted.TimeZone,
                QuietHours = wanted.QuietHours,
                // Who says nothing of it, as older callers do, leaves it.
                Digest = wanted.Digest ?? now.Digest,
                Rescheduled = now.Rescheduled,
                Version = current + 1,
            };
            if ((then.Frequency, then.TimeZone, then.Digest) != (now.Frequency, now.TimeZone, now.Digest))
            {
                then.Rescheduled = time.GetUtcNow();
                session.Reschedule(now, then);
            }
            session.UpdateRevision(then, current + 1);
            try
            {
                await session.SaveChangesAsync(ct);
                signal.Set();
                http.Response.Headers.ETag = $"\"{Tag(then)}\"";
                return TypedResults.Ok(Preferred.Of(then));
            }
            catch (ConcurrencyException) when (attempt < 5 && match is "" or "*")
            {
                // Another tab was first: the later one wins, as without If-Match it asks for.
            }
            catch (ConcurrencyException)
            {
                return Match.Stale.AsProblem();
            }
        }
    }

    /// <summary>Pointer and message of everything that is wrong.</summary>
    public static IReadOnlyCollection<(string Pointer, string Message)> Check(Preferred wanted)
    {
        List<(string, string)> errors = [];
        if (!Frequencies.All.Contains(wanted.Frequency, StringComparer.Ordinal))
            errors.Add(("/frequency", $"One of {string.Join(", ", Frequencies.All)}."));
        if (!IsCulture(wanted.Culture))
            errors.Add(("/culture", "A language tag such as en, de or es-MX."));
        if (wanted.TimeZone.Length > 60 || !TimeZoneInfo.TryFindSystemTimeZoneById(wanted.TimeZone, out _))
            errors.Add(("/timeZone", "An IANA time zone such as Europe/Berlin."));
        if (wanted.QuietHours is { } quiet)
        {
            if (!IsTime(quiet.From))
                errors.Add(("/quietHours/from", "A time such as 22:00."));
            if (!IsTime(quiet.To))
                errors.Add(("/quietHours/to", "A time such as 07:00."));
            if (quiet.From == quiet.To)
                errors.Add(("/quietHours", "Begins and ends at different times."));
        }
        if (wanted.Digest is { } digest)
        {
            if (!IsTime(digest.Time))
                errors.Add(("/digest/time", "A time such as 08:00."));
            if (!Schedule.Weekdays.Contains(digest.Weekday, StringComparer.Ordinal))
                errors.Add(("/digest/weekday", $"One of {string.Join(", ", Schedule.Weekdays)}."));
        }
        return errors;
    }

    private static bool IsTime(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsCulture(string tag)
    {
        try
        {
            return tag.Length is > 1 and < 20 && CultureInfo.GetCultureInfo(tag, predefinedOnly: true).Name.Length > 0;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    // Culture and time zone of who never chose are the account's, and change with it.
    private static string Tag(Preferences p) =>
        p.Version > 0
            ? p.Version.ToString(CultureInfo.InvariantCulture)
            : $"0-{Ids.Of(p.Culture, p.TimeZone).ToString()[..8]}";
}
