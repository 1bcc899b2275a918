using System.Globalization;
using System.Text.Json;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>What was sent.</summary>
public sealed record SentRequest(IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What was answered: the first 1,000 characters.</summary>
public sealed record GivenResponse(int Status, string Body);

/// <summary>One call of a webhook.</summary>
/// <param name="At">When it began.</param>
/// <param name="WebhookId">The header of this name: the stored event's id.</param>
/// <param name="Position">In the log; null for a test.</param>
/// <param name="Type">Of the event.</param>
/// <param name="Attempt">1 upwards.</param>
/// <param name="State"><c>delivered</c> or <c>failed</c>.</param>
/// <param name="Request">As it was sent; of a long body the first 10,000 characters.</param>
/// <param name="Response">Null where there was none.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Error">Why there was none.</param>
public sealed record ShownCall(
    DateTimeOffset At,
    Guid WebhookId,
    long? Position,
    string Type,
    int Attempt,
    string State,
    SentRequest Request,
    GivenResponse? Response,
    double Seconds,
    string? Error
);

/// <summary><c>GET /webhooks/{id}/deliveries</c>, newest first, for 30 days</summary>
public static class ListCalls
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/webhooks/{id:guid}/deliveries", Handle).Produces<Page<ShownCall>>();

    // What was sent to whom is its owner's matter, who alone knows the address.
    private static async Task<IResult> Handle(
        HttpContext http,
        Guid id,
        Paging paging,
        Hooks hooks,
        NpgsqlDataSource source
    )
    {
        var ct = http.RequestAborted;
        if (await hooks.Of(id, ct) is not { } webhook || webhook.User != Caller.Of(http).Id)
            return Refusal.NoSuch("webhook of yours").AsProblem();
        var before =
            paging.After is [var text]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                ? last
                : long.MaxValue;
        await using var command = source.CreateCommand(
            """
            select id, at, event, position, type, attempt, state, headers::text, body, status, answer, seconds, error
            from webhook_call where webhook = $1 and id < $2 order by id desc limit $3
            """
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = paging.Limit + 1 });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var calls = new List<(long Id, ShownCall Call)>();
        while (await rows.ReadAsync(ct))
            calls.Add((rows.GetInt64(0), Row(rows)));
        var page = paging.Of(calls, call => [call.Id.ToString(CultureInfo.InvariantCulture)]);
        return TypedResults.Ok(new Page<ShownCall>([.. page.Items.Select(item => item.Call)], page.NextCursor));
    }

    private static ShownCall Row(NpgsqlDataReader row) =>
        new(
            row.GetFieldValue<DateTimeOffset>(1),
            row.GetGuid(2),
            row.IsDBNull(3) ? null : row.GetInt64(3),
            row.GetString(4),
            row.GetInt32(5),
            row.GetString(6),
            new SentRequest(
                JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(7))!,
                row.GetString(8)
            ),
            row.IsDBNull(9) ? null : new GivenResponse(row.GetInt32(9), row.IsDBNull(10) ? "" : row.GetString(10)),
            row.GetDouble(11),
            row.IsDBNull(12) ? null : row.GetString(12)
        );

    /// <summary>The same of a call that was just made.</summary>
    public static ShownCall Of(Entry entry, Call call) =>
        new(
            call.At,
            entry.Id,
            entry.Position == 0 ? null : entry.Position,
            entry.Type,
            1,
            call.Taken ? "delivered" : "failed",
            new SentRequest(call.Headers, call.Body),
            call.Status is { } status ? new GivenResponse(status, call.Answer ?? "") : null,
            call.Took.TotalSeconds,
            call.Error
        );
}
