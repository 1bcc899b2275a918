using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>Whose turn it is, who is told that it is, and who is reminded.</summary>
public sealed class TurnTests
{
    private static readonly ReviewPolicies OnePolicy = Given.Policies();

    private static string[] Turn(ReviewPolicies policies, Account[] accounts, params object[] history) =>
        Given.Deciders(policies, accounts).Turn(Given.Proposal(history)!);

    [Fact]
    public void It_is_the_turn_of_who_may_decide_and_has_not()
    {
        Account[] accounts =
        [
            Given.Account("all"),
            Given.Account("cloud", scopes: "cloud"),
            Given.Account("data", scopes: "data"),
            Given.Account("suspended", active: false),
            Given.Account(Given.Author),
            new("reader", 1, "Name", ["contributor"], [], Active: true),
        ];
        Assert.Equal(["all", "cloud"], Turn(OnePolicy, accounts, Given.Submitted));
        Assert.Equal(
            ["cloud"],
            Turn(OnePolicy, accounts, Given.Submitted, new ProposalApproved(1, "all", null, Given.Now))
        );
        Assert.Equal(["cloud"], Turn(Given.Policies(1, ["cloud"]), accounts, Given.Submitted));
        Assert.Empty(Turn(OnePolicy, accounts, Given.Histories[State.ChangesRequested]));
        Assert.Empty(Turn(OnePolicy, accounts, Given.Histories[State.Accepted]));
    }

    private static bool Asks(params object[] history) =>
        Announcements.AsksAnew(Given.Proposal(history[..^1]), Given.Proposal(history)!, history[^1]);

    [Fact]
    public void Reviewers_are_asked_at_the_start_after_a_revision_and_when_nobody_waits_for_changes_any_more()
    {
        var requested = new ChangesRequested(1, "other", "Say more.", Given.Now);
        var approved = new ProposalApproved(1, "other", null, Given.Now);
        Assert.True(Announcements.AsksAnew(null, Given.Proposal([Given.Submitted])!, Given.Submitted));
        Assert.True(
            Asks(
                Given.Submitted,
                requested,
                new ProposalRevised(Given.Known.Subject, 2, "Better.", [Given.Reword], false, Given.Now)
            )
        );
        Assert.True(Asks(Given.Submitted, requested, approved));
        Assert.False(Asks(Given.Submitted, approved));
        Assert.False(Asks(Given.Submitted, requested));
        Assert.False(
            Asks(Given.Submitted, requested, new ChangesRequested(1, "third", "Me too.", Given.Now), approved)
        );
    }

    private static Decision Remind(ProposalPage page, double days, int after = 7) =>
        RemindOfProposal.Decide(
            page,
            new ReviewPolicies([new ReviewPolicy(Guid.Empty, "cloud", 1, null, after)]),
            Given.Now.AddDays(days)
        );

    private static ProposalPage Page(params object[] history) =>
        history.Aggregate(
            (ProposalPage?)null,
            (page, e) => ProposalPage.Fold(page, Given.Id, (page?.Version ?? 0) + 1, e)
        )!;

    [Theory]
    [InlineData(State.Open, true)]
    [InlineData(State.ChangesRequested, true)]
    [InlineData(State.Conflicted, true)]
    [InlineData(State.Draft, false)]
    [InlineData(State.Accepted, false)]
    [InlineData(State.Merged, false)]
    [InlineData(State.Rejected, false)]
    [InlineData(State.Withdrawn, false)]
    public void Of_what_waits_for_somebody_they_are_reminded(string state, bool waits) =>
        Assert.Equal(waits, Remind(Page(Given.Histories[state]), 8) is Decision.Accepted);

    [Fact]
    public void They_are_reminded_after_the_domains_time_and_once_a_week_at_most()
    {
        var page = Page(Given.Submitted);
        Assert.IsType<Decision.AlreadySo>(Remind(page, 6.9));
        var reminded = Assert.IsType<Decision.Accepted>(Remind(page, 2.1, after: 2)).Items[0];
        Assert.IsType<Decision.AlreadySo>(Remind(page, 100, after: 0));
        var again = Page(Given.Submitted, reminded);
        Assert.Equal(page.UpdatedAt, again.UpdatedAt);
        Assert.IsType<Decision.AlreadySo>(Remind(again, 9, after: 2));
        Assert.IsType<Decision.Accepted>(Remind(again, 9.2, after: 2));
    }

    [Theory]
    [InlineData("@Ann Lee, look", "ann")]
    [InlineData("what do you think, @ann lee?", "ann")]
    [InlineData("(@Ann) and @Bob", "short,bob")]
    [InlineData("@Ann Lee and @Ann", "ann,short")]
    [InlineData("@Annika", "")]
    [InlineData("mail@Bob", "")]
    [InlineData("@Bob @Bob", "bob")]
    [InlineData("nobody at all @", "")]
    public void A_comment_names_people_by_at_and_their_name(string text, string named) =>
        Assert.Equal(
            named,
            string.Join(
                ',',
                Mentions.In(
                    text,
                    [Person("short", "Ann"), Person("ann", "Ann Lee"), Person("bob", "Bob"), Person("gone", null)]
                )
            )
        );

    [Fact]
    public void At_most_ten_are_named() =>
        Assert.Equal(
            10,
            Mentions
                .In(
                    string.Join(' ', Enumerable.Range(0, 30).Select(n => $"@P{n:00}")),
                    Enumerable.Range(0, 30).Select(n => Person($"p{n}", $"P{n:00}"))
                )
                .Length
        );

    private static Account Person(string id, string? name) => new(id, 1, name, [], [], Active: true);
}
