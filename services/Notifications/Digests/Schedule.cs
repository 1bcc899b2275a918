using System.Globalization;

namespace SkillPlatform.Notifications;

/// <summary>When digests are due. Pure.</summary>
public static class Schedule
{
    public static IReadOnlyList<string> Weekdays { get; } =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>The first time after a moment at which a reader's digest is due.</summary>
    /// <param name="preferences">Zone, time of day and day of the week.</param>
    /// <param name="frequency"><c>daily</c> or <c>weekly</c>.</param>
    /// <param name="after">The moment.</param>
    public static DateTimeOffset NextDue(Preferences preferences, string frequency, DateTimeOffset after)
    {
        var digest = preferences.Digest ?? DigestTime.Default;
        var time = TimeOnly.ParseExact(digest.Time, "HH:mm", CultureInfo.InvariantCulture);
        var weekday = Enum.Parse<DayOfWeek>(digest.Weekday, ignoreCase: true);
        var zone = preferences.Zone;
        for (var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime); ; day = day.AddDays(1))
        {
            if (frequency == Frequencies.Weekly && day.DayOfWeek != weekday)
                continue;
            if (At(day.ToDateTime(time), zone) is var due && due > after)
                return due;
        }
    }

    /// <summary>
    /// The moment of a local time. Where the clock is put forward over it, an hour later; where it comes twice, the first.
    /// </summary>
    public static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local))
            local = local.AddHours(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
