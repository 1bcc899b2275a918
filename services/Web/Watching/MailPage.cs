using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Watching;

public sealed record Hours(string From, string To);

public sealed record DigestTime(string Time, string Weekday);

/// <summary>How one wants to be told by mail.</summary>
public sealed record MailWishes(
    string Frequency,
    string Culture,
    string TimeZone,
    Hours? QuietHours,
    DigestTime? Digest = null
);

/// <param name="Wishes">Null if they cannot be read at the moment.</param>
public sealed record MailModel(MailWishes? Wishes, string? Tag, bool Done = false, string? Problem = null);

/// <summary>How often mails come, in which language, and when not.</summary>
public static class MailPage
{
    public static readonly string[] Frequencies = ["immediate", "daily", "weekly", "off"];

    public static readonly string[] Weekdays =
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];

    /// <summary>Zones as people find them: by continent and city.</summary>
    public static readonly string[] Zones =
    [
        "UTC",
        .. TimeZoneInfo
            .GetSystemTimeZones()
            .Select(zone => zone.Id)
            .Where(id =>
                id.Split('/')[0]
                    is "Africa"
                        or "America"
                        or "Antarctica"
                        or "Asia"
                        or "Atlantic"
                        or "Australia"
                        or "Europe"
                        or "Indian"
                        or "Pacific"
                && id.Contains('/')
            )
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The same as they are read; there are more than anybody would look through.</summary>
    public static readonly Named[] ZonesByName = [.. Zones.Select(zone => new Named(zone, zone.Replace('_', ' ')))];

    public static void Map(WebApplication app)
    {
        app.MapGet("/watching/mail", Get).RequireAuthorization();
        app.MapPost("/watching/mail", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(string? done, Services services, CancellationToken ct)
    {
        var wishes = await services.Get<MailWishes>("notifications", $"/api/notifications/preferences", ct);
        return Page.Of<MailView>(
            new MailModel(wishes.Value, wishes.Tag, done is not null),
            wishes.Value is null ? 503 : 200
        );
    }

    private static async Task<IResult> Post(IFormCollection form, Services services, Visit visit, CancellationToken ct)
    {
        var wishes = new MailWishes(
            form["frequency"].ToString(),
            form["culture"].ToString(),
            Pick.Slug(form["timeZone"], ZonesByName) ?? "",
            form["quiet"] == "true" ? new Hours(form["from"].ToString(), form["to"].ToString()) : null,
            // Who does not say when leaves it as it is.
            form.ContainsKey("digestTime")
                ? new DigestTime(form["digestTime"].ToString(), form["digestWeekday"].ToString())
                : null
        );
        if (wishes.QuietHours is { } quiet && (!IsTime(quiet.From) || !IsTime(quiet.To) || quiet.From == quiet.To))
            return Again(visit.T["mail.wrong-hours"], 422);
        if (wishes.Digest is { } digest && !IsTime(digest.Time))
            return Again(visit.T["mail.wrong-digest"], 422);
        var answer = await services.Send<MailWishes>(
            "notifications",
            HttpMethod.Put,
            $"/api/notifications/preferences",
            wishes,
            ct
        );
        return answer.Ok
            ? TypedResults.Redirect(visit.To($"/watching/mail") + "?done=saved")
            : Again(visit.Why(answer, "mail.missing"), answer.Shown());

        IResult Again(string problem, int status) =>
            Page.Of<MailView>(new MailModel(wishes, null, Problem: problem), status);
    }

    private static bool IsTime(string text) =>
        TimeOnly.TryParseExact(
            text,
            "HH:mm",
            System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.None,
            out _
        );
}
