using Marten;
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

    private static async Task<IResult> Delete(HttpContext http, Guid id, AccountApi accounts, IDocumentStore events)
    {
        var by = Caller.Of(http);
        var byAdministrator = !by.Is(Roles.Administrator) && await IsByAdministrator(http, id, events);
        return await accounts.Change(
            http,
            id,
            account => Reinstate(account, by, byAdministrator),
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

    /// <param name="account">Whose.</param>
    /// <param name="by">Who reinstates it.</param>
    /// <param name="byAdministrator">True where an administrator has suspended it, and the caller is none.</param>
    public static Decision Reinstate(Account account, Caller by, bool byAdministrator)
    {
        if (IsAbove(account, by))
            return Refusal.Forbidden("administrator", "Only an administrator can reinstate an administrator.");
        if (account.Suspended && byAdministrator)
            return Refusal.Forbidden("administrator", "Only an administrator can lift an administrator's suspension.");
        return account.Suspended ? Decision.Of(new AccountReinstated(by.Id)) : Decision.Nothing;
    }

    // Who is administrator no more has no say either.
    private static async Task<bool> IsByAdministrator(HttpContext http, Guid id, IDocumentStore events)
    {
        await using var session = events.QuerySession();
        var history = await session.Events.FetchStreamAsync(id, token: http.RequestAborted);
        return history.Select(e => e.Data).OfType<AccountSuspended>().LastOrDefault() is { By: var suspender }
            && await Account.Now(http.RequestServices, suspender, http.RequestAborted) is { Roles: { } roles }
            && roles.Contains(Roles.Administrator, StringComparer.Ordinal);
    }

    private static bool IsAbove(Account account, Caller by) =>
        account.Roles.Contains(Roles.Administrator, StringComparer.Ordinal) && !by.Is(Roles.Administrator);
}
