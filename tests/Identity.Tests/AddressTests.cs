using System.Net;
using System.Text.RegularExpressions;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed partial class AddressTests(Running running)
{
    private static string NewAddress() => $"{Guid.CreateVersion7():N}@example.net";

    [Fact]
    public async Task A_new_address_holds_once_its_link_is_followed_and_the_old_one_is_told()
    {
        await using var heard = await Heard.Listen(running.Broker);
        var (old, wanted) = (NewAddress(), NewAddress());
        await running.Create(old);
        var tokens = await SignIn.As(running.Authority, old);
        using var browser = await SignedIn(old);
        using var before = await SignedIn(old);
        using var asked = await Ask(browser, wanted);
        Assert.Equal("/sent", asked.Headers.Location?.OriginalString);
        Assert.EndsWith("/forgot", (await Mailed(old)).Link, StringComparison.Ordinal);
        // Not before.
        Assert.NotNull((await SignIn.As(running.Authority, old)).AccessToken);

        var link = (await Mailed(wanted)).Link;
        using var looked = await browser.Http.GetAsync(link, TestContext.Current.CancellationToken);
        Assert.Contains(wanted, await Text(looked), StringComparison.Ordinal);
        using var moved = await browser.Fill(link);
        Assert.Contains("Your new address is in use", await Text(moved), StringComparison.Ordinal);
        using var entered = await browser.SignIn(wanted, SignIn.Password);
        using var again = await browser.Fill(link);
        Assert.Contains("has expired or has been used", await Text(again), StringComparison.Ordinal);

        var signed = await SignIn.As(running.Authority, wanted);
        using var api = new Api(new Uri(running.Authority), signed.AccessToken);
        var me = await api.Get("/api/identity/me");
        Assert.Equal(wanted, me.GetProperty("email").GetString());
        await heard.Next(
            "AccountChanged",
            me.GetProperty("id").GetString()!,
            m => m.GetProperty("email").GetString() == wanted && Heard.SignedOut(m)
        );
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.As(running.Authority, old));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, tokens.RefreshToken!)
        );
        using var home = await before.Http.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, home.StatusCode);
    }

    [Fact]
    public async Task Whoever_is_sent_the_link_does_not_give_a_strangers_account_their_address()
    {
        var (old, theirs, third) = (NewAddress(), NewAddress(), NewAddress());
        await running.Create(old);
        await running.Create(third);
        using var stranger = await SignedIn(old);
        using var asked = await Ask(stranger, theirs);
        var link = (await Mailed(theirs)).Link;
        using var nobody = new Browser(running.Authority);
        using var other = await SignedIn(third);
        foreach (var who in (Browser[])[nobody, other])
        {
            using var followed = await who.Fill(link);
            Assert.StartsWith(
                "/sign-in?returnUrl=%2Faddress%2Fconfirm",
                followed.Headers.Location?.OriginalString,
                StringComparison.Ordinal
            );
        }
        Assert.NotNull((await SignIn.As(running.Authority, old)).AccessToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.As(running.Authority, theirs));
        // On another machine of their own one signs in, and goes on.
        using var elsewhere = new Browser(running.Authority);
        using var first = await elsewhere.Fill(link);
        using var back = await elsewhere.Fill(
            first.Headers.Location!.OriginalString,
            ("email", old),
            ("password", SignIn.Password)
        );
        using var moved = await elsewhere.Fill(back.Headers.Location!.OriginalString);
        Assert.Contains("Your new address is in use", await Text(moved), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_can_be_confirmed_again_and_everybody_hears_when()
    {
        await using var heard = await Heard.Listen(running.Broker);
        var address = NewAddress();
        await running.Create(address);
        var signed = await SignIn.As(running.Authority, address);
        using var api = new Api(new Uri(running.Authority), signed.AccessToken);
        var me = (await api.Get("/api/identity/me")).GetProperty("id").GetString()!;
        var first = Confirmed(await heard.Next("AccountChanged", me, _ => true));
        var asked = await api.Post("/api/identity/me/confirmation", new { });
        Assert.Equal(202, asked.Status);
        var link = (await Mailed(address, "/confirm")).Link;
        using var browser = new Browser(running.Authority);
        using var bent = await browser.Fill(link.Replace("again=true", "again=false", StringComparison.Ordinal));
        Assert.Contains("has expired or has been used", await Text(bent), StringComparison.Ordinal);
        using var confirmed = await browser.Fill(link);
        Assert.Contains("mails go there again", await Text(confirmed), StringComparison.Ordinal);
        await heard.Next("AccountChanged", me, m => Confirmed(m) > first);
        // Whatever was signed in still is.
        Assert.NotNull((await SignIn.Refresh(running.Authority, signed.RefreshToken!)).AccessToken);
    }

    // Accounts for development never followed a link.
    private static DateTimeOffset Confirmed(System.Text.Json.JsonElement changed) =>
        changed.GetProperty("emailConfirmedAt") is { ValueKind: System.Text.Json.JsonValueKind.String } at
            ? at.GetDateTimeOffset()
            : DateTimeOffset.MinValue;

    [Theory]
    [InlineData("not the password", "This is not your password.")]
    [InlineData(null, "This is not an email address we can write to.")]
    public async Task It_takes_the_password_and_an_address(string? password, string words)
    {
        var (old, wanted) = (NewAddress(), NewAddress());
        await running.Create(old);
        using var browser = await SignedIn(old);
        using var refused = await browser.Fill(
            "/address",
            ("email", password is null ? "x\r\nBcc: y@example.net" : wanted),
            ("password", password ?? SignIn.Password)
        );
        Assert.Contains(words, await Text(refused), StringComparison.Ordinal);
        // What comes after is written after: had there been a letter, it would be there by now.
        using var asked = await Ask(browser, NewAddress());
        await Mailed(old);
        Assert.DoesNotContain(running.Mail.Received, m => m.To.Contains(wanted, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Nobody_takes_or_learns_of_somebody_elses_address()
    {
        var (old, theirs) = (NewAddress(), NewAddress());
        await running.Create(old);
        using var browser = await SignedIn(old);
        using var free = await Ask(browser, theirs);
        var link = (await Mailed(theirs)).Link;
        await running.Create(theirs);
        using var taken = await Ask(browser, theirs);
        Assert.Equal(free.StatusCode, taken.StatusCode);
        Assert.Equal(free.Headers.Location, taken.Headers.Location);
        using var late = await browser.Fill(link);
        Assert.Contains("has expired or has been used", await Text(late), StringComparison.Ordinal);
        Assert.NotNull((await SignIn.As(running.Authority, old)).AccessToken);
        Assert.NotNull((await SignIn.As(running.Authority, theirs)).AccessToken);
    }

    [Fact]
    public async Task Who_registered_an_address_and_never_confirmed_it_keeps_nobody_from_it()
    {
        var (old, wanted) = (NewAddress(), NewAddress());
        await running.Create(old);
        using var stranger = new Browser(running.Authority);
        using var registered = await stranger.Fill(
            "/register",
            ("name", "Stranger"),
            ("email", wanted),
            ("password", "the stranger's own password")
        );
        await Mailed(wanted, "/confirm");
        using var browser = await SignedIn(old);
        using var asked = await Ask(browser, wanted);
        using var moved = await browser.Fill((await Mailed(wanted, "/address/confirm")).Link);
        Assert.Contains("Your new address is in use", await Text(moved), StringComparison.Ordinal);
        Assert.NotNull((await SignIn.As(running.Authority, wanted)).AccessToken);
    }

    [Fact]
    public async Task A_new_password_voids_the_link_and_another_address_makes_it_useless()
    {
        var (old, wanted) = (NewAddress(), NewAddress());
        await running.Create(old);
        using var browser = await SignedIn(old);
        using var asked = await Ask(browser, wanted);
        var link = (await Mailed(wanted)).Link;
        var elsewhere = link.Replace(Uri.EscapeDataString(wanted), "other%40example.net", StringComparison.Ordinal);
        using var bent = await browser.Fill(elsewhere);
        Assert.Contains("has expired or has been used", await Text(bent), StringComparison.Ordinal);
        using var forgot = await browser.Fill("/forgot", ("email", old));
        using var reset = await browser.Fill((await Mailed(old, "/reset")).Link, ("password", "another long password"));
        using var entered = await browser.SignIn(old, "another long password");
        using var late = await browser.Fill(link);
        Assert.Contains("has expired or has been used", await Text(late), StringComparison.Ordinal);
        Assert.NotNull((await SignIn.As(running.Authority, old, "another long password")).AccessToken);
    }

    private async Task<Browser> SignedIn(string address)
    {
        var browser = new Browser(running.Authority);
        using var signed = await browser.SignIn(address, SignIn.Password);
        Assert.Equal(HttpStatusCode.Redirect, signed.StatusCode);
        return browser;
    }

    private static Task<HttpResponseMessage> Ask(Browser browser, string wanted) =>
        browser.Fill("/address", ("email", wanted), ("password", SignIn.Password));

    private async Task<(string Link, string Subject)> Mailed(string address, string page = "/")
    {
        var mail = await Eventually.Get(
            () =>
                Task.FromResult(
                    running.Mail.Received.LastOrDefault(m =>
                        m.To.Contains(address, StringComparer.OrdinalIgnoreCase)
                        && Link().Match(m.Message.TextBody ?? "").Value.Contains(page, StringComparison.Ordinal)
                    )
                ),
            found => found is not null
        );
        return (new Uri(Link().Match(mail!.Message.TextBody ?? "").Value).PathAndQuery, mail.Message.Subject ?? "");
    }

    private static async Task<string> Text(HttpResponseMessage answer) =>
        WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    [GeneratedRegex("https?://\\S+", RegexOptions.None, 1000)]
    private static partial Regex Link();
}
