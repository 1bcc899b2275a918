using Microsoft.AspNetCore.Identity;

namespace SkillPlatform.Identity.Pages;

/// <summary>How a form asks whether who fills it in is the owner: by the password, or by a passkey where there is one.</summary>
/// <param name="Here">The page to come back to.</param>
/// <param name="HasPasskey">True where the account has one.</param>
/// <param name="Proved">True where one was shown here some minutes ago.</param>
public sealed record Owner(string Here, bool HasPasskey, bool Proved)
{
    /// <summary>Of the field: there may be several on a page.</summary>
    public string Id { get; init; } = "password";
}

/// <summary>A session left open is not its owner: what changes how one signs in asks again.</summary>
internal static class Ownership
{
    public static async Task<Owner> OwnerOf(
        this HttpContext http,
        UserManager<Account> users,
        Marks marks,
        Account account
    ) => new(http.Request.Path, (await users.GetPasskeysAsync(account)).Count > 0, marks.HasProved(http, account));

    /// <summary>True with the right password, or where a passkey of the account was shown in this browser some minutes ago.</summary>
    public static async Task<bool> IsOwner(
        this UserManager<Account> users,
        HttpContext http,
        Marks marks,
        Account account,
        string? password,
        Guessing.Attempt attempt
    )
    {
        if (!marks.HasProved(http, account))
            return await users.IsTheirs(account, password, attempt);
        await attempt.Succeeded();
        return true;
    }
}
