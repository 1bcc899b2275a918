using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Npgsql;
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
    public async Task Wrong_codes_of_who_stole_the_password_do_not_lock_out_who_has_signed_in_here_before()
    {
        var (address, _, codes) = await SwitchedOn();
        using var owner = new Browser(running.Authority);
        Assert.Equal("/", await With(owner, address, codes[0]));
        using var thief = new Browser(running.Authority);
        for (var i = 0; i < 5; i++)
            Assert.Null(await With(thief, address, "wrong"));
        Assert.Null(await With(thief, address, codes[1]));
        Assert.Equal("/", await With(owner, address, codes[2]));
    }

    [Fact]
    public async Task The_key_that_is_switched_on_is_one_that_no_other_session_was_shown()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        using var owner = new Browser(running.Authority);
        using var signed = await owner.SignIn(address, Password);
        var seen = Key().Match(await owner.Http.GetStringAsync(new Uri("/two-factor", UriKind.Relative)));
        var page = await owner.Http.GetStringAsync(new Uri("/two-factor", UriKind.Relative));
        Assert.NotEqual(seen.Groups["key"].Value, Key().Match(page).Groups["key"].Value);
        var form = new SentForm(page, "code") { ["password"] = Password };
        form["code"] = await Totp(seen.Groups["key"].Value);
        using var wrong = await form.Send(owner.Http);
        Assert.Contains("This code is not right", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // Nor is it one that somebody else is to be given.
        form["proposed"] = form["proposed"] + "x";
        form["code"] = await Totp(Key().Match(page).Groups["key"].Value);
        using var bent = await form.Send(owner.Http);
        Assert.Contains("This code is not right", await bent.Content.ReadAsStringAsync(), StringComparison.Ordinal);
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
    public async Task Switching_off_and_new_recovery_codes_ask_for_password_and_code_and_the_owner_is_told()
    {
        var (address, key, codes) = await SwitchedOn();
        using var browser = new Browser(running.Authority);
        await With(browser, address, codes[0]);

        using var unknown = await browser.Send("/two-factor", "disable", ("code", codes[2]), ("password", "wrong"));
        Assert.Contains(
            "This is not your password",
            await unknown.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        using var refused = await browser.Send("/two-factor", "recovery", ("code", "wrong"), Known);
        Assert.Contains("This code is not right", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var renewed = await browser.Send("/two-factor", "recovery", ("code", codes[1]), Known);
        var fresh = Codes(await renewed.Content.ReadAsStringAsync());
        Assert.Equal(10, fresh.Length);
        Assert.Empty(fresh.Intersect(codes, StringComparer.Ordinal));
        using var kept = await browser.Send("/two-factor", "disable", ("code", "wrong"), Known);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        using var off = await browser.Send("/two-factor", "disable", ("code", await Totp(key)), Known);
        Assert.Equal("/two-factor", off.Headers.Location?.OriginalString);
        Assert.NotNull((await SignIn.As(running.Authority, address, Password)).AccessToken);
        foreach (var told in (string[])["switched on", "New recovery codes", "switched off"])
            await Eventually.Holds(() =>
                Task.FromResult(
                    running.Mail.Received.Any(m =>
                        m.To.Contains(address, StringComparer.OrdinalIgnoreCase)
                        && m.Message.Subject?.Contains(told, StringComparison.Ordinal) == true
                    )
                )
            );
    }

    [Fact]
    public async Task Neither_keys_nor_recovery_codes_can_be_read_from_the_database()
    {
        var (_, key, codes) = await SwitchedOn();
        var held = await Held();
        Assert.DoesNotContain(key, held, StringComparison.Ordinal);
        Assert.All(codes, code => Assert.DoesNotContain(code, held, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_lay_in_the_clear_is_brought_into_this_form_at_the_start()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        const string Key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        await Execute(
            $"""
            insert into identity.account_tokens (user_id, login_provider, name, value)
            select id, '[AspNetUserStore]', t.name, t.value from identity.accounts,
              (values ('AuthenticatorKey', '{Key}'), ('RecoveryCodes', 'AAAAA-BBBBB;CCCCC-DDDDD')) as t (name, value)
            where email = '{address}';
            update identity.accounts set two_factor_enabled = true where email = '{address}'
            """
        );
        await using (var scope = running.Host.Services.CreateAsyncScope())
            await Preparation.Prepare(scope.ServiceProvider, TestContext.Current.CancellationToken);
        var held = await Held();
        Assert.DoesNotContain(Key, held, StringComparison.Ordinal);
        Assert.DoesNotContain("CCCCC", held, StringComparison.Ordinal);
        using var browser = new Browser(running.Authority);
        Assert.Equal("/", await With(browser, address, "CCCCC-DDDDD"));
        Assert.Equal("/", await With(browser, address, await Totp(Key)));
    }

    [Fact]
    public async Task An_installation_that_demands_a_second_factor_gives_no_tokens_without_it()
    {
        var settings = new Dictionary<string, string>(running.Settings, StringComparer.Ordinal)
        {
            ["Identity:SecondFactorFor"] = "administrator",
        };
        await using var host = new IdentityHost(Local.FreePort(), settings).Start();
        Assert.NotNull((await SignIn.As(host.Authority, "reader@example.org")).AccessToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.As(host.Authority, "admin@example.org"));
        using var browser = new Browser(host.Authority);
        using var signed = await browser.SignIn("admin@example.org", Password);
        using var asked = await browser.Http.GetAsync(
            "/connect/authorize?response_type=code&client_id=skillplatform-cli&scope=openid"
                + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1234%2Fcallback&code_challenge_method=S256"
                + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        Assert.Equal("/two-factor", asked.Headers.Location?.OriginalString);
        var page = await browser.Http.GetStringAsync(new Uri("/two-factor", UriKind.Relative));
        Assert.Contains("Your role demands a second factor", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", null, true)]
    [InlineData("Production", "none", false)]
    [InlineData("Development", null, false)]
    [InlineData("Development", "reviewer, administrator", true)]
    public void Administrators_owe_a_second_factor_unless_an_installation_says_otherwise(
        string environment,
        string? roles,
        bool owed
    )
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Identity:SecondFactorFor", roles)])
            .Build();
        var demanded = new SecondFactorDemanded(
            configuration,
            new HostingEnvironment { EnvironmentName = environment }
        );
        var admin = new Account { Roles = ["administrator", "contributor"] };
        Assert.Equal(owed, demanded.Of(admin, new ClaimsPrincipal(new ClaimsIdentity())));
        Assert.False(demanded.Of(new Account(), new ClaimsPrincipal(new ClaimsIdentity())));
        var passkey = new Claim(ClaimTypes.AuthenticationMethod, SecondFactorDemanded.Passkey);
        Assert.False(demanded.Of(admin, new ClaimsPrincipal(new ClaimsIdentity([passkey]))));
    }

    private static (string, string) Known => ("password", Password);

    private async Task<string> Held() =>
        (string)(await Execute("select coalesce(string_agg(value, ' '), '') from identity.account_tokens"))!;

    private async Task<object?> Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(running.Settings["ConnectionStrings:identity-db"]);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
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
        var form = new SentForm(page, "code") { ["code"] = "12", ["password"] = Password };
        using var wrong = await form.Send(browser.Http);
        var refused = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("This code is not right", refused, StringComparison.Ordinal);
        Assert.Equal(key, Key().Match(refused).Groups["key"].Value);
        // Each code is good for once: the one before for this, so that the one of now is left.
        form["code"] = await Totp(key, -1);
        using var on = await form.Send(browser.Http);
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
