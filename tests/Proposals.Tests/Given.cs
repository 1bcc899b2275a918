using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals.Tests;

/// <summary>Where tests start from.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static readonly Named[] Levels = [new("junior", "Junior"), new("middle", "Middle"), new("senior", "Senior")];

    public static readonly Named[] Roles = [new("engineer", "Engineer"), new("architect", "Architect")];

    public static readonly TaxonomyChanged TaxonomyMessage = new(
        1,
        [
            new("cloud", "Cloud", Levels, [new("serverless", "Serverless"), new("storage", "Storage")]),
            new("data", "Data", Levels, [new("streams", "Streams")]),
            new("trainees", "Trainees", [new("junior", "Junior")], [new("first-steps", "First steps")]),
        ],
        Roles
    );

    public static readonly KnownTaxonomy Taxonomy = new(
        KnownTaxonomy.TheOne,
        1,
        TaxonomyMessage.Domains,
        TaxonomyMessage.Roles
    );

    public static SkillState Skill(string slug = "functions", string name = "Functions", string? domain = null) =>
        new(
            slug,
            name,
            ["faas", "lambda"],
            domain is null ? new("cloud", "Cloud") : new(domain, domain),
            domain is null ? new("serverless", "Serverless") : new("streams", "Streams"),
            Levels,
            Roles,
            [
                new("engineer", "junior", false, "Deploys a function."),
                new("architect", "junior", true, "Draws a function."),
                new("engineer", "middle", true, "Measures a function."),
            ],
            Retired: false
        );

    public static SkillChanged Changed(Guid id, long version, SkillState skill) =>
        new(id, version - 1, version, Now, null, null, "import", null, Guid.Empty, [], skill);

    public static readonly Surroundings Around = new(Taxonomy.With(Skill()), (_, name) => name == "Taken");

    public static SkillState After(SkillState skill, params Change[] changes) =>
        Course.Of(Said.Of(skill), changes, Around).After!.Shown(skill, Around.Places);

    public static string Effect(params Change[] changes) => Difference.Mark(Course.Of(Known.Says, changes, Around));

    public static readonly Guid SkillId = new("01930000-0000-7000-8000-000000000001");

    public static readonly KnownSkill Known = new(SkillId, 3, Skill());

    public static readonly Change Reword = new RewordRequirement(
        "engineer",
        "junior",
        "Deploys a function.",
        "Deploys and watches a function."
    );

    public static readonly Change Mandatory = new MakeMandatory("engineer", "junior");

    public static readonly Guid Id = new("01930000-0000-7000-8000-0000000000aa");

    public const string Author = "author";

    public static Caller Reviewer(string id = "reviewer", params string[] scopes) =>
        new(
            id,
            new HashSet<string>(StringComparer.Ordinal) { "contributor", "reviewer" },
            (scopes.Length == 0 ? ["*"] : scopes).ToHashSet(StringComparer.Ordinal)
        );

    public static Account Account(string id = "reviewer", bool active = true, params string[] scopes) =>
        new(id, 1, "Name", ["contributor", "reviewer"], scopes.Length == 0 ? ["*"] : scopes, active);

    public static Deciders Deciders(ReviewPolicies policies, params IEnumerable<Account> accounts) =>
        new(policies, accounts.ToDictionary(a => a.Id, StringComparer.Ordinal));

    public static ReviewPolicies Policies(int approvals = 1, string[]? reviewers = null) =>
        new([new ReviewPolicy(ReviewPolicy.IdOf("cloud"), "cloud", approvals, reviewers)]);

    public static readonly ProposalSubmitted Submitted = new(
        Known.Subject,
        Author,
        1,
        "Because.",
        [Mandatory, Reword],
        Now,
        Effect(Mandatory, Reword)
    );

    public static readonly ProposalDrafted Drafted = new(
        Known.Subject,
        Author,
        "Because.",
        [Mandatory, Reword],
        Now,
        Submitted.Effect
    );

    public static readonly Conflict[] Conflicts = [new(1, "changed", "Deploys a function.", "Other.", "Wanted.")];

    /// <summary>For each state, a history that leads there.</summary>
    public static readonly Dictionary<string, object[]> Histories = new(StringComparer.Ordinal)
    {
        [State.Draft] = [Drafted],
        [State.Open] = [Submitted],
        [State.ChangesRequested] = [Submitted, new ChangesRequested(1, "other", "Say more.", Now)],
        [State.Conflicted] =
        [
            Submitted,
            new ProposalApproved(1, "other", null, Now),
            new ProposalAccepted(1, "other", Now),
            new ProposalConflicted(1, Conflicts, Now),
        ],
        [State.Accepted] =
        [
            Submitted,
            new ProposalApproved(1, "other", null, Now),
            new ProposalAccepted(1, "other", Now),
        ],
        [State.Merged] =
        [
            Submitted,
            new ProposalApproved(1, "other", null, Now),
            new ProposalAccepted(1, "other", Now),
            new ProposalMerged(1, "functions", 5, Now),
        ],
        [State.Rejected] = [Submitted, new ProposalRejected(1, "other", "No.", Now)],
        [State.Withdrawn] = [Submitted, new ProposalWithdrawn(1, Now)],
    };

    public static Proposal? Proposal(params IEnumerable<object> events) =>
        events.Aggregate((Proposal?)null, (state, e) => Proposals.Proposal.Fold(state, Id, e));

    public static Proposal In(string state) => Proposal(Histories[state])!;
}
