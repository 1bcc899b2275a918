using Marten;
using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>Keeps the name of an account, and lets go of it for good once the account is erased.</summary>
public sealed class WhenAccountChanged(IDocumentSession session, GivenUpMessages givenUp)
    : IConsumer<AccountChanged>,
        IConsumer<AccountErased>
{
    public Task Consume(ConsumeContext<AccountChanged> context) =>
        Keep(context.Message.UserId, context.Message.Version, context.Message.Name, false, context.CancellationToken);

    public async Task Consume(ConsumeContext<AccountErased> context)
    {
        var (erased, ct) = (context.Message, context.CancellationToken);
        await Keep(erased.UserId, erased.Version, null, true, ct);
        await givenUp.Forget(erased.UserId, ct, "catalog-when-account-changed");
    }

    private async Task Keep(string id, long version, string? name, bool erased, CancellationToken ct)
    {
        var account = await session.LoadAsync<Account>(id, ct);
        if (account is { Erased: true } || (!erased && account?.Version >= version))
            return;
        account ??= new Account { Id = id };
        (account.Version, account.Name, account.Erased) = (version, name, erased);
        session.Store(account);
        // The name may stand on any page.
        Versions.TellAll(session);
    }
}
