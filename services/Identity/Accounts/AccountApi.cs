using System.Globalization;
using Microsoft.AspNetCore.Identity;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>An account as its owner and administrators see it.</summary>
public sealed record AccountBody(
    string Id,
    string Name,
    string Email,
    bool Confirmed,
    string[] Roles,
    string[] ReviewerScopes,
    string Culture,
    string TimeZone,
    bool Suspended,
    DateTimeOffset CreatedAt,
    long Version
)
{
    /// <summary>As a moderator sees it, who needs no address.</summary>
    public static AccountBody For(Account a, Caller reader) =>
        reader.Is(ServiceDefaults.Roles.Administrator) ? Of(a) : Of(a) with { Email = "" };

    public static AccountBody Of(Account a) =>
        new(
            a.Subject,
            a.Name,
            a.Email!,
            a.EmailConfirmed,
            a.Roles,
            a.ReviewerScopes,
            a.Culture,
            a.TimeZone,
            a.Suspended,
            a.CreatedAt,
            a.Version
        );
}

/// <summary>The write path of the JSON API: load, If-Match, decide, write row and event, answer.</summary>
public sealed class AccountApi(UserManager<Account> users, AccountWriter writer, Sessions sessions)
{
    private const int Attempts = 5;

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/identity").WithETags();
        ShowMe.Map(api);
        var own = api.MapGroup("").ForPersons();
        ChangeMe.Map(own);
        ConfirmAddress.Map(own);
        DeleteMe.Map(own);
        ExportMe.Map(own);
        SignOutEverywhere.Map(own);
        MyClients.Map(own);
        AccountList.Map(api);
        ChangeRoles.Map(api);
        SuspendAccount.Map(api);
        SecurityEventList.Map(api);
        ServiceAccountList.Map(api);
        MakeServiceAccount.Map(api);
        RevokeServiceAccount.Map(api);
    }

    /// <summary>Decides one change of one account and answers it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="id">The account.</param>
    /// <param name="decide">Pure; gives at most one event.</param>
    /// <param name="apply">Brings the account to where the event says it is.</param>
    /// <param name="endSessions">True where what was signed in before must sign in again.</param>
    /// <param name="requireMatch">True where If-Match is demanded.</param>
    public async Task<IResult> Change(
        HttpContext http,
        Guid id,
        Func<Account, Decision> decide,
        Action<Account> apply,
        bool endSessions,
        bool requireMatch
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await users.FindByIdAsync(id.ToString()) is not { } account)
                return Refusal.NoSuch("account").AsProblem();
            if (Mismatch(http, account, requireMatch) is { } stale)
                return stale.AsProblem();
            switch (decide(account))
            {
                case Decision.Refused { Refusal: var refusal }:
                    return refusal.AsProblem();
                case Decision.Accepted { Items: [var @event] }:
                    apply(account);
                    var written = await writer.Write(
                        account,
                        Caller.Of(http).Id,
                        @event,
                        () => Write(account, endSessions, http.RequestAborted),
                        http.RequestAborted
                    );
                    if (written.Succeeded)
                        break;
                    if (attempt < Attempts)
                    {
                        writer.Forget();
                        continue;
                    }
                    return Refusal
                        .Conflicting("busy", "Too many writes at once to the same account. Try again.")
                        .AsProblem();
            }
            return Reading.Tagged(
                http,
                Tag(account),
                Caller.Of(http) is var caller && caller.Id == account.Subject
                    ? AccountBody.Of(account)
                    : AccountBody.For(account, caller)
            );
        }
    }

    public static string Tag(Account account) => account.Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>Why If-Match does not allow the write; null where it does.</summary>
    public static Refusal? Mismatch(HttpContext http, Account account, bool required)
    {
        var (expected, refused) = Match.Of(http, required);
        return refused ?? (expected is { } seen && seen != account.Version ? Match.Stale : null);
    }

    private async Task<IdentityResult> Write(Account account, bool endSessions, CancellationToken ct)
    {
        if (!endSessions)
            return await users.UpdateAsync(account);
        await sessions.End(account, ct);
        return await users.UpdateSecurityStampAsync(account);
    }
}
