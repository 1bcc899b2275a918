using System.Security.Cryptography;
using System.Text;
using JasperFx;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A mail that came back for a reason that may pass.</summary>
public sealed record SoftBounce(string Mail, DateTimeOffset At);

/// <summary>
/// What came back from a reader's address. Of the address it holds a hash alone: enough to tell that it is still the same.
/// Nobody has to lift it. It ends by itself once the account says that the address was confirmed later, or is another one.
/// </summary>
public sealed class Suppression : ILongVersioned
{
    public const string Bounced = Outbox.Bounced;
    public const string Complained = Outbox.Complained;

    /// <summary>So many soft bounces within <see cref="Memory"/> count as a hard one.</summary>
    private const int Patience = 3;
    private static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>The account's id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Hash of the address that this is about.</summary>
    public string Address { get; set; } = "";

    /// <summary><see cref="Bounced"/> or <see cref="Complained"/>; null while there were soft bounces only, and few.</summary>
    public string? Reason { get; set; }

    /// <summary>When the mail that came back had been handed over.</summary>
    public DateTimeOffset At { get; set; }
    public SoftBounce[] Soft { get; set; } = [];
    public long Version { get; set; }

    /// <summary>True while the account's address takes no letters.</summary>
    public bool Holds(Account account) => Reason is not null && IsAbout(account) && !Confirmed(account, since: At);

    private bool IsAbout(Account account) => Address == HashOf(account);

    private static bool Confirmed(Account account, DateTimeOffset since) => account.EmailConfirmedAt > since;

    /// <summary>What is known of the account's address after a mail to it has come back; null where that changes nothing.</summary>
    /// <param name="known">What was known before.</param>
    /// <param name="account">Whose address it is.</param>
    /// <param name="report">What came back.</param>
    /// <param name="mail">Names the mail: what comes back of it twice counts once.</param>
    /// <param name="at">When that mail had been handed over.</param>
    public static Suppression? After(Suppression? known, Account account, Report report, string mail, DateTimeOffset at)
    {
        // To where mails went before, or from before it was confirmed again.
        if (account.Erased || account.Email.Length == 0 || Confirmed(account, since: at))
            return null;
        if (known?.Holds(account) == true)
            return null;
        SoftBounce[] soft =
        [
            .. known?.IsAbout(account) == true
                ? known.Soft.Where(s => s.Mail != mail && at - s.At < Memory && !Confirmed(account, since: s.At))
                : [],
        ];
        if (report.Kind is ReportKind.Soft or ReportKind.Delayed)
            soft = [.. soft, new SoftBounce(mail, at)];
        return new Suppression
        {
            Id = account.Id,
            Address = HashOf(account),
            Reason =
                report.Kind == ReportKind.Complaint ? Complained
                : report.Kind == ReportKind.Hard || soft.Length >= Patience ? Bounced
                : null,
            At = at,
            Soft = soft,
        };
    }

    private static string HashOf(Account account) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{account.Id}\n{account.Email.ToLowerInvariant()}"))
        );
}

/// <summary>Whether letters go to the caller's address.</summary>
/// <param name="State"><c>ok</c> or <c>suppressed</c>.</param>
/// <param name="Reason"><c>bounced</c> or <c>complained</c>; null where it is ok.</param>
/// <param name="Since">When the mail that came back had been handed over.</param>
public sealed record AddressState(string State, string? Reason = null, DateTimeOffset? Since = null)
{
    public static AddressState Of(Suppression? suppression, Account? account) =>
        account is not null && suppression?.Holds(account) == true
            ? new(Outbox.Suppressed, suppression.Reason, suppression.At)
            : new("ok");
}

/// <summary><c>GET /address</c> for oneself and <c>DELETE /suppressions/{user}</c> for administrators</summary>
public static class Suppressions
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/address", Get).Produces<AddressState>();
        api.MapDelete("/suppressions/{user}", Lift).RequireAuthorization(Roles.Administrator).Produces(204);
    }

    private static async Task<IResult> Get(HttpContext http, IQuerySession reads)
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        return TypedResults.Ok(
            AddressState.Of(await reads.LoadAsync<Suppression>(user, ct), await reads.LoadAsync<Account>(user, ct))
        );
    }

    private static async Task<IResult> Lift(string user, IDocumentStore store, CancellationToken ct)
    {
        await using var session = store.LightweightSession();
        session.Delete<Suppression>(user);
        await session.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }
}
