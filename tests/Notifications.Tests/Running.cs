using System.Net.Http.Json;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.Mail;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(Servers))]

namespace SkillPlatform.Notifications.Tests;

/// <summary>The service's real host on real servers, with a mail server that can be in any mood.</summary>
public sealed class Running(Servers servers) : IAsyncLifetime
{
    private readonly Authority _authority = new();
    private readonly List<ServiceHost<Program>> _hosts = [];
    private Uri _broker = null!;

    /// <summary>What opens the way in for mails that come back.</summary>
    public const string Secret = "a-secret-of-tests";

    public SmtpSink Mail { get; } = new();

    /// <summary>What Proposals says of comments.</summary>
    public ProposalsStub Proposals { get; } = new();

    public string Database { get; private set; } = "";

    public Authority Authority => _authority;

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(_authority.Start(), Mail.Start(), Proposals.Start());
        Database = servers.Postgres.NewDatabase("notifications");
        _broker = await servers.Rabbit.NewVirtualHost();
        await Replica();
    }

    /// <summary>One more process of the service, on the same database and broker.</summary>
    public async Task<ServiceHost<Program>> Replica()
    {
        // Off the runner's few threads: starting blocks, and what it waits for must not need the thread it blocks.
        var host = await Task.Run(() => Host().Start());
        _hosts.Add(host);
        await host
            .Services.GetRequiredService<IBusControl>()
            .WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(30));
        return host;
    }

    private ServiceHost<Program> Host() =>
        new(
            _authority,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ConnectionStrings:notifications-db"] = Database,
                ["ConnectionStrings:messaging"] = _broker.ToString(),
                ["Web:PublicOrigin"] = "http://skills.example.org",
                ["services:proposals:http:0"] = Proposals.Address,
                ["services:catalog:http:0"] = Proposals.Address,
                ["Smtp:Host"] = "127.0.0.1",
                ["Smtp:Port"] = $"{Mail.Port}",
                ["Smtp:TimeoutSeconds"] = "1",
                ["Smtp:ReturnPath"] = "bounces+{id}@example.org",
                ["Mail:BounceSecret"] = Secret,
                // Where receivers of webhooks listen.
                ["Webhooks:AllowedNetworks"] = "127.0.0.1/32",
            }
        );

    public HttpClient As(string? user, params string[] roles) => _hosts[0].As(user, roles.Length > 0 ? roles : null);

    public IServiceProvider Services => _hosts[0].Services;

    /// <summary>Publishes each message as often as said, with one message id.</summary>
    public async Task Publish(object message, int times = 1)
    {
        var id = NewId.NextGuid();
        for (var i = 0; i < times; i++)
            await Publish(message, id);
    }

    /// <summary>The same under an id that the test knows.</summary>
    public async Task Publish(object message, Guid id, int times)
    {
        for (var i = 0; i < times; i++)
            await Publish(message, id);
    }

    // A connection that is lost takes the confirm with it; the inbox makes repeating harmless.
    private async Task Publish(object message, Guid id)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await Services
                    .GetRequiredService<IBus>()
                    .Publish(
                        message,
                        message.GetType(),
                        Pipe.Execute<PublishContext>(c => c.MessageId = id),
                        limit.Token
                    )
                    .WaitAsync(limit.Token);
                return;
            }
            catch (Exception) when (attempt < 5)
            {
                await Task.Delay(200);
            }
        }
    }

    public async Task Accounts(params AccountChanged[] accounts)
    {
        foreach (var account in accounts)
            await Publish(account);
        await Eventually.Holds(async () =>
        {
            await using var session = Services.GetRequiredService<Marten.IDocumentStore>().QuerySession();
            var known = await session.LoadManyAsync<Account>(accounts.Select(a => a.UserId));
            return known.Count == accounts.Length;
        });
    }

    /// <summary>Watches as a reader would, once the service knows of the thing.</summary>
    public async Task Watch(string user, string scope, string key, string? follow = null)
    {
        using var client = As(user);
        await Eventually.Holds(async () =>
            (
                await (
                    follow is null
                        ? client.PutAsync($"/api/notifications/watches/{scope}/{key}", null)
                        : client.PutAsJsonAsync($"/api/notifications/watches/{scope}/{key}", new { follow })
                )
            ).IsSuccessStatusCode
        );
    }

    public async Task<JsonElement> Get(string user, string path, params string[] roles)
    {
        using var client = As(user, roles);
        return await client.GetFromJsonAsync<JsonElement>($"/api/notifications{path}");
    }

    public Received[] MailsTo(string user) =>
        [.. Mail.Received.Where(m => m.To.Contains($"{user}@example.org", StringComparer.Ordinal))];

    public Task<Received[]> MailsTo(string user, int count) =>
        Eventually.Get(() => Task.FromResult(MailsTo(user)), mails => mails.Length >= count);

    /// <summary>Waits until nothing is on its way any more, so that what should not come can be told from what is late.</summary>
    public Task Quiet() =>
        Eventually.Get(
            async () =>
            {
                // First, since what is taken out of a queue waits to be sent then.
                var queues = await servers.Rabbit.Queues(_broker.AbsolutePath.Trim('/'));
                var mails = await Get("admin", "/deliveries?state=pending", "administrator");
                var waiting = queues
                    .Where(q => q.Value > 0)
                    .Select(q => q.ToString())
                    // A digest waits for its time.
                    .Concat(
                        mails
                            .GetProperty("items")
                            .EnumerateArray()
                            .Where(m =>
                                m.GetProperty("nextAttempt").GetDateTimeOffset()
                                < DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1)
                            )
                            .Select(m => m.ToString())
                    );
                return string.Join(", ", waiting);
            },
            waiting => waiting.Length == 0
        );

    /// <summary>Every queue, with how many read it.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Readers() =>
        (
            await servers.Rabbit.Control(
                "list_queues",
                "-p",
                _broker.AbsolutePath.Trim('/'),
                "name",
                "consumers",
                "--no-table-headers"
            )
        )
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))
            .ToDictionary(
                parts => parts[0],
                parts => long.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
                StringComparer.Ordinal
            );

    /// <summary>Looks for what waits for digests, as the service does every few seconds.</summary>
    public async Task Look() =>
        await Services.GetServices<IHostedService>().OfType<DigestSweep>().Single().Look(default);

    public async Task Sql(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> Count(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Ends every process, and leaves the database as it is.</summary>
    public async Task End()
    {
        foreach (var host in _hosts)
            await Task.Run(async () => await host.DisposeAsync());
        _hosts.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        await Mail.DisposeAsync();
        await Proposals.DisposeAsync();
        await _authority.DisposeAsync();
    }
}

/// <summary>One skill, its proposal and its people, so that tests share a host and nothing else.</summary>
public sealed class Story
{
    private readonly string _mark = Guid.NewGuid().ToString("n")[..8];
    private long _version;

    public Guid Skill { get; } = Guid.CreateVersion7();
    public Guid Proposal { get; private set; } = Guid.CreateVersion7();
    public string Slug => $"serverless-{_mark}";
    public string Domain => $"cloud-{_mark}";
    public string Role => $"engineer-{_mark}";

    public string Person(string name) => $"{name}-{_mark}";

    public AccountChanged Account(string name, string culture = "en", long version = 1) =>
        new(
            Person(name),
            version,
            $"The {name}",
            $"{Person(name)}@example.org",
            culture,
            "Europe/Berlin",
            ["contributor"],
            [],
            Active: true
        );

    public Story Next()
    {
        Proposal = Guid.CreateVersion7();
        return this;
    }

    public SkillState State() =>
        new(
            Slug,
            "Serverless Functions",
            [],
            new Named(Domain, "Cloud"),
            new Named("compute", "Compute"),
            [new Named("junior", "Junior")],
            [new Named(Role, "AI Product Engineer")],
            [],
            Retired: false
        );

    public SkillChanged Changed(bool proposal = true, Guid? import = null, string? author = null) =>
        new(
            Skill,
            _version,
            ++_version,
            DateTimeOffset.UtcNow,
            author ?? Person("author"),
            Person("reviewer"),
            "Everybody deploys now.",
            proposal ? Proposal : null,
            import,
            [new Changed(_version, "requirementMadeMandatory", Role, "junior", "Deploys.", "Deploys.", false, true)],
            State()
        );

    public SkillChanged Reworded(string before, string after) =>
        Changed() with
        {
            Changes = [new Changed(_version, "requirementReworded", Role, "junior", before, after, true, true)],
        };

    public ProposalActivity Activity(string kind, string? actor = null, string? text = null, Guid? comment = null) =>
        new(
            Proposal,
            kind,
            1,
            Skill,
            Slug,
            "Serverless Functions",
            Domain,
            "compute",
            Person("author"),
            actor is null ? null : Person(actor),
            text,
            DateTimeOffset.UtcNow,
            comment
        );

    public SkillCommented Commented(Guid comment, string actor) =>
        new(
            comment,
            Skill,
            Slug,
            "Serverless Functions",
            Domain,
            "compute",
            Person(actor),
            null,
            DateTimeOffset.UtcNow
        );

    public ProposalApplied Applied(bool changed) =>
        new(Proposal, 1, Skill, Slug, _version - (changed ? 1 : 0), _version, DateTimeOffset.UtcNow);

    public TaxonomyChanged Taxonomy(long version) =>
        new(
            version,
            [new DomainTaxonomy(Domain, "Cloud", [], [new Named("compute", "Compute")])],
            [new Named(Role, "AI Product Engineer")]
        );
}
