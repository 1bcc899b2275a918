using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;
using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace SkillPlatform.Proposals;

/// <summary>What is counted.</summary>
public static class Act
{
    public const string Proposal = "proposals";
    public const string Revision = "revisions";
    public const string Comment = "comments";
    public const string Review = "reviews";
    public const string Characters = "characters";
}

/// <summary>
/// Counts what people do, in the database and before it is done: many requests at once, at whichever replica, get no further
/// than one after the other. What is refused is not counted, and what is not done after all is given back.
/// </summary>
public sealed class Tallies(
    NpgsqlDataSource source,
    IDocumentStore store,
    TimeProvider time,
    IHostEnvironment environment
)
{
    private static readonly TimeSpan Known = TimeSpan.FromSeconds(1);
    private readonly NpgsqlDataSource _source = source;
    private readonly TimeProvider _time = time;
    private (Limits Limits, long At)? _known;

    public static Limits Default(IHostEnvironment environment) =>
        environment.IsDevelopment() ? Limits.None : Limits.Human;

    public static Table Schema()
    {
        var table = new Table(new PostgresqlObjectName("public", "tallies", SchemaUtils.IdentifierUsage.General));
        table.AddColumn<string>("person").AsPrimaryKey();
        table.AddColumn<string>("act").AsPrimaryKey();
        table.AddColumn<long>("in_hour").NotNull();
        table.AddColumn<DateTimeOffset>("hour_ends").NotNull();
        table.AddColumn<long>("in_day").NotNull();
        table.AddColumn<DateTimeOffset>("day_ends").NotNull();
        return table;
    }

    /// <summary>Proposals that are about to be begun, and not there yet to be counted as open.</summary>
    public static Table Begun()
    {
        var table = new Table(
            new PostgresqlObjectName("public", "proposals_begun", SchemaUtils.IdentifierUsage.General)
        );
        table.AddColumn<Guid>("id").AsPrimaryKey();
        table.AddColumn<string>("person").NotNull().AddIndex();
        table.AddColumn<DateTimeOffset>("at").NotNull();
        return table;
    }

    /// <summary>The limits of a caller; null where there are none.</summary>
    public async Task<Limits?> LimitsOf(Caller caller, CancellationToken ct)
    {
        if (_known is not { } known || _time.GetElapsedTime(known.At) > Known)
        {
            await using var session = store.QuerySession();
            var set = await session.LoadAsync<Quotas>(Quotas.TheOne, ct);
            _known = known = (set?.Limits ?? Default(environment), _time.GetTimestamp());
        }
        return known.Limits.Of(caller);
    }

    /// <summary>What a write of the caller is counted by; null where nothing is.</summary>
    /// <param name="http">The request.</param>
    /// <param name="act">One of <see cref="Act"/>.</param>
    /// <param name="characters">How many it holds.</param>
    /// <param name="times">As how many it counts.</param>
    public async Task<IQuota?> For(HttpContext http, string act, int characters = 0, int times = 1)
    {
        var caller = Caller.Of(http);
        return await LimitsOf(caller, http.RequestAborted) is { } limits
            ? new Quota(this, caller.Id, act, times, characters, limits)
            : null;
    }

    private sealed class Quota(Tallies tallies, string person, string act, int times, int characters, Limits limits)
        : IQuota
    {
        private readonly (string Act, long Amount, Rate Limit)[] _counted = [.. new[]
            {
                // Always in this order: who counts the same at once waits, and for nobody who waits for them.
                (act, (long)times, Of(act, limits)),
                (Act.Characters, characters, limits.Characters),
            }.Where(counted => counted is { Item2: > 0, Item3: not null }).Select(counted => (counted.Item1, counted.Item2, counted.Item3!))];

        private string OfBatches => times > 1 ? $" Of a batch, {ProposeBatch.CountAsOne} count as one." : "";

        private static Rate? Of(string act, Limits limits) =>
            act switch
            {
                Act.Proposal => limits.Proposals,
                Act.Revision => limits.Revisions,
                Act.Comment => limits.Comments,
                Act.Review => limits.Reviews,
                _ => throw new ArgumentOutOfRangeException(nameof(act), act, null),
            };

        public async Task<Refusal?> Take(Committed wanted, CancellationToken ct)
        {
            var now = tallies._time.GetUtcNow();
            await using var connection = await tallies._source.OpenConnectionAsync(ct);
            await using var counting = await connection.BeginTransactionAsync(ct);
            foreach (var (what, amount, limit) in _counted)
                if (!await Count(connection, what, amount, limit, now, ct))
                    return await Exceeded(connection, what, amount, limit, now, ct);
            if (act == Act.Proposal && limits.OpenProposals is { } most)
            {
                if (await Open(connection, most, now, ct) + times > most)
                    return Refusal.Conflicting(
                        "too-many-open-proposals",
                        $"{(times > 1 ? "With these you would have more than" : "You have")} {most} proposals that are not done with, as many as you may.{OfBatches} Withdraw one, or wait until one is decided."
                    );
                await Execute(
                    connection,
                    "insert into proposals_begun (id, person, at) values ($1, $2, $3)",
                    ct,
                    wanted.Id,
                    person,
                    now
                );
            }
            await counting.CommitAsync(ct);
            return null;
        }

        public async Task GiveBack(Committed unmade)
        {
            await using var connection = await tallies._source.OpenConnectionAsync(CancellationToken.None);
            foreach (var (what, amount, _) in _counted)
                await Execute(
                    connection,
                    """
                    update tallies set in_hour = greatest(0, in_hour - $3), in_day = greatest(0, in_day - $3)
                    where person = $1 and act = $2
                    """,
                    CancellationToken.None,
                    person,
                    what,
                    amount
                );
            await Execute(connection, "delete from proposals_begun where id = $1", CancellationToken.None, unmade.Id);
        }

        // What is lost with the machine is some counting: nobody waits for the disk.
        private async Task<bool> Count(
            NpgsqlConnection connection,
            string what,
            long amount,
            Rate limit,
            DateTimeOffset now,
            CancellationToken ct
        ) =>
            amount <= limit.Hour
            && await Execute(
                connection,
                """
                with hurry as (select set_config('synchronous_commit', 'off', true))
                insert into tallies as t (person, act, in_hour, hour_ends, in_day, day_ends)
                select $1, $2, $3, $4 + interval '1 hour', $3, $4 + interval '1 day' from hurry
                on conflict (person, act) do update set
                    in_hour = case when t.hour_ends <= $4 then $3 else t.in_hour + $3 end,
                    hour_ends = case when t.hour_ends <= $4 then excluded.hour_ends else t.hour_ends end,
                    in_day = case when t.day_ends <= $4 then $3 else t.in_day + $3 end,
                    day_ends = case when t.day_ends <= $4 then excluded.day_ends else t.day_ends end
                where (t.hour_ends <= $4 or t.in_hour + $3 <= $5) and (t.day_ends <= $4 or t.in_day + $3 <= $6)
                """,
                ct,
                person,
                what,
                amount,
                now,
                (long)limit.Hour,
                (long)limit.Day
            ) == 1;

        private async Task<Refusal> Exceeded(
            NpgsqlConnection connection,
            string what,
            long amount,
            Rate limit,
            DateTimeOffset now,
            CancellationToken ct
        )
        {
            await using var command = new NpgsqlCommand(
                """
                select max(ends) from tallies, lateral (values (in_hour, hour_ends, $4), (in_day, day_ends, $5))
                    as span (used, ends, most)
                where person = $1 and act = $2 and used + $3 > most
                """,
                connection
            );
            foreach (var value in new object[] { person, what, amount, (long)limit.Hour, (long)limit.Day })
                command.Parameters.Add(new() { Value = value });
            var ends = await command.ExecuteScalarAsync(ct) is DateTime until ? until : now.UtcDateTime.AddHours(1);
            return new Refusal(
                RefusalKind.TooMany,
                "quota-exceeded",
                $"You may write {limit.Hour} {what} in an hour and {limit.Day} in a day.{OfBatches} Go on later.",
                Extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["quota"] = what,
                    ["hour"] = limit.Hour,
                    ["day"] = limit.Day,
                }
            )
            {
                RetryAfter = ends - now.UtcDateTime,
            };
        }

        // Those that were begun at the same moment stand in no list yet. A minute later they do, or never will.
        private async Task<long> Open(NpgsqlConnection connection, int most, DateTimeOffset now, CancellationToken ct)
        {
            // Who begins two at once waits here, also where nothing else is counted.
            await Execute(connection, "select pg_advisory_xact_lock(hashtextextended($1, 0))", ct, person);
            await Execute(
                connection,
                "delete from proposals_begun where person = $1 and at < $2",
                ct,
                person,
                now.AddMinutes(-1)
            );
            await using var command = new NpgsqlCommand(
                """
                select (
                    select count(*) filter (where batch is null) + (count(batch) + $3 - 1) / $3 from (
                        select data ->> 'batch' as batch from mt_doc_proposal_page
                        where data ->> 'author' = $1
                            and data ->> 'state' in ('draft', 'open', 'changesRequested', 'conflicted')
                        limit $2 * $3
                    ) as open
                ) + (
                    select count(*) from proposals_begun as begun
                    where person = $1 and not exists (select from mt_doc_proposal_page as page where page.id = begun.id)
                )
                """,
                connection
            );
            command.Parameters.Add(new() { Value = person });
            command.Parameters.Add(new() { Value = (long)most });
            command.Parameters.Add(new() { Value = (long)ProposeBatch.CountAsOne });
            return (long)(await command.ExecuteScalarAsync(ct))!;
        }

        private static async Task<int> Execute(
            NpgsqlConnection connection,
            string sql,
            CancellationToken ct,
            params object[] values
        )
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value });
            return await command.ExecuteNonQueryAsync(ct);
        }
    }
}
