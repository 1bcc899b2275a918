using System.Text.Json;
using Marten;
using Npgsql;
using NpgsqlTypes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>Who a mail is to, as the account says now; nothing of it is kept with the mail.</summary>
public sealed record Recipient(string Name, string Address);

/// <summary>What a server said of a mail, and when; <c>at</c> is UTC.</summary>
public sealed record ServerAnswer(DateTimeOffset At, string Text);

/// <summary>A mail's way, as an administrator sees it.</summary>
/// <param name="Recipient">Null where the account is not known.</param>
/// <param name="Subject">In the reader's language; null while its news is not complete.</param>
/// <param name="State">One of <see cref="Deliveries.States"/>.</param>
/// <param name="Address"><c>ok</c>, or <c>suppressed</c> where the recipient's address takes no letters now.</param>
/// <param name="Answers">The last ones, oldest first.</param>
/// <param name="NextAttempt">Null where there is none.</param>
/// <param name="LastError">Why it is not sent.</param>
/// <param name="LastErrorCode">Where that is a reason of ours, which; null where it is what another server said.</param>
public sealed record DeliveryItem(
    Guid Id,
    string User,
    Recipient? Recipient,
    string? Subject,
    string State,
    string Address,
    int Attempts,
    IReadOnlyList<ServerAnswer> Answers,
    DateTimeOffset? NextAttempt,
    string? LastError,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DoneAt,
    string? LastErrorCode = null
);

