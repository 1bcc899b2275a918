using System.Text.Json;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>One revision, as it was sent.</summary>
public sealed record RevisionEntry(
    int Revision,
    string Rationale,
    Change[] Changes,
    bool KeptApprovals,
    DateTimeOffset At
);

/// <summary>One revision without what it changes.</summary>
/// <param name="Revision">Number, from 1.</param>
/// <param name="Rationale">Why.</param>
/// <param name="Changes">How many there are.</param>
/// <param name="KeptApprovals">True where it did the same as the one before.</param>
/// <param name="At">When.</param>
public sealed record RevisionSummary(
    int Revision,
    string Rationale,
    int Changes,
    bool KeptApprovals,
    DateTimeOffset At
);

/// <summary>One thing that happened. The actor is null where the platform did it.</summary>
/// <param name="Version">Of the stream with it.</param>
/// <param name="Kind">What.</param>
/// <param name="Revision">To which revision.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Reason">A reviewer's words.</param>
/// <param name="At">When.</param>
/// <param name="Comment">Whose wording it took over.</param>
public sealed record TimelineEntry(
    long Version,
    string Kind,
    int Revision,
    string? Actor,
    string? Reason,
    DateTimeOffset At,
    Guid? Comment = null
)
{
    /// <summary>The verdict it is; null for what is none.</summary>
    public string? Verdict =>
        Kind switch
        {
            "approved" => "approve",
            "changesRequested" => "requestChanges",
            "rejected" => "reject",
            _ => null,
        };
}

/// <summary>
/// What a proposal says and what happened to it, read from its stream, a bounded part at a time: neither a page nor a list
/// grows with how often it was revised or reviewed.
/// </summary>
public sealed class ProposalLog(NpgsqlDataSource source)
{
    // Submitting a draft repeats what it says.
    private const string Revisions = """
        type in ('proposal_drafted', 'proposal_revised') or type = 'proposal_submitted' and version = 1
        """;

    private const string Number = "coalesce((data ->> 'revision')::int, 1)";

    /// <summary>The newest revisions whole, oldest first: as many as fit into both bounds, and the current one in any case.</summary>
    /// <param name="page">The proposal.</param>
    /// <param name="most">How many.</param>
    /// <param name="bytes">How long together, as they are stored.</param>
    /// <param name="ct">Cancels.</param>
    public Task<List<RevisionEntry>> Newest(ProposalPage page, int most, int bytes, CancellationToken ct) =>
        source.Read(
            $"""
            select data::text from (
                select version, data, row_number() over newest as number, sum(pg_column_size(data)) over newest as size
                from mt_events where stream_id = $1 and version <= $2 and ({Revisions})
                window newest as (order by version desc)
            ) as revision
            where number = 1 or number <= $3 and size <= $4 order by version
            """,
            row => Whole(row.GetString(0)),
            ct,
            page.Id,
            page.Version,
            most,
            bytes
        );

    /// <summary>One revision whole; null if there is none of that number.</summary>
    public async Task<RevisionEntry?> Revision(ProposalPage page, int number, CancellationToken ct) =>
        (
            await source.Read(
                $"""
                select data::text from mt_events
                where stream_id = $1 and version <= $2 and ({Revisions}) and {Number} = $3
                """,
                row => Whole(row.GetString(0)),
                ct,
                page.Id,
                page.Version,
                number
            )
        ).SingleOrDefault();

    /// <summary>Revisions before one, newest first.</summary>
    public Task<List<RevisionSummary>> Before(ProposalPage page, int? revision, int most, CancellationToken ct) =>
        source.Read(
            $"""
            select {Number}, data ->> 'rationale', jsonb_array_length(data -> 'changes'),
                coalesce((data ->> 'keepsApprovals')::boolean, false), (data ->> 'at')::timestamptz
            from mt_events
            where stream_id = $1 and version <= $2 and ({Revisions}) and {Number} < $3
            order by version desc limit $4
            """,
            row => new RevisionSummary(
                row.GetInt32(0),
                row.GetString(1),
                row.GetInt32(2),
                row.GetBoolean(3),
                row.GetFieldValue<DateTimeOffset>(4)
            ),
            ct,
            page.Id,
            page.Version,
            revision ?? int.MaxValue,
            most
        );

