using System.Globalization;
using System.Text.Json.Serialization;
using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>The policy of one domain, as read.</summary>
/// <param name="Domain">Slug.</param>
/// <param name="Name">What the domain is called; in lists only.</param>
public sealed record ReviewPolicyAnswer(
    string Domain,
    int Approvals,
    IEnumerable<Person>? Reviewers,
    int RemindAfterDays,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name = null
);

public static class ReviewPolicyPage
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/policies", All)
            .Produces<Page<ReviewPolicyAnswer>>()
            .WithSummary("The review policy of each domain; ?q= for those whose name has it.");
        api.MapGet("/policies/{domain}", One)
            .Produces<ReviewPolicyAnswer>()
            .WithSummary("The review policy of a domain.");
    }

    private static async Task<IResult> All(
        string? q,
        Paging paging,
        IQuerySession session,
        Catalogue catalogue,
        CancellationToken ct
    )
    {
        var (_, taxonomy) = await catalogue.Find(null, ct);
        var domains = taxonomy.Domains.AsEnumerable();
        // The list grows at its end only, so that the last slug seen is a key that lasts.
        if (paging.After is [var last])
            domains = domains.SkipWhile(domain => domain.Slug != last).Skip(1);
        var found = domains.Where(domain => Has(domain.Name, q) || Has(domain.Slug, q)).Take(paging.Limit + 1);
        var page = paging.Of([.. found], domain => [domain.Slug]);
        var policies = await ReviewPolicies.Load(session, ct);
        var shown = page.Items.Select(domain => (domain.Name, Policy: policies.For(domain.Slug))).ToArray();
        var people = await People.Load(session, shown.SelectMany(one => one.Policy.Reviewers ?? []), ct);
        return TypedResults.Ok(
            new Page<ReviewPolicyAnswer>(
                [.. shown.Select(one => Answer(one.Policy, people) with { Name = one.Name })],
                page.NextCursor
            )
        );
    }

    private static bool Has(string name, string? q) =>
        CultureInfo.InvariantCulture.CompareInfo.IndexOf(
            name,
            q?.Trim() ?? "",
            CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace
        ) >= 0;

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
