using System.Text.Json;
using JasperFx.Events;
using Marten;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Identity;

/// <summary>What other services learn of accounts: always how the account stands now, read when it is published.</summary>
public static class Announcements
{
    private const string Sql = """
        select json_build_object('name', name, 'email', email, 'culture', culture, 'timeZone', time_zone, 'roles', roles,
          'reviewerScopes', reviewer_scopes, 'suspended', suspended, 'signedOutAt', signed_out_at)::text as data
        from identity.accounts where id = ? and email_confirmed
        """;

    private const string ServiceSql = """
        select json_build_object('name', name, 'scopes', scopes, 'revokedAt', revoked_at)::text as data
        from identity.service_accounts where id = ?
        """;

    public static async Task<object?> Of(IEvent @event, Around around, CancellationToken ct)
    {
        var user = @event.StreamId.ToString();
        if (@event.Data is AccountClosed)
            return new AccountErased(user, @event.Version, @event.Timestamp);
        if (@event.Data is ServiceAccountMade or ServiceAccountRevoked)
            return await OfService(@event, around, ct);
        var found = await around.Session.AdvancedSql.QueryAsync<string>(Sql, ct, @event.StreamId);
        // Not confirmed yet, or gone meanwhile: the event that changes that announces it.
        if (found is not [var json, ..])
            return null;
        var confirmed = (await around.Stream(@event, ct)).LastOrDefault(e =>
            e.Data is AccountConfirmed or AddressConfirmed
        );
        var row = JsonSerializer.Deserialize<Row>(json, JsonSerializerOptions.Web)!;
        return new AccountChanged(
            user,
            @event.Version,
            row.Name,
            row.Email,
            row.Culture,
            row.TimeZone,
            row.Roles,
            row.ReviewerScopes,
            !row.Suspended,
            row.SignedOutAt,
            confirmed?.Timestamp
        );
    }

    // An account like any other to who reads history; no letter ever goes to it.
    private static async Task<AccountChanged> OfService(IEvent @event, Around around, CancellationToken ct)
    {
        var found = await around.Session.AdvancedSql.QueryAsync<string>(ServiceSql, ct, @event.StreamId);
        var row = JsonSerializer.Deserialize<ServiceRow>(found[0], JsonSerializerOptions.Web)!;
        return new AccountChanged(
            @event.StreamId.ToString(),
            @event.Version,
            row.Name,
            Email: "",
            Culture: "en",
            TimeZone: "Etc/UTC",
            ServiceAccount.RolesOf(row.Scopes),
            ReviewerScopes: [],
            Active: row.RevokedAt is null,
            SignedOutAt: row.RevokedAt
        );
    }

    private sealed record ServiceRow(string Name, string[] Scopes, DateTimeOffset? RevokedAt);

    private sealed record Row(
        string Name,
        string Email,
        string Culture,
        string TimeZone,
        string[] Roles,
        string[] ReviewerScopes,
        bool Suspended,
        DateTimeOffset? SignedOutAt
    );
}
