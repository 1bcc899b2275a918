using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Web;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class OpenIdTests(Running running)
{
    private const string Verifier = "0123456789012345678901234567890123456789012345678901234567890";

    private static string Challenge =>
        Base64UrlEncoder.Encode(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(Verifier))
        );

    private static string Authorize(string client, string redirect, string more = "") =>
        $"/connect/authorize?response_type=code&client_id={client}&scope=openid%20profile%20offline_access%20skillplatform&redirect_uri={Uri.EscapeDataString(redirect)}&state=s{more}";

    private static string WithChallenge => $"&code_challenge={Challenge}&code_challenge_method=S256";

    [Fact]
    public async Task Discovery_names_the_issuer_exactly_and_only_what_there_is()
    {
        using var http = new HttpClient { BaseAddress = new Uri(running.Authority) };
        var found = await http.GetFromJsonAsync<JsonElement>(
            "/.well-known/openid-configuration",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(running.Authority, found.GetProperty("issuer").GetString());
        Assert.Equal(["code"], Texts(found, "response_types_supported"));
        Assert.Equal(["S256"], Texts(found, "code_challenge_methods_supported"));
        Assert.Equal(
            ["authorization_code", "refresh_token", "client_credentials"],
            Texts(found, "grant_types_supported")
        );
        var keys = await http.GetFromJsonAsync<JsonElement>(
            found.GetProperty("jwks_uri").GetString(),
            TestContext.Current.CancellationToken
        );
        var key = Assert.Single(keys.GetProperty("keys").EnumerateArray());
        Assert.Equal("RS256", key.GetProperty("alg").GetString());
        Assert.False(key.TryGetProperty("d", out _));
    }

    private static IEnumerable<string?> Texts(JsonElement found, string name) =>
        found.GetProperty(name).EnumerateArray().Select(text => text.GetString());

    [Theory]
    [InlineData("http://127.0.0.1:1234/callback", true)]
    [InlineData("http://127.0.0.1:60000/callback", true)]
    [InlineData("http://127.0.0.1/callback", true)]
    [InlineData("http://127.0.0.1:1234/other", false)]
    [InlineData("http://localhost:1234/callback", false)]
    [InlineData("http://127.0.0.1.evil.example/callback", false)]
    [InlineData("https://evil.example/callback", false)]
    public async Task A_script_is_redirected_to_its_own_machine_only(string redirect, bool taken)
    {
        using var browser = new Browser(running.Authority);
        using var answer = await browser.Http.GetAsync(
            Authorize("skillplatform-cli", redirect, WithChallenge),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(taken ? HttpStatusCode.Redirect : HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&code_challenge=01234567890123456789012345678901234567890123456789&code_challenge_method=plain")]
    public async Task Without_a_hashed_challenge_there_is_no_code(string more)
    {
        using var browser = new Browser(running.Authority);
        using var signed = await browser.SignIn("reader@example.org", SignIn.Password);
        using var answer = await browser.Http.GetAsync(
            Authorize("skillplatform-cli", "http://127.0.0.1:1234/callback", more),
            TestContext.Current.CancellationToken
        );
        Assert.DoesNotContain("code=", answer.Headers.Location?.Query ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_code_many_times_at_once_gives_tokens_once()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        using var browser = new Browser(running.Authority);
        const string redirect = "http://localhost:8080/signin-oidc";
        using var signed = await browser.SignIn(address, SignIn.Password);
        using var authorized = await browser.Http.GetAsync(
            Authorize("skillplatform-web", redirect, WithChallenge),
            TestContext.Current.CancellationToken
        );
        var code = HttpUtility.ParseQueryString(authorized.Headers.Location!.Query)["code"]!;
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Exchange(browser, code, redirect, "skillplatform-web-dev"))
        );
        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        Assert.Equal(15, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task The_web_client_needs_its_secret_and_signs_out_here_too()
    {
        using var browser = new Browser(running.Authority);
        const string redirect = "http://localhost:8080/signin-oidc";
        using var signed = await browser.SignIn("reader@example.org", SignIn.Password);
        using var authorized = await browser.Http.GetAsync(
            Authorize("skillplatform-web", redirect, WithChallenge),
            TestContext.Current.CancellationToken
        );
        var back = HttpUtility.ParseQueryString(authorized.Headers.Location!.Query);
        Assert.Equal(running.Authority, back["iss"]);

        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await Exchange(browser, back["code"]!, redirect, "wrong")).StatusCode
        );
        using var exchanged = await Exchange(browser, back["code"]!, redirect, "skillplatform-web-dev");
        var tokens = await exchanged.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

        Assert.True(exchanged.IsSuccessStatusCode, tokens.ToString());
        browser.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            tokens.GetProperty("access_token").GetString()
        );
        var info = await browser.Http.GetFromJsonAsync<JsonElement>(
            "/connect/userinfo",
            TestContext.Current.CancellationToken
        );
        Assert.Equal("Reader", info.GetProperty("name").GetString());
        Assert.False(info.TryGetProperty("email", out _));
        Assert.Equal("""["contributor"]""", info.GetProperty("role").GetRawText());

        using var ended = await browser.Http.GetAsync(
            $"/connect/end-session?id_token_hint={tokens.GetProperty("id_token").GetString()}&post_logout_redirect_uri={Uri.EscapeDataString("http://localhost:8080/signout-callback-oidc")}",
            TestContext.Current.CancellationToken
        );
        Assert.StartsWith(
            "http://localhost:8080/signout-callback-oidc",
            ended.Headers.Location!.ToString(),
            StringComparison.Ordinal
        );
        using var home = await browser.Http.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, home.StatusCode);
    }

    [Fact]
    public async Task Somebody_elses_tokens_and_id_tokens_open_nothing()
    {
        var signed = await SignIn.As(running.Authority, "admin@example.org");
        await using var other = new Authority();
        await other.Start();
        var subject = new JsonWebToken(signed.AccessToken).Subject;
        foreach (
            var token in (string[])
                [
                    signed.IdToken!,
                    signed.RefreshToken!,
                    other.Token(subject, ["administrator"], issuer: running.Authority),
                    signed.AccessToken[..^4] + "AAAA",
                    $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"at+jwt"}""")}.{signed.AccessToken.Split('.')[1]}.",
                ]
        )
        {
            using var api = new Api(new Uri(running.Authority), token);
            Assert.Equal(401, (await api.Send(HttpMethod.Get, "/api/identity/me")).Status);
        }
    }

    [Fact]
    public async Task A_revoked_refresh_token_is_of_no_use()
    {
        var signed = await SignIn.As(running.Authority, "reader@example.org");
        using var http = new HttpClient { BaseAddress = new Uri(running.Authority) };
        using var form = new FormUrlEncodedContent([
            new("client_id", "skillplatform-cli"),
            new("token", signed.RefreshToken!),
        ]);
        using var revoked = await http.PostAsync("/connect/revoke", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, signed.RefreshToken!)
        );
    }

    private static Task<HttpResponseMessage> Exchange(Browser browser, string code, string redirect, string secret) =>
        browser.Http.PostAsync(
            "/connect/token",
            new FormUrlEncodedContent([
                new("grant_type", "authorization_code"),
                new("client_id", "skillplatform-web"),
                new("client_secret", secret),
                new("code", code),
                new("redirect_uri", redirect),
                new("code_verifier", Verifier),
            ])
        );
}
