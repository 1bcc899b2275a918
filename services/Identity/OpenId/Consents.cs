using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>A program that somebody lets act for them.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="Scopes">What it was given.</param>
/// <param name="Since">When, UTC.</param>
public sealed record ConsentBody(string ClientId, string? Name, string[] Scopes, DateTimeOffset Since);

/// <summary>
/// Whom a person lets act for them. Asked once for each client that anybody could be, which a program on the person's
/// machine is: a link on some page must not give it a code without a word.
/// </summary>
public sealed class Consents(
    IdentityDb db,
    IOpenIddictApplicationManager clients,
    IOpenIddictAuthorizationManager authorizations,
    IOpenIddictTokenManager tokens,
    SecurityLog security,
    TimeProvider time
)
{
    /// <summary>True where the client may have nothing of the account before the person agrees.</summary>
    public async Task<bool> IsOwed(Account account, OpenIddictRequest request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(request);
        if (
            await clients.FindByClientIdAsync(request.ClientId ?? "", ct) is not { } client
            || !await clients.HasConsentTypeAsync(client, ConsentTypes.Explicit, ct)
        )
            return false;
        return request.HasPromptValue(PromptValues.Consent)
            || !await Has(account, client, Asked(request.GetScopes()), ct);
    }

    /// <summary>Remembers that the person agreed; false where there is no such client to agree to.</summary>
    public async Task<bool> Give(Account account, string? clientId, string? scopes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(account);
        var asked = Asked([.. (scopes ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        if (await Client(clientId, ct) is not { } client)
            return false;
        if (await Has(account, client, asked, ct))
            return true;
        var given = new OpenIddictAuthorizationDescriptor
        {
            ApplicationId = await clients.GetIdAsync(client, ct),
            Subject = account.Subject,
            Type = AuthorizationTypes.Permanent,
            Status = Statuses.Valid,
            CreationDate = time.GetUtcNow(),
        };
        given.Scopes.UnionWith(asked);
        await authorizations.CreateAsync(given, ct);
        security.Happened(account.Subject, "ConsentGiven", account.Subject, clientId!);
        return true;
    }

    public async Task<IReadOnlyList<ConsentBody>> Of(string account, CancellationToken ct) => [.. (
                await Given(account)
                    .Select(a => new
                    {
                        a.Application!.ClientId,
                        a.Application.DisplayName,
                        a.Scopes,
                        a.CreationDate,
                    })
                    .ToListAsync(ct)
            ).GroupBy(a => a.ClientId!, StringComparer.Ordinal).Select(of => new ConsentBody(of.Key, of.First().DisplayName, [.. of.SelectMany(a => System.Text.Json.JsonSerializer.Deserialize<string[]>(a.Scopes ?? "[]")!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], new DateTimeOffset(of.Min(a => a.CreationDate) ?? default, TimeSpan.Zero)))];

    /// <summary>
    /// Takes it back: refresh tokens and codes that the client has end at once, access tokens with their five minutes. False
    /// where nothing was given.
    /// </summary>
    public async Task<bool> TakeBack(string account, string clientId, CancellationToken ct)
    {
        if (
            await Client(clientId, ct) is not { } client
            || !await Given(account).AnyAsync(a => a.Application!.ClientId == clientId, ct)
        )
            return false;
        var id = await clients.GetIdAsync(client, ct);
        await authorizations.RevokeAsync(account, id, Statuses.Valid, type: null, ct);
        await tokens.RevokeAsync(account, id, Statuses.Valid, type: null, ct);
        security.Happened(account, "ConsentTakenBack", account, clientId);
        return true;
    }

    /// <summary>The client that asks for consent; null where there is none of that id that does.</summary>
    private async Task<object?> Client(string? clientId, CancellationToken ct) =>
        clientId is { Length: > 0 and <= 100 }
        && await clients.FindByClientIdAsync(clientId, ct) is { } client
        && await clients.HasConsentTypeAsync(client, ConsentTypes.Explicit, ct)
            ? client
            : null;

    private IQueryable<OpenIddictEntityFrameworkCoreAuthorization<Guid>> Given(string account) =>
        db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>()
            .AsNoTracking()
            .Where(a => a.Subject == account && a.Status == Statuses.Valid && a.Type == AuthorizationTypes.Permanent);

    private async Task<bool> Has(Account account, object client, ImmutableArray<string> scopes, CancellationToken ct) =>
        await authorizations
            .FindAsync(
                account.Subject,
                await clients.GetIdAsync(client, ct),
                Statuses.Valid,
                AuthorizationTypes.Permanent,
                scopes,
                ct
            )
            .AnyAsync(ct);

    // That it is OpenID Connect says nothing; the rest in one order, so that the same is found again.
    private static ImmutableArray<string> Asked(ImmutableArray<string> scopes) =>
        [
            .. scopes
                .Where(scope => scope != Scopes.OpenId)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
}
