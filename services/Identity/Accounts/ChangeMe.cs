using System.Globalization;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>How the caller wants to be called, and in which language and time zone addressed.</summary>
public static class ChangeMe
{
    public sealed record Wanted(string Name, string Culture, string TimeZone);

    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/me", Put).Produces<AccountBody>();

    private static Task<IResult> Put(HttpContext http, Wanted wanted, AccountApi accounts) =>
        accounts.Change(
            http,
            Guid.Parse(Caller.Of(http).Id),
            account => Decide(account, wanted),
            account => (account.Name, account.Culture, account.TimeZone) = Settled(wanted),
            endSessions: false,
            requireMatch: true
        );

    public static Decision Decide(Account account, Wanted wanted)
    {
        var errors = new List<(string, string)>();
        if (!Input.IsName(wanted.Name))
            errors.Add(("/name", "A name has 1 to 100 characters."));
        if (!IsCulture(wanted.Culture))
            errors.Add(("/culture", "This is not a language tag, such as de or en-GB."));
        if (!IsTimeZone(wanted.TimeZone))
            errors.Add(("/timeZone", "This is not a time zone, such as Europe/Berlin."));
        if (errors.Count > 0)
            return Refusal.Fields(errors);
        return Settled(wanted) == (account.Name, account.Culture, account.TimeZone)
            ? Decision.Nothing
            : Decision.Of(new AccountTouched());
    }

    private static (string, string, string) Settled(Wanted wanted) =>
        (Input.Name(wanted.Name), CultureInfo.GetCultureInfo(wanted.Culture).Name, wanted.TimeZone);

    private static bool IsCulture(string tag)
    {
        try
        {
            return tag.Length is > 1 and <= 35 && CultureInfo.GetCultureInfo(tag, predefinedOnly: true).Name.Length > 0;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    // Not what the machine knows besides, such as paths and Windows names.
    private static bool IsTimeZone(string name) =>
        name.Length <= 64 && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId;
}
