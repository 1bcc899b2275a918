using Microsoft.AspNetCore.Identity;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>
/// Sends the caller a letter with a link that confirms their address again. It goes whatever came back from there before,
/// since following it is how one shows that letters arrive.
/// </summary>
public static class ConfirmAddress
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/me/confirmation", Post).Produces(202);

    private static async Task<IResult> Post(
        HttpContext http,
        UserManager<Account> users,
        IdentityDb db,
        Postbox postbox,
        Guessing guessing
    )
    {
        var account = (await users.FindByIdAsync(Caller.Of(http).Id))!;
        using var attempt = await guessing.Begin(http, account.NormalizedEmail, Guessed.Letter);
        if (attempt.RetryAfter is { } wait)
            return Guessing.TooMany(http, wait);
        await postbox.Put(db, Letter.Again, account.Email!, account.Id);
        await db.SaveChangesAsync(http.RequestAborted);
        postbox.Ring();
        return TypedResults.Accepted((string?)null);
    }
}
