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

    public static async Task<object?> Of(IEvent @event, Around around, CancellationToken ct)
    {
        var user = @event.StreamId.ToString();
        if (@event.Data is AccountClosed)
            return new AccountErased(user, @event.Version, @event.Timestamp);
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
