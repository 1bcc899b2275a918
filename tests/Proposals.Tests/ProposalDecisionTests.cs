using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>Every state by every command.</summary>
public sealed class ProposalDecisionTests
{
    private static readonly Proposed Body = new("functions", "Because.", [Given.Mandatory, Given.Reword]);

    private static Decision Review(
        Proposal? proposal,
        string verdict = "approve",
        int? revision = null,
        string? comment = "Good.",
        string reviewer = "reviewer",
        string[]? scopes = null,
        Account? account = null,
        ReviewPolicies? policies = null,
        params Account[] others
    ) =>
        ReviewProposal.Decide(
            proposal,
            new Review(revision ?? proposal?.Revision ?? 1, verdict, comment),
            Given.Reviewer(reviewer, scopes ?? []),
            Given.Deciders(policies ?? Given.Policies(), [.. others, .. new[] { account }.OfType<Account>()]),
            Given.Now
        );

    private static Decision Revise(Proposal? proposal, Proposed? body = null, string caller = Given.Author) =>
        ReviseProposal.Decide(
            proposal,
            body ?? Body with { Changes = [Given.Mandatory] },
            Given.Known,
            Given.SkillId,
            Given.Around,
            caller,
            Given.Now
        );

    private static void Refused(Decision decision, RefusalKind kind, string code)
    {
        var refusal = Assert.IsType<Decision.Refused>(decision).Refusal;
        Assert.Equal((kind, code), (refusal.Kind, refusal.Code));
    }

    private static T Event<T>(Decision decision) =>
        Assert.IsType<T>(Assert.Single(Assert.IsType<Decision.Accepted>(decision).Items));

    private static IReadOnlyList<object> Items(Decision decision) => Assert.IsType<Decision.Accepted>(decision).Items;

    public static TheoryData<string> States => [.. State.All];

    [Theory]
    [MemberData(nameof(States))]
    public void Histories_lead_to_their_states(string state) => Assert.Equal(state, Given.In(state).State);

