using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using OpenIddict.Abstractions;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SkillPlatform.Identity;

/// <summary>
/// An administrator makes a service account. Its secret is in this answer and nowhere else: the database keeps a hash. A
/// person has to: one that could make others would outlive its own end.
/// </summary>
public static class MakeServiceAccount
{
    public sealed record Wanted(string Name, string[] Scopes, DateTimeOffset EndsAt);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private static readonly Refusal Taken = Refusal.Conflicting(
        "service-name-taken",
        "There is a service account of this name."
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/service-accounts", Post)
            .RequireAuthorization(Roles.Administrator)
            .ForPersons()
            .Produces<ServiceAccountBody>(StatusCodes.Status201Created);

    private static async Task<IResult> Post(
        HttpContext http,
        Wanted wanted,
        IdentityDb db,
        AccountWriter writer,
        IOpenIddictApplicationManager clients,
        TimeProvider time
    )
    {
        var (ct, now, by) = (http.RequestAborted, time.GetUtcNow(), Caller.Of(http).Id);
        if (Check(wanted, now) is { } wrong)
            return wrong.AsProblem();
        if (await db.ServiceAccounts.AnyAsync(a => a.Name == Input.Name(wanted.Name) && a.RevokedAt == null, ct))
            return Taken.AsProblem();
        var account = new ServiceAccount
        {
            Id = Guid.CreateVersion7(),
            Name = Input.Name(wanted.Name),
            Scopes = [.. ServiceAccount.AllScopes.Intersect(wanted.Scopes, StringComparer.Ordinal)],
            EndsAt = wanted.EndsAt.ToUniversalTime(),
            CreatedAt = now,
            CreatedBy = by,
        };
        var secret = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        try
        {
            await writer.Write(
                account,
                by,
                new ServiceAccountMade(account.Scopes, account.EndsAt, by),
                async () =>
                {
                    db.Add(account);
                    await db.SaveChangesAsync(ct);
                    await clients.CreateAsync(Client(account, secret), ct);
                },
                ct
            );
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: "23505" })
        {
            return Taken.AsProblem();
        }
        return TypedResults.Created(
            $"/api/identity/service-accounts/{account.Id}",
            ServiceAccountBody.Of(account) with
            {
                ClientSecret = secret,
            }
        );
    }

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public static Refusal? Check(Wanted wanted, DateTimeOffset now)
    {
        var errors = new List<(string, string)>();
        if (!Input.IsName(wanted.Name))
            errors.Add(("/name", "A name has 1 to 100 characters."));
        if (wanted.Scopes.Length == 0)
            errors.Add(("/scopes", $"At least one of {string.Join(", ", ServiceAccount.AllScopes)}."));
        for (var i = 0; i < wanted.Scopes.Length; i++)
            if (!ServiceAccount.AllScopes.Contains(wanted.Scopes[i], StringComparer.Ordinal))
                errors.Add(($"/scopes/{i}", $"A scope is one of {string.Join(", ", ServiceAccount.AllScopes)}."));
        if (wanted.EndsAt <= now || wanted.EndsAt - now > Longest)
            errors.Add(("/endsAt", "It ends in the future, and within a year."));
        return errors.Count > 0 ? Refusal.Fields(errors) : null;
    }

    private static OpenIddictApplicationDescriptor Client(ServiceAccount account, string secret) =>
        new()
        {
            ClientId = account.Subject,
            ClientSecret = secret,
            ClientType = ClientTypes.Confidential,
            DisplayName = account.Name,
            Permissions =
            {
                Permissions.Endpoints.Token,
                Permissions.Endpoints.Revocation,
                Permissions.GrantTypes.ClientCredentials,
                Permissions.Prefixes.Scope + OpenIdSetup.ApiScope,
            },
        };
}
