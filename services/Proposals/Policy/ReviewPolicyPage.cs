using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>The policy of one domain, as read.</summary>
public sealed record ReviewPolicyAnswer(
    string Domain,
    int Approvals,
    IEnumerable<Person>? Reviewers,
    int RemindAfterDays
);

public static class ReviewPolicyPage
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/policies", All)
            .Produces<Page<ReviewPolicyAnswer>>()
            .WithSummary("The review policy of each domain.");
        api.MapGet("/policies/{domain}", One)
            .Produces<ReviewPolicyAnswer>()
            .WithSummary("The review policy of a domain.");
    }

    private static async Task<IResult> All(IQuerySession session, Catalogue catalogue, CancellationToken ct)
    {
        var (_, taxonomy) = await catalogue.Find(null, ct);
        var policies = await ReviewPolicies.Load(session, ct);
        var people = await People.Load(session, policies.All.SelectMany(p => p.Reviewers ?? []), ct);
        return TypedResults.Ok(
            new Page<ReviewPolicyAnswer>([.. taxonomy.Domains.Select(d => Answer(policies.For(d.Slug), people))], null)
        );
    }

    private static async Task<IResult> One(
        string domain,
        HttpContext http,
        IQuerySession session,
        Catalogue catalogue,
        CancellationToken ct
    )
    {
        var (_, taxonomy) = await catalogue.Find(null, ct);
        if (taxonomy.Domain(domain) is null)
            return Refusal.NoSuch("domain").AsProblem();
        var state = await session.Events.FetchStreamStateAsync(ReviewPolicy.IdOf(domain), ct);
        var policy =
            await session.LoadAsync<ReviewPolicy>(ReviewPolicy.IdOf(domain), ct) ?? ReviewPolicy.Default(domain);
        var people = await People.Load(session, policy.Reviewers ?? [], ct);
        return Reading.Tagged(http, Tag.Of(state?.Version ?? 0, people), Answer(policy, people));
    }

    private static ReviewPolicyAnswer Answer(ReviewPolicy policy, People people) =>
        new(policy.Domain, policy.Approvals, policy.Reviewers?.Select(id => people[id]!), policy.RemindAfterDays);
}
