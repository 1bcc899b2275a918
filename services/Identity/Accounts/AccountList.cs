using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>Administrators find accounts by a part of name or address, oldest first.</summary>
public static class AccountList
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/accounts", List).RequireAuthorization(Roles.Administrator);
        api.MapGet("/accounts/{id:guid}", One).RequireAuthorization(Roles.Administrator);
    }

    private static async Task<IResult> List(string? q, Paging paging, IdentityDb db, CancellationToken ct)
    {
        if (q is not null && !Input.IsText(q))
            return Refusal.Field("/q", "This text cannot be searched for.").AsProblem();
        var accounts = db.Users.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(q))
        {
            var pattern = $"%{Escaped(q.Trim())}%";
            accounts = accounts.Where(a =>
                EF.Functions.ILike(a.Name, pattern, "\\") || EF.Functions.ILike(a.Email!, pattern, "\\")
            );
        }
        if (paging.After is [var last] && Guid.TryParse(last, out var after))
            accounts = accounts.Where(a => a.Id > after);
        else if (paging.After is not null)
            throw new BadHttpRequestException("cursor is not one this list gave.");
        var found = await accounts.OrderBy(a => a.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return TypedResults.Ok(paging.Of([.. found.Select(AccountBody.Of)], a => [a.Id]));
    }

    private static async Task<IResult> One(HttpContext http, Guid id, UserManager<Account> users) =>
        await users.FindByIdAsync(id.ToString()) is { } account
            ? Reading.Tagged(http, AccountApi.Tag(account), AccountBody.Of(account))
            : Refusal.NoSuch("account").AsProblem();

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);
}
