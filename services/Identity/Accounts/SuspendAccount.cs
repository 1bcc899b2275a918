using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>A moderator suspends an account: its sessions end, and it cannot sign in until reinstated.</summary>
public static class SuspendAccount
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/accounts/{id:guid}/suspension", Post)
            .RequireAuthorization(Roles.Moderator)
            .Produces<AccountBody>();
        api.MapDelete("/accounts/{id:guid}/suspension", Delete)
            .RequireAuthorization(Roles.Moderator)
            .Produces<AccountBody>();
    }

    private static Task<IResult> Post(HttpContext http, Guid id, AccountApi accounts)
    {
        var by = Caller.Of(http);
        return accounts.Change(
            http,
            id,
            account => Suspend(account, by),
            account => account.Suspended = true,
            endSessions: true,
            requireMatch: false
        );
    }

    private static Task<IResult> Delete(HttpContext http, Guid id, AccountApi accounts)
    {
        var by = Caller.Of(http);
        return accounts.Change(
            http,
            id,
            account => Reinstate(account, by),
            account => account.Suspended = false,
            endSessions: false,
            requireMatch: false
        );
    }

    public static Decision Suspend(Account account, Caller by)
    {
        if (account.Subject == by.Id)
            return Refusal.Conflicting("own-account", "You cannot suspend yourself.");
        if (IsAbove(account, by))
            return Refusal.Forbidden("administrator", "Only an administrator can suspend an administrator.");
        return account.Suspended ? Decision.Nothing : Decision.Of(new AccountSuspended(by.Id));
    }

    public static Decision Reinstate(Account account, Caller by)
    {
        if (IsAbove(account, by))
            return Refusal.Forbidden("administrator", "Only an administrator can reinstate an administrator.");
        return account.Suspended ? Decision.Of(new AccountReinstated(by.Id)) : Decision.Nothing;
    }

    private static bool IsAbove(Account account, Caller by) =>
        account.Roles.Contains(Roles.Administrator, StringComparer.Ordinal) && !by.Is(Roles.Administrator);
}
