using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace SkillPlatform.Identity;

/// <summary>Before the host serves, and after the event store is prepared: schema, keys, clients, development accounts.</summary>
internal static class Preparation
{
    public static async Task Prepare(IServiceProvider services, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        var provider = scope.ServiceProvider;
        await provider.GetRequiredService<IdentityDb>().Database.MigrateAsync(ct);
        await ((AccountStore)provider.GetRequiredService<IUserStore<Account>>()).Protect(ct);
        await DevelopmentAccounts.CreateOrRefuse(provider, ct);
        await provider.GetRequiredService<TokenKeys>().Refresh(ct);
        await Clients.Register(provider, ct);
    }
}
