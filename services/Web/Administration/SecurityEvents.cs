using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

/// <summary>One thing that whoever guards the platform wants to see, as Identity tells it.</summary>
/// <param name="Address">A hash, as the client is.</param>
public sealed record SecurityEvent(
    DateTimeOffset At,
    string What,
    Person? Account,
    Person? By,
    string? Address,
    string? Client,
    string? Details
);

/// <param name="Events">Null if they cannot be read at the moment.</param>
/// <param name="What">Empty for all.</param>
public sealed record SecurityEventsModel(PageList<SecurityEvent>? Events, string What, string? Account);

/// <summary>Guesses, denials and what happened to accounts, newest first.</summary>
public static class SecurityEvents
{
    public static readonly string[] Kinds =
    [
        "",
        "passwordWrong",
        "passwordRight",
        "codeWrong",
        "codeRight",
        "passkeyWrong",
        "passkeyRight",
        "tooOften",
        "noTokens",
        "denied",
        "accountRegistered",
        "accountConfirmed",
        "addressConfirmed",
        "accountTouched",
        "accountRolesChanged",
        "accountSuspended",
        "accountReinstated",
        "accountExported",
        "accountClosed",
        "consentGiven",
        "consentTakenBack",
        "serviceAccountMade",
        "serviceAccountRevoked",
    ];

    public static void Map(WebApplication app) => app.MapGet("/admin/security", Get).RequireAuthorization();

    private static async Task<IResult> Get(
        string? what,
        Guid? account,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var kind = Kinds.Contains(what) ? what! : "";
        var found = await services.Get<PageList<SecurityEvent>>(
            "identity",
            ((FormattableString)$"/api/identity/security-events?limit={50}&what={kind}")
                .With("account", account?.ToString())
                .With("cursor", cursor),
            ct
        );
        return found.Down || found.Ok
            ? Page.Of<SecurityEventsView>(
                new SecurityEventsModel(found.Value, kind, account?.ToString()),
                found.Ok ? 200 : 503
            )
            : Page.Error(found.Status);
    }
}
