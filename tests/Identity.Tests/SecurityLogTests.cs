using System.Net;
using Npgsql;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class SecurityLogTests(Running running)
{
    [Fact]
    public async Task Administrators_read_what_happened_to_an_account_and_who_did_it()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        using var admin = new Api(
            new Uri(running.Authority),
            (await SignIn.As(running.Authority, "admin@example.org")).AccessToken
        );
        var account = (await admin.Get($"/api/identity/accounts?q={address}")).GetProperty("items")[0];
        var id = account.GetProperty("id").GetString();
        Assert.Equal(200, (await admin.Post($"/api/identity/accounts/{id}/suspension")).Status);
        var log = await Eventually.Get(
            () => admin.Get($"/api/identity/security-events?account={id}&what=accountSuspended"),
            found => found.GetProperty("items").GetArrayLength() == 1
        );
        var suspended = log.GetProperty("items")[0];
        Assert.Equal("Somebody", suspended.GetProperty("account").GetProperty("name").GetString());
        Assert.Equal("Admin", suspended.GetProperty("by").GetProperty("name").GetString());
        // Whoever signs in is told by a hash alone.
        var guesses = await admin.Get("/api/identity/security-events?what=passwordRight&limit=200");
        Assert.DoesNotContain("@", guesses.GetRawText(), StringComparison.Ordinal);
        Assert.NotEmpty(guesses.GetProperty("items").EnumerateArray());
        Assert.Equal(422, (await admin.Send(HttpMethod.Get, "/api/identity/security-events?account=x")).Status);
    }

    [Fact]
    public async Task Guesses_denials_and_rights_are_logged_and_no_secret_is()
    {
        using var log = new KeptLog();
        var settings = new Dictionary<string, string>(running.Settings, StringComparer.Ordinal)
        {
            ["Logging:LogLevel:Default"] = "Debug",
        };
        await using var host = new IdentityHost(Local.FreePort(), settings, log: log).Start();
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        using var browser = new Browser(host.Authority);
        using var wrong = await browser.SignIn(address, "a wrong secret of theirs");
        Assert.Equal(HttpStatusCode.OK, wrong.StatusCode);
        using var unasked = await browser.Fill("/sign-in/passkey", ("credential", "{}"));
        using var link = await browser.Http.GetAsync(
            "/reset?user=x&token=what-a-letter-holds",
            TestContext.Current.CancellationToken
        );
        var signed = await SignIn.As(host.Authority, address);
        var renewed = await SignIn.Refresh(host.Authority, signed.RefreshToken!);
        await ComesAgain(address);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.Refresh(host.Authority, signed.RefreshToken!));
        using (var http = new HttpClient { BaseAddress = new Uri(host.Authority) })
        using (
            var guess = new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("client_id", "skillplatform-web"),
                new("client_secret", "a guess"),
            ])
        )
        using (var refused = await http.PostAsync("/connect/token", guess))
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var person = new Api(new Uri(host.Authority), signed.AccessToken);
        Assert.Equal(403, (await person.Send(HttpMethod.Get, "/api/identity/accounts")).Status);
        using var admin = new Api(
            new Uri(host.Authority),
            (await SignIn.As(host.Authority, "admin@example.org")).AccessToken
        );
        var account = (await admin.Get($"/api/identity/accounts?q={address}")).GetProperty("items")[0];
        var id = account.GetProperty("id").GetString()!;
        var (_, _, headers) = await admin.Send(HttpMethod.Get, $"/api/identity/accounts/{id}");
        var changed = await admin.Send(
            HttpMethod.Put,
            $"/api/identity/accounts/{id}/roles",
            new { roles = new[] { "moderator" } },
            ("If-Match", headers.ETag!.Tag)
        );
        Assert.Equal(200, changed.Status);

        var security = log.Of(Denials.Category);
        Assert.Contains(security, line => line.Contains("Password wrong", StringComparison.Ordinal));
        Assert.Contains(security, line => line.Contains("Passkey wrong", StringComparison.Ordinal));
        Assert.Contains(security, line => line.Contains("Password right", StringComparison.Ordinal));
        Assert.Contains(security, line => line.StartsWith($"Denied to {id}: GET", StringComparison.Ordinal));
        Assert.Contains(
            security,
            line =>
                line.Contains("No tokens", StringComparison.Ordinal)
                && line.Contains("invalid_token", StringComparison.Ordinal)
        );
        Assert.Contains(
            security,
            line =>
                line.Contains("No tokens", StringComparison.Ordinal)
                && line.Contains("invalid_client", StringComparison.Ordinal)
        );
        Assert.Contains(
            security,
            line =>
                line.StartsWith($"Account {id}: AccountRolesChanged", StringComparison.Ordinal)
                && line.Contains("moderator", StringComparison.Ordinal)
        );
        var all = string.Join('\n', log.All);
        foreach (
            var secret in (string[])
                [
                    "code_verifier",
                    "a wrong secret of theirs",
                    "what-a-letter-holds",
                    SignIn.Password,
                    signed.RefreshToken!,
                    signed.AccessToken,
                    renewed.RefreshToken!,
                    "code=",
                ]
        )
            Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
        Assert.DoesNotContain(security, line => line.Contains(address, StringComparison.OrdinalIgnoreCase));
        // Whatever was typed, what it is counted under is a hash: of one length, and nobody's address.
        await using var connection = new NpgsqlConnection(running.Settings["ConnectionStrings:identity-db"]);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            "select count(*) > 0 and bool_and(key ~ '^[A-Za-z0-9+/]{43}=$') from identity.guesses",
            connection
        );
        Assert.Equal(true, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    // What was spent a moment ago may be one client twice at once; what was spent long ago was stolen.
    private async Task ComesAgain(string address)
    {
        await using var connection = new NpgsqlConnection(running.Settings["ConnectionStrings:identity-db"]);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            """
            update identity.open_iddict_tokens set redemption_date = redemption_date - interval '1 minute'
            where subject = (select id::text from identity.accounts where email = $1)
            """,
            connection
        )
        {
            Parameters = { new() { Value = address } },
        };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
