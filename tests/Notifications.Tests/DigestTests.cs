using MimeKit;

namespace SkillPlatform.Notifications.Tests;

/// <summary>What digests say, and when; without anything around.</summary>
public sealed class DigestTests
{
    private static NewsLine Line(
        string kind,
        string? before,
        string? after,
        bool? mandatoryBefore = true,
        bool? mandatoryAfter = true,
        string? role = "SRE"
    ) => new(kind, role, role is null ? null : "Junior", before, after, mandatoryBefore, mandatoryAfter);

    [Fact]
    public void Changed_and_changed_back_is_nothing() =>
        Assert.Empty(NetEffect.Of([Line("requirementReworded", "A", "B"), Line("requirementReworded", "B", "A")]));

    [Fact]
    public void Changed_twice_is_one_change_from_first_to_last()
    {
        var line = Assert.Single(
            NetEffect.Of([Line("requirementReworded", "A", "B"), Line("requirementReworded", "B", "C")])
        );
        Assert.Equal(("A", "C", "requirementReworded"), (line.Before, line.After, line.Kind));
    }

    [Fact]
    public void Added_and_dropped_is_nothing_and_dropped_and_added_is_the_difference()
    {
        var stated = Line("requirementStated", null, "A", null, true);
        var dropped = Line("requirementDropped", "A", null, true, null);
        Assert.Empty(NetEffect.Of([stated, dropped]));
        Assert.Empty(NetEffect.Of([dropped, stated]));
        Assert.Equal(
            ["requirementReworded", "requirementMadeOptional"],
            NetEffect.Of([dropped, Line("requirementStated", null, "B", null, false)]).Select(line => line.Kind)
        );
    }

    [Fact]
    public void Reworded_after_it_was_added_is_added_as_it_reads_now()
    {
        var line = Assert.Single(
            NetEffect.Of([
                Line("requirementStated", null, "A", null, false),
                Line("requirementReworded", "A", "B", false, false),
                Line("requirementMadeMandatory", "B", "B", false, true),
            ])
        );
        Assert.Equal(("requirementStated", "B", true), (line.Kind, line.After, line.MandatoryAfter));
    }

    [Fact]
    public void Retired_and_there_again_is_nothing_and_so_is_a_name_that_came_back()
    {
        Assert.Empty(
            NetEffect.Of([
                Line("skillRetired", null, null, null, null, role: null),
                Line("skillAdded", null, "X", null, null, role: null),
            ])
        );
        Assert.Empty(
            NetEffect.Of([
                Line("skillRenamed", "X", "Y", null, null, role: null),
                Line("skillRenamed", "Y", "X", null, null, role: null),
            ])
        );
    }

    [Fact]
    public void What_came_and_went_is_nothing_and_what_is_new_has_its_name_from_the_beginning()
    {
        NewsLine[] begun =
        [
            Line("skillAdded", null, "X", null, null, role: null),
            Line("requirementStated", null, "A", null, true),
        ];
        Assert.Empty(NetEffect.Of([.. begun, Line("skillRetired", "X", null, null, null, role: null)]));
        Assert.Equal(
            ["skillAdded", "requirementStated"],
            NetEffect
                .Of([
                    .. begun,
                    Line("skillRenamed", "X", "Y", null, null, role: null),
                    Line("skillMoved", "Cloud › Compute", "Cloud › Data", null, null, role: null),
                ])
                .Select(line => line.Kind)
        );
    }

    // Lines have the names of the time.
    [Fact]
    public void A_role_that_was_renamed_in_between_is_still_the_same()
    {
        var taxonomy = new KnownTaxonomy { Roles = [new("sre", "SRE")] };
        var first = new Names(null, taxonomy).In(Line("requirementReworded", "A", "B", role: "sre"));
        taxonomy = new KnownTaxonomy { Roles = [new("sre", "Reliability Engineer")] };
        var second = new Names(null, taxonomy).In(Line("requirementReworded", "B", "A", role: "sre"));
        Assert.NotEqual(first.Role, second.Role);
        Assert.Empty(NetEffect.Of([first, second]));
        Assert.Equal(2, NetEffect.Of([first, Line("requirementReworded", "B", "A", role: "dev")]).Length);
    }

