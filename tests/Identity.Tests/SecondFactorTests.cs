using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed partial class SecondFactorTests(Running running)
{
    private const string Password = "skillplatform-dev-1";

    [Fact]
    public async Task With_a_second_factor_the_password_alone_signs_nobody_in()
    {
        var (address, key, codes) = await SwitchedOn();
        using var browser = new Browser(running.Authority);

        using var half = await browser.SignIn(address, Password, "/passkeys");
        Assert.Equal("/sign-in/code?returnUrl=%2Fpasskeys", half.Headers.Location?.OriginalString);
        using var early = await browser.Http.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, early.StatusCode);
        using var wrong = await browser.Fill(half.Headers.Location!.OriginalString, ("code", "000000x"));
        Assert.Contains("This code is not right", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var right = await browser.Fill(half.Headers.Location!.OriginalString, ("code", await Totp(key)));
        Assert.Equal("/passkeys", right.Headers.Location?.OriginalString);
        using var home = await browser.Http.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, home.StatusCode);

        using var elsewhere = new Browser(running.Authority);
        Assert.Equal("/", await With(elsewhere, address, codes[0]));
        Assert.Null(await With(elsewhere, address, codes[0]));
    }

    [Fact]
    public async Task Guessing_codes_locks_the_account()
    {
        var (address, key, _) = await SwitchedOn();
        using var browser = new Browser(running.Authority);
        for (var i = 0; i < 5; i++)
            Assert.Null(await With(browser, address, "wrong"));
        Assert.Null(await With(browser, address, await Totp(key)));
    }

    [Fact]
    public async Task A_code_works_once_even_twice_at_once_and_one_step_off()
    {
        var (address, key, _) = await SwitchedOn();
        var code = await Totp(key);
        var browsers = Enumerable.Range(0, 4).Select(_ => new Browser(running.Authority)).ToArray();
        var forms = new List<(Browser Browser, SentForm Form)>();
        foreach (var browser in browsers)
        {
            using var half = await browser.SignIn(address, Password);
            var page = await browser.Http.GetStringAsync(half.Headers.Location!);
            forms.Add((browser, new SentForm(page, "code") { ["code"] = code }));
        }
        var answers = await Task.WhenAll(forms.Select(f => f.Form.Send(f.Browser.Http)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Redirect);
        Assert.Null(await With(browsers[0], address, code));
        Assert.Null(await With(browsers[0], address, await Totp(key, 3)));
        foreach (var browser in browsers)
            browser.Dispose();
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_clock_may_be_one_step_off(int steps, bool taken)
    {
        // RFC 6238, appendix B: the last six of the eight digits.
        const string Key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        var at = DateTimeOffset.FromUnixTimeSeconds(1111111109 - 30 * steps);
        Assert.Equal(taken ? 1111111109L / 30 : null, SecondFactor.Step(Key, "081804", at));
    }

    [Fact]
    public async Task Nobody_gets_to_the_second_step_without_the_first()
    {
        using var browser = new Browser(running.Authority);
        using var shown = await browser.Http.GetAsync("/sign-in/code");
        Assert.Equal("/sign-in", shown.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Switching_off_and_new_recovery_codes_ask_for_a_code()
    {
        var (address, key, codes) = await SwitchedOn();
        using var browser = new Browser(running.Authority);
        await With(browser, address, codes[0]);

        using var refused = await browser.Send("/two-factor", "recovery", ("code", "wrong"));
        Assert.Contains("This code is not right", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var renewed = await browser.Send("/two-factor", "recovery", ("code", codes[1]));
        var fresh = Codes(await renewed.Content.ReadAsStringAsync());
        Assert.Equal(10, fresh.Length);
        Assert.Empty(fresh.Intersect(codes, StringComparer.Ordinal));
        using var kept = await browser.Send("/two-factor", "disable", ("code", "wrong"));
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        using var off = await browser.Send("/two-factor", "disable", ("code", await Totp(key)));
        Assert.Equal("/two-factor", off.Headers.Location?.OriginalString);
        Assert.NotNull((await SignIn.As(running.Authority, address, Password)).AccessToken);
    }

    // Signs in with a code; gives where that led, null where it did not.
    private static async Task<string?> With(Browser browser, string address, string code)
    {
        using var half = await browser.SignIn(address, Password);
        if (half.StatusCode != HttpStatusCode.Redirect)
            return null;
        using var whole = await browser.Fill(half.Headers.Location!.OriginalString, ("code", code));
        return whole.Headers.Location?.OriginalString;
    }

    private async Task<(string Address, string Key, string[] Codes)> SwitchedOn()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        using var browser = new Browser(running.Authority);
        using var signed = await browser.SignIn(address, Password);
        var page = await browser.Http.GetStringAsync(new Uri("/two-factor", UriKind.Relative));
        Assert.Contains("<path d=\"M", page, StringComparison.Ordinal);
        var key = Key().Match(page).Groups["key"].Value;
        using var wrong = await browser.Fill("/two-factor", ("code", "12"));
        Assert.Contains("This code is not right", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // Each code is good for once: the one before for this, so that the one of now is left.
        using var on = await browser.Fill("/two-factor", ("code", await Totp(key, -1)));
        var codes = Codes(await on.Content.ReadAsStringAsync());
        Assert.Equal(10, codes.Length);
        var again = await browser.Http.GetStringAsync(new Uri("/two-factor", UriKind.Relative));
        Assert.Empty(Codes(again));
        Assert.DoesNotContain(key, again, StringComparison.Ordinal);
        return (address, key, codes);
    }

    private static string[] Codes(string html) => [.. Code().Matches(html).Select(m => m.Groups["code"].Value)];

    // RFC 6238, as an app does it.
    private static async Task<string> Totp(string key, int steps = 0)
    {
        // Not so late that the next thirty seconds begin on the way.
        await Eventually.Holds(() => Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeSeconds() % 30 < 25));
        var bits = string.Concat(
            key.Select(c =>
                Convert
                    .ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2)
                    .PadLeft(5, '0')
            )
        );
        var bytes = Enumerable
            .Range(0, bits.Length / 8)
            .Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))
            .ToArray();
        var step = BitConverter.GetBytes(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30 + steps);
        Array.Reverse(step);
#pragma warning disable CA5350 // What authenticator apps do.
        var hash = HMACSHA1.HashData(bytes, step);
#pragma warning restore CA5350
        var at = hash[^1] & 15;
        var number = ((hash[at] & 127) << 24) | (hash[at + 1] << 16) | (hash[at + 2] << 8) | hash[at + 3];
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("<code id=\"key\"[^>]*>(?<key>[A-Z2-7]+)</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();

    [GeneratedRegex("<li><code>(?<code>[^<]+)</code></li>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