    /// <summary>What happened before a version of the stream, newest first.</summary>
    /// <param name="page">The proposal.</param>
    /// <param name="version">Null for the newest.</param>
    /// <param name="most">How many.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="verdicts">True for verdicts alone.</param>
    public Task<List<TimelineEntry>> Happened(
        ProposalPage page,
        long? version,
        int most,
        CancellationToken ct,
        bool verdicts = false
    ) =>
        source.Read(
            $"""
            select version, type, {Number}, data ->> 'reviewer', data ->> 'reason', (data ->> 'at')::timestamptz,
                (data ->> 'comment')::uuid
            from mt_events
            where stream_id = $1 and version <= $2 and version < $3 and type = any($4)
            order by version desc limit $5
            """,
            row => Entry(page, row),
            ct,
            page.Id,
            page.Version,
            version ?? long.MaxValue,
            verdicts ? Verdicts : All,
            most
        );

    /// <summary>The revisions that took over what comments suggest, by comment.</summary>
    public async Task<Dictionary<Guid, int>> Adopted(IReadOnlyList<Comment> comments, CancellationToken ct) =>
        comments.Count == 0 ? [] : (
                await source.Read(
                    $"""
                    select (data ->> 'comment')::uuid, {Number} from mt_events
                    where stream_id = any($1) and type = 'proposal_revised' and (data ->> 'comment')::uuid = any($2)
                    order by version
                    """,
                    row => (Comment: row.GetGuid(0), Revision: row.GetInt32(1)),
                    ct,
                    comments.Select(comment => comment.Subject).Distinct().ToArray(),
                    comments.Select(comment => comment.Id).ToArray()
                )
            ).GroupBy(found => found.Comment).ToDictionary(found => found.Key, found => found.Last().Revision);

    /// <summary>What stands in the way of the current revision.</summary>
    public async Task<Conflict[]> Conflicts(ProposalPage page, CancellationToken ct) =>
        page.ConflictAt is not { } version
            ? []
            : (
                await source.Read(
                    "select (data -> 'conflicts')::text from mt_events where stream_id = $1 and version = $2",
                    row => JsonSerializer.Deserialize<Conflict[]>(row.GetString(0), Commands.Json)!,
                    ct,
                    page.Id,
                    version
                )
            ).Single();

    /// <summary>
    /// What proposals are called by among people: where in the log each was submitted. So it rises with the order of
    /// submission, with gaps, and never changes; a draft has none.
    /// </summary>
    public async Task<Dictionary<Guid, long>> Numbers(IEnumerable<Guid> proposals, CancellationToken ct) =>
        (
            await source.Read(
                """
                select proposal, submitted.seq_id
                from unnest($1) as proposal cross join lateral (
                    select seq_id from mt_events
                    where stream_id = proposal and type = 'proposal_submitted' order by version limit 1
                ) as submitted
                """,
                row => (Id: row.GetGuid(0), Number: row.GetInt64(1)),
                ct,
                proposals.ToArray()
            )
        ).ToDictionary(found => found.Id, found => found.Number);

    /// <summary>The proposal of that number; null if there is none.</summary>
    public async Task<Guid?> Numbered(long number, CancellationToken ct) =>
        await source.Read(
            "select stream_id from mt_events where seq_id = $1 and type = 'proposal_submitted'",
            row => row.GetGuid(0),
            ct,
            number
        )
            is [var id]
            ? id
            : null;

    private static readonly string[] Verdicts = ["proposal_approved", "changes_requested", "proposal_rejected"];

    private static readonly string[] All =
    [
        "proposal_drafted",
        "proposal_submitted",
        "proposal_revised",
        .. Verdicts,
        "proposal_accepted",
        "proposal_conflicted",
        "proposal_merged",
        "proposal_withdrawn",
    ];

    private static TimelineEntry Entry(ProposalPage page, NpgsqlDataReader row)
    {
        var type = row.GetString(1);
        var kind = type == "changes_requested" ? "changesRequested" : type["proposal_".Length..];
        var reviewer = row.IsDBNull(3) ? null : row.GetString(3);
        return new(
            row.GetInt64(0),
            kind,
            row.GetInt32(2),
            kind is "drafted" or "submitted" or "revised" or "withdrawn" ? page.Author : reviewer,
            row.IsDBNull(4) ? null : row.GetString(4),
            row.GetFieldValue<DateTimeOffset>(5),
            row.IsDBNull(6) ? null : row.GetGuid(6)
        );
    }

    private sealed record Stored(
        string Rationale,
        Change[] Changes,
        DateTimeOffset At,
        int Revision = 1,
        bool KeepsApprovals = false
    );

    private static RevisionEntry Whole(string data)
    {
        var stored = JsonSerializer.Deserialize<Stored>(data, Commands.Json)!;
        return new(stored.Revision, stored.Rationale, stored.Changes, stored.KeepsApprovals, stored.At);
    }
}
