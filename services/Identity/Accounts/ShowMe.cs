using Microsoft.AspNetCore.Identity;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>The caller's own account.</summary>
public static class ShowMe
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/me", Get);

    private static async Task<IResult> Get(HttpContext http, UserManager<Account> users)
    {
        var account = (await users.FindByIdAsync(Caller.Of(http).Id))!;
        return Reading.Tagged(http, AccountApi.Tag(account), AccountBody.Of(account));
    }
}
