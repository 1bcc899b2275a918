using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Marten;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(SkillPlatform.Proposals.Tests.ProposalsHost))]

namespace SkillPlatform.Proposals.Tests;

/// <summary>The service on real servers, a bus that stands for the others, and what it hears from the service.</summary>
public sealed class ProposalsHost : IAsyncLifetime
{
    private readonly Servers _servers = new();
    private readonly Authority _authority = new();
    private ServiceHost<Program>? _service;
    private readonly ProfileStub _catalog = new();
    private IBusControl? _bus;
    private int _known;
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private string _database = "";

    /// <summary>What Catalog and Notifications answer.</summary>
    public ProfileStub Catalog => _catalog;

    public System.Collections.Concurrent.ConcurrentQueue<object> Heard { get; } = new();

    public IServiceProvider Services => _service!.Services;

    public IDocumentStore Store => Services.GetRequiredService<IDocumentStore>();

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(_servers.InitializeAsync().AsTask(), _authority.Start(), _catalog.Start());
        var broker = await _servers.Rabbit.NewVirtualHost();
        _database = _servers.Postgres.NewDatabase("proposals");
        _settings["ConnectionStrings:proposals-db"] = _database;
        _settings["ConnectionStrings:messaging"] = broker.ToString();
        _settings["services:catalog:http:0"] = _catalog.Address;
        _settings["services:notifications:http:0"] = _catalog.Address;
        _service = Replica();
        _bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(broker);
            rabbit.ReceiveEndpoint(
                "test",
                endpoint =>
                {
                    endpoint.Handler<Contracts.ProposalAccepted>(Hear);
                    endpoint.Handler<ProposalActivity>(Hear);
                    endpoint.Handler<SkillCommented>(Hear);
                }
            );
        });
        await _bus.StartAsync();
        using var client = As(null);
        await Eventually.Holds(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode);
        await Say(Given.TaxonomyMessage);
        await Eventually.Holds(async () =>
            (await Services.GetRequiredService<Catalogue>().Find(null, default)).Taxonomy.Version > 0
        );
    }

    public Authority Authority => _authority;

    /// <summary>One more process of the service; whoever asks for it ends it.</summary>
    public ServiceHost<Program> Replica() => new ServiceHost<Program>(_authority, _settings).Start();

    private Task Hear<T>(ConsumeContext<T> context)
        where T : class
    {
        Heard.Enqueue(context.Message);
        return Task.CompletedTask;
    }

    public Task Say(object message, Guid? id = null) =>
        _bus!.Publish(
            message,
            message.GetType(),
            Pipe.Execute<PublishContext>(context => context.MessageId = id ?? Guid.CreateVersion7())
        );

    /// <summary>A skill of its own for one test, known to the service.</summary>
    public async Task<SkillChanged> Skill(string? domain = null)
    {
        var id = Guid.CreateVersion7();
        var skill = Given.Skill($"skill-{id:N}", domain: domain);
        var message = Given.Changed(id, 3, skill);
        // Alone or with others: the same is known.
        var alone = Interlocked.Increment(ref _known) % 2 == 0;
        await Say(alone ? message : new SkillsChanged([new(Guid.CreateVersion7(), message)]));
        await Eventually.Holds(async () =>
            (await Services.GetRequiredService<Catalogue>().Find(skill.Slug, default)).Skill?.Version == 3
        );
        return message;
    }

    public HttpClient As(string? sub, params string[] roles) =>
        _service!.As(sub, roles.Length == 0 ? ["contributor"] : roles);

    public HttpClient Reviewer(string sub = "reviewer", params string[] scopes) =>
        _service!.As(sub, ["contributor", "reviewer"], scopes.Length == 0 ? ["*"] : scopes);

    public async Task<T> Hears<T>(Func<T, bool> which) =>
        (
            await Eventually.Get(
                () => Task.FromResult(Heard.OfType<T>().FirstOrDefault(which)),
                found => found is not null
            )
        )!;

    /// <summary>Connection string of the service's database.</summary>
    public string Database => _database;

    /// <summary>The tables of the service's database that hold a text anywhere.</summary>
    public Task<IReadOnlyList<string>> TablesWith(string text) => Traces.In(_database, text);

    public async ValueTask DisposeAsync()
    {
        if (_bus is not null)
            await _bus.StopAsync();
        if (_service is not null)
            await _service.DisposeAsync();
        await _authority.DisposeAsync();
        await _catalog.DisposeAsync();
        await _servers.DisposeAsync();
    }
}

internal static class Answers
{
    public static async Task<JsonElement> Json(this HttpResponseMessage answer) =>
        await answer.Content.ReadFromJsonAsync<JsonElement>();

    public static async Task Is(this HttpResponseMessage answer, HttpStatusCode status, string? code = null)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} instead of {(int)status}: {body}");
        if (code is null)
            return;
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"/problems/{code}", JsonDocument.Parse(body).RootElement.GetProperty("type").GetString());
    }
}
