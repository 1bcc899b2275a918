using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>Administrators find accounts by a part of name or address, moderators by the name, and by role; oldest first.</summary>
public static class AccountList
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/accounts", List).RequireAuthorization(Roles.Moderator).Produces<Page<AccountBody>>();
        api.MapGet("/accounts/{id:guid}", One).RequireAuthorization(Roles.Moderator).Produces<AccountBody>();
    }

    private static async Task<IResult> List(
        string? q,
        string? role,
        Paging paging,
        HttpContext http,
        IdentityDb db,
        CancellationToken ct
    )
    {
        if (q is not null && !Input.IsText(q))
            return Refusal.Field("/q", "This text cannot be searched for.").AsProblem();
        if (role is not null && !Input.IsText(role))
            return Refusal.Field("/role", "There is no such role.").AsProblem();
        var reader = Caller.Of(http);
        var addresses = reader.Is(Roles.Administrator);
        var accounts = db.Users.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(q))
        {
            var pattern = $"%{Escaped(q.Trim())}%";
            accounts = accounts.Where(a =>
                EF.Functions.ILike(a.Name, pattern, "\\") || (addresses && EF.Functions.ILike(a.Email!, pattern, "\\"))
            );
        }
        if (role is not null)
            accounts = accounts.Where(a => a.Roles.Contains(role));
        if (paging.After is [var last] && Guid.TryParse(last, out var after))
            accounts = accounts.Where(a => a.Id > after);
        else if (paging.After is not null)
            throw new BadHttpRequestException("cursor is not one this list gave.");
        var found = await accounts.OrderBy(a => a.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return TypedResults.Ok(paging.Of([.. found.Select(account => AccountBody.For(account, reader))], a => [a.Id]));
    }

    private static async Task<IResult> One(HttpContext http, Guid id, UserManager<Account> users) =>
        await users.FindByIdAsync(id.ToString()) is { } account
            ? Reading.Tagged(http, AccountApi.Tag(account), AccountBody.For(account, Caller.Of(http)))
            : Refusal.NoSuch("account").AsProblem();

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);
}
