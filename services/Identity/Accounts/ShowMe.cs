using Microsoft.AspNetCore.Identity;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>The caller's own account; a service account is told what administrators see of it.</summary>
public static class ShowMe
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/me", Get).Produces<AccountBody>();

    private static async Task<IResult> Get(HttpContext http, UserManager<Account> users, IdentityDb db)
    {
        var caller = Caller.Of(http);
        if (
            caller.IsService
            && await db.ServiceAccounts.FindAsync([Guid.Parse(caller.Id)], http.RequestAborted) is { } service
        )
            return TypedResults.Ok(ServiceAccountBody.Of(service));
        var account = (await users.FindByIdAsync(caller.Id))!;
        return Reading.Tagged(http, AccountApi.Tag(account), AccountBody.Of(account));
    }
}
