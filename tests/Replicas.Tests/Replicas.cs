extern alias catalog;
extern alias proposals;
using Npgsql;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(Servers))]

namespace SkillPlatform.Replicas.Tests;

/// <summary>Catalog and Proposals, each in several replicas, on databases and a broker of their own.</summary>
public sealed class Replicas : IAsyncDisposable
{
    private readonly Authority _authority = new();
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly List<ServiceHost<catalog::Program>> _catalogs = [];
    private readonly List<ServiceHost<proposals::Program>> _proposals = [];
    private int _turn;

    public static async Task<Replicas> Start(Servers servers, int count)
    {
        var replicas = new Replicas();
        await replicas._authority.Start();
        replicas._settings["ConnectionStrings:catalog-db"] = servers.Postgres.NewDatabase("catalog");
        replicas._settings["ConnectionStrings:proposals-db"] = servers.Postgres.NewDatabase("proposals");
        replicas._settings["ConnectionStrings:messaging"] = (await servers.Rabbit.NewVirtualHost()).ToString();
        await replicas.StartCatalog(count);
        replicas._settings["services:catalog:http:0"] = replicas._catalogs[0].As().BaseAddress!.ToString();
        for (var n = 0; n < count; n++)
            replicas._proposals.Add(
                new ServiceHost<proposals::Program>(replicas._authority, replicas._settings).Start()
            );
        await Ready(replicas._proposals);
        return replicas;
    }

    /// <summary>A replica of Proposals, another each time.</summary>
    public Api Proposals(string sub, params string[] roles) =>
        new(
            _proposals[Interlocked.Increment(ref _turn) % _proposals.Count].As().BaseAddress!,
            _authority.Token(sub, ["contributor", .. roles], roles.Length == 0 ? null : ["*"])
        );

    /// <summary>The newest replica of Catalog, as an administrator.</summary>
    public Api Catalog() => new(_catalogs[^1].As().BaseAddress!, _authority.Token("admin", ["administrator"]));

    /// <summary>The newest replica of Catalog, as somebody.</summary>
    public Api Catalog(string sub) => new(_catalogs[^1].As().BaseAddress!, _authority.Token(sub, ["contributor"]));

    public async Task StartCatalog(int count)
    {
        for (var n = 0; n < count; n++)
            _catalogs.Add(new ServiceHost<catalog::Program>(_authority, _settings).Start());
        await Ready(_catalogs);
    }

    private static async Task Ready<TProgram>(IEnumerable<ServiceHost<TProgram>> hosts)
        where TProgram : class
    {
        foreach (var host in hosts)
            await Eventually.Holds(async () => (await host.As().GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    /// <summary>Ends the oldest replicas of Catalog.</summary>
    public async Task StopCatalog(int count = int.MaxValue)
    {
        var ending = _catalogs.Take(count).ToArray();
        _catalogs.RemoveRange(0, ending.Length);
        foreach (var host in ending)
            await host.DisposeAsync();
    }

    /// <summary>All proposals in the order of their acceptance: that of the events in the log.</summary>
    public async Task<IReadOnlyList<string>> Accepted()
    {
        await using var source = NpgsqlDataSource.Create(_settings["ConnectionStrings:proposals-db"]);
        await using var command = source.CreateCommand(
            "select stream_id::text from mt_events where type = 'proposal_accepted' order by seq_id"
        );
        await using var reader = await command.ExecuteReaderAsync();
        var accepted = new List<string>();
        while (await reader.ReadAsync())
            accepted.Add(reader.GetString(0));
        return accepted;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _proposals)
            await host.DisposeAsync();
        foreach (var host in _catalogs)
            await host.DisposeAsync();
        await _authority.DisposeAsync();
    }
}