/// <summary><c>GET /deliveries?state=&amp;q=</c> and <c>POST /deliveries/{id}/retry</c>, for administrators</summary>
public static class Deliveries
{
    public static readonly string[] States =
    [
        Outbox.Raised,
        Outbox.Deferred,
        Outbox.Sent,
        Outbox.Bounced,
        Outbox.Complained,
        Outbox.Failed,
        Outbox.Suppressed,
        Outbox.Cancelled,
    ];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/deliveries", List).RequireAuthorization(Roles.Administrator).Produces<Page<DeliveryItem>>();
        api.MapPost("/deliveries/{id:guid}/retry", Retry).RequireAuthorization(Roles.Administrator).Produces(202);
    }

    private sealed record Row(
        Guid Id,
        string User,
        Guid News,
        string State,
        int Attempts,
        DateTimeOffset NextAttempt,
        string? LastError,
        DateTimeOffset CreatedAt,
        DateTimeOffset? DoneAt,
        string? Answers,
        string? Digest
    );

    private static async Task<IResult> List(
        Paging paging,
        NpgsqlDataSource source,
        IQuerySession reads,
        CancellationToken ct,
        string? state = null,
        string? q = null
    )
    {
        // Raised and deferred together, as they were called once.
        if (state is not (null or "" or Outbox.Pending) && !States.Contains(state, StringComparer.Ordinal))
            return Refusal.Field("/state", $"One of {string.Join(", ", States)}.").AsProblem();
        if (q is { Length: > 200 })
            return Refusal.Field("/q", "At most 200 characters.").AsProblem();
        var after = paging.After is [var text] && Guid.TryParse(text, out var last) ? last : (Guid?)null;
        var rows = await Find(source, state ?? "", q?.Trim() ?? "", after, paging.Limit + 1, ct);
        var page = paging.Of(rows, row => [row.Id.ToString()]);
        return TypedResults.Ok(new Page<DeliveryItem>(await Shown(page.Items, reads, ct), page.NextCursor));
    }

    private static async Task<List<Row>> Find(
        NpgsqlDataSource source,
        string state,
        string q,
        Guid? after,
        int limit,
        CancellationToken ct
    )
    {
        // Each as a condition of its own, and the state, one of ours, as it is: one statement for all would be planned for none.
        string[] conditions =
        [
            "($1::uuid is null or id < $1)",
            state switch
            {
                "" => "true",
                Outbox.Raised => "state = 'pending' and attempts = 0",
                Outbox.Deferred => "state = 'pending' and attempts > 0",
                _ => $"state = '{state}'",
            },
            q.Length == 0
                ? "true"
                : """
                    (user_id in (select id from mt_doc_account where strpos(lower(data ->> 'name'), lower($3)) > 0
                                    or strpos(lower(data ->> 'email'), lower($3)) > 0)
                     or news in (select id from mt_doc_news where strpos(lower(data ->> 'skillName'), lower($3)) > 0))
                    """,
        ];
        await using var command = source.CreateCommand(
            $"""
            select id, user_id, news, state, attempts, next_attempt, last_error, created_at, done_at, answers::text, digest
            from mail where {string.Join(" and ", conditions)}
            order by id desc limit $2
            """
        );
        command.Parameters.Add(new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = limit });
        if (q.Length > 0)
            command.Parameters.Add(new() { Value = q });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var found = new List<Row>();
        while (await rows.ReadAsync(ct))
            found.Add(
                new Row(
                    rows.GetGuid(0),
                    rows.GetString(1),
                    rows.GetGuid(2),
                    rows.GetString(3),
                    rows.GetInt32(4),
                    rows.GetFieldValue<DateTimeOffset>(5),
                    rows.IsDBNull(6) ? null : rows.GetString(6),
                    rows.GetFieldValue<DateTimeOffset>(7),
                    rows.IsDBNull(8) ? null : rows.GetFieldValue<DateTimeOffset>(8),
                    rows.IsDBNull(9) ? null : rows.GetString(9),
                    rows.IsDBNull(10) ? null : rows.GetString(10)
                )
            );
        return found;
    }

    private static async Task<IReadOnlyList<DeliveryItem>> Shown(
        IReadOnlyList<Row> rows,
        IQuerySession reads,
        CancellationToken ct
    )
    {
        string[] readers = [.. rows.Select(row => row.User).Distinct(StringComparer.Ordinal)];
        var batch = reads.CreateBatchQuery();
        var (notificationsRead, newsRead, accountsRead, preferencesRead, suppressionsRead) = (
            batch.LoadMany<Notification>().ById([.. rows.Select(row => row.Id)]),
            batch.LoadMany<News>().ById([.. rows.Select(row => row.News).Distinct()]),
            batch.LoadMany<Account>().ById(readers),
            batch.LoadMany<Preferences>().ById(readers),
            batch.LoadMany<Suppression>().ById(readers)
        );
        await batch.Execute(ct);
        var notifications = (await notificationsRead).ToDictionary(n => n.Id);
        var news = (await newsRead).ToDictionary(n => n.Id);
        var accounts = (await accountsRead).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var preferences = (await preferencesRead).ToDictionary(p => p.Id, StringComparer.Ordinal);
        var suppressions = (await suppressionsRead).ToDictionary(s => s.Id, StringComparer.Ordinal);
        return [.. rows.Select(Item)];

        DeliveryItem Item(Row row)
        {
            var account = accounts.GetValueOrDefault(row.User);
            var chosen = preferences.GetValueOrDefault(row.User) ?? Preferences.Default(row.User, account);
            return new DeliveryItem(
                row.Id,
                row.User,
                account is null ? null : new Recipient(account.Name, account.Email),
                row.Digest is { } digest ? DigestLetter.Title(digest, row.CreatedAt, chosen, Texts.For(chosen.Culture))
                    : notifications.GetValueOrDefault(row.Id) is { } told
                    && news.GetValueOrDefault(row.News) is { } what
                        ? Letter.Subject(Texts.For(chosen.Culture), what, told)
                    : null,
                row.State != Outbox.Pending ? row.State
                    : row.Attempts > 0 ? Outbox.Deferred
                    : Outbox.Raised,
                AddressState.Of(suppressions.GetValueOrDefault(row.User), account).State,
                row.Attempts,
                row.Answers is null
                    ? []
                    : JsonSerializer.Deserialize<ServerAnswer[]>(row.Answers, JsonSerializerOptions.Web)!,
                row.State == Outbox.Pending ? row.NextAttempt : null,
                row.LastError,
                row.CreatedAt,
                row.DoneAt,
                WhyNot.CodeOf(row.LastError)
            );
        }
    }

    private static async Task<IResult> Retry(
        Guid id,
        NpgsqlDataSource source,
        IQuerySession reads,
        OutboxSignal signal,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await UserOf(id, source, ct) is not { } user)
            return Refusal.NoSuch("delivery").AsProblem();
        var address = AddressState.Of(
            await reads.LoadAsync<Suppression>(user, ct),
            await reads.LoadAsync<Account>(user, ct)
        );
        if (address.State == Outbox.Suppressed)
            return Refusal
                .Conflicting(
                    "address-suppressed",
                    "Mails to this address come back. Its owner has to confirm it again, or an administrator lifts it."
                )
                .AsProblem();
        await using var command = source.CreateCommand(
            """
            with found as (select id, state from mail where id = $1),
                 retried as (update mail set state = 'pending', attempts = 0, next_attempt = $2, created_at = $2, done_at = null
                             where id = $1 and state in ('failed', 'bounced', 'suppressed', 'pending') and owner is null
                             returning id)
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
            return Refusal.Conflicting("not-failed", $"This mail is {state}, not failed.").AsProblem();
        signal.Set();
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<string?> UserOf(Guid id, NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand("select user_id from mail where id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(ct) as string;
    }
}
