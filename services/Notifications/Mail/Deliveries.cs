using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A mail, as an operator sees it: no address and no text.</summary>
public sealed record DeliveryItem(
    Guid Id,
    string User,
    string State,
    int Attempts,
    DateTimeOffset? NextAttempt,
    string? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DoneAt
);

/// <summary><c>GET /deliveries?state=</c> and <c>POST /deliveries/{id}/retry</c>, for administrators</summary>
public static class Deliveries
{
    private static readonly string[] States = [Outbox.Pending, Outbox.Sent, Outbox.Failed, Outbox.Cancelled];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/deliveries", List).RequireAuthorization(Roles.Administrator);
        api.MapPost("/deliveries/{id:guid}/retry", Retry).RequireAuthorization(Roles.Administrator);
    }

    private static async Task<IResult> List(
        Paging paging,
        NpgsqlDataSource source,
        CancellationToken ct,
        string state = Outbox.Failed
    )
    {
        if (!States.Contains(state, StringComparer.Ordinal))
            return Refusal.Field("/state", $"One of {string.Join(", ", States)}.").AsProblem();
        var after = paging.After is [var text] && Guid.TryParse(text, out var last) ? last : (Guid?)null;
        await using var command = source.CreateCommand(
            """
            select id, user_id, state, attempts, next_attempt, last_error, created_at, done_at from mail
            where state = $1 and ($2 is null or id < $2) order by id desc limit $3
            """
        );
        command.Parameters.Add(new() { Value = state });
        command.Parameters.Add(new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = paging.Limit + 1 });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var items = new List<DeliveryItem>();
        while (await rows.ReadAsync(ct))
            items.Add(
                new DeliveryItem(
                    rows.GetGuid(0),
                    rows.GetString(1),
                    rows.GetString(2),
                    rows.GetInt32(3),
                    state == Outbox.Pending ? rows.GetFieldValue<DateTimeOffset>(4) : null,
                    rows.IsDBNull(5) ? null : rows.GetString(5),
                    rows.GetFieldValue<DateTimeOffset>(6),
                    rows.IsDBNull(7) ? null : rows.GetFieldValue<DateTimeOffset>(7)
                )
            );
        return TypedResults.Ok(paging.Of(items, item => [item.Id.ToString()]));
    }

    private static async Task<IResult> Retry(
        Guid id,
        NpgsqlDataSource source,
        OutboxSignal signal,
        TimeProvider time,
        CancellationToken ct
    )
    {
        await using var command = source.CreateCommand(
            """
            with found as (select id, state from mail where id = $1),
                 retried as (update mail set state = 'pending', attempts = 0, next_attempt = $2, created_at = $2, done_at = null
                             where id = $1 and state in ('failed', 'pending') and owner is null returning id)
            select found.state, retried.id is not null from found left join retried on true
            """
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        await using var rows = await command.ExecuteReaderAsync(ct);
        if (!await rows.ReadAsync(ct))
            return Refusal.NoSuch("delivery").AsProblem();
        var (state, retried) = (rows.GetString(0), rows.GetBoolean(1));
        if (!retried && state != Outbox.Pending)
            return Refusal
                .Conflicting("not-failed", $"This mail is {state.ToLower(CultureInfo.InvariantCulture)}, not failed.")
                .AsProblem();
        signal.Set();
        return TypedResults.Accepted((string?)null);
    }
}
