using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Accounts;

/// <summary>An account, as Identity tells it.</summary>
public sealed record Account(
    string Id,
    string Name,
    string Email,
    bool Confirmed,
    string[] Roles,
    string[] ReviewerScopes,
    string Culture,
    string TimeZone,
    bool Suspended,
    DateTimeOffset CreatedAt
);

/// <summary>Whether mails go to one's address: <c>ok</c> or <c>suppressed</c>.</summary>
public sealed record AddressState(string State);

/// <summary>A program that may act for who is signed in.</summary>
public sealed record Client(string ClientId, string? Name, DateTimeOffset Since);

/// <param name="Account">Null if it cannot be read at the moment.</param>
/// <param name="Identity">Where passkeys and the second factor are set.</param>
/// <param name="HeldBack">True where no mails go to the address, since they came back.</param>
/// <param name="Clients">The programs that may act for one; null if they cannot be read at the moment.</param>
/// <param name="LetterSent">True where the letter that confirms it again was asked for just now.</param>
public sealed record AccountModel(
    Account? Account,
    string? Tag,
    string Identity,
    bool Saved = false,
    string? Problem = null,
    bool HeldBack = false,
    bool LetterSent = false,
    Client[]? Clients = null
);

/// <summary>One's own account: profile, ways to sign in, data.</summary>
public static class ShowAccount
{
    public static void Map(WebApplication app) => app.MapGet("/account", Get).RequireAuthorization();

    private static async Task<IResult> Get(
        string? done,
        Services services,
        IConfiguration configuration,
        CancellationToken ct
    )
    {
        var address = services.Get<AddressState>("notifications", $"/api/notifications/address", ct);
        var clients = services.Get<PageList<Client>>("identity", $"/api/identity/me/clients", ct);
        var me = await services.Get<Account>("identity", $"/api/identity/me", ct);
        return Page.Of<AccountView>(
            new AccountModel(
                me.Value,
                me.Tag,
                configuration.IdentityAddress(),
                done is "saved",
                HeldBack: (await address).Value is { State: "suppressed" },
                LetterSent: done is "letter",
                Clients: (await clients).Value?.Items
            ),
            me.Value is null ? 503 : 200
        );
    }

    public static string IdentityAddress(this IConfiguration configuration) =>
        configuration["Identity:Authority"]!.TrimEnd('/');
}
