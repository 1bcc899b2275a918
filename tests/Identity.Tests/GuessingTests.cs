using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class GuessingTests(Running running)
{
    [Fact]
    public async Task Two_hundred_wrong_passwords_at_once_are_looked_at_as_often_as_one_after_the_other()
    {
        var address = await New();
        var answers = await AtOnce(200, address, "wrong password");
        Assert.InRange(answers.Count(status => status == HttpStatusCode.OK), 1, 10);
        Assert.Equal(200, answers.Count(status => status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests));
        // Not even the right one, from here.
        Assert.DoesNotContain(HttpStatusCode.Redirect, await AtOnce(1, address, SignIn.Password));
    }

    [Fact]
    public async Task Right_passwords_at_once_are_no_guesses_of_each_other()
    {
        var answers = await AtOnce(16, await New(), SignIn.Password);
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.Redirect, status));
    }

    [Fact]
    public async Task A_strangers_wrong_passwords_do_not_lock_out_who_has_signed_in_here_before()
    {
        var address = await New();
        using var owner = new Browser(running.Authority);
        using var before = await owner.SignIn(address, SignIn.Password);
        using var stranger = new Browser(running.Authority);
        for (var i = 0; i < 12; i++)
        {
            using var wrong = await stranger.SignIn(address, "wrong password");
        }
        using var refused = await stranger.SignIn(address, SignIn.Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);

        using var again = await owner.SignIn(address, SignIn.Password);
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        // It is this address that it is known for.
        var other = await New();
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await owner.SignIn(other, "wrong password");
        }
        using var locked = await owner.SignIn(other, SignIn.Password);
        Assert.Equal(HttpStatusCode.OK, locked.StatusCode);
    }

    [Fact]
    public async Task Failures_of_one_client_are_not_anothers_and_each_waits_longer()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var services = running.Host.Services;
        using var guessing = new Guessing(
            services.GetRequiredService<NpgsqlDataSource>(),
            services.GetRequiredService<Marks>(),
            services.GetRequiredService<SecurityLog>(),
            time,
            services.GetRequiredService<IConfiguration>()
        );
        var address = Guid.NewGuid().ToString();
        var (here, there) = (From("2001:db8::1"), From("2001:db8:1::1"));
        async Task<bool> Locked(HttpContext http)
        {
            using var attempt = await guessing.Begin(http, address);
            Assert.Null(attempt.RetryAfter);
            return attempt.Locked;
        }
        for (var i = 0; i < 5; i++)
            Assert.False(await Locked(here));
        Assert.True(await Locked(here));
        // The same network, and another one.
        Assert.True(await Locked(From("2001:db8::2")));
        Assert.False(await Locked(there));
        foreach (var minutes in (int[])[1, 2, 4, 8])
        {
            time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.True(await Locked(here));
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(await Locked(here));
        }
        // However long it goes on: what all clients have together is not used up by one that is locked.
        for (var minute = 0; minute < 12; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            for (var i = 0; i < 10; i++)
                Assert.True(await Locked(here));
        }
        Assert.False(await Locked(there));
    }

    private static DefaultHttpContext From(string address) =>
        new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };

    [Fact]
    public async Task Who_reads_too_fast_is_told_when_to_go_on()
    {
        var settings = new Dictionary<string, string>(running.Settings, StringComparer.Ordinal)
        {
            ["Limits:ReadsPerMinute"] = "5",
        };
        await using var host = new IdentityHost(Local.FreePort(), settings).Start();
        using var http = new HttpClient { BaseAddress = new Uri(host.Authority) };
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 7; i++)
        {
            using var answer = await http.GetAsync("/sign-in", TestContext.Current.CancellationToken);
            statuses.Add(answer.StatusCode);
            Assert.Equal(answer.StatusCode == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
        }
        Assert.Equal(2, statuses.Count(status => status == HttpStatusCode.TooManyRequests));
        // To a person it is a page, in their language.
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var page = await http.GetAsync("/sign-in?ui_locales=de", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.NotNull(page.Headers.RetryAfter);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("zu viele Anfragen", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Not_more_than_so_many_letters_a_day_go_to_one_person()
    {
        var settings = new Dictionary<string, string>(running.Settings, StringComparer.Ordinal)
        {
            ["Identity:LettersPerDay"] = "3",
        };
        await using var host = new IdentityHost(Local.FreePort(), settings).Start();
        using var browser = new Browser(host.Authority);
        var person = Guid.CreateVersion7().ToString("N");
        // Many hosts take no notice of dots, and none of what stands after a plus.
        foreach (var address in (string[])[person, $"{person}+1", person.Insert(8, "."), $"{person}+3", person])
        {
            using var asked = await browser.Fill(
                "/register",
                ("name", "Somebody"),
                ("email", $"{address}@example.net"),
                ("password", "correct horse battery")
            );
            Assert.Equal("/sent", asked.Headers.Location?.OriginalString);
        }
        // What comes after is written after.
        var other = await New();
        using var last = await browser.Fill("/forgot", ("email", other));
        await Eventually.Holds(() =>
            Task.FromResult(running.Mail.Received.Any(m => m.To.Contains(other, StringComparer.OrdinalIgnoreCase)))
        );
        await Eventually.Holds(() => Task.FromResult(running.Mail.Received.Count(IsTheirs) >= 3));
        Assert.Equal(3, running.Mail.Received.Count(IsTheirs));

        // What an owner has to hear of goes always: nobody moves their account elsewhere behind a heap of letters.
        using var owner = new Browser(host.Authority);
        using var entered = await owner.SignIn(other, SignIn.Password);
        for (var i = 0; i < 3; i++)
        {
            using var more = await browser.Fill("/forgot", ("email", other));
        }
        using var moving = await owner.Fill(
            "/address",
            ("email", $"{Guid.CreateVersion7():N}@example.net"),
            ("password", SignIn.Password)
        );
        Assert.Equal("/sent", moving.Headers.Location?.OriginalString);
        await Eventually.Holds(() =>
            Task.FromResult(
                running.Mail.Received.Any(m =>
                    m.To.Contains(other, StringComparer.OrdinalIgnoreCase)
                    && m.Message.Subject?.EndsWith("is to change", StringComparison.Ordinal) == true
                )
            )
        );

        bool IsTheirs(Received mail) =>
            mail.To.Any(to =>
                to.Replace(".", "", StringComparison.Ordinal).StartsWith(person, StringComparison.Ordinal)
            );
    }

    [Theory]
    [InlineData("qwertyuiop12")]
    [InlineData("P@ssw0rd2026!")]
    [InlineData("Summer2026!!!")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("abcdefgh1234")]
    [InlineData("iloveyou1234")]
    [InlineData("SkillPlatform1")]
    [InlineData("xk7xk7xk7xk7")]
    [InlineData("zoe.miller2026")]
    [InlineData("Miller-Zoe-99")]
    [InlineData("йцукенгшщзхъ")]
    [InlineData("GHJCNJgfhjkm")]
    [InlineData("mailcreated5240")]
    [InlineData("2024!chopper!!")]
    [InlineData("slipknot-1-2-3")]
    public void Common_passwords_are_told(string password) => Assert.True(CommonPasswords.IsOne(password, Zoe));

    [Fact]
    public void The_list_has_the_hundred_thousand_most_common_ones()
    {
        // As many as differ by more than capitals.
        Assert.Equal(96_518, CommonPasswords.Listed);
        Assert.True(CommonPasswords.IsListed("123456"));
        Assert.True(CommonPasswords.IsListed("Password"));
        Assert.False(CommonPasswords.IsListed("kV9#tqLw2zRb"));
    }

    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("another long password")]
    [InlineData("kV9#tqLw2zRb")]
    [InlineData("skillplatform-dev-1")]
    [InlineData("夏草や兵どもが夢の跡")]
    public void And_others_are_not(string password) => Assert.False(CommonPasswords.IsOne(password, Zoe));

    private static Account Zoe => new() { Name = "Zoe Miller", Email = "zoe.miller@example.net" };

    private async Task<string> New()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        return address;
    }

    private async Task<HttpStatusCode[]> AtOnce(int times, string address, string password)
    {
        using var browser = new Browser(running.Authority);
        var page = await browser.Http.GetStringAsync(new Uri("/sign-in", UriKind.Relative));
        var form = new SentForm(page, "password") { ["email"] = address, ["password"] = password };
        return await Task.WhenAll(
            Enumerable
                .Range(0, times)
                .Select(async _ =>
                {
                    using var answer = await form.Send(browser.Http);
                    return answer.StatusCode;
                })
        );
    }
}
