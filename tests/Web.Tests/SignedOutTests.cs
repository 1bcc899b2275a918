using System.Net;
using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>Apart from other tests of sessions, whose replicas with other databases would take the messages.</summary>
public sealed class SignedOutTests(WebFixture web) : IClassFixture<WebFixture>
{
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_identity_says_has_ended_ends_here_at_once_and_what_began_since_stands()
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(web.Broker));
        await bus.StartAsync(_ct);
        var now = DateTimeOffset.UtcNow;
        using var phone = await SignedIn("leaver");
        using var desk = await SignedIn("leaver");
        using var somebody = await SignedIn("stayer");
        await bus.Publish(Changed("leaver", now.AddDays(-1)), _ct);
        await bus.Publish(Changed("leaver", null), _ct);
        await bus.Publish(Changed("leaver", now.AddMinutes(1)), _ct);
        await Eventually.Holds(async () => !await IsIn(phone) && !await IsIn(desk));
        Assert.True(await IsIn(somebody));
        using var again = await SignedIn("leaver");
        await bus.Publish(Changed("leaver", now.AddMinutes(-1)), _ct);
        await bus.Publish(new AccountErased("stayer", 9, now), _ct);
        await Eventually.Holds(async () => !await IsIn(somebody));
        Assert.True(await IsIn(again));
        await bus.StopAsync(_ct);
    }

    [Fact]
    public async Task What_began_in_the_second_of_a_sign_out_has_ended_and_what_began_in_the_next_stands()
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host(web.Broker));
        await bus.StartAsync(_ct);
        var (browser, second) = await InOneSecond("hurried");
        await bus.Publish(Changed("hurried", second.AddMilliseconds(-1)), _ct);
        // Told after it and through the same queue: what was told before has been done.
        using var mark = await SignedIn("mark");
        await bus.Publish(Changed("mark", DateTimeOffset.UtcNow.AddSeconds(2)), _ct);
        await Eventually.Holds(async () => !await IsIn(mark));
        Assert.True(await IsIn(browser));
        await bus.Publish(Changed("hurried", second.AddMilliseconds(1)), _ct);
        await Eventually.Holds(async () => !await IsIn(browser));
        browser.Dispose();
        await bus.StopAsync(_ct);
    }

    // The whole sign-in, so that its tokens say this second.
    private async Task<(Browser Browser, DateTimeOffset Second)> InOneSecond(string account)
    {
        while (true)
        {
            var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            var browser = await SignedIn(account);
            if (DateTimeOffset.UtcNow.ToUnixTimeSeconds() == before)
                return (browser, DateTimeOffset.FromUnixTimeSeconds(before));
            browser.Dispose();
        }
    }

    private async Task<Browser> SignedIn(string account)
    {
        web.Identity.Sub = account;
        var browser = web.Browser();
        await browser.SignIn();
        return browser;
    }

    private static async Task<bool> IsIn(Browser browser)
    {
        using var form = await browser.Get("/skills/x/suggest");
        return form.StatusCode != HttpStatusCode.Redirect;
    }

    private static AccountChanged Changed(string account, DateTimeOffset? at) =>
        new(account, 1, "Zoë", "zoe@example.org", "en", "Etc/UTC", ["contributor"], [], true, at);
}
