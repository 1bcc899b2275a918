using System.Security.Cryptography;
using System.Text;
using JasperFx.Events;
using Marten;
using Marten.Events.Aggregation;

namespace SkillPlatform.Proposals;

public sealed record ReviewPolicySet(
    string Domain,
    int Approvals,
    string[]? Reviewers,
    string By,
    DateTimeOffset At,
    int? RemindAfterDays = null
);

/// <summary>What a proposal on a skill of a domain needs.</summary>
/// <param name="Id">Derived from the domain's slug.</param>
/// <param name="Domain">Slug.</param>
/// <param name="Approvals">How many reviewers have to approve.</param>
/// <param name="Reviewers">User ids of who may review; null for every reviewer of the domain.</param>
/// <param name="RemindAfterDays">How long a proposal waits before whoever it waits for is reminded; 0 for never.</param>
public sealed record ReviewPolicy(
    Guid Id,
    string Domain,
    int Approvals,
    string[]? Reviewers,
    int RemindAfterDays = ReviewPolicy.DefaultRemindAfterDays
)
{
    public const int DefaultRemindAfterDays = 7;

    /// <summary>Where none is set.</summary>
    public static ReviewPolicy Default(string domain) => new(IdOf(domain), domain, 1, null);

    /// <summary>True unless the policy names its reviewers and this is none of them.</summary>
    public bool Admits(string reviewer) => Reviewers?.Contains(reviewer, StringComparer.Ordinal) != false;

    public static Guid IdOf(string domain) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"review-policy/{domain}")).AsSpan(0, 16), bigEndian: true);

    public static ReviewPolicy? Fold(ReviewPolicy? state, Guid id, object @event) =>
        @event is ReviewPolicySet e
            ? new ReviewPolicy(id, e.Domain, e.Approvals, e.Reviewers, e.RemindAfterDays ?? DefaultRemindAfterDays)
            : state;
}

public sealed class ReviewPolicyFold : SingleStreamProjection<ReviewPolicy, Guid>
{
    public override ReviewPolicy? Evolve(ReviewPolicy? snapshot, Guid id, IEvent e) =>
        ReviewPolicy.Fold(snapshot, id, e.Data);
}

/// <summary>All policies that are set; there are as many as domains at most.</summary>
public sealed class ReviewPolicies(IEnumerable<ReviewPolicy> set)
{
    private readonly Dictionary<string, ReviewPolicy> _set = set.ToDictionary(p => p.Domain, StringComparer.Ordinal);

    public ReviewPolicy For(string domain) => _set.GetValueOrDefault(domain) ?? ReviewPolicy.Default(domain);

    public IEnumerable<ReviewPolicy> All => _set.Values;

    public static async Task<ReviewPolicies> Load(IQuerySession session, CancellationToken ct) =>
        new(await session.Query<ReviewPolicy>().ToListAsync(ct));
}
