using System.Net;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class AccountTests(Running running)
{
    private const string Accounts = "/api/identity/accounts";

    private async Task<Api> As(string email, string password = SignIn.Password) =>
        new(new Uri(running.Authority), (await SignIn.As(running.Authority, email, password)).AccessToken);

    private async Task<JsonElement> New(Api admin)
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        return (await admin.Get($"{Accounts}?q={address}")).GetProperty("items")[0];
    }

    [Fact]
    public async Task An_administrator_makes_a_reviewer_of_one_domain_who_then_signs_in_again()
    {
        using var admin = await As("admin@example.org");
        var account = await New(admin);
        var (path, email) = ($"{Accounts}/{account.GetProperty("id")}", account.GetProperty("email").GetString()!);
        var before = await SignIn.As(running.Authority, email);
        var wanted = new { roles = new[] { "reviewer" }, reviewerScopes = new[] { "data" } };

        Assert.Equal(428, (await admin.Send(HttpMethod.Put, $"{path}/roles", wanted)).Status);
        Assert.Equal(412, (await admin.Send(HttpMethod.Put, $"{path}/roles", wanted, ("If-Match", "\"99\""))).Status);
        var (_, _, headers) = await admin.Send(HttpMethod.Get, path);
        var done = await admin.Send(HttpMethod.Put, $"{path}/roles", wanted, ("If-Match", headers.ETag!.Tag));

        Assert.Equal(200, done.Status);
        Assert.Equal("""["contributor","reviewer"]""", done.Body.GetProperty("roles").GetRawText());
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, before.RefreshToken!)
        );
        using var old = new Api(new Uri(running.Authority), before.AccessToken);
        Assert.Equal(401, (await old.Send(HttpMethod.Get, "/api/identity/me")).Status);
        using var reviewer = await As(email);
        Assert.Equal(
            """["data"]""",
            (await reviewer.Get("/api/identity/me")).GetProperty("reviewerScopes").GetRawText()
        );
        var again = await admin.Send(HttpMethod.Put, $"{path}/roles", wanted, ("If-Match", done.Headers.ETag!.Tag));
        Assert.Equal(done.Headers.ETag, again.Headers.ETag);
    }

    [Theory]
    [InlineData("reader@example.org", 403)]
    [InlineData(null, 401)]
    public async Task Only_administrators_see_accounts(string? who, int status)
    {
        using var api = who is null ? new Api(new Uri(running.Authority)) : await As(who);
        Assert.Equal(status, (await api.Send(HttpMethod.Get, Accounts)).Status);
        var path = $"{Accounts}/{Guid.CreateVersion7()}";
        Assert.Equal(status, (await api.Send(HttpMethod.Get, path)).Status);
        Assert.Equal(status, (await api.Post($"{path}/suspension")).Status);
        Assert.Equal(
            status,
            (await api.Send(HttpMethod.Put, $"{path}/roles", new { roles = Array.Empty<string>() })).Status
        );
    }

    [Fact]
    public async Task A_list_of_accounts_goes_on_where_its_cursor_says()
    {
        using var admin = await As("admin@example.org");
        var first = await admin.Get($"{Accounts}?q=example.org&limit=2");
        var second = await admin.Get($"{Accounts}?q=example.org&limit=200&cursor={first.GetProperty("nextCursor")}");

        Assert.Equal(2, first.GetProperty("items").GetArrayLength());
        Assert.Equal(3, second.GetProperty("items").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);
        Assert.Equal(400, (await admin.Send(HttpMethod.Get, $"{Accounts}?cursor=nonsense")).Status);
    }

    [Fact]
    public async Task A_suspended_account_is_out_until_it_is_reinstated()
    {
        using var admin = await As("admin@example.org");
        var account = await New(admin);
        var (path, email) = (
            $"{Accounts}/{account.GetProperty("id")}/suspension",
            account.GetProperty("email").GetString()!
        );
        var signed = await SignIn.As(running.Authority, email);
        await using var heard = await Heard.Listen(running.Broker);
        using var before = new Api(new Uri(running.Authority), signed.AccessToken);

        Assert.Equal(200, (await admin.Post(path)).Status);

        Assert.Equal(401, (await before.Send(HttpMethod.Get, "/api/identity/me")).Status);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, signed.RefreshToken!)
        );
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.As(running.Authority, email));
        Assert.Equal(200, (await admin.Post(path)).Status);
        Assert.Equal(200, (await admin.Send(HttpMethod.Delete, path)).Status);
        Assert.NotNull((await SignIn.As(running.Authority, email)).AccessToken);
        await heard.Next("AccountChanged", account.GetProperty("id").GetString()!, Heard.SignedOut);
    }

    [Fact]
    public async Task What_an_administrator_has_suspended_no_moderator_reinstates()
    {
        using var admin = await As("admin@example.org");
        var (account, moderating) = (await New(admin), await New(admin));
        var (roles, path) = (
            $"{Accounts}/{moderating.GetProperty("id")}",
            $"{Accounts}/{account.GetProperty("id")}/suspension"
        );
        var (_, _, headers) = await admin.Send(HttpMethod.Get, roles);
        var made = await admin.Send(
            HttpMethod.Put,
            $"{roles}/roles",
            new { roles = new[] { "contributor", "moderator" } },
            ("If-Match", headers.ETag!.Tag)
        );
        Assert.Equal(200, made.Status);
        using var moderator = await As(moderating.GetProperty("email").GetString()!);

        Assert.Equal(200, (await admin.Post(path)).Status);
        Assert.Equal(403, (await moderator.Send(HttpMethod.Delete, path)).Status);
        Assert.Equal(200, (await admin.Send(HttpMethod.Delete, path)).Status);

        Assert.Equal(200, (await moderator.Post(path)).Status);
        Assert.Equal(200, (await moderator.Send(HttpMethod.Delete, path)).Status);
    }

    [Fact]
    public async Task People_change_how_they_are_called()
    {
        using var admin = await As("admin@example.org");
        using var person = await As((await New(admin)).GetProperty("email").GetString()!);
        var (_, _, headers) = await person.Send(HttpMethod.Get, "/api/identity/me");
        var match = ("If-Match", headers.ETag!.Tag);

        var wrong = await person.Send(
            HttpMethod.Put,
            "/api/identity/me",
            new
            {
                name = "\0",
                culture = "not a tag",
                timeZone = "Mars/Olympus",
            },
            match
        );
        var right = await person.Send(
            HttpMethod.Put,
            "/api/identity/me",
            new
            {
                name = " Renamed ",
                culture = "de",
                timeZone = "Europe/Berlin",
            },
            match
        );

        Assert.Equal(422, wrong.Status);
        Assert.Equal(
            ["/name", "/culture", "/timeZone"],
            wrong.Body.GetProperty("errors").EnumerateObject().Select(e => e.Name)
        );
        Assert.Equal(200, right.Status);
        Assert.Equal("Renamed", right.Body.GetProperty("name").GetString());
        Assert.Equal(
            "de",
            (await person.Get("/api/identity/me/export")).GetProperty("account").GetProperty("culture").GetString()
        );
    }

    [Fact]
    public async Task Accounts_are_found_by_their_role()
    {
        using var admin = await As("admin@example.org");
        var all = (await admin.Get($"{Accounts}?role=reviewer&limit=200"))
            .GetProperty("items")
            .EnumerateArray()
            .ToArray();
        Assert.Contains(all, account => account.GetProperty("email").GetString() == "reviewer@example.org");
        Assert.All(all, account => Assert.Contains("reviewer", account.GetProperty("roles").GetRawText()));
        Assert.Empty((await admin.Get($"{Accounts}?role=king")).GetProperty("items").EnumerateArray());
        Assert.Equal(422, (await admin.Send(HttpMethod.Get, $"{Accounts}?role=%00")).Status);
    }

    [Fact]
    public async Task Others_hear_of_accounts_and_of_their_end()
    {
        await using var heard = await Heard.Listen(running.Broker);
        using var admin = await As("admin@example.org");
        var account = await New(admin);
        var (id, email) = (account.GetProperty("id").GetString()!, account.GetProperty("email").GetString()!);
        var changed = await heard.Next("AccountChanged", id, _ => true);
        Assert.Equal(email, changed.GetProperty("email").GetString());
        Assert.False(Heard.SignedOut(changed));
        using var person = await As(email);

        Assert.Equal(
            422,
            (await person.Send(HttpMethod.Delete, "/api/identity/me", new { password = "wrong" })).Status
        );
        var deleted = await person.Send(HttpMethod.Delete, "/api/identity/me", new { password = SignIn.Password });

        Assert.Equal(204, deleted.Status);
        var erased = await heard.Next("AccountErased", id, _ => true);
        Assert.True(erased.GetProperty("version").GetInt64() > changed.GetProperty("version").GetInt64());
        Assert.Equal(401, (await person.Send(HttpMethod.Get, "/api/identity/me")).Status);
        Assert.Equal(404, (await admin.Send(HttpMethod.Get, $"{Accounts}/{id}")).Status);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.As(running.Authority, email));
    }

    [Fact]
    public async Task The_development_accounts_are_announced()
    {
        using var admin = await As("admin@example.org");
        var me = await admin.Get("/api/identity/me");
        Assert.Equal("Admin", me.GetProperty("name").GetString());
        Assert.Equal("""["administrator","contributor","moderator"]""", me.GetProperty("roles").GetRawText());
        using var http = new HttpClient { BaseAddress = new Uri(running.Authority) };
        await Eventually.Holds(async () =>
            (await http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode
            == HttpStatusCode.OK
        );
    }
}

