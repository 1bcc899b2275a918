using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>What is open, domain by domain, what has been so for longest, and how fast it is decided.</summary>
/// <param name="Weeks">What was decided, this week last.</param>
/// <param name="Reviewers">How each keeps up: for who looks after people, null for others.</param>
public sealed record ProposalsOverview(
    DateTimeOffset At,
    IReadOnlyList<ProposalsOverview.Domain> Domains,
    IReadOnlyList<ProposalsOverview.Item> Oldest,
    IReadOnlyList<WeekOfDecisions> Weeks,
    IReadOnlyList<ReviewerLoad>? Reviewers
)
{
    private const int Most = 10;

    /// <param name="Slug">Of the domain.</param>
    /// <param name="Open">All that are not over.</param>
    /// <param name="Week">Of them, made within seven days.</param>
    /// <param name="Month">Longer ago, within thirty days.</param>
    /// <param name="Older">Longer ago.</param>
    /// <param name="ChangesRequested">Of all, those whose author is asked for changes.</param>
    /// <param name="Conflicted">Of all, those that no longer fit what the skill says.</param>
    public sealed record Domain(
        string Slug,
        long Open,
        long Week,
        long Month,
        long Older,
        long ChangesRequested,
        long Conflicted
    );

    public sealed record Item(Guid Id, string SkillName, string Domain, string State, DateTimeOffset CreatedAt);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/overview", Get)
            .RequireAuthorization(policy => policy.RequireRole(Roles.Reviewer, Roles.Moderator, Roles.Administrator))
            .Produces<ProposalsOverview>();

    private const string NotOver =
        "from mt_doc_proposal_page where data ->> 'state' in ('open', 'changesRequested', 'conflicted')";

    private static async Task<IResult> Get(
        HttpContext http,
        NpgsqlDataSource source,
        IQuerySession session,
        TimeProvider time
    )
    {
        var (ct, now) = (http.RequestAborted, time.GetUtcNow());
        var domains = await source.Read(
            $"""
            select domain, count(*), count(*) filter (where at > $1), count(*) filter (where at <= $1 and at > $2),
              count(*) filter (where at <= $2), count(*) filter (where state = 'changesRequested'),
              count(*) filter (where state = 'conflicted')
            from (
              select data -> 'skill' ->> 'domain' as domain, data ->> 'state' as state, (data ->> 'createdAt')::timestamptz as at {NotOver}
            ) p group by domain order by domain
            """,
            row => new Domain(
                row.GetString(0),
                row.GetInt64(1),
                row.GetInt64(2),
                row.GetInt64(3),
                row.GetInt64(4),
                row.GetInt64(5),
                row.GetInt64(6)
            ),
            ct,
            now.AddDays(-7),
            now.AddDays(-30)
        );
        // Ids are ordered by time.
        var oldest = await source.Read(
            $"""
            select id, data -> 'skill' ->> 'name', data -> 'skill' ->> 'domain', data ->> 'state', (data ->> 'createdAt')::timestamptz
            {NotOver} order by id limit $1
            """,
            row => new Item(
                row.GetGuid(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.GetFieldValue<DateTimeOffset>(4)
            ),
            ct,
            Most
        );
        var caller = Caller.Of(http);
        return TypedResults.Ok(
            new ProposalsOverview(
                now,
                domains,
                oldest,
                await ReviewersPace.Decided(source, now, ct),
                caller.Is(Roles.Administrator) || caller.Is(Roles.Moderator)
                    ? await ReviewersPace.Loads(source, session, now, ct)
                    : null
            )
        );
    }
}
