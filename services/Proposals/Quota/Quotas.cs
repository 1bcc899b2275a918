using JasperFx.Events;
using Marten.Events.Aggregation;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>How often a person may do something, or how much of it, in an hour and in a day that begin with the first time.</summary>
public sealed record Rate(int Hour, int Day);

/// <summary>How much one person may do; null for as much as they like.</summary>
/// <param name="Proposals">Begun, drafts included.</param>
/// <param name="Revisions">Of own proposals.</param>
/// <param name="Comments">Written or edited.</param>
/// <param name="Reviews">Verdicts.</param>
/// <param name="Characters">In proposals, revisions and comments together.</param>
/// <param name="OpenProposals">Own proposals that are not done with, at one time.</param>
/// <param name="RevisionsOfOne">Revisions of one proposal.</param>
/// <param name="ReviewersTimes">Reviewers and moderators may do so many times as much. Administrators are not bound.</param>
public sealed record Limits(
    Rate? Proposals,
    Rate? Revisions,
    Rate? Comments,
    Rate? Reviews,
    Rate? Characters,
    int? OpenProposals,
    int? RevisionsOfOne,
    int ReviewersTimes
)
{
    /// <summary>Where nobody has set any: more than a person does by hand.</summary>
    public static Limits Human { get; } =
        new(
            new Rate(30, 100),
            new Rate(60, 200),
            new Rate(60, 300),
            new Rate(100, 500),
            new Rate(500_000, 2_000_000),
            50,
            100,
            5
        );

    /// <summary>Where nobody has set any, in Development: load comes from few accounts there.</summary>
    public static Limits None { get; } = new(null, null, null, null, null, null, null, 1);

    /// <summary>Those of one caller; null where there are none.</summary>
    public Limits? Of(Caller caller) =>
        caller.Is(Roles.Administrator) || this with { ReviewersTimes = 1 } == None ? null
        : caller.Is(Roles.Reviewer) || caller.Is(Roles.Moderator)
            ? new(
                Times(Proposals),
                Times(Revisions),
                Times(Comments),
                Times(Reviews),
                Times(Characters),
                OpenProposals * ReviewersTimes,
                RevisionsOfOne * ReviewersTimes,
                1
            )
        : this;

    private Rate? Times(Rate? rate) => rate is null ? null : new(rate.Hour * ReviewersTimes, rate.Day * ReviewersTimes);
}

public sealed record QuotasSet(Limits Limits, string By, DateTimeOffset At);

/// <summary>How much people may do, as an administrator has set it. There is one.</summary>
public sealed record Quotas(Guid Id, Limits Limits)
{
    public static readonly Guid TheOne = new("7155a5b3-0d3e-4b0c-9a5f-6b1d6c1f5a01");

    public static Quotas? Fold(Quotas? state, Guid id, object @event) =>
        @event is QuotasSet e ? new Quotas(id, e.Limits) : state;
}

public sealed class QuotasFold : SingleStreamProjection<Quotas, Guid>
{
    public override Quotas? Evolve(Quotas? snapshot, Guid id, IEvent e) => Quotas.Fold(snapshot, id, e.Data);
}