/// <summary>Hears what Identity tells the world, as any service would.</summary>
public sealed class Heard : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;
    private readonly List<JsonElement> _envelopes = [];

    private Heard(IConnection connection, IChannel channel, string queue) =>
        (_connection, _channel, _queue) = (connection, channel, queue);

    public static async Task<Heard> Listen(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        foreach (var message in (string[])["AccountChanged", "AccountErased"])
        {
            var exchange = $"SkillPlatform.Contracts:{message}";
            await channel.ExchangeDeclareAsync(exchange, "fanout", durable: true);
            await channel.QueueBindAsync(queue, exchange, "");
        }
        return new Heard(connection, channel, queue);
    }

    public static bool SignedOut(JsonElement changed) =>
        changed.TryGetProperty("signedOutAt", out var at) && at.ValueKind == JsonValueKind.String;

    public Task<JsonElement> Next(string message, string user, Func<JsonElement, bool> satisfies) =>
        Eventually.Get(
            async () =>
            {
                while (await _channel.BasicGetAsync(_queue, autoAck: true) is { } got)
                    _envelopes.Add(JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(got.Body.Span)));
                return _envelopes
                    .Where(e =>
                        e.GetProperty("messageType")[0].GetString()!.EndsWith(message, StringComparison.Ordinal)
                    )
                    .Select(e => e.GetProperty("message"))
                    .FirstOrDefault(m => m.GetProperty("userId").GetString() == user && satisfies(m));
            },
            found => found.ValueKind == JsonValueKind.Object
        );

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
