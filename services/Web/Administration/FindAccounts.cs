using SkillPlatform.Web.Accounts;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

/// <param name="Accounts">Null if they cannot be read at the moment.</param>
public sealed record AccountsModel(PageList<Account>? Accounts, string? Q, bool Addresses);

/// <summary>Accounts by a part of the name, for administrators also of the address.</summary>
public static class FindAccounts
{
    public static void Map(WebApplication app) => app.MapGet("/admin/accounts", Get).RequireAuthorization();

    private static async Task<IResult> Get(
        string? q,
        string? cursor,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Moderates())
            return Page.Error(403);
        var found = await services.Get<PageList<Account>>(
            "identity",
            cursor is null
                ? $"/api/identity/accounts?limit=50&q={q}"
                : (FormattableString)$"/api/identity/accounts?limit=50&q={q}&cursor={cursor}",
            ct
        );
        return found.Down || found.Ok
            ? Page.Of<AccountsView>(new AccountsModel(found.Value, q, visit.Administers()), found.Ok ? 200 : 503)
            : Page.Error(found.Status);
    }
}
