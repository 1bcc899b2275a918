using Microsoft.EntityFrameworkCore;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>All there ever were, newest first: what they may, until when, and when they last got a token.</summary>
public static class ServiceAccountList
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/service-accounts", List)
            .RequireAuthorization(Roles.Administrator)
            .Produces<Page<ServiceAccountBody>>();
        api.MapGet("/service-accounts/{id:guid}", One)
            .RequireAuthorization(Roles.Administrator)
            .Produces<ServiceAccountBody>();
    }

    private static async Task<IResult> List(Paging paging, IdentityDb db, CancellationToken ct)
    {
        var accounts = db.ServiceAccounts.AsNoTracking();
        if (paging.After is [var last] && Guid.TryParse(last, out var after))
            accounts = accounts.Where(a => a.Id < after);
        else if (paging.After is not null)
            throw new BadHttpRequestException("cursor is not one this list gave.");
        var found = await accounts.OrderByDescending(a => a.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return TypedResults.Ok(paging.Of([.. found.Select(ServiceAccountBody.Of)], a => [a.Id]));
    }

    private static async Task<IResult> One(HttpContext http, Guid id, IdentityDb db) =>
        await db.ServiceAccounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, http.RequestAborted) is { } found
            ? TypedResults.Ok(ServiceAccountBody.Of(found))
            : Refusal.NoSuch("service account").AsProblem();
}
