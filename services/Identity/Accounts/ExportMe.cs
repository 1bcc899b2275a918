using Marten;
using Microsoft.AspNetCore.Identity;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>All that Identity holds of the caller, to take away.</summary>
public static class ExportMe
{
    public sealed record Happened(DateTimeOffset At, string What, object Details);

    public sealed record Key(string? Name, DateTimeOffset CreatedAt);

    public sealed record Everything(
        AccountBody Account,
        IReadOnlyList<Happened> History,
        bool TwoFactor,
        IReadOnlyList<Key> Passkeys
    );

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/me/export", Get).Produces<Everything>();

    private static async Task<IResult> Get(
        HttpContext http,
        UserManager<Account> users,
        IQuerySession events,
        SecurityLog security
    )
    {
        var account = (await users.FindByIdAsync(Caller.Of(http).Id))!;
        security.Happened(account.Subject, "AccountExported", account.Subject, "");
        var stream = await events.Events.FetchStreamAsync(account.Id, token: http.RequestAborted);
        http.Response.Headers.ContentDisposition = "attachment; filename=\"skillplatform-account.json\"";
        return TypedResults.Ok(
            new Everything(
                AccountBody.Of(account),
                [.. stream.Select(e => new Happened(e.Timestamp, e.EventTypeName, e.Data))],
                account.TwoFactorEnabled,
                [.. (await users.GetPasskeysAsync(account)).Select(p => new Key(p.Name, p.CreatedAt))]
            )
        );
    }
}
