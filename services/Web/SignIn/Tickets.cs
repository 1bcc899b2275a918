using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Web.SignIn;

/// <summary>The tokens of one session; they never reach the browser.</summary>
public sealed record SessionTokens(string? Access, string? Refresh, string? Id, DateTimeOffset ExpiresAt);

/// <summary>Keeps sessions in PostgreSQL, so that the cookie holds a key and nothing else, and any replica can read them.</summary>
public sealed class Tickets(IDbContextFactory<WebDb> databases, IDataProtectionProvider protection, TimeProvider time)
    : ITicketStore
{
    private readonly IDataProtector _tickets = protection.CreateProtector("session.ticket");
    private readonly IDataProtector _tokens = protection.CreateProtector("session.tokens");

    public Task<string> StoreAsync(AuthenticationTicket ticket) => StoreAsync(ticket, CancellationToken.None);

    public async Task<string> StoreAsync(AuthenticationTicket ticket, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var id = Hash(key);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var tokens = TokensOf(ticket);
        var signedIn = new JsonWebToken(tokens.Id);
        db.Add(
            new Session
            {
                Id = id,
                Account = Hash(signedIn.Subject),
                Since = new DateTimeOffset(signedIn.IssuedAt),
                Tokens = Close(id, tokens),
                Ticket = Close(id, ticket),
                ExpiresAt = Expiry(ticket),
            }
        );
        await db.SaveChangesAsync(cancellationToken);
        return key;
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        var id = Hash(key);
        await using var db = await databases.CreateDbContextAsync();
        var (bytes, expires) = (Close(id, ticket), Expiry(ticket));
        await db
            .Sessions.Where(s => s.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Ticket, bytes).SetProperty(s => s.ExpiresAt, expires));
    }

    public Task<AuthenticationTicket?> RetrieveAsync(string key) => throw new NotSupportedException();

    public async Task<AuthenticationTicket?> RetrieveAsync(
        string key,
        HttpContext httpContext,
        CancellationToken cancellationToken
    )
    {
        var id = Hash(key);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            // A sign-in never goes on in a session that was there before it, whoever planted that.
            if (httpContext.Request.Path == SigningIn.Callback)
            {
                await db.Sessions.Where(s => s.Id == id).ExecuteDeleteAsync(cancellationToken);
                return null;
            }
            var session = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellationToken);
            if (session is null || session.ExpiresAt < time.GetUtcNow())
                return null;
            var ticket = TicketSerializer.Default.Deserialize(Protector(_tickets, id).Unprotect(session.Ticket));
            httpContext.Keep(new CurrentSession(id, Tokens(session)));
            return ticket;
        }
        catch (CryptographicException)
        {
            return null;
        }
        catch (Exception e) when (Messaging.IsAround(e))
        {
            httpContext.SessionsAreUnavailable();
            return null;
        }
    }

    public async Task RemoveAsync(string key)
    {
        var id = Hash(key);
        await using var db = await databases.CreateDbContextAsync();
        await db.Sessions.Where(s => s.Id == id).ExecuteDeleteAsync();
    }

    /// <summary>Ends what the account had open at that time. What began in the same second counts as begun before.</summary>
    public async Task End(string account, DateTimeOffset at, CancellationToken ct)
    {
        var whose = Hash(account);
        await using var db = await databases.CreateDbContextAsync(ct);
        await db.Sessions.Where(s => s.Account == whose && s.Since <= at).ExecuteDeleteAsync(ct);
    }

    public SessionTokens Tokens(Session session) =>
        JsonSerializer.Deserialize<SessionTokens>(Protector(_tokens, session.Id).Unprotect(session.Tokens))!;

    public byte[] Close(string id, SessionTokens tokens) =>
        Protector(_tokens, id).Protect(JsonSerializer.SerializeToUtf8Bytes(tokens));

    private byte[] Close(string id, AuthenticationTicket ticket)
    {
        ticket.Properties.StoreTokens([]);
        return Protector(_tickets, id).Protect(TicketSerializer.Default.Serialize(ticket));
    }

    private static SessionTokens TokensOf(AuthenticationTicket ticket) =>
        new(
            ticket.Properties.GetTokenValue("access_token"),
            ticket.Properties.GetTokenValue("refresh_token"),
            ticket.Properties.GetTokenValue("id_token"),
            DateTimeOffset.TryParse(
                ticket.Properties.GetTokenValue("expires_at"),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var at
            )
                ? at
                : DateTimeOffset.MinValue
        );

    private DateTimeOffset Expiry(AuthenticationTicket ticket) =>
        (ticket.Properties.ExpiresUtc ?? time.GetUtcNow() + SigningIn.Lasts).ToUniversalTime();

    // Bound to the row, so that rows cannot be swapped.
    private static IDataProtector Protector(IDataProtector kind, string id) => kind.CreateProtector(id);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
