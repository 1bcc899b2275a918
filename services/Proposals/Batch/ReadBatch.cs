using Marten;
using Marten.Linq.MatchesSql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A batch as it stands: how many of its proposals are in which state, and a page of them.</summary>
public sealed record BatchAnswer(
    Guid Id,
    Person Author,
    string Rationale,
    IReadOnlyDictionary<string, int> States,
    Page<ProposalSummary> Proposals,
    DateTimeOffset CreatedAt
);

public static class ReadBatch
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/batches/{id:guid}", Get)
            .AllowAnonymous()
            .Produces<BatchAnswer>()
            .WithSummary("Proposals that were made together, with their states.");

    private static async Task<IResult> Get(
        Guid id,
        HttpContext http,
        Paging paging,
        IQuerySession session,
        ProposalLog log
    )
    {
        var ct = http.RequestAborted;
        if (await session.LoadAsync<Batch>(id, ct) is not { } batch)
            return Refusal.NoSuch("batch").AsProblem();
        IQueryable<ProposalPage> all = session.Query<ProposalPage>().Where(p => p.Batch == id);
        var states = await all.Select(p => p.State).ToListAsync(ct);
        if (paging.AfterId is { } after)
            all = all.Where(p => p.MatchesSql("d.id < ?", after));
        var pages = await all.OrderByDescending(p => p.Id).Take(paging.Limit + 1).ToListAsync(ct);
        var numbers = await log.Numbers([.. pages.Select(p => p.Id)], ct);
        var people = await People.Load(session, pages.Select(p => p.Author).Append(batch.Author), ct);
        return TypedResults.Ok(
            new BatchAnswer(
                id,
                people[batch.Author]!,
                batch.Rationale,
                states.CountBy(state => state).ToDictionary(StringComparer.Ordinal),
                paging.Of([.. pages.Select(p => ProposalList.Summary(p, people, numbers))], p => [p.Id.ToString()]),
                batch.At
            )
        );
    }
}
