using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications.Tests;

public sealed class ReadersTests
{
    private static readonly Topic Skill = Topic.OfSkill(Given.Skill);
    private static readonly Topic Proposal = Topic.OfProposal(Given.Proposal);
    private static readonly News Merge = WhenSkillChanged.NewsOf(Given.Change(proposal: Given.Proposal));

    private static IEnumerable<(string, string)> Of(News news, params Watch[] watches) =>
        Readers.Of(news, watches).Select(t => (t.User, t.Reason)).OrderBy(t => t.User, StringComparer.Ordinal);

    [Fact]
    public void A_reader_whose_watches_match_several_times_is_told_once_for_the_narrowest() =>
        Assert.Equal(
            [("author", "author"), ("reader", "skill")],
            Of(
                Merge,
                Given.Watching("reader", Topic.Everything),
                Given.Watching("reader", Topic.OfDomain("cloud")),
                Given.Watching("reader", Skill),
                Given.Watching("reader", Topic.OfRole("sre"))
            )
        );

    [Fact]
    public void The_author_hears_the_outcome_and_nothing_as_a_watcher() =>
        Assert.Equal(
            [("author", "author")],
            Of(Merge, Given.Watching("author", Skill), Given.Watching("author", Proposal, "author"))
        );

    [Fact]
    public void The_author_who_stopped_watching_the_proposal_hears_nothing_of_it() =>
        Assert.Empty(Of(Merge, Given.Watching("author", Proposal, "author", active: false)));

    [Fact]
    public void The_last_reviewer_is_not_told_of_the_merge_unless_they_asked_for_it() =>
        Assert.Equal(
            [("author", "author"), ("other", "reviewer"), ("reviewer", "domain")],
            Of(
                Merge,
                Given.Watching("reviewer", Proposal, "reviewer"),
                Given.Watching("reviewer", Topic.OfDomain("cloud")),
                Given.Watching("other", Proposal, "reviewer")
            )
        );

    [Fact]
    public void Stopped_watches_tell_nothing() =>
        Assert.Equal([("author", "author")], Of(Merge, Given.Watching("reader", Skill, active: false)));

    [Theory]
    [InlineData("rejected", "reviewer", true)]
    [InlineData("changesRequested", "reviewer", true)]
    [InlineData("conflicted", null, true)]
    [InlineData("commented", "reviewer", true)]
    [InlineData("revised", "author", false)]
    [InlineData("withdrawn", "author", false)]
    [InlineData("commented", "author", false)]
    public void What_happens_to_a_proposal_reaches_its_watchers_but_not_who_did_it(
        string kind,
        string? actor,
        bool author
    )
    {
        var news = WhenProposalActivity.NewsOf(Given.Activity(kind, actor), Guid.NewGuid())!;
        var told = Of(
                news,
                Given.Watching("watcher", Proposal),
                Given.Watching("reviewer", Proposal, "reviewer"),
                Given.Watching("author", Proposal, "author")
            )
            .Select(t => t.Item1)
            .ToArray();
        Assert.Equal(author, told.Contains("author", StringComparer.Ordinal));
        Assert.Contains("watcher", told);
        Assert.Equal(actor != "reviewer", told.Contains("reviewer", StringComparer.Ordinal));
        Assert.Equal(told.Distinct(StringComparer.Ordinal), told);
    }

    [Theory]
    [InlineData("merged")]
    [InlineData("somethingNew")]
    public void What_needs_nobodys_attention_is_no_news(string kind) =>
        Assert.Null(WhenProposalActivity.NewsOf(Given.Activity(kind), Guid.NewGuid()));

    private static News Submitted(params string[] reviewers) =>
        WhenProposalActivity.NewsOf(
            Given.Activity("submitted", "author") with
            {
                Reviewers = reviewers,
            },
            Guid.NewGuid()
        )!;

    [Fact]
    public void A_submission_reaches_whom_it_asks_and_who_follows_proposals() =>
        Assert.Equal(
            [("follower", "domain"), ("reviewer", "review")],
            Of(
                Submitted("reviewer"),
                Given.Watching("author", Proposal, "author"),
                Given.Watching("reviewer", Skill, follow: Follows.All),
                Given.Watching("watcher", Skill),
                Given.Watching("follower", Topic.OfDomain("cloud"), follow: Follows.All)
            )
        );

    [Fact]
    public void A_reviewer_who_wants_to_hear_no_more_of_a_proposal_is_not_asked_again() =>
        Assert.Empty(Of(Submitted("reviewer"), Given.Watching("reviewer", Proposal, "reviewer", active: false)));

    [Theory]
    [InlineData("approved")]
    [InlineData("accepted")]
    public void On_the_way_to_the_merge_the_author_alone_is_told(string kind) =>
        Assert.Equal(
            [("author", "author")],
            Of(
                WhenProposalActivity.NewsOf(Given.Activity(kind), Guid.NewGuid())!,
                Given.Watching("watcher", Proposal),
                Given.Watching("follower", Skill, follow: Follows.All)
            )
        );

    [Theory]
    [InlineData(true, "reviewer")]
    [InlineData(false, "author")]
    public void A_reminder_goes_to_whom_it_waits_for(bool asks, string told)
    {
        var reminder = Given.Activity("reminder", null) with { Reviewers = asks ? ["reviewer"] : null };
        Assert.Equal(
            [told],
            Of(WhenProposalActivity.NewsOf(reminder, Guid.NewGuid())!, Given.Watching("watcher", Proposal))
                .Select(t => t.Item1)
        );
    }

