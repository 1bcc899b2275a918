using Marten;
using Marten.Linq.MatchesSql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>
/// Reminds whoever a proposal waits for: its reviewers, or its author. Once an hour; which replica does it does not matter,
/// for a reminder is an event of the proposal and the second one is decided against.
/// </summary>
public sealed class RemindOfProposal(
    IDocumentStore store,
    [FromKeyedServices("leads")] Func<bool> leads,
    TimeProvider time,
    ILogger<RemindOfProposal> log
) : BackgroundService
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromDays(7);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.Of(
            Every,
            leads,
            time,
            Remind,
            e => log.LogWarning("Nobody was reminded of proposals ({Reason}); trying again.", e.Message),
            stoppingToken
        );

    /// <summary>Reminds of everything that has waited long enough.</summary>
    public async Task Remind(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var reads = store.QuerySession();
        var policies = await ReviewPolicies.Load(reads, ct);
        IReadOnlyList<ProposalPage> waiting;
        var after = Guid.Empty;
        var yesterday = now - TimeSpan.FromDays(1);
        do
        {
            waiting = await reads
                .Query<ProposalPage>()
                .Where(p => p.MatchesSql("d.id > ?", after))
                .Where(p =>
                    (p.State == State.Open || p.State == State.ChangesRequested || p.State == State.Conflicted)
                    && p.UpdatedAt < yesterday
                )
                .OrderBy(p => p.Id)
                .Take(AtOnce)
                .ToListAsync(ct);
            foreach (var page in waiting.Where(page => Decide(page, policies, now) is Decision.Accepted))
            {
                await using var session = store.LightweightSession();
                await session.Decide<Proposal>(
                    page.Id,
                    // What happened to it meanwhile makes it another wait.
                    proposal =>
                        proposal?.State == page.State && proposal.Revision == page.Revision
                            ? Decide(page, policies, now)
                            : Decision.Nothing,
                    ct: ct
                );
                await session.SaveChangesAsync(ct);
            }
            after = waiting is [.., var last] ? last.Id : after;
        } while (waiting.Count == AtOnce);
    }

    public static Decision Decide(ProposalPage page, ReviewPolicies policies, DateTimeOffset now)
    {
        var days = policies.For(page.Skill.Domain).RemindAfterDays;
        return
            days > 0
            && page.State is State.Open or State.ChangesRequested or State.Conflicted
            && now - page.UpdatedAt >= TimeSpan.FromDays(days)
            && (page.RemindedAt is not { } before || now - before >= AtMostEvery)
            ? Decision.Of(new ProposalReminded(page.Revision, page.State, now))
            : Decision.Nothing;
    }
}
