using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class StartTests(Running running)
{
    [Fact]
    public async Task Replicas_that_start_at_once_on_nothing_share_keys_and_accounts_and_encrypt_what_they_keep()
    {
        using var certificate = new KeyCertificate();
        var settings = running.NewSettings("replicas");
        settings["Identity:KeyCertificate"] = certificate.File;
        settings["Identity:KeyCertificatePassword"] = KeyCertificate.Password;
        await using var one = new IdentityHost(Local.FreePort(), settings);
        // One issuer, two processes: the second listens elsewhere, as behind a balancer.
        await using var two = new IdentityHost(Local.FreePort(), settings, authority: one.Authority);
        await Task.WhenAll(Task.Run(one.Start), Task.Run(two.Start));

        var signed = await SignIn.As(one.Authority, "reader@example.org");

        using var elsewhere = new Api(new Uri(two.Address), signed.AccessToken);
        Assert.Equal("Reader", (await elsewhere.Get("/api/identity/me")).GetProperty("name").GetString());
        Assert.Equal(
            one.Services.GetRequiredService<TokenKeys>().Published.Select(k => k.KeyId),
            two.Services.GetRequiredService<TokenKeys>().Published.Select(k => k.KeyId)
        );
        using var scope = one.Services.CreateScope();
        var kept = await scope
            .ServiceProvider.GetRequiredService<IdentityDb>()
            .DataProtectionKeys.Select(held => held.Xml)
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(kept);
        Assert.All(kept, xml => Assert.Contains("EncryptedData", xml, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Production_refuses_to_start_with_development_accounts()
    {
        await using var host = new IdentityHost(
            Local.FreePort(),
            new Dictionary<string, string>(running.Settings, StringComparer.Ordinal)
            {
                ["Identity:WebClientSecret"] = "a secret of the operator",
            },
            environment: "Production",
            authority: "https://id.example.net"
        );
        var refusal = Assert.Throws<InvalidOperationException>(() => host.Start());
        Assert.Contains("development accounts", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_development_address_that_a_stranger_registered_keeps_no_production_from_starting()
    {
        var settings = running.NewSettings("stranger");
        await using (var host = Production(settings))
        {
            host.Start();
            using var scope = host.Services.CreateScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            foreach (
                var (email, confirmed, password) in (IEnumerable<(string, bool, string)>)
                    [
                        ("reader@example.org", false, DevelopmentAccounts.Password),
                        ("admin@example.org", true, "correct horse battery"),
                    ]
            )
            {
                var account = new Account
                {
                    UserName = email,
                    Email = email,
                    EmailConfirmed = confirmed,
                };
                account.PasswordHash = users.PasswordHasher.HashPassword(account, password);
                Assert.True((await users.CreateAsync(account)).Succeeded);
            }
        }
        await using var again = Production(settings);
        again.Start();

        using var registered = await Registered(again, "reviewer@example.org");
        Assert.Contains(
            "not an email address we can write to",
            await registered.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        using var other = await Registered(again, "somebody@example.net");
        Assert.Equal("/sent", other.Headers.Location?.OriginalString);
        // Nor does an account move to it.
        await Confirm(again, "somebody@example.net");
        using var browser = OfProduction(again);
        using var entered = await Sent(
            browser,
            "/sign-in",
            "password",
            ("email", "somebody@example.net"),
            ("password", "correct horse battery")
        );
        Assert.Equal("/", entered.Headers.Location?.OriginalString);
        foreach (
            var (wanted, words) in (IEnumerable<(string, string?)>)
                [("Reviewer@Example.org", "not an email address we can write to"), ("another@example.net", null)]
        )
        {
            using var moved = await Sent(
                browser,
                "/address",
                "email",
                ("email", wanted),
                ("password", "correct horse battery")
            );
            Assert.Equal(words is null ? "/sent" : null, moved.Headers.Location?.OriginalString);
            Assert.Contains(
                words ?? "",
                await moved.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
        }
    }

    private static async Task Confirm(IdentityHost host, string address)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = (await users.FindByEmailAsync(address))!;
        account.EmailConfirmed = true;
        Assert.True((await users.UpdateAsync(account)).Succeeded);
    }

    [Fact]
    public async Task Production_refuses_the_secret_that_everybody_can_read()
    {
        await using var host = Production(running.NewSettings("published"), "skillplatform-web-dev");
        var refusal = Assert.Throws<InvalidOperationException>(() => host.Start());
        Assert.Contains("WebClientSecret", refusal.Message, StringComparison.Ordinal);
    }

    private static IdentityHost Production(
        Dictionary<string, string> settings,
        string secret = "a secret of the operator"
    ) =>
        new(
            Local.FreePort(),
            new Dictionary<string, string>(settings, StringComparer.Ordinal)
            {
                ["Identity:WebClientSecret"] = secret,
                ["ForwardedHeaders_Enabled"] = "true",
            },
            environment: "Production",
            authority: "https://id.example.net"
        );

    // As a proxy that ends TLS sends it: a client would keep what is for TLS alone to itself.
    private static HttpClient OfProduction(IdentityHost host)
    {
        var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(host.Address),
        };
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        http.DefaultRequestHeaders.Host = "id.example.net";
        return http;
    }

    private static async Task<HttpResponseMessage> Registered(IdentityHost host, string address)
    {
        using var http = OfProduction(host);
        return await Sent(
            http,
            "/register",
            "password",
            ("name", "Somebody"),
            ("email", address),
            ("password", "correct horse battery")
        );
    }

    // Cookies by hand, whatever TLS there is.
    private static async Task<HttpResponseMessage> Sent(
        HttpClient http,
        string page,
        string formWith,
        params (string Name, string Value)[] fields
    )
    {
        using var shown = await http.GetAsync(page, TestContext.Current.CancellationToken);
        Assert.Equal(
            "max-age=31536000; includeSubDomains",
            shown.Headers.GetValues("Strict-Transport-Security").Single()
        );
        Keep(shown);
        var form = new SentForm(await shown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), formWith);
        foreach (var (name, value) in fields)
            form[name] = value;
        var answer = await form.Send(http);
        Keep(answer);
        return answer;

        void Keep(HttpResponseMessage said)
        {
            var cookies = said.Headers.TryGetValues("Set-Cookie", out var set) ? set.ToArray() : [];
            Assert.All(
                cookies,
                cookie =>
                    Assert.Matches(
                        "^__Host-identity\\.[^;]*;( expires=[^;]*;)?( max-age=[^;]*;)? path=/; secure; samesite=(lax|strict); httponly$",
                        cookie
                    )
            );
            var kept = http.DefaultRequestHeaders.TryGetValues("Cookie", out var before) ? before.Single() : "";
            http.DefaultRequestHeaders.Remove("Cookie");
            http.DefaultRequestHeaders.Add(
                "Cookie",
                string.Join(
                    "; ",
                    cookies
                        .Select(cookie => cookie.Split(';')[0])
                        .Concat(kept.Split("; ", StringSplitOptions.RemoveEmptyEntries))
                        .DistinctBy(cookie => cookie.Split('=')[0])
                )
            );
        }
    }

    [Fact]
    public async Task Production_refuses_plain_http()
    {
        await using var host = new IdentityHost(Local.FreePort(), running.Settings, environment: "Production");
        var refusal = Assert.Throws<InvalidOperationException>(() => host.Start());
        Assert.Contains("https", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_lie_in_the_database_under_protection()
    {
        await using var connection = new NpgsqlConnection(running.Settings["ConnectionStrings:identity-db"]);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select count(*) from identity.token_keys", connection);
        Assert.Equal(2L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Migrations_bring_a_database_to_what_the_code_expects()
    {
        using var scope = running.Host.Services.CreateScope();
        Assert.False(scope.ServiceProvider.GetRequiredService<IdentityDb>().Database.HasPendingModelChanges());
    }
}
