using Marten;
using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>Keeps the name of an account and what it may do, and lets go of it for good once the account is erased.</summary>
public sealed class WhenAccountChanged(IDocumentSession session, GivenUpMessages givenUp)
    : IConsumer<AccountChanged>,
        IConsumer<AccountErased>
{
    public Task Consume(ConsumeContext<AccountChanged> context)
    {
        var changed = context.Message;
        return Keep(
            new Account
            {
                Id = changed.UserId,
                Version = changed.Version,
                Name = changed.Name,
                Active = changed.Active,
                Roles = changed.Roles,
                ReviewerScopes = changed.ReviewerScopes,
                SignedOutAt = changed.SignedOutAt,
            },
            context.CancellationToken
        );
    }

    public async Task Consume(ConsumeContext<AccountErased> context)
    {
        var (erased, ct) = (context.Message, context.CancellationToken);
        await Keep(
            new Account
            {
                Id = erased.UserId,
                Version = erased.Version,
                Erased = true,
                Active = false,
            },
            ct
        );
        SentTable.Erase(session, erased.UserId);
        await givenUp.Forget(erased.UserId, ct, "catalog-when-account-changed");
    }

    private async Task Keep(Account account, CancellationToken ct)
    {
        // Loaded also to be held against: what changes meanwhile makes this one be tried again.
        var known = await session.LoadAsync<Account>(account.Id, ct);
        if (known is { Erased: true } || (!account.Erased && known?.Version >= account.Version))
            return;
        session.Store(account);
        // The name may stand on any page.
        Versions.TellAll(session);
    }
}
