using Marten;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using SessionOptions = Marten.Services.SessionOptions;

namespace SkillPlatform.Identity;

/// <summary>
/// The write path of accounts: the row and one event of its stream, in one transaction. Marten commits it, so that the
/// relay wakes after the commit and not before.
/// </summary>
public sealed class AccountWriter(IdentityDb db, IDocumentStore events, SecurityLog security)
{
    /// <summary>Writes and commits, or gives what refused it; then nothing is written and the account must not be used further.</summary>
    /// <param name="account">As loaded, or new.</param>
    /// <param name="by">Id of who does it.</param>
    /// <param name="event">What happened.</param>
    /// <param name="write">Changes the account through the user manager; may write more into the same database context.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IdentityResult> Write(
        Account account,
        string by,
        object @event,
        Func<Task<IdentityResult>> write,
        CancellationToken ct
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        account.Version++;
        var result = await write();
        if (!result.Succeeded)
            return result;
        await using var session = events.LightweightSession(
            SessionOptions.ForTransaction((NpgsqlTransaction)transaction.GetDbTransaction(), shouldAutoCommit: true)
        );
        session.LastModifiedBy = by;
        if (account.Version == 1)
            session.Events.StartStream<AccountHistory>(account.Id, @event);
        else
            session.Events.Append(account.Id, account.Version, @event);
        await session.SaveChangesAsync(ct);
        security.Happened(
            account.Subject,
            @event.GetType().Name,
            by,
            @event is AccountRolesChanged to ? string.Join(' ', [.. to.Roles, .. to.ReviewerScopes]) : ""
        );
        return result;
    }

    /// <summary>Drops what was loaded, so that it is read again after a lost race.</summary>
    public void Forget() => db.ChangeTracker.Clear();
}
