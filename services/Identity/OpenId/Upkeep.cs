using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace SkillPlatform.Identity;

/// <summary>Every hour: keys as the database has them; expired tokens and accounts never confirmed out of it.</summary>
internal sealed class Upkeep(
    IServiceScopeFactory scopes,
    TokenKeys keys,
    Guessing guessing,
    TimeProvider time,
    ILogger<Upkeep> log
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await keys.Refresh(stoppingToken);
                await Prune(time.GetUtcNow().AddDays(-15), stoppingToken);
                await guessing.Forget(stoppingToken);
                await ForgetEvents(stoppingToken);
                await Forget(time.GetUtcNow().AddDays(-7), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Upkeep failed ({Reason}); it is tried again in an hour.", e.Message);
            }
        }
    }

    private async Task Prune(DateTimeOffset before, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(before, ct);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(before, ct);
    }

    private async Task ForgetEvents(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await SecurityEvents.Forget(scope.ServiceProvider.GetRequiredService<IdentityDb>(), time.GetUtcNow(), ct);
    }

    private async Task Forget(DateTimeOffset before, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var writer = scope.ServiceProvider.GetRequiredService<AccountWriter>();
        foreach (var account in await users.Users.Where(a => !a.EmailConfirmed && a.CreatedAt < before).ToListAsync(ct))
            await writer.Write(account, "upkeep", new AccountClosed("upkeep"), () => users.DeleteAsync(account), ct);
    }
}
