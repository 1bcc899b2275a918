using System.Collections.Concurrent;
using JasperFx.Events;
using Marten;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

[CollectionDefinition(nameof(Catalogue))]
public sealed class OneCatalogue : ICollectionFixture<Catalogue>;

/// <summary>One catalogue with a taxonomy, for all tests that bring skills of their own, and a bus that stands for the others.</summary>
public sealed class Catalogue(Servers servers) : IAsyncLifetime
{
    private IBusControl? _bus;
    private Uri? _broker;

    public ConcurrentQueue<(Guid? Id, object Message)> Heard { get; } = new();
    public CatalogService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await CatalogService.Start(servers);
        _broker = Service.Broker;
        _bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(_broker);
            rabbit.ReceiveEndpoint(
                "test",
                endpoint =>
                {
                    endpoint.Handler<SkillChanged>(Hear);
                    endpoint.Handler<ProposalApplied>(Hear);
                    endpoint.Handler<ProposalConflicted>(Hear);
                    endpoint.Handler<TaxonomyChanged>(Hear);
                    endpoint.Handler<SkillKept>(Hear);
                    endpoint.Handler<ReviewDue>(Hear);
                }
            );
        });
        await _bus.StartAsync();
        await using (var session = Service.Store.LightweightSession())
        {
            await session.Decide<Taxonomy>(Taxonomy.StreamId, _ => Decision.Of(Given.TaxonomyEvents));
            await session.SaveChangesAsync();
        }
        using var client = Service.Anyone;
        await Eventually.Holds(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    public Task Say(object message, Guid? id = null) =>
        _bus!.Publish(
            message,
            message.GetType(),
            Pipe.Execute<PublishContext>(context => context.MessageId = id ?? Guid.CreateVersion7())
        );

    /// <summary>Accepts a proposal and awaits the catalogue's answer.</summary>
    public async Task<object> Accept(ProposalAccepted accepted)
    {
        await Say(accepted);
        return await Hears<object>(m =>
            m is ProposalApplied a && a.ProposalId == accepted.ProposalId && a.Revision == accepted.Revision
            || m is ProposalConflicted c && c.ProposalId == accepted.ProposalId && c.Revision == accepted.Revision
        );
    }

    public async Task<T> Hears<T>(Func<T, bool> which) =>
        (
            await Eventually.Get(
                () => Task.FromResult(Heard.Select(h => h.Message).OfType<T>().FirstOrDefault(which)),
                found => found is not null
            )
        )!;

    /// <summary>A skill of its own for one test, added by a proposal.</summary>
    public async Task<(Guid Id, string Slug, string Name)> Skill(params Requirement[] requirements)
    {
        var id = Guid.CreateVersion7();
        var name = $"Skill {id:N}";
        var added = new AddSkill("engineering", "basics", name, ["one", "two"], requirements);
        var applied = Assert.IsType<ProposalApplied>(await Accept(Given.Accepted(id, added)));
        return (id, applied.Slug, name);
    }

    public async Task<Skill> Fold(Guid skill, long version = 0)
    {
        await using var session = Service.Store.QuerySession();
        IReadOnlyList<IEvent> events = await session.Events.FetchStreamAsync(skill, version);
        return events.Aggregate((Skill?)null, (state, e) => Catalog.Skill.Fold(state, e.Data))!;
    }

    /// <summary>Waits until nothing waits in the service's queues or in ours, and everything committed was announced.</summary>
    public async Task Idle()
    {
        await using var source = NpgsqlDataSource.Create(Service.Database);
        await using var announced = source.CreateCommand(
            """
            select coalesce((select last_seq_id from mt_event_progression where name = 'relay:All'), 0)
                >= coalesce((select max(seq_id) from mt_events), 0)
            """
        );
        async Task<bool> NothingWaits() =>
            (await servers.Rabbit.Queues(_broker!.AbsolutePath.Trim('/')))
                .Where(q => !q.Key.Contains('_', StringComparison.Ordinal))
                .All(q => q.Value == 0);
        await Eventually.Holds(async () =>
            await NothingWaits() && (bool)(await announced.ExecuteScalarAsync())! && await NothingWaits()
        );
    }

    private Task Hear<T>(ConsumeContext<T> context)
        where T : class
    {
        Heard.Enqueue((context.MessageId, context.Message));
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_bus is not null)
            await _bus.StopAsync();
        await Service.DisposeAsync();
    }
}
