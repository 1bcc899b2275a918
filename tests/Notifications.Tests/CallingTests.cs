namespace SkillPlatform.Notifications.Tests;

/// <summary>What is done after a call, with time as data.</summary>
public sealed class CallingTests
{
    private static readonly Webhook Fresh = new(
        Given.Skill,
        "owner",
        "https://hooks.example.org/x",
        Topic.Everything,
        [Announced.SkillChanged],
        Shapes.Standard,
        Webhook.NewSecret(),
        OldSecret: null,
        OldUntil: null,
        Version: 1,
        On: true,
        Why: null,
        Position: 0,
        Attempts: 0,
        FailingSince: null,
        Given.Now,
        Given.Now
    );

    private static Call Answered(int? status, TimeSpan? retryAfter = null) =>
        new(Given.Now, new Dictionary<string, string>(), "{}", status, null, retryAfter, TimeSpan.Zero, null);

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    public void What_is_taken_is_done(int status) =>
        Assert.IsType<Next.On>(Next.After(Fresh, Answered(status), Given.Now, 0.5));

    [Theory]
    [InlineData(null)]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    public void All_else_is_tried_again(int? status) =>
        Assert.Equal(
            new Next.Again(Given.Now.AddSeconds(2)),
            Next.After(Fresh, Answered(status), Given.Now, chance: 0.5)
        );

    [Fact]
    public void Gone_is_gone() => Assert.Equal(new Next.Off("gone"), Next.After(Fresh, Answered(410), Given.Now, 0.5));

    [Theory]
    [InlineData(0, 0, 1.5)]
    [InlineData(0, 1, 2.5)]
    [InlineData(1, 0.5, 6)]
    [InlineData(4, 0.5, 162)]
    [InlineData(7, 0.5, 3600)]
    [InlineData(200, 0.5, 3600)]
    public void Pauses_grow_and_are_not_the_same_for_all(int attempts, double chance, double seconds)
    {
        var webhook = Fresh with { Attempts = attempts, FailingSince = Given.Now.AddHours(-1) };
        var again = Assert.IsType<Next.Again>(Next.After(webhook, Answered(500), Given.Now, chance));
        Assert.Equal(seconds, (again.At - Given.Now).TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void An_hour_of_silence_is_outlived_and_a_day_is_not()
    {
        var (webhook, now, waits) = (Fresh, Given.Now, new List<TimeSpan>());
        while (Next.After(webhook, Answered(null), now, 0.5) is Next.Again again)
        {
            webhook = webhook with { Attempts = webhook.Attempts + 1, FailingSince = webhook.FailingSince ?? now };
            waits.Add(again.At - now);
            now = again.At;
        }
        Assert.Equal(new Next.Off("failing"), Next.After(webhook, Answered(null), now, 0.5));
        Assert.Equal(TimeSpan.FromHours(24), now - Given.Now);
        Assert.InRange(waits.Count, 20, 40);
        Assert.Equal(new Next.On(), Next.After(webhook, Answered(200), now, 0.5));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1800, 1800)]
    [InlineData(-5, 2)]
    [InlineData(int.MaxValue, 23 * 3600)]
    public void Retry_after_is_heeded_but_the_day_is_not_made_longer(int seconds, int wait)
    {
        var webhook = Fresh with { FailingSince = Given.Now.AddHours(-1) };
        Assert.Equal(
            new Next.Again(Given.Now.AddSeconds(wait)),
            Next.After(webhook, Answered(503, TimeSpan.FromSeconds(seconds)), Given.Now, 0.5)
        );
    }
}
