using Marten;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>Shows how much people may do, and lets an administrator set it.</summary>
public static class SetQuotas
{
    private const int Most = 100_000_000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/quotas", Get).Produces<Limits>().WithSummary("How much one person may do; null for no limit.");
        api.MapPut("/quotas", Put)
            .RequireAuthorization(Roles.Administrator)
            .Produces(204)
            .WithSummary("Sets how much one person may do. Every replica keeps to it within a second.");
    }

    private static async Task<IResult> Get(
        HttpContext http,
        IQuerySession session,
        IHostEnvironment environment,
        CancellationToken ct
    )
    {
        var state = await session.Events.FetchStreamStateAsync(Quotas.TheOne, ct);
        var limits = (await session.LoadAsync<Quotas>(Quotas.TheOne, ct))?.Limits ?? Tallies.Default(environment);
        return Reading.Tagged(
            http,
            (state?.Version ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture),
            limits
        );
    }

    private static async Task<IResult> Put(
        Limits body,
        HttpContext http,
        Commands commands,
        IQuerySession session,
        TimeProvider time
    )
    {
        var exists = await session.LoadAsync<Quotas>(Quotas.TheOne, http.RequestAborted) is not null;
        var (caller, now) = (Caller.Of(http).Id, time.GetUtcNow());
        return await commands.Handle<Quotas>(
            http,
            Quotas.TheOne,
            body,
            quotas => Decide(quotas, body, caller, now),
            done => new Answer(204, Version: done.Version),
            requireMatch: exists
        );
    }

    public static Decision Decide(Quotas? quotas, Limits body, string caller, DateTimeOffset now)
    {
        var errors = new List<(string, string)>();
        Check("/proposals", body.Proposals);
        Check("/revisions", body.Revisions);
        Check("/comments", body.Comments);
        Check("/reviews", body.Reviews);
        Check("/characters", body.Characters);
        // Else there would be proposals that nobody may ever write.
        if (body.Characters is { Hour: < Normal.MostCharacters })
            errors.Add(("/characters/hour", $"At least {Normal.MostCharacters}, the longest proposal."));
        if (body.OpenProposals is < 1 or > Most)
            errors.Add(("/openProposals", $"Between 1 and {Most}."));
        if (body.RevisionsOfOne is < 1 or > Most)
            errors.Add(("/revisionsOfOne", $"Between 1 and {Most}."));
        if (body.ReviewersTimes is < 1 or > 20)
            errors.Add(("/reviewersTimes", "Between 1 and 20."));
        if (errors.Count > 0)
            return Refusal.Fields(errors);
        return quotas?.Limits == body ? Decision.Nothing : Decision.Of(new QuotasSet(body, caller, now));

        void Check(string pointer, Rate? rate)
        {
            if (rate is { Hour: < 1 or > Most })
                errors.Add(($"{pointer}/hour", $"Between 1 and {Most}."));
            if (rate is not null && (rate.Day < rate.Hour || rate.Day > Most))
                errors.Add(($"{pointer}/day", $"At least as many as in an hour, and at most {Most}."));
        }
    }
}
