using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Aggregation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.EventSourcing.Tests;

public sealed record Opened(int At);

public sealed record Added(int By);

public sealed record CounterMoved(Guid Counter, int By);

public sealed record CountersMoved(Guid[] Ids, CounterMoved[] Moved);

public sealed record AddTo(Guid Counter, int By);

public sealed record CountIn(Guid Round, int Number);

public sealed record Counter(Guid Id, int Value)
{
    public static Counter? Fold(Counter? state, Guid id, object @event) =>
        @event switch
        {
            Opened opened => new Counter(id, opened.At),
            Added added => state! with { Value = state.Value + added.By },
            _ => state,
        };

    public static Decision Open(Counter? state, int at) =>
        state is null ? Decision.Of(new Opened(at)) : Decision.Nothing;

    public static Decision Add(Counter? state, int by) =>
        state is null ? Refusal.NoSuch("counter")
        : by < 0 ? Refusal.Field("/by", "Must not be negative.")
        : by == 0 ? Decision.Nothing
        : Decision.Of(new Added(by));
}

public sealed class CounterFold : SingleStreamProjection<Counter, Guid>
{
    public override Counter? Evolve(Counter? snapshot, Guid id, IEvent e) => Counter.Fold(snapshot, id, e.Data);
}

/// <summary>Adds by message; a negative number is poison.</summary>
public sealed class WhenAddTo(IDocumentSession session) : IConsumer<AddTo>
{
    /// <summary>Counters whose surroundings are away, by how often that was noticed.</summary>
    public static readonly System.Collections.Concurrent.ConcurrentDictionary<Guid, int> Away = new();

    public async Task Consume(ConsumeContext<AddTo> context)
    {
        if (Away.ContainsKey(context.Message.Counter))
        {
            Away.AddOrUpdate(context.Message.Counter, 1, (_, times) => times + 1);
            throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused);
        }
        if (context.Message.By < 0)
            throw new InvalidOperationException("poison");
        await session.Decide<Counter>(
            context.Message.Counter,
            state => Counter.Add(state, context.Message.By),
            ct: context.CancellationToken
        );
    }
}

public sealed record CountedIn(Guid Id, Guid Round, int Number);

/// <summary>Keeps what comes in numbers, committed together; a negative number is poison.</summary>
public sealed class WhenCountIn(IDocumentSession session) : IConsumer<CountIn>
{
    /// <summary>The session of each number that was staged.</summary>
    public static readonly System.Collections.Concurrent.ConcurrentBag<(Guid Round, IDocumentSession Session)> Staged =
    [];

    public Task Consume(ConsumeContext<CountIn> context)
    {
        var (round, number) = context.Message;
        if (number < 0)
            throw new InvalidOperationException("poison");
        Staged.Add((round, session));
        session.Store(new CountedIn(Guid.CreateVersion7(), round, number));
        return Task.CompletedTask;
    }
}

/// <summary>Keeps what was announced, as any other service would see it.</summary>
public sealed class Heard : IConsumer<CounterMoved>, IConsumer<CountersMoved>
{
    public static readonly System.Collections.Concurrent.ConcurrentQueue<(Guid Message, CounterMoved Moved)> All =
        new();

    /// <summary>What was told in one.</summary>
    public static readonly System.Collections.Concurrent.ConcurrentQueue<(Guid Message, CountersMoved Moved)> InOne =
        new();

    public Task Consume(ConsumeContext<CountersMoved> context)
    {
        InOne.Enqueue((context.MessageId!.Value, context.Message));
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<CounterMoved> context)
    {
        All.Enqueue((context.MessageId!.Value, context.Message));
        return Task.CompletedTask;
    }
}

/// <summary>The smallest service there can be: one aggregate, one consumer, one announcement.</summary>
public sealed class CounterService : IAsyncDisposable
{
    /// <summary>What the release before cannot add.</summary>
    public const int New = 99_999;

    /// <summary>From here on additions are told in one, where <see cref="Reader"/> reads that.</summary>
    public const int Many = 1_000;

    /// <summary>Another service.</summary>
    public const string Reader = "counter-reader";

    private readonly WebApplication _app;

    private CounterService(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public IDocumentStore Store => Services.GetRequiredService<IDocumentStore>();

    public IBus Bus => Services.GetRequiredService<IBus>();

    public HttpClient Http(string? bearer = null)
    {
        var client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
        if (bearer is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", bearer);
        return client;
    }

    public static async Task<CounterService> Start(
        Authority authority,
        string database,
        Uri broker,
        Action<StoreOptions>? more = null
    )
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Environment.EnvironmentName = "Development";
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ConnectionStrings:counter-db"] = database,
                ["ConnectionStrings:messaging"] = broker.ToString(),
                ["Identity:Authority"] = authority.Issuer,
            }
        );
        builder.AddServiceDefaults();
        builder.AddTokens((_, _, _) => Task.FromResult<Standing?>(null));
        builder.AddEventStore(
            "counter-db",
            options =>
            {
                options.Events.MapEventType<Opened>("opened");
                options.Events.MapEventType<Added>("added");
                options.Projections.Add(new CounterFold(), ProjectionLifecycle.Live);
                more?.Invoke(options);
            },
            (e, _, _) =>
                Task.FromResult<object?>(
                    e.Data is not Added added ? null
                    : added.By is >= Many and < New
                        ? new Together(new CounterMoved(e.StreamId, added.By), added.By, InOne, [Reader])
                    : new CounterMoved(e.StreamId, added.By)
                ),
            @event => @event is Added { By: New }
        );
        builder.AddMessaging(
            "counter",
            bus =>
            {
                bus.AddConsumer<WhenAddTo>();
                bus.AddConsumer<WhenCountIn>();
                bus.AddConsumer<Heard>();
                bus.AddInbox(together: "counter-when-count-in");
            }
        );
        var app = builder.Build();
        app.UseServiceDefaults();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPost(
            "/counters",
            (HttpContext http, Commands commands, Opened command) =>
            {
                var id = Guid.CreateVersion7();
                return commands.Handle<Counter>(
                    http,
                    id,
                    command,
                    state => Counter.Open(state, command.At),
                    done => new Answer(
                        201,
                        new { id = done.Id, version = done.Version },
                        $"/counters/{done.Id}",
                        done.Version
                    ),
                    starts: true
                );
            }
        );
        app.MapPost(
            "/counters/{id:guid}/additions",
            (HttpContext http, Commands commands, Guid id, Added command) =>
                commands.Handle<Counter>(
                    http,
                    id,
                    command,
                    state => Counter.Add(state, command.By),
                    done => new Answer(200, new { done.Version }, null, done.Version)
                )
        );
        app.MapPut(
            "/counters/{id:guid}",
            (HttpContext http, Commands commands, Guid id, Added command) =>
                commands.Handle<Counter>(
                    http,
                    id,
                    command,
                    state => Counter.Add(state, command.By),
                    done => new Answer(204, null, null, done.Version),
                    requireMatch: true
                )
        );
        await app.StartAsync();
        return new CounterService(app);
    }

    private static CountersMoved InOne(IReadOnlyList<(Guid Id, object Message)> told) =>
        new([.. told.Select(one => one.Id)], [.. told.Select(one => (CounterMoved)one.Message)]);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
