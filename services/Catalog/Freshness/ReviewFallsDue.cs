using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>
/// Says of each skill whose review is due that it is, once for each day planned: what was missed while the service was down is
/// said when it is back. Which replica does it does not matter, for it is an event of the skill and the second one is decided
/// against.
/// </summary>
public sealed class ReviewFallsDue(
    IDocumentStore store,
    NpgsqlDataSource source,
    [FromKeyedServices("leads")] Func<bool> leads,
    TimeProvider time,
    ILogger<ReviewFallsDue> log
) : BackgroundService
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.Of(
            Every,
            leads,
            time,
            Tell,
            e => log.LogWarning("Nobody was told of reviews that are due ({Reason}); trying again.", e.Message),
            stoppingToken
        );

    /// <summary>Tells of all that is due.</summary>
    public async Task Tell(CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var after = Guid.Empty;
        for (Guid[] due; (due = await Due(today, after, ct)).Length > 0; after = due[^1])
            foreach (var skill in due)
            {
                await using var session = store.LightweightSession();
                await session.Decide<Skill>(skill, known => Decide(known, today), ct: ct);
                try
                {
                    await session.SaveChangesAsync(ct);
                }
                catch (Exception lost) when (Commands.IsLostRace(lost))
                {
                    // Somebody else wrote to the skill; what is then still due is told in the next round.
                }
            }
    }

    public static Decision Decide(Skill? skill, DateOnly today) =>
        skill is { Retired: false, Review: { Told: false, On: var on } } && on <= today
            ? Decision.Of(new ReviewFellDue(on))
            : Decision.Nothing;

    private async Task<Guid[]> Due(DateOnly today, Guid after, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            select r.skill from skill_reviews r join skill_versions s on s.skill = r.skill and s.to_version is null and not s.retired
            where r.due <= $1 and not r.told and r.skill > $2 order by r.skill limit $3
            """
        );
        command.Parameters.Add(new() { Value = today });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = AtOnce });
        var due = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            due.Add(row.GetGuid(0));
        return [.. due];
    }
}
