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
        await Commit(transaction, account.Id, account.Version, by, @event, ct);
        return result;
    }

    /// <summary>The same for a service account.</summary>
    /// <param name="account">As loaded, or new.</param>
    /// <param name="by">Id of who does it.</param>
    /// <param name="event">What happened.</param>
    /// <param name="write">Writes into the same database context.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Write(ServiceAccount account, string by, object @event, Func<Task> write, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(account);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        account.Version++;
        await write();
        await Commit(transaction, account.Id, account.Version, by, @event, ct);
    }

    private async Task Commit(
        IDbContextTransaction transaction,
        Guid account,
        long version,
        string by,
        object @event,
        CancellationToken ct
    )
    {
        await using var session = events.LightweightSession(
            SessionOptions.ForTransaction((NpgsqlTransaction)transaction.GetDbTransaction(), shouldAutoCommit: true)
        );
        session.LastModifiedBy = by;
        if (version == 1)
            session.Events.StartStream<AccountHistory>(account, @event);
        else
            session.Events.Append(account, version, @event);
        await session.SaveChangesAsync(ct);
        security.Happened(
            account.ToString(),
            @event.GetType().Name,
            by,
            @event switch
            {
                AccountRolesChanged to => string.Join(' ', [.. to.Roles, .. to.ReviewerScopes]),
                ServiceAccountMade made => string.Join(' ', made.Scopes),
                _ => "",
            }
        );
    }

    /// <summary>Drops what was loaded, so that it is read again after a lost race.</summary>
    public void Forget() => db.ChangeTracker.Clear();
}