    [Theory]
    // An hour before the clock is put forward, in the hour that there is not, and after it.
    [InlineData("Europe/Berlin", "08:00", "2026-03-28T12:00Z", "2026-03-29T06:00Z")]
    [InlineData("Europe/Berlin", "02:30", "2026-03-28T12:00Z", "2026-03-29T01:30Z")]
    [InlineData("Europe/Berlin", "08:00", "2026-03-29T12:00Z", "2026-03-30T06:00Z")]
    // Where an hour comes twice, the first; and not once more.
    [InlineData("Europe/Berlin", "02:30", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("Europe/Berlin", "02:30", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("America/New_York", "02:30", "2026-03-07T12:00Z", "2026-03-08T07:30Z")]
    [InlineData("America/New_York", "01:30", "2026-11-01T05:30Z", "2026-11-02T06:30Z")]
    [InlineData("Australia/Lord_Howe", "02:15", "2026-10-03T12:00Z", "2026-10-03T16:15Z")]
    // The night that begins another year.
    [InlineData("Europe/Berlin", "00:00", "2026-12-31T22:59Z", "2026-12-31T23:00Z")]
    [InlineData("Asia/Tokyo", "08:00", "2026-12-31T23:00Z", "2027-01-01T23:00Z")]
    [InlineData("Pacific/Apia", "08:00", "2026-06-01T18:59Z", "2026-06-01T19:00Z")]
    [InlineData("Pacific/Apia", "08:00", "2026-06-01T19:00Z", "2026-06-02T19:00Z")]
    public void A_daily_digest_is_due_once_a_day_at_the_readers_time(string zone, string at, string after, string due)
    {
        var preferences = new Preferences { TimeZone = zone, Digest = new DigestTime(at, "monday") };
        Assert.Equal(
            DateTimeOffset.Parse(due, Texts.Invariant),
            Schedule.NextDue(preferences, Frequencies.Daily, DateTimeOffset.Parse(after, Texts.Invariant))
        );
    }

    [Fact]
    public void A_year_of_daily_digests_has_as_many_as_it_has_days_in_every_zone()
    {
        foreach (var zone in new[] { "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC" })
        foreach (var time in new[] { "00:00", "02:00", "02:30", "23:59" })
        {
            var preferences = new Preferences { TimeZone = zone, Digest = new DigestTime(time, "monday") };
            var (at, count) = (new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), 0);
            for (var end = at.AddYears(1); (at = Schedule.NextDue(preferences, Frequencies.Daily, at)) < end; )
                count++;
            Assert.Equal(365, count);
        }
    }

    [Fact]
    public void A_weekly_one_comes_on_the_readers_day()
    {
        var preferences = new Preferences { TimeZone = "Asia/Tokyo", Digest = new DigestTime("07:00", "friday") };
        var due = Schedule.NextDue(preferences, Frequencies.Weekly, Given.Now);
        Assert.Equal(DateTimeOffset.Parse("2026-03-05T22:00Z", Texts.Invariant), due);
        Assert.Equal(due.AddDays(7), Schedule.NextDue(preferences, Frequencies.Weekly, due));
        // From one year to the next, in as many weeks as there are.
        for (var weeks = 0; weeks < 60; weeks++)
            Assert.Equal(due.AddDays(7), due = Schedule.NextDue(preferences, Frequencies.Weekly, due));
    }

    private static DigestNews Told(Guid skill, string name, string domain, long version, params NewsLine[] lines) =>
        new(
            new Notification { Reason = "skill" },
            new News
            {
                Id = Guid.NewGuid(),
                Kind = NewsKind.Merged,
                SkillId = skill,
                SkillName = name,
                SkillSlug = "a-skill",
                Domain = new Contracts.Named(domain, domain),
                Version = version,
                Lines = lines,
                At = Given.Now.AddMinutes(version),
            },
            new People(new Dictionary<string, Account>(StringComparer.Ordinal)),
            null
        );

    [Fact]
    public void It_is_grouped_by_domain_and_skill_the_most_important_first_and_counts_in_order_of_versions()
    {
        var (first, second, third) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var contents = DigestContents.Of([
            // As messages may come: the later version first.
            Told(first, "First", "cloud", 3, Line("requirementReworded", "B", "C")),
            Told(first, "First", "cloud", 2, Line("requirementReworded", "A", "B")),
            Told(second, "Second", "data", 2, Line("requirementMadeMandatory", "A", "A", false, true)),
            Told(third, "Third", "cloud", 2, Line("requirementReworded", "A", "B")),
            Told(third, "Third", "cloud", 3, Line("requirementReworded", "B", "A")),
        ]);
        Assert.Equal(["data", "cloud"], contents.Domains.Select(domain => domain.Name));
        Assert.Equal(["Second", "First"], contents.Skills.Select(skill => skill.Name));
        var line = Assert.Single(contents.Skills.Last().Lines);
        Assert.Equal(("A", "C"), (line.Before, line.After));
    }

    private static DigestNews ToldOf(string key, int order, string kind, string before, string after) =>
        Told(Guid.Empty, before, "cloud", order, Line(kind, before, after, null, null, role: null)) is var told
            ? told with
            {
                News = told.News with
                {
                    SkillId = null,
                    SkillSlug = null,
                    Part = "role",
                    PartKey = key,
                    Version = 0,
                    Domain = null,
                },
            }
            : null!;

    [Fact]
    public void What_is_no_skill_is_told_by_what_it_comes_to_as_well()
    {
        Assert.True(
            DigestContents
                .Of([ToldOf("role//sre", 3, "roleRenamed", "B", "A"), ToldOf("role//sre", 2, "roleRenamed", "A", "B")])
                .IsEmpty
        );
        var contents = DigestContents.Of([
            Told(Guid.NewGuid(), "Skill", "cloud", 2, Line("requirementMadeMandatory", "A", "A", false, true)),
            ToldOf("role//sre", 2, "roleRenamed", "A", "B"),
            ToldOf("role//dev", 2, "roleRenamed", "D", "E"),
            ToldOf("role//sre", 3, "roleRenamed", "B", "C"),
        ]);
        Assert.Empty(contents.Imports);
        // What has no domain's heading stands before all that have one.
        Assert.Equal(["", "cloud"], contents.Domains.Select(domain => domain.Name));
        Assert.Equal(
            [("A", "C"), ("D", "E")],
            contents.Domains[0].Skills.Select(part => (part.Lines.Single().Before, part.Lines.Single().After)).Order()
        );
    }

    [Fact]
    public void A_skill_that_was_moved_is_told_where_it_stands_now()
    {
        var skill = Guid.NewGuid();
        var moved = Line("skillMoved", "Cloud › Compute", "Data › Pipelines", null, null, role: null);
        // As they are read: the newest first.
        var contents = DigestContents.Of([
            Told(skill, "X", "data", 3, Line("requirementReworded", "B", "C")),
            Told(skill, "X", "data", 2, moved),
            Told(skill, "X", "cloud", 1, Line("requirementReworded", "A", "B")),
        ]);
        Assert.Equal("data", Assert.Single(contents.Domains).Name);
        Assert.Equal(
            [("Cloud › Compute", "Data › Pipelines"), ("A", "C")],
            contents
                .Skills.Single()
                .Lines.OrderByDescending(line => line.Kind)
                .Select(line => (line.Before, line.After))
        );
    }

    [Fact]
    public void Nothing_left_is_empty()
    {
        var skill = Guid.NewGuid();
        Assert.True(
            DigestContents
                .Of([
                    Told(skill, "X", "cloud", 2, Line("requirementReworded", "A", "B")),
                    Told(skill, "X", "cloud", 3, Line("requirementReworded", "B", "A")),
                ])
                .IsEmpty
        );
    }

    [Theory]
    [InlineData("en", 1, "before ")]
    [InlineData("de", 60, "before ")]
    [InlineData("ar", 500, "before ")]
    [InlineData("ja", 1, "以前の要件です。")]
    public void However_much_it_tells_it_is_a_mail_that_is_shown_whole(string culture, int changes, string words)
    {
        var long200 = string.Concat(Enumerable.Repeat(words, 200));
        var contents = DigestContents.Of([
            .. Enumerable
                .Range(0, changes)
                .Select(n =>
                    Told(
                        Guid.NewGuid(),
                        $"Skill {n:000}",
                        $"domain-{n % 7}",
                        2,
                        [
                            .. "abcdefghij".Select(role =>
                                Line("requirementReworded", long200, "After.", role: $"{role}")
                            ),
                        ]
                    )
                ),
        ]);
        var mail = DigestLetter.Of(
            new Digest
            {
                Id = Guid.NewGuid(),
                User = "reader",
                Frequency = Frequencies.Daily,
                Token = "abcdefghijklmnopqrstuvwxyz012345",
                At = Given.Now,
            },
            contents,
            new Account
            {
                Id = "reader",
                Name = "Rita Reader",
                Email = "reader@example.org",
            },
            new Preferences { Id = "reader", Culture = culture },
            Given.Sender
        );
        using var stream = new MemoryStream();
        mail.WriteTo(stream);
        stream.Position = 0;
        var read = MimeMessage.Load(stream);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(read.HtmlBody!), 1000, 30_000);
        Assert.Contains($"/inbox?digest=", read.TextBody!);
        Assert.Contains("Skill 0", read.TextBody!);
        Assert.Equal("digest", read.Headers["X-SkillPlatform-Reason"]);
    }
}
