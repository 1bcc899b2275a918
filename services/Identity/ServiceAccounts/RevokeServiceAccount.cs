using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>
/// An administrator ends a service account: its secret is good for nothing at once, and its tokens as soon as the services
/// hear of it. What it did stays its own.
/// </summary>
public static class RevokeServiceAccount
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/service-accounts/{id:guid}", Delete)
            .RequireAuthorization(Roles.Administrator)
            .Produces(StatusCodes.Status204NoContent);

    private static async Task<IResult> Delete(
        HttpContext http,
        Guid id,
        IdentityDb db,
        AccountWriter writer,
        TimeProvider time
    )
    {
        var (ct, by) = (http.RequestAborted, Caller.Of(http).Id);
        if (await db.ServiceAccounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct) is not { } account)
            return Refusal.NoSuch("service account").AsProblem();
        if (account.RevokedAt is not null)
            return TypedResults.NoContent();
        await writer.Write(account, by, new ServiceAccountRevoked(by), Write, ct);
        return TypedResults.NoContent();

        async Task Write()
        {
            var now = time.GetUtcNow();
            await db
                .ServiceAccounts.Where(a => a.Id == id)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(a => a.RevokedAt, now).SetProperty(a => a.Version, account.Version),
                    ct
                );
            await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>()
                .Where(t => t.Application!.ClientId == account.Subject)
                .ExecuteDeleteAsync(ct);
            await db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>()
                .Where(a => a.Application!.ClientId == account.Subject)
                .ExecuteDeleteAsync(ct);
            await db.Set<OpenIddictEntityFrameworkCoreApplication<Guid>>()
                .Where(a => a.ClientId == account.Subject)
                .ExecuteDeleteAsync(ct);
        }
    }
}
