using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Notifications.Tests;

public sealed class WatchTests
{
    private static readonly Topic Topic = Topic.OfProposal(Given.Proposal);

    private static Watch? After(params object[] events) =>
        events.Aggregate((Watch?)null, (state, e) => Watch.Fold(state, e, Guid.Empty, Given.Now));

    private static WatchStarted Started(string reason) => new("reader", Topic.Scope, Topic.Key, reason);

    private static Decision Start(Watch? watch, string reason) => StartWatching.Decide(watch, "reader", Topic, reason);

    [Fact]
    public void Watching_begins_once()
    {
        Assert.Equal([Started("manual")], Assert.IsType<Decision.Accepted>(Start(null, "manual")).Items);
        Assert.IsType<Decision.AlreadySo>(Start(After(Started("manual")), "manual"));
    }

    [Fact]
    public void What_was_stopped_by_hand_does_not_start_by_itself_but_by_hand()
    {
        var stopped = After(Started("author"), new WatchStopped("mail"));
        Assert.IsType<Decision.AlreadySo>(Start(stopped, "commenter"));
        Assert.IsType<Decision.Accepted>(Start(stopped, "manual"));
    }

    [Fact]
    public void A_watch_by_hand_is_not_made_automatic_and_an_automatic_one_can_be_made_by_hand()
    {
        Assert.IsType<Decision.AlreadySo>(Start(After(Started("manual")), "reviewer"));
        Assert.IsType<Decision.Accepted>(Start(After(Started("reviewer")), "manual"));
    }

    [Fact]
    public void Stopping_twice_stops_once()
    {
        Assert.IsType<Decision.Accepted>(StopWatching.Decide(After(Started("manual")), "hand"));
        Assert.IsType<Decision.AlreadySo>(
            StopWatching.Decide(After(Started("manual"), new WatchStopped("hand")), "hand")
        );
        Assert.IsType<Decision.AlreadySo>(StopWatching.Decide(null, "hand"));
    }

    [Fact]
    public void One_click_before_the_authors_watch_arrived_keeps_it_from_starting()
    {
        var decision = Assert.IsType<Decision.Accepted>(Unsubscribe.Decide(null, "reader", Topic, Reasons.Author));
        Assert.IsType<Decision.AlreadySo>(Start(After([.. decision.Items]), "author"));
    }

    [Fact]
    public void One_click_in_a_mail_that_no_watch_brought_mutes_what_it_is_about()
    {
        var decision = Assert.IsType<Decision.Accepted>(Unsubscribe.Decide(null, "reader", Topic, Reasons.Review));
        var muted = After([.. decision.Items])!;
        Assert.True(muted.Muted);
        Assert.False(muted.Active);
        Assert.IsType<Decision.AlreadySo>(MuteThread.Decide(muted, "reader", Topic, mute: true));
        Assert.False(After(new ThreadMuted("reader", Topic.Scope, Topic.Key), new ThreadUnmuted())!.Muted);
    }

    [Fact]
    public void How_it_is_watched_changes_when_it_is_said_and_stays_when_nothing_is()
    {
        var wanted = new WatchWanted(Frequencies.Weekly, Follows.All);
        var watch = After([
            .. Assert
                .IsType<Decision.Accepted>(StartWatching.Decide(null, "reader", Topic, Watch.Manual, wanted))
                .Items,
        ])!;
        Assert.Equal((Frequencies.Weekly, Follows.All), (watch.Frequency, watch.Follow));
        Assert.IsType<Decision.AlreadySo>(StartWatching.Decide(watch, "reader", Topic, Watch.Manual, wanted));
        Assert.IsType<Decision.AlreadySo>(StartWatching.Decide(watch, "reader", Topic, Watch.Manual));
        Assert.IsType<Decision.Accepted>(StartWatching.Decide(watch, "reader", Topic, Watch.Manual, new WatchWanted()));
    }

    [Fact]
    public void A_group_is_found_by_both_slugs_and_by_its_own_where_it_is_the_only_one()
    {
        var taxonomy = new KnownTaxonomy
        {
            Domains =
            [
                new DomainTaxonomy("cloud", "Cloud", [], [new Named("compute", "Compute"), new Named("basics", "B")]),
                new DomainTaxonomy("data", "Data", [], [new Named("basics", "Basics")]),
            ],
        };
        Assert.Equal("Basics", Finding.In(taxonomy, "group", "data.basics")?.Name);
        Assert.Equal("cloud.compute", Finding.In(taxonomy, "group", "compute")?.Key);
        Assert.Null(Finding.In(taxonomy, "group", "basics"));
        Assert.Null(Finding.In(taxonomy, "group", "none"));
        Assert.Null(Finding.In(taxonomy, "nonsense", "cloud"));
    }
}
