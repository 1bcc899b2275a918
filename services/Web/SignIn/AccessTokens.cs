using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace SkillPlatform.Web.SignIn;

/// <summary>
/// Renews access tokens shortly before they expire. One renewal at a time for a session, whichever replica asks: the row
/// is locked meanwhile, and who comes second finds the new token.
/// </summary>
public sealed class AccessTokens(
    IDbContextFactory<WebDb> databases,
    Tickets tickets,
    IOptionsMonitor<OpenIdConnectOptions> options,
    TimeProvider time,
    ILogger<AccessTokens> log
)
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    /// <summary>Gives the session a good token if it can. False when the session has ended.</summary>
    public async Task<bool> Renew(CurrentSession session, CancellationToken ct)
    {
        try
        {
            if (!IsGood(session.Tokens, Early))
            {
                if (await Renewed(session.Id, ct) is not { } tokens)
                    return false;
                session.Tokens = tokens;
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            log.LogWarning("A session could not be renewed ({Reason}).", e.Message);
        }
        session.AccessToken = IsGood(session.Tokens, TimeSpan.Zero) ? session.Tokens.Access : null;
        return true;
    }

    private async Task<SessionTokens?> Renewed(string id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var rows = await db.Sessions.FromSql($"select * from sessions where id = {id} for update").ToListAsync(ct);
        if (rows is not [var row])
            return null;
        var tokens = tickets.Tokens(row);
        if (IsGood(tokens, Early))
            return tokens;
        var renewed = await Ask(tokens, ct);
        if (renewed is null)
            db.Remove(row);
        else
            row.Tokens = tickets.Close(id, renewed);
        // The old refresh token is spent: this must be kept even if the browser has gone.
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return renewed;
    }

    // Null when Identity says no: signed out elsewhere, suspended, deleted.
    private async Task<SessionTokens?> Ask(SessionTokens tokens, CancellationToken ct)
    {
        if (tokens.Refresh is null)
            return null;
        var oidc = options.Get(OpenIdConnectDefaults.AuthenticationScheme);
        var endpoints = await oidc.ConfigurationManager!.GetConfigurationAsync(ct);
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = tokens.Refresh,
                ["client_id"] = oidc.ClientId!,
                ["client_secret"] = oidc.ClientSecret!,
            }
        );
        using var answer = await oidc.Backchannel.PostAsync(endpoints.TokenEndpoint, form, CancellationToken.None);
        if (answer.StatusCode is HttpStatusCode.BadRequest)
            return null;
        answer.EnsureSuccessStatusCode();
        var granted = (await answer.Content.ReadFromJsonAsync<Granted>(CancellationToken.None))!;
        return new SessionTokens(
            granted.Access,
            granted.Refresh ?? tokens.Refresh,
            granted.Id ?? tokens.Id,
            time.GetUtcNow().AddSeconds(granted.ExpiresIn)
        );
    }

    private bool IsGood(SessionTokens tokens, TimeSpan early) =>
        tokens.Access is not null && tokens.ExpiresAt - early > time.GetUtcNow();

    private sealed record Granted(
        [property: JsonPropertyName("access_token")] string Access,
        [property: JsonPropertyName("refresh_token")] string? Refresh,
        [property: JsonPropertyName("id_token")] string? Id,
        [property: JsonPropertyName("expires_in")] long ExpiresIn
    );
}
