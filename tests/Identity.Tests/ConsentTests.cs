using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Microsoft.IdentityModel.Tokens;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

/// <summary>A program that anybody could have written gets nothing before the person has agreed.</summary>
public sealed class ConsentTests(Running running)
{
    private const string Callback = "http://127.0.0.1:49152/callback";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    private static string Link(string more = "", string client = "skillplatform-cli", string back = Callback) =>
        $"/connect/authorize?response_type=code&client_id={client}&scope=openid%20offline_access%20skillplatform&state=s"
        + $"&redirect_uri={Uri.EscapeDataString(back)}&code_challenge_method=S256&code_challenge="
        + Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(new string('v', 43))))
        + more;

    [Theory]
    [InlineData("", null)]
    [InlineData("&prompt=consent", null)]
    [InlineData("&prompt=none", "consent_required")]
    [InlineData("&refused=true", "access_denied")]
    public async Task A_link_from_another_site_gets_no_code_without_a_word(string more, string? error)
    {
        using var browser = await SignedIn();
        using var answer = await Open(browser, Link(more));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var to = answer.Headers.Location!.OriginalString;
        Assert.DoesNotMatch("[?&]code=", to);
        if (error is null)
            Assert.StartsWith("/consent?", to, StringComparison.Ordinal);
        else
            Assert.Equal(error, Back(answer)["error"]);
    }

    [Fact]
    public async Task Once_agreed_the_same_program_is_not_asked_about_again_unless_it_wants_more_or_says_so()
    {
        using var browser = await SignedIn();
        using var agreed = await Agree(browser, Link());
        Assert.NotNull(Back(agreed)["code"]);
        using var again = await Open(browser, Link());
        Assert.NotNull(Back(again)["code"]);
        using var silent = await Open(browser, Link("&prompt=none"));
        Assert.NotNull(Back(silent)["code"]);
        using var asked = await Agree(browser, Link("&prompt=consent"));
        Assert.NotNull(Back(asked)["code"]);
        using var more = await Open(browser, Link().Replace("openid", "openid%20email", StringComparison.Ordinal));
        Assert.StartsWith("/consent?", more.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_in_again_does_not_agree_on_the_way()
    {
        using var browser = await SignedIn();
        using var agreed = await Agree(browser, Link());
        using var asked = await Open(browser, Link("&prompt=login%20consent"));
        var signIn = asked.Headers.Location!;
        Assert.StartsWith("/sign-in?", signIn.PathAndQuery(), StringComparison.Ordinal);
        var back = HttpUtility.ParseQueryString(signIn.PathAndQuery().Split('?')[1])["returnUrl"]!;
        using var then = await browser.Http.GetAsync(back, _ct);
        Assert.StartsWith("/consent?", then.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_agree_sends_the_program_away()
    {
        using var browser = await SignedIn();
        using var asked = await Open(browser, Link());
        var page = asked.Headers.Location!.OriginalString;
        using var shown = await browser.Http.GetAsync(page, _ct);
        Assert.Contains(
            "A program on your machine",
            await shown.Content.ReadAsStringAsync(_ct),
            StringComparison.Ordinal
        );
        using var refused = await Post(
            browser,
            HttpUtility.ParseQueryString(page.Split('?')[1])["returnUrl"]!,
            "?handler=refuse"
        );
        using var back = await browser.Http.GetAsync(refused.Headers.Location, _ct);
        Assert.Equal("access_denied", Back(back)["error"]);
        using var again = await Open(browser, Link());
        Assert.StartsWith("/consent?", again.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("/connect/authorize")]
    [InlineData("/connect/authorize?client_id=nobody")]
    [InlineData("/connect/authorize?client_id=skillplatform-web")]
    [InlineData("//evil.example/connect/authorize?client_id=skillplatform-cli")]
    public async Task Nothing_else_is_agreed_to(string returnUrl)
    {
        using var browser = await SignedIn();
        // Any form of ours brings a token.
        using var form = await Post(browser, returnUrl);
        Assert.Equal("/", form.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task The_site_itself_asks_nobody()
    {
        using var browser = await SignedIn();
        using var answer = await Open(
            browser,
            Link(client: "skillplatform-web", back: "http://localhost:8080/signin-oidc")
        );
        Assert.NotNull(Back(answer)["code"]);
    }

    [Fact]
    public async Task What_was_agreed_to_is_listed_and_taking_it_back_ends_the_programs_tokens()
    {
        var email = await New();
        var signed = await SignIn.As(running.Authority, email);
        using var me = new Api(new Uri(running.Authority), signed.AccessToken);
        var one = Assert.Single((await me.Get("/api/identity/me/clients")).GetProperty("items").EnumerateArray());
        Assert.Equal("skillplatform-cli", one.GetProperty("clientId").GetString());

        Assert.Equal(204, (await me.Send(HttpMethod.Delete, "/api/identity/me/clients/skillplatform-cli")).Status);
        Assert.Equal(404, (await me.Send(HttpMethod.Delete, "/api/identity/me/clients/skillplatform-cli")).Status);
        Assert.Empty((await me.Get("/api/identity/me/clients")).GetProperty("items").EnumerateArray());
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, signed.RefreshToken!)
        );
        using var browser = new Browser(running.Authority);
        using var entered = await browser.SignIn(email, SignIn.Password);
        using var asked = await Open(browser, Link());
        Assert.StartsWith("/consent?", asked.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> Agree(Browser browser, string link)
    {
        using var asked = await Open(browser, link);
        Assert.StartsWith("/consent?", asked.Headers.Location?.OriginalString, StringComparison.Ordinal);
        using var agreed = await browser.Fill(asked.Headers.Location!.OriginalString);
        return await browser.Http.GetAsync(agreed.Headers.Location, _ct);
    }

    private async Task<HttpResponseMessage> Post(Browser browser, string returnUrl, string handler = "")
    {
        var html = await browser.Http.GetStringAsync(new Uri("/", UriKind.Relative), _ct);
        var form = new SentForm(html, "__RequestVerificationToken");
        using var content = new FormUrlEncodedContent([
            new("returnUrl", returnUrl),
            new("__RequestVerificationToken", form["__RequestVerificationToken"]!),
        ]);
        return await browser.Http.PostAsync("/consent" + handler, content, _ct);
    }

    private Task<HttpResponseMessage> Open(Browser browser, string link) => browser.Http.GetAsync(link, _ct);

    private static System.Collections.Specialized.NameValueCollection Back(HttpResponseMessage answer)
    {
        Assert.StartsWith("http", answer.Headers.Location?.OriginalString, StringComparison.Ordinal);
        return HttpUtility.ParseQueryString(answer.Headers.Location!.Query);
    }

    private async Task<Browser> SignedIn()
    {
        var browser = new Browser(running.Authority);
        using var entered = await browser.SignIn(await New(), SignIn.Password);
        return browser;
    }

    private async Task<string> New()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        return address;
    }
}

internal static class Addresses
{
    public static string PathAndQuery(this Uri address) =>
        address.IsAbsoluteUri ? address.PathAndQuery : address.OriginalString;
}
