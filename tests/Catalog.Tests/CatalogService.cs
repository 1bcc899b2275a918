using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(Servers))]

namespace SkillPlatform.Catalog.Tests;

/// <summary>The catalogue's real host on a database and a broker of its own.</summary>
public sealed class CatalogService : IAsyncDisposable
{
    private readonly Authority _authority;
    private readonly Dictionary<string, string> _settings;
    private readonly List<ServiceHost<Program>> _replicas = [];

    private CatalogService(Authority authority, Dictionary<string, string> settings)
    {
        _authority = authority;
        _settings = settings;
    }

    public static async Task<CatalogService> Start(Servers servers)
    {
        var authority = new Authority();
        await authority.Start();
        var service = new CatalogService(
            authority,
            new(StringComparer.Ordinal)
            {
                ["ConnectionStrings:catalog-db"] = servers.Postgres.NewDatabase("catalog"),
                ["ConnectionStrings:messaging"] = (await servers.Rabbit.NewVirtualHost()).ToString(),
            }
        );
        service.AddReplica();
        return service;
    }

    public string Database => _settings["ConnectionStrings:catalog-db"];
    public Authority Authority => _authority;
    public Uri Broker => new(_settings["ConnectionStrings:messaging"]);
    public IServiceProvider Services => _replicas[0].Services;
    public IDocumentStore Store => _replicas[0].Services.GetRequiredService<IDocumentStore>();
    public HttpClient Anyone => _replicas[0].As();
    public HttpClient Contributor => _replicas[0].As("contributor");

    public HttpClient As(string sub, params string[] roles) => _replicas[0].As(sub, roles);

    public HttpClient Administrator => _replicas[0].As("admin", ["administrator"]);

    public ServiceHost<Program> AddReplica()
    {
        var replica = new ServiceHost<Program>(_authority, _settings).Start();
        _replicas.Add(replica);
        return replica;
    }

    public async Task<long> LastEvent()
    {
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select coalesce(max(seq_id), 0) from mt_events", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Sends a document and awaits the end of its import.</summary>
    public async Task<JsonElement> Import(byte[] document, string type = "application/json", bool dryRun = false)
    {
        using var answer = await Send(document, type, dryRun);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await Ended(answer.Headers.Location!);
    }

    public Task<JsonElement> Import(string document) => Import(Encoding.UTF8.GetBytes(document));

    public async Task<HttpResponseMessage> Send(byte[] document, string type = "application/json", bool dryRun = false)
    {
        using var content = new ByteArrayContent(document);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var client = Administrator;
        return await client.PostAsync($"/api/catalog/imports?dryRun={(dryRun ? "true" : "false")}", content);
    }

    public async Task<JsonElement> Ended(Uri import)
    {
        using var client = Administrator;
        return await Eventually.Get(
            () => client.GetFromJsonAsync<JsonElement>(import),
            i => i.GetProperty("state").GetString() is "done" or "failed",
            TimeSpan.FromSeconds(60)
        );
    }

    public async Task<JsonElement> Get(string path)
    {
        using var client = Anyone;
        return await client.GetFromJsonAsync<JsonElement>($"/api/catalog{path}");
    }

    /// <summary>A catalogue from the data beside the repository; the test is skipped where it is not.</summary>
    public static byte[] Data(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "global.json")))
            folder = folder.Parent;
        var path = Path.Combine(folder?.Parent?.FullName ?? "/", "shared", "data", name);
        Assert.SkipUnless(File.Exists(path), $"{path} is not there.");
        return File.ReadAllBytes(path);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        await _authority.DisposeAsync();
    }
}