    [Fact]
    public void A_review_that_is_due_goes_to_whoever_planned_it_and_the_reviewers_once_and_to_no_watcher()
    {
        var due = WhenReviewDue.NewsOf(
            new ReviewDue(
                Given.Skill,
                "serverless",
                "Serverless",
                "cloud",
                "compute",
                new DateOnly(2026, 11, 29),
                "planner",
                ["reviewer", "planner"],
                Given.Now
            )
        );
        Assert.Equal(
            [("planner", "upkeep"), ("reviewer", "upkeep")],
            Of(
                due,
                Given.Watching("watcher", Skill, follow: Follows.All),
                // Who stopped watching the skill looks after it all the same.
                Given.Watching("planner", Skill, active: false)
            )
        );
    }

    [Fact]
    public void Who_is_named_or_answered_hears_of_the_comment_by_the_strongest_reason()
    {
        var comment = Given.Activity("commented", "someone") with
        {
            Mentioned = ["named", "author", "someone"],
            Answered = "answered",
        };
        Assert.Equal(
            [("answered", "answered"), ("author", "mentioned"), ("named", "mentioned"), ("watcher", "proposal")],
            Of(
                WhenProposalActivity.NewsOf(comment, Guid.NewGuid())!,
                Given.Watching("watcher", Proposal),
                Given.Watching("named", Proposal, "commenter")
            )
        );
    }

    [Fact]
    public void Who_muted_a_thread_hears_nothing_of_it_whatever_they_watch_and_whoever_asks()
    {
        var muted = new[] { "reviewer", "author", "reader" }
            .Select(user => Given.Watching(user, Proposal, active: false, muted: true))
            .ToArray();
        Assert.Empty(Of(Submitted("reviewer"), muted));
        Assert.Empty(Of(Merge, [.. muted, Given.Watching("reader", Skill)]));
    }

    [Fact]
    public void Comments_on_a_skill_reach_its_watchers_and_who_follows_all_of_what_it_belongs_to()
    {
        var news = new News
        {
            Kind = NewsKind.SkillCommented,
            SkillId = Given.Skill,
            Actor = "someone",
        };
        Assert.Equal(
            [("all", "domain"), ("changes", "skill")],
            Of(
                news,
                Given.Watching("changes", Skill),
                Given.Watching("all", Topic.OfDomain("cloud"), follow: Follows.All),
                Given.Watching("wide", Topic.OfDomain("cloud"))
            )
        );
    }

    [Fact]
    public void Of_several_watches_the_narrowest_says_how_often_mails_come() =>
        Assert.Equal(
            Frequencies.Weekly,
            Readers
                .Of(
                    Merge,
                    [
                        Given.Watching("reader", Topic.Everything) with
                        {
                            Frequency = Frequencies.Immediate,
                        },
                        Given.Watching("reader", Skill) with
                        {
                            Frequency = Frequencies.Weekly,
                        },
                    ]
                )
                .Single(told => told.User == "reader")
                .Frequency
        );

    [Fact]
    public void A_change_is_told_under_everything_it_touches() =>
        Assert.Equal(
            [
                "catalogue/all",
                "domain/cloud",
                "group/cloud.compute",
                $"proposal/{Given.Proposal}",
                "role/ai-product-engineer",
                $"skill/{Given.Skill}",
            ],
            Readers
                .TopicsOf(Given.Change(proposal: Given.Proposal))
                .Select(t => t.ToString())
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void A_new_skill_is_told_under_all_its_roles()
    {
        var change = Given.Change(changes: new Changed(1, "skillAdded", null, null, null, "x", null, null));
        Assert.Contains(Topic.OfRole("sre"), Readers.TopicsOf(change));
    }

    [Fact]
    public void A_moved_skill_is_told_where_it_was_and_where_it_is()
    {
        var moved = new Changed(2, "skillMoved", null, null, "data/lakes", "cloud/compute", null, null);
        var topics = Readers.TopicsOf(Given.Change(changes: moved));
        Assert.Contains(Topic.OfDomain("data"), topics);
        Assert.Contains(Topic.OfGroup("data", "lakes"), topics);
        Assert.Contains(Topic.OfGroup("cloud", "compute"), topics);
    }

    [Fact]
    public void An_import_is_told_skill_by_skill_only_to_who_watches_the_skill() =>
        Assert.Equal([Skill], Readers.TopicsOf(Given.Change(import: Guid.NewGuid())));

    [Fact]
    public void Who_takes_part_begins_to_watch()
    {
        Assert.Equal([("author", "author")], WhenProposalActivity.TakesPart(Given.Activity("submitted", "author")));
        Assert.Equal([("reviewer", "reviewer")], WhenProposalActivity.TakesPart(Given.Activity("approved")));
        Assert.Equal([("reviewer", "reviewer")], WhenProposalActivity.TakesPart(Given.Activity("accepted")));
        Assert.Equal(
            [("someone", "commenter")],
            WhenProposalActivity.TakesPart(Given.Activity("commented", "someone"))
        );
        Assert.Empty(WhenProposalActivity.TakesPart(Given.Activity("commented", "author")));
        Assert.Empty(WhenProposalActivity.TakesPart(Given.Activity("merged", null)));
    }
}
