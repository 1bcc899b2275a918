using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using RabbitMQ.Client;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class ServiceAccountTests(Running running) : IAsyncLifetime
{
    private const string All = "/api/identity/service-accounts";
    private const string Me = "/api/identity/me";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;
    private IdentityHost? _other;

    public ValueTask InitializeAsync()
    {
        _other = new IdentityHost(Local.FreePort(), running.Settings, authority: running.Authority).Start();
        return default;
    }

    public async ValueTask DisposeAsync() => await _other!.DisposeAsync();

    [Fact]
    public async Task It_signs_in_by_a_secret_that_is_shown_once_until_it_is_revoked()
    {
        using var admin = await Admin();
        var (account, secret) = await Made(admin, "read", "propose");
        var one = $"{All}/{account}";
        Assert.False((await admin.Get(one)).TryGetProperty("clientSecret", out _));
        Assert.Equal(JsonValueKind.Null, (await admin.Get(one)).GetProperty("lastUsedAt").ValueKind);

        var (status, body) = await Ask(account, secret);
        Assert.Equal(200, status);
        Assert.False(body.TryGetProperty("refresh_token", out _));
        var token = body.GetProperty("access_token").GetString()!;
        var said = new JsonWebToken(token);
        Assert.Equal(account, said.Subject);
        Assert.Equal(["contributor"], said.Claims.Where(c => c.Type == "role").Select(c => c.Value));
        using var service = new Api(new Uri(running.Authority), token);
        Assert.Equal(account, (await service.Get(Me)).GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.String, (await admin.Get(one)).GetProperty("lastUsedAt").ValueKind);
        Assert.Equal(401, (await Ask(account, secret + "x")).Status);

        using var there = new Api(new Uri(_other!.Address), token);
        Assert.Equal(200, (await there.Send(HttpMethod.Get, Me)).Status);
        Assert.Equal(204, (await admin.Send(HttpMethod.Delete, one)).Status);
        Assert.Equal(401, (await service.Send(HttpMethod.Get, Me)).Status);
        Assert.Equal(401, (await there.Send(HttpMethod.Get, Me)).Status);
        Assert.Equal(401, (await Ask(account, secret)).Status);
        Assert.Equal(JsonValueKind.String, (await admin.Get(one)).GetProperty("revokedAt").ValueKind);
        Assert.Equal(204, (await admin.Send(HttpMethod.Delete, one)).Status);
    }

    [Fact]
    public async Task No_token_outlives_it()
    {
        using var admin = await Admin();
        var (account, secret) = await Made(admin, TimeSpan.FromSeconds(4), "read");
        var (_, body) = await Ask(account, secret);
        Assert.InRange(body.GetProperty("expires_in").GetInt32(), 0, 4);
        await Eventually.Holds(async () => (await Ask(account, secret)).Status == 400);
    }

    [Fact]
    public async Task It_has_no_part_in_what_only_persons_do()
    {
        using var admin = await Admin();
        var (account, secret) = await Made(admin, "read", "propose", "import", "administer");
        using var service = new Api(
            new Uri(running.Authority),
            (await Ask(account, secret)).Body.GetProperty("access_token").GetString()
        );
        Assert.Equal(403, (await service.Post(All, New(TimeSpan.FromDays(1), "read"))).Status);
        Assert.Equal(403, (await service.Send(HttpMethod.Delete, $"{Me}/sessions")).Status);
        Assert.Equal(403, (await service.Send(HttpMethod.Get, $"{Me}/export")).Status);
        Assert.Equal(200, (await service.Send(HttpMethod.Get, "/api/identity/accounts?limit=1")).Status);
    }

    [Fact]
    public async Task What_is_wrong_with_a_new_one_is_said_field_by_field()
    {
        using var admin = await Admin();
        var refused = await admin.Post(
            All,
            new
            {
                name = " ",
                scopes = new[] { "read", "review" },
                endsAt = DateTimeOffset.UtcNow.AddYears(2),
            }
        );
        Assert.Equal(422, refused.Status);
        Assert.Equal(
            ["/name", "/scopes/1", "/endsAt"],
            refused.Body.GetProperty("errors").EnumerateObject().Select(e => e.Name)
        );
        var wanted = New(TimeSpan.FromDays(1), "read");
        Assert.Equal(201, (await admin.Post(All, wanted)).Status);
        Assert.Equal(409, (await admin.Post(All, wanted)).Status);
    }

    [Fact]
    public async Task It_is_announced_under_its_name_and_without_an_address()
    {
        await using var connection = await new ConnectionFactory { Uri = running.Broker }.CreateConnectionAsync(_ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: _ct);
        const string exchange = "SkillPlatform.Contracts:AccountChanged";
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: _ct);
        var queue = (await channel.QueueDeclareAsync(cancellationToken: _ct)).QueueName;
        await channel.QueueBindAsync(queue, exchange, "", cancellationToken: _ct);
        using var admin = await Admin();
        var (account, _) = await Made(admin, "import");
        var made = await Heard(1);
        Assert.Equal("", made.GetProperty("email").GetString());
        Assert.Equal("importer", Assert.Single(made.GetProperty("roles").EnumerateArray()).GetString());
        Assert.True(made.GetProperty("active").GetBoolean());
        await admin.Send(HttpMethod.Delete, $"{All}/{account}");
        var revoked = await Heard(2);
        Assert.False(revoked.GetProperty("active").GetBoolean());
        Assert.Equal(made.GetProperty("name").GetString(), revoked.GetProperty("name").GetString());

        async Task<JsonElement> Heard(int version)
        {
            JsonElement heard = default;
            await Eventually.Holds(async () =>
            {
                while (await channel.BasicGetAsync(queue, autoAck: true, _ct) is { } got)
                {
                    heard = JsonSerializer.Deserialize<JsonElement>(got.Body.Span).GetProperty("message");
                    if (
                        heard.GetProperty("userId").GetString() == account
                        && heard.GetProperty("version").GetInt64() == version
                    )
                        return true;
                }
                return false;
            });
            return heard;
        }
    }

    private async Task<Api> Admin() =>
        new(new Uri(running.Authority), (await SignIn.As(running.Authority, "admin@example.org")).AccessToken);

    private static object New(TimeSpan life, params string[] scopes) =>
        new
        {
            name = $"Robot {Guid.CreateVersion7():N}",
            scopes,
            endsAt = DateTimeOffset.UtcNow + life,
        };

    private static Task<(string, string)> Made(Api admin, params string[] scopes) =>
        Made(admin, TimeSpan.FromDays(1), scopes);

    private static async Task<(string Id, string Secret)> Made(Api admin, TimeSpan life, params string[] scopes)
    {
        var (status, body, headers) = await admin.Post(All, New(life, scopes));
        Assert.Equal(201, status);
        Assert.Equal($"{All}/{body.GetProperty("id")}", headers.Location?.ToString());
        return (body.GetProperty("id").GetString()!, body.GetProperty("clientSecret").GetString()!);
    }

    private async Task<(int Status, JsonElement Body)> Ask(string account, string secret)
    {
        using var http = new HttpClient { BaseAddress = new Uri(running.Authority) };
        using var answer = await http.PostAsync(
            "/connect/token",
            new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("client_id", account),
                new("client_secret", secret),
            ]),
            _ct
        );
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(_ct));
    }
}