    [Theory]
    [MemberData(nameof(States))]
    public void Approving_is_for_open_proposals(string state)
    {
        var decision = Review(Given.In(state));
        switch (state)
        {
            case State.Open:
                var events = Assert.IsType<Decision.Accepted>(decision).Items;
                Assert.Equal(
                    [
                        new ProposalApproved(1, "reviewer", "Good.", Given.Now),
                        new ProposalAccepted(1, "reviewer", Given.Now),
                    ],
                    events
                );
                break;
            case State.ChangesRequested:
                // Another reviewer waits for changes.
                Event<ProposalApproved>(decision);
                break;
            case State.Draft:
                Refused(decision, RefusalKind.NotFound, "not-found");
                break;
            default:
                Refused(decision, RefusalKind.Conflict, "wrong-state");
                break;
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Requesting_changes_is_for_open_proposals(string state)
    {
        var decision = Review(Given.In(state), "requestChanges");
        if (State.CanBeReviewed(state))
            Assert.Equal("Good.", Event<ChangesRequested>(decision).Reason);
        else
            Refused(
                decision,
                state == State.Draft ? RefusalKind.NotFound : RefusalKind.Conflict,
                state == State.Draft ? "not-found" : "wrong-state"
            );
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Rejecting_is_for_open_proposals(string state)
    {
        var decision = Review(Given.In(state), "reject");
        if (State.CanBeReviewed(state))
            Event<ProposalRejected>(decision);
        else
            Refused(
                decision,
                state == State.Draft ? RefusalKind.NotFound : RefusalKind.Conflict,
                state == State.Draft ? "not-found" : "wrong-state"
            );
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Revising_is_for_what_is_unfinished(string state)
    {
        var decision = Revise(Given.In(state));
        if (State.CanBeRevised(state))
            Assert.Equal(2, Event<ProposalRevised>(decision).Revision);
        else
            Refused(decision, RefusalKind.Conflict, "wrong-state");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Withdrawing_is_for_what_is_unfinished(string state)
    {
        var decision = WithdrawProposal.Decide(Given.In(state), Given.Author, Given.Now);
        if (State.CanBeRevised(state))
            Event<ProposalWithdrawn>(decision);
        else if (state == State.Withdrawn)
            Assert.IsType<Decision.AlreadySo>(decision);
        else
            Refused(decision, RefusalKind.Conflict, "wrong-state");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Submitting_is_for_drafts(string state)
    {
        var decision = SubmitProposal.Decide(Given.In(state), Given.Author, Given.Now);
        if (state == State.Draft)
            Assert.Equal(Given.Submitted with { Changes = Given.Drafted.Changes }, Event<ProposalSubmitted>(decision));
        else if (state == State.Open)
            Assert.IsType<Decision.AlreadySo>(decision);
        else
            Refused(decision, RefusalKind.Conflict, "wrong-state");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void What_the_catalogue_answers_counts_for_accepted_proposals_only(string state)
    {
        var applied = new ProposalApplied(Given.Id, 1, Given.SkillId, "functions", 3, 5, Given.Now);
        var conflicted = new Contracts.ProposalConflicted(Given.Id, 1, Given.Conflicts, Given.Now);
        var merged = WhenProposalApplied.Decide(Given.In(state), applied);
        var inConflict = WhenProposalConflicted.Decide(Given.In(state), conflicted);
        if (state == State.Accepted)
        {
            Assert.Equal(new ProposalMerged(1, "functions", 5, Given.Now), Event<ProposalMerged>(merged));
            Assert.Equal(Given.Conflicts, Event<ProposalConflicted>(inConflict).Conflicts);
            Assert.IsType<Decision.AlreadySo>(
                WhenProposalApplied.Decide(Given.In(state), applied with { Revision = 2 })
            );
            Assert.IsType<Decision.AlreadySo>(
                WhenProposalConflicted.Decide(Given.In(state), conflicted with { Revision = 2 })
            );
        }
        else
        {
            Assert.IsType<Decision.AlreadySo>(merged);
            Assert.IsType<Decision.AlreadySo>(inConflict);
        }
    }

    [Fact]
    public void What_does_not_exist_is_not_found()
    {
        Refused(Review(null), RefusalKind.NotFound, "not-found");
        Refused(Revise(null), RefusalKind.NotFound, "not-found");
        Refused(WithdrawProposal.Decide(null, Given.Author, Given.Now), RefusalKind.NotFound, "not-found");
        Refused(SubmitProposal.Decide(null, Given.Author, Given.Now), RefusalKind.NotFound, "not-found");
        Assert.IsType<Decision.AlreadySo>(
            WhenProposalApplied.Decide(null, new(Given.Id, 1, Given.SkillId, "", 1, 1, Given.Now))
        );
    }

    [Theory]
    [MemberData(nameof(States))]
    public void What_is_the_authors_is_nobody_elses(string state)
    {
        var proposal = Given.In(state);
        var (kind, code) =
            state == State.Draft ? (RefusalKind.NotFound, "not-found") : (RefusalKind.NotAllowed, "not-author");
        Refused(Revise(proposal, caller: "other"), kind, code);
        Refused(WithdrawProposal.Decide(proposal, "other", Given.Now), kind, code);
        Refused(SubmitProposal.Decide(proposal, "other", Given.Now), kind, code);
    }

    [Fact]
    public void A_withdrawn_draft_stays_hidden()
    {
        var proposal = Given.Proposal(Given.Drafted, new ProposalWithdrawn(1, Given.Now));
        Refused(Review(proposal), RefusalKind.NotFound, "not-found");
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Nobody_reviews_their_own(string state) =>
        Refused(Review(Given.In(state), reviewer: Given.Author), RefusalKind.NotAllowed, "own-proposal");

    [Fact]
    public void A_service_account_decides_on_nothing_whatever_its_roles() =>
        Refused(
            ReviewProposal.Decide(
                Given.In(State.Open),
                new Review(1, "approve"),
                Given.Reviewer("robot", "*") with
                {
                    IsService = true,
                },
                Given.Deciders(Given.Policies()),
                Given.Now
            ),
            RefusalKind.NotAllowed,
            "service-account"
        );

    [Fact]
    public void Reviewers_of_other_domains_and_contributors_do_not_review()
    {
        var open = Given.In(State.Open);
        Refused(Review(open, scopes: ["data"]), RefusalKind.NotAllowed, "not-reviewer");
        Assert.IsType<Decision.Accepted>(Review(open, scopes: ["data", "cloud"]));
        var contributor = Given.Reviewer() with { Roles = new HashSet<string>(StringComparer.Ordinal) };
        Refused(
            ReviewProposal.Decide(
                open,
                new Review(1, "approve"),
                contributor,
                Given.Deciders(Given.Policies()),
                Given.Now
            ),
            RefusalKind.NotAllowed,
            "not-reviewer"
        );
    }

    [Fact]
    public void A_token_is_not_believed_over_the_account()
    {
        var open = Given.In(State.Open);
        Assert.IsType<Decision.Accepted>(Review(open, account: Given.Account()));
        Refused(Review(open, account: Given.Account(active: false)), RefusalKind.NotAllowed, "not-reviewer");
        Refused(Review(open, account: Given.Account(scopes: "data")), RefusalKind.NotAllowed, "not-reviewer");
        Refused(Review(open, account: Given.Account() with { Roles = [] }), RefusalKind.NotAllowed, "not-reviewer");
    }

    [Fact]
    public void A_policy_can_name_its_reviewers()
    {
        var policies = Given.Policies(1, ["lead"]);
        Refused(Review(Given.In(State.Open), policies: policies), RefusalKind.NotAllowed, "not-reviewer");
        Assert.IsType<Decision.Accepted>(Review(Given.In(State.Open), reviewer: "lead", policies: policies));
    }

    [Theory]
    [InlineData("approve", null, true)]
    [InlineData("requestChanges", null, false)]
    [InlineData("requestChanges", "  ", false)]
    [InlineData("reject", null, false)]
    [InlineData("applaud", "Good.", false)]
    [InlineData("approve", "\0", false)]
    public void Verdicts_need_their_reasons(string verdict, string? comment, bool fine)
    {
        var decision = Review(Given.In(State.Open), verdict, comment: comment);
        if (fine)
            Assert.IsType<Decision.Accepted>(decision);
        else
            Refused(decision, RefusalKind.Invalid, "validation");
    }

    [Fact]
    public void Only_the_current_revision_is_reviewed()
    {
        var open = Given.In(State.Open);
        Refused(Review(open, revision: 0), RefusalKind.Conflict, "stale-revision");
        Refused(Review(open, revision: 2), RefusalKind.Conflict, "stale-revision");
    }

    [Fact]
    public void It_takes_as_many_approvals_as_the_policy_says_and_each_person_counts_once()
    {
        var policies = Given.Policies(2);
        var first = Event<ProposalApproved>(Review(Given.In(State.Open), policies: policies));
        var once = Given.Proposal(Given.Submitted, first)!;
        Assert.Equal(State.Open, once.State);
        Assert.IsType<Decision.AlreadySo>(Review(once, policies: policies));
        var second = Assert.IsType<Decision.Accepted>(Review(once, reviewer: "second", policies: policies)).Items;
        Assert.Equal(new ProposalAccepted(1, "second", Given.Now), second[1]);
    }

    public static TheoryData<Account> NoLongerReviewers =>
        [
            Given.Account("first") with
            {
                Roles = ["contributor"],
            },
            Given.Account("first", scopes: "data"),
            Given.Account("first", active: false),
            new Account("first", 2, null, [], [], Active: false, Given.Now),
        ];

    [Theory]
    [MemberData(nameof(NoLongerReviewers))]
    public void An_approval_ends_with_the_role_the_scope_or_the_account(Account then)
    {
        var once = Given.Proposal(Given.Submitted, new ProposalApproved(1, "first", null, Given.Now))!;
        var policies = Given.Policies(2);
        var still = Given.Account("first");
        Assert.Equal(2, Items(Review(once, policies: policies, others: still)).Count);
        Event<ProposalApproved>(Review(once, policies: policies, others: then));
        var revised = Proposal.Fold(
            once,
            Given.Id,
            new ProposalRevised(Given.Known.Subject, 2, "Better.", once.Changes, KeepsApprovals: true, Given.Now)
        );
        Event<ProposalApproved>(Review(revised, policies: policies, others: then));
        // A third one completes it, and so does who has got the role back.
        var twice = Proposal.Fold(once, Given.Id, new ProposalApproved(1, "reviewer", null, Given.Now));
        Assert.Equal(2, Items(Review(twice, reviewer: "third", policies: policies, others: then)).Count);
        Event<ProposalAccepted>(Review(twice, policies: policies, others: still));
    }

    [Theory]
    [MemberData(nameof(NoLongerReviewers))]
    public void Who_no_longer_reviews_holds_nothing_up(Account then)
    {
        var waiting = Given.Proposal(Given.Submitted, new ChangesRequested(1, "first", "More.", Given.Now));
        Event<ProposalApproved>(Review(waiting, others: Given.Account("first")));
        Assert.Equal(2, Items(Review(waiting, others: then)).Count);
    }

    [Fact]
    public void Both_domains_decide_on_a_move()
    {
        var move = new MoveSkill(new Place("cloud", "serverless"), "data", "streams");
        var open = Given.Proposal(Given.Submitted with { Changes = [move] })!;
        Account[] people = [Given.Account("of cloud", scopes: "cloud"), Given.Account("of data", scopes: "data")];
        foreach (var (one, other) in new[] { (people[0], people[1]), (people[1], people[0]) })
        {
            var first = Review(open, reviewer: one.Id, scopes: one.ReviewerScopes, others: people);
            var once = Proposal.Fold(open, Given.Id, Event<ProposalApproved>(first));
            var second = Review(once, reviewer: other.Id, scopes: other.ReviewerScopes, others: people);
            Assert.IsType<ProposalAccepted>(Items(second)[1]);
        }
        // Two of one domain are not one of each; one who reviews both is.
        var twoOfCloud = Given.Proposal(
            Given.Submitted with
            {
                Changes = [move],
            },
            new ProposalApproved(1, "of cloud", null, Given.Now)
        );
        Event<ProposalApproved>(Review(twoOfCloud, scopes: ["cloud"], others: people));
        Assert.Equal(2, Items(Review(open, scopes: ["cloud", "data"])).Count);
        Refused(Review(open, scopes: ["trainees"]), RefusalKind.NotAllowed, "not-reviewer");
        Event<ProposalRejected>(Review(open, "reject", scopes: ["data"]));
    }

    [Fact]
    public void Both_domains_decide_on_a_merge()
    {
        var other = new Other(Guid.CreateVersion7(), "streams", Said.Of(Given.Skill("streams", "Streams", "data"), 5));
        var submitted = Event<ProposalSubmitted>(
            SubmitProposal.Decide(
                Body with
                {
                    Changes = [new MergeSkill("streams")],
                },
                Given.Known,
                Given.Around with
                {
                    Other = other,
                },
                Given.Author,
                Guid.Empty,
                Given.Now
            )
        );
        var open = Given.Proposal(submitted)!;
        Assert.Equal(["cloud", "data"], open.Domains);
        Account[] people = [Given.Account("of cloud", scopes: "cloud"), Given.Account("of data", scopes: "data")];
        var first = Review(open, reviewer: "of cloud", scopes: ["cloud"], others: people);
        var once = Proposal.Fold(open, Given.Id, Event<ProposalApproved>(first));
        Event<ProposalApproved>(Review(once, scopes: ["cloud"], others: people));
        var second = Review(once, reviewer: "of data", scopes: ["data"], others: people);
        Assert.IsType<ProposalAccepted>(Items(second)[1]);
    }

    [Fact]
    public void What_did_nothing_when_it_was_seen_is_not_approved_to_do_something()
    {
        var idle = new MakeOptional("engineer", "junior");
        var body = Body with { Changes = [Given.Reword, idle] };
        var submitted = Event<ProposalSubmitted>(
            SubmitProposal.Decide(body, Given.Known, Given.Around, Given.Author, Guid.Empty, Given.Now)
        );
        Assert.Equal([Given.Reword], submitted.Changes);
        var approved = Given.Proposal(submitted, new ProposalApproved(1, "first", null, Given.Now));
        Assert.True(Event<ProposalRevised>(Revise(approved, body)).KeepsApprovals);
        var requirement = Given.Skill().Requirements[0];
        var since = Given.Known with
        {
            State = Given.Skill() with { Requirements = [requirement with { Mandatory = true }] },
        };
        var revised = ReviseProposal.Decide(
            approved,
            body,
            since,
            Given.SkillId,
            Given.Around,
            Given.Author,
            Given.Now
        );
        Assert.False(Event<ProposalRevised>(revised).KeepsApprovals);
    }

    [Fact]
    public void Repeating_the_last_approval_is_harmless()
    {
        var accepted = Given.Proposal(
            Given.Submitted,
            new ProposalApproved(1, "reviewer", null, Given.Now),
            new ProposalAccepted(1, "reviewer", Given.Now)
        );
        Assert.IsType<Decision.AlreadySo>(Review(accepted));
    }

    [Fact]
    public void Who_asked_for_changes_may_approve_after_all()
    {
        var waiting = Given.Proposal(Given.Submitted, new ChangesRequested(1, "reviewer", "More.", Given.Now));
        Assert.Equal(2, Assert.IsType<Decision.Accepted>(Review(waiting)).Items.Count);
    }

    [Fact]
    public void An_approval_survives_a_revision_that_does_the_same()
    {
        var approved = Given.Proposal(Given.Submitted, new ProposalApproved(1, "first", null, Given.Now));
        var reordered = Body with { Rationale = "Better said.", Changes = [Given.Reword, Given.Mandatory] };
        var same = Event<ProposalRevised>(Revise(approved, reordered));
        Assert.True(same.KeepsApprovals);
        var next = Proposal.Fold(approved, Given.Id, same)!;
        Assert.Contains("first", next.Approvals);
        Assert.Equal(2, next.Revision);
        var other = Event<ProposalRevised>(Revise(approved, Body with { Changes = [Given.Mandatory] }));
        Assert.False(other.KeepsApprovals);
        Assert.Empty(Proposal.Fold(approved, Given.Id, other)!.Approvals);
    }

    [Fact]
    public void No_approval_survives_what_it_was_not_given_to()
    {
        // Approved when "make optional" did nothing, and so was no part of it …
        var proposed = Event<ProposalSubmitted>(
            SubmitProposal.Decide(
                Body with
                {
                    Changes = [new MakeOptional("engineer", "junior"), Given.Reword],
                },
                Given.Known,
                Given.Around,
                Given.Author,
                Guid.Empty,
                Given.Now
            )
        );
        var approved = Given.Proposal(proposed, new ProposalApproved(1, "first", null, Given.Now));
        var since = Given.Known with { State = Given.After(Given.Skill(), Given.Mandatory), Version = 4 };
        Assert.False(Keeps(approved, since, new MakeOptional("engineer", "junior"), Given.Reword));
        Assert.True(Keeps(approved, since, Given.Reword));

        // … and one keyword with a comma is not two.
        var joined = Given.Proposal(
            Event<ProposalSubmitted>(
                SubmitProposal.Decide(
                    Body with
                    {
                        Changes = [new ReplaceKeywords([], ["one, two"])],
                    },
                    Given.Known,
                    Given.Around,
                    Given.Author,
                    Guid.Empty,
                    Given.Now
                )
            )
        );
        Assert.True(Keeps(joined, Given.Known, new ReplaceKeywords(["faas"], ["faas", "one, two"])));
        Assert.False(Keeps(joined, Given.Known, new ReplaceKeywords([], ["one", "two"])));

        static bool Keeps(Proposal? proposal, KnownSkill now, params Change[] changes) =>
            Event<ProposalRevised>(
                ReviseProposal.Decide(
                    proposal,
                    Body with
                    {
                        Changes = changes,
                    },
                    now,
                    now.Id,
                    Given.Around,
                    Given.Author,
                    Given.Now
                )
            ).KeepsApprovals;
    }

    [Fact]
    public void No_approval_survives_a_conflict() =>
        Assert.False(Event<ProposalRevised>(Revise(Given.In(State.Conflicted), Body)).KeepsApprovals);

    [Fact]
    public void A_revision_stays_with_its_skill() =>
        Refused(
            ReviseProposal.Decide(
                Given.In(State.Open),
                Body,
                Given.Known,
                Guid.Empty,
                Given.Around,
                Given.Author,
                Given.Now
            ),
            RefusalKind.Invalid,
            "validation"
        );

    [Fact]
    public void A_new_skill_can_be_revised_before_it_is_there()
    {
        var add = new AddSkill("cloud", "serverless", "Queues", [], []);
        var subject = new Subject(Given.SkillId, null, "Queues", "cloud", "serverless");
        var proposal = Given.Proposal(new ProposalSubmitted(subject, Given.Author, 1, "Because.", [add], Given.Now));
        var revised = Event<ProposalRevised>(
            ReviseProposal.Decide(
                proposal,
                new Proposed(null, "Because.", [add with { Name = "Topics" }]),
                null,
                null,
                Given.Around,
                Given.Author,
                Given.Now
            )
        );
        Assert.Equal(subject with { Name = "Topics" }, revised.Skill);
    }
}
