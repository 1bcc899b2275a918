using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>Ends whatever the caller is signed in with, here and at every client, the token at hand included.</summary>
public static class SignOutEverywhere
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/me/sessions", Delete).Produces<AccountBody>();

    private static Task<IResult> Delete(HttpContext http, AccountApi accounts) =>
        accounts.Change(
            http,
            Guid.Parse(Caller.Of(http).Id),
            _ => Decision.Of(new AccountTouched()),
            _ => { },
            endSessions: true,
            requireMatch: false
        );
}
