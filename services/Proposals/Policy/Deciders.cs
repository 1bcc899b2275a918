using Marten;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>How far a domain is with a proposal that concerns it.</summary>
/// <param name="Domain">Slug.</param>
/// <param name="Has">Approvals that count at the moment.</param>
/// <param name="Needs">How many its policy asks for.</param>
public sealed record DomainApprovals(string Domain, int Has, int Needs);

/// <summary>
/// Whose word counts, as accounts and policies stand now: a verdict was given by someone who reviewed then, and ends with
/// the role, the scope or the account. Pure.
/// </summary>
public sealed class Deciders(ReviewPolicies policies, IReadOnlyDictionary<string, Account> accounts)
{
    /// <summary>Everyone who reviews, so that nobody who approves at the same moment is missing, and who has reviewed this.</summary>
    public static async Task<Deciders> Load(IQuerySession session, Guid proposal, CancellationToken ct)
    {
        var policies = await ReviewPolicies.Load(session, ct);
        var reviewers = await Reviewers(session, ct);
        var page = await session.LoadAsync<ProposalPage>(proposal, ct);
        var before = await session.LoadManyAsync<Account>(ct, [.. page?.Reviewers ?? []]);
        return new(
            policies,
            reviewers
                .Concat(before)
                .DistinctBy(a => a.Id, StringComparer.Ordinal)
                .ToDictionary(a => a.Id, StringComparer.Ordinal)
        );
    }

    /// <summary>Everyone who reviews at all.</summary>
    public static async Task<Deciders> Load(IQuerySession session, CancellationToken ct)
    {
        var policies = await ReviewPolicies.Load(session, ct);
        var reviewers = await Reviewers(session, ct);
        return new(policies, reviewers.ToDictionary(a => a.Id, StringComparer.Ordinal));
    }

    private static Task<IReadOnlyList<Account>> Reviewers(IQuerySession session, CancellationToken ct) =>
        session.Query<Account>().Where(account => account.Roles.Contains(Roles.Reviewer)).ToListAsync(ct);

    /// <summary>Everyone who reviews at all and still may.</summary>
    public IEnumerable<string> All => accounts.Values.Where(account => account.Active).Select(account => account.Id);

    /// <summary>Who may decide on what concerns the domains.</summary>
    public IEnumerable<string> Of(IReadOnlyList<string> domains) =>
        accounts
            .Values.Where(account =>
                domains.Any(concerned => account.StillReviews(concerned) && policies.For(concerned).Admits(account.Id))
            )
            .Select(account => account.Id);

    /// <summary>Whose turn it is: who may decide on it and has not, as their queue shows it.</summary>
    public string[] Turn(Proposal proposal) =>
        proposal.State == State.Open
            ?
            [
                .. Of(proposal.Domains)
                    .Where(reviewer => reviewer != proposal.Author && !proposal.Approvals.Contains(reviewer))
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    /// <summary>The domains that decide: where the skill is, and where it is to go; of a role, all in which it stands.</summary>
    public static IReadOnlyList<string> Domains(Subject subject, string? movesTo) =>
        subject.Domains
        ?? (movesTo is null || movesTo == subject.Domain ? [subject.Domain] : [subject.Domain, movesTo]);

    /// <summary>True if the caller may decide for the domain, by token, account and policy.</summary>
    public bool May(Caller caller, string domain) =>
        caller.Reviews(domain)
        && accounts.GetValueOrDefault(caller.Id)?.StillReviews(domain) != false
        && policies.For(domain).Admits(caller.Id);

    /// <summary>True if the verdict of someone else counts in any of the domains.</summary>
    public bool Count(string reviewer, IReadOnlyList<string> domains) =>
        domains.Any(concerned => Counts(reviewer, concerned, concerned == domains[0]));

    /// <summary>What each domain has and needs.</summary>
    /// <param name="domains">Those that decide: that of the skill first.</param>
    /// <param name="approvals">Who has approved.</param>
    /// <param name="caller">Who approves just now, by the token at hand.</param>
    public IEnumerable<DomainApprovals> Of(
        IReadOnlyList<string> domains,
        IReadOnlyCollection<string> approvals,
        Caller? caller = null
    ) =>
        domains.Select(concerned => new DomainApprovals(
            concerned,
            approvals.Count(reviewer => reviewer != caller?.Id && Counts(reviewer, concerned, concerned == domains[0]))
                + (caller is not null && May(caller, concerned) ? 1 : 0),
            policies.For(concerned).Approvals
        ));

    // Whom Identity has not announced was let in by a token, and for which domain nobody knows any more: for the skill's own.
    private bool Counts(string reviewer, string domain, bool isOwn) =>
        policies.For(domain).Admits(reviewer)
        && (accounts.TryGetValue(reviewer, out var account) ? account.StillReviews(domain) : isOwn);
}
