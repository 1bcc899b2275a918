using System.Net;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

public sealed class ImportTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    [Theory]
    [InlineData("seed-serverless.json", 1, 20)]
    [InlineData("ft-engineering-progression.json", 17, 100)]
    [InlineData("esco-ict.json", 1370, 7428)]
    public async Task A_real_catalogue_makes_the_round_trip(string name, int skills, int requirements)
    {
        var document = CatalogService.Data(name);
        var dry = await _catalog.Import(document, dryRun: true);
        Assert.Equal((skills, 0, 0), Counts(dry));
        Assert.Equal(0, await _catalog.LastEvent());

        var import = await _catalog.Import(document);
        Assert.Equal("done", import.GetProperty("state").GetString());
        Assert.Equal((skills, 0, 0), Counts(import));
        var last = await _catalog.LastEvent();
        Assert.True(last >= skills + requirements);

        Assert.Equal((0, 0, skills), Counts(await _catalog.Import(document)));
        Assert.Equal(last, await _catalog.LastEvent());
    }

    private static (int Added, int Changed, int Unchanged) Counts(JsonElement import) =>
        (
            import.GetProperty("added").GetInt32(),
            import.GetProperty("changed").GetInt32(),
            import.GetProperty("unchanged").GetInt32()
        );
}
