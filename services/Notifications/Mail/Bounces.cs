using System.Security.Cryptography;
using System.Text;
using JasperFx;
using Marten;
using Microsoft.AspNetCore.Mvc;
using MimeKit;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>
/// <c>POST /bounces</c>: what comes back, as it came, from whoever receives it and knows the secret. Whether it was about a
/// mail or a reader of ours is not told.
/// </summary>
public static class Bounces
{
    private const int Largest = 1 << 20;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/bounces", Post)
            .AllowAnonymous()
            .WithMetadata(new RequestSizeLimitAttribute(Largest))
            .Produces(202);

    private static async Task<IResult> Post(
        HttpContext http,
        IConfiguration configuration,
        Returned returned,
        CancellationToken ct
    )
    {
        if (configuration["Mail:BounceSecret"] is not { Length: > 0 } secret)
            return Refusal.NoSuch("address to report to").AsProblem();
        if (!Knows(http.Request.Headers.Authorization.ToString(), secret))
            return new Refusal(RefusalKind.NotSignedIn, "not-signed-in", "The secret is missing or wrong.").AsProblem();
        return await IsReport(http.Request.Body, returned, ct)
            ? TypedResults.Accepted((string?)null)
            : Refusal
                .Field("", "This is no multipart/report with a delivery status (RFC 3464) or feedback (RFC 5965).")
                .AsProblem();
    }

    // Of the same length, whatever was sent, and compared to the end.
    private static bool Knows(string given, string secret) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given)),
            SHA256.HashData(Encoding.UTF8.GetBytes($"Bearer {secret}"))
        );

    private static async Task<bool> IsReport(Stream body, Returned returned, CancellationToken ct)
    {
        try
        {
            using var message = await MimeMessage.LoadAsync(body, ct);
            return await returned.Take(message, ct);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

/// <summary>Takes what came back, whichever way it was received.</summary>
public sealed class Returned(
    ReturnPath returnPath,
    IDocumentStore store,
    NpgsqlDataSource source,
    Measures measures,
    TimeProvider time
)
{
    /// <summary>False for what is no report.</summary>
    /// <param name="message">As it came.</param>
    public async Task<bool> Take(MimeMessage message, CancellationToken ct)
    {
        if (Read(message) is not (true, var report))
            return false;
        if (report is not null && await Take(report, store, source, time.GetUtcNow(), ct))
            measures.Count(report.Kind == ReportKind.Complaint ? Outbox.Complained : Outbox.Bounced);
        return true;
    }

    private (bool Readable, Report? Report) Read(MimeMessage message)
    {
        try
        {
            return Report.Read(message, returnPath);
        }
        catch (Exception e) when (e is FormatException or ParseException)
        {
            return (false, null);
        }
    }

    /// <summary>Records it; false where it was known already, or is about nobody.</summary>
    private static async Task<bool> Take(
        Report report,
        IDocumentStore store,
        NpgsqlDataSource source,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var mail = await Find(report.Mail, source, ct);
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            var account = mail is not null
                ? await session.LoadAsync<Account>(mail.User, ct)
                : await AccountOf(session, report.Addresses, ct);
            if (mail is null && account is null)
                return false;
            var known = account is null ? null : await session.LoadAsync<Suppression>(account.Id, ct);
            var then = account is null
                ? null
                : Suppression.After(
                    known,
                    account,
                    report,
                    mail?.Id.ToString() ?? report.Mail?.ToString() ?? report.Said,
                    mail?.At ?? now
                );
            if (then is not null)
                session.UpdateRevision(then, (known?.Version ?? 0) + 1);
            if (mail is not null)
                session.QueueSqlCommand(CameBack, mail.Id, StateAfter(report.Kind), Delivery.Said(report.Said), now);
            try
            {
                await session.SaveChangesAsync(ct);
                return then is not null;
            }
            catch (ConcurrencyException) when (attempt < 5)
            {
                // Another one came back at the same moment: what is known now counts.
            }
        }
    }

    // The same twice changes nothing. A mail that was raised and not handed over yet cannot have come back; one that is in
    // our hands may have been handed over a moment ago.
    private static readonly string CameBack = $"""
        with r(id, state, answer, at) as (values (?::uuid, ?::text, ?::text, ?::timestamptz))
        update mail set
            state = coalesce(nullif(r.state, ''), mail.state),
            last_error = r.answer,
            answers = {Outbox.AnswersWith("r.answer", "r.at")},
            done_at = coalesce(mail.done_at, case when r.state <> '' then r.at end),
            owner = case when r.state <> '' then null else mail.owner end,
            claimed_at = case when r.state <> '' then null else mail.claimed_at end
        from r
        where mail.id = r.id
            and (mail.state in ('sent', 'bounced', 'failed') or (mail.state = 'pending' and mail.owner is not null))
            and not coalesce(answers, '[]') @> jsonb_build_array(jsonb_build_object('text', r.answer))
        """;

    private static string StateAfter(ReportKind kind) =>
        kind switch
        {
            ReportKind.Complaint => Outbox.Complained,
            ReportKind.Delayed => "",
            _ => Outbox.Bounced,
        };

    private sealed record Handed(Guid Id, string User, DateTimeOffset? At);

    private static async Task<Handed?> Find(Guid? id, NpgsqlDataSource source, CancellationToken ct)
    {
        if (id is not { } mail)
            return null;
        await using var command = source.CreateCommand("select user_id, done_at from mail where id = $1");
        command.Parameters.Add(new() { Value = mail });
        await using var rows = await command.ExecuteReaderAsync(ct);
        return await rows.ReadAsync(ct)
            ? new Handed(mail, rows.GetString(0), rows.IsDBNull(1) ? null : rows.GetFieldValue<DateTimeOffset>(1))
            : null;
    }

    private static async Task<Account?> AccountOf(
        IQuerySession session,
        IReadOnlyList<string> addresses,
        CancellationToken ct
    )
    {
        // Of several, the first that is one of ours.
        var named = addresses.Select(address => address.ToLowerInvariant()).ToArray();
        var found = await session.QueryAsync<Account>(
            "where lower(data ->> 'email') = any(?) order by array_position(?, lower(data ->> 'email')) limit 1",
            ct,
            named,
            named
        );
        return found is [var account, ..] ? account : null;
    }
}
