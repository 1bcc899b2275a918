using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>
/// The caller deletes their own account, with the password. The row goes, with everything of the person; the stream stays,
/// and knows an opaque id only. Other services erase theirs when they hear of it.
/// </summary>
public static class DeleteMe
{
    public sealed record Confirmation(string Password);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapMethods("/me", ["DELETE"], Delete).Accepts<Confirmation>("application/json").Produces(204);

    private static async Task<IResult> Delete(
        HttpContext http,
        [Microsoft.AspNetCore.Mvc.FromBody] Confirmation confirmation,
        UserManager<Account> users,
        AccountWriter writer,
        Sessions sessions,
        IdentityDb db,
        Guessing guessing
    )
    {
        var ct = http.RequestAborted;
        var account = (await users.FindByIdAsync(Caller.Of(http).Id))!;
        if (AccountApi.Mismatch(http, account, required: false) is { } stale)
            return stale.AsProblem();
        using var attempt = await guessing.Begin(http, account.NormalizedEmail);
        if (attempt.RetryAfter is { } wait)
            return Guessing.TooMany(http, wait);
        if (!await users.IsTheirs(account, confirmation.Password, attempt))
            return Refusal.Field("/password", "This is not your password.").AsProblem();
        if (await IsLastAdministrator(users, account, ct))
            return Refusal.Conflicting("last-administrator", "Make someone else an administrator first.").AsProblem();
        var result = await writer.Write(
            account,
            account.Subject,
            new AccountClosed(account.Subject),
            async () =>
            {
                await sessions.Delete(account, ct);
                await db
                    .Letters.Where(l => l.Address == account.Email || l.Account == account.Id)
                    .ExecuteDeleteAsync(ct);
                return await users.DeleteAsync(account);
            },
            ct
        );
        return result.Succeeded
            ? TypedResults.NoContent()
            : Refusal.Conflicting("busy", "The account changed at the same time. Try again.").AsProblem();
    }

    private static async Task<bool> IsLastAdministrator(
        UserManager<Account> users,
        Account account,
        CancellationToken ct
    ) =>
        account.Roles.Contains(Roles.Administrator, StringComparer.Ordinal)
        && !await users.Users.AnyAsync(
            a => a.Id != account.Id && !a.Suspended && a.Roles.Contains(Roles.Administrator),
            ct
        );
}
