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

/// <param name="Account">Null if it cannot be read at the moment.</param>
/// <param name="Identity">Where passkeys and the second factor are set.</param>
public sealed record AccountModel(
    Account? Account,
    string? Tag,
    string Identity,
    bool Saved = false,
    string? Problem = null
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
        var me = await services.Get<Account>("identity", $"/api/identity/me", ct);
        return Page.Of<AccountView>(
            new AccountModel(me.Value, me.Tag, configuration.IdentityAddress(), done is not null),
            me.Value is null ? 503 : 200
        );
    }

    public static string IdentityAddress(this IConfiguration configuration) =>
        configuration["Identity:Authority"]!.TrimEnd('/');
}
