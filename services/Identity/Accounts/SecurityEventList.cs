using Microsoft.EntityFrameworkCore;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>
/// Administrators see what happened, newest first: all of it, of one kind, or about one account. Names are those of now, for
/// ninety days.
/// </summary>
public static class SecurityEventList
{
    public sealed record Item(
        Guid Id,
        DateTimeOffset At,
        string What,
        Person? Account,
        Person? By,
        string? Address,
        string? Client,
        string? Details
    );

    public sealed record Person(string Id, string? Name);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/security-events", Get).RequireAuthorization(Roles.Administrator).Produces<Page<Item>>();

    private static async Task<IResult> Get(
        string? what,
        string? account,
        Paging paging,
        IdentityDb db,
        CancellationToken ct
    )
    {
        if (what is not null && !Input.IsText(what))
            return Refusal.Field("/what", "There is no such kind.").AsProblem();
        if (account is not null && !Guid.TryParse(account, out _))
            return Refusal.Field("/account", "An account is named by its id.").AsProblem();
        var events = db.SecurityEvents.AsNoTracking();
        if (!string.IsNullOrEmpty(what))
            events = events.Where(e => e.What == what);
        if (account is not null)
            events = events.Where(e => e.Account == account || e.By == account);
        if (paging.After is [var last] && Guid.TryParse(last, out var after))
            events = events.Where(e => e.Id < after);
        else if (paging.After is not null)
            throw new BadHttpRequestException("cursor is not one this list gave.");
        var found = await events.OrderByDescending(e => e.Id).Take(paging.Limit + 1).ToListAsync(ct);
        var names = await Names(db, found, ct);
        return TypedResults.Ok(
            paging.Of(
                [
                    .. found.Select(e => new Item(
                        e.Id,
                        e.At,
                        e.What,
                        Of(e.Account),
                        Of(e.By),
                        e.Address,
                        e.Client,
                        e.Details
                    )),
                ],
                item => [item.Id.ToString()]
            )
        );

        Person? Of(string? id) => id is null ? null : new Person(id, names.GetValueOrDefault(id));
    }

    private static async Task<Dictionary<string, string>> Names(
        IdentityDb db,
        IEnumerable<SecurityEvent> events,
        CancellationToken ct
    )
    {
        var ids = events
            .SelectMany(e => new[] { e.Account, e.By })
            .Distinct(StringComparer.Ordinal)
            .Select(id => Guid.TryParse(id, out var key) ? key : Guid.Empty)
            .ToArray();
        var people = await db
            .Users.Where(a => ids.Contains(a.Id))
            .Select(a => new { a.Id, a.Name })
            .Concat(db.ServiceAccounts.Where(a => ids.Contains(a.Id)).Select(a => new { a.Id, a.Name }))
            .ToListAsync(ct);
        return people.ToDictionary(a => a.Id.ToString(), a => a.Name, StringComparer.Ordinal);
    }
}
