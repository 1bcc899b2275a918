using System.Globalization;
using Marten;

namespace SkillPlatform.Catalog;

/// <summary>
/// <c>dotnet Catalog.dll import FILE</c>: the same import from the command line, on the database alone. Says how far it is;
/// ends with 0, or with 1 and each error's pointer. <c>import --into-empty FILE</c> does nothing where there are skills.
/// </summary>
public static class ImportFile
{
    public static async Task<int> Run(IServiceProvider services, string path, bool intoEmpty = false)
    {
        foreach (var prepared in services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            await prepared.StartingAsync(CancellationToken.None);
        if (!File.Exists(path) || new FileInfo(path).Length > CatalogDocument.LargestBytes)
            return await Fail($"{path}: no such file, or larger than {CatalogDocument.LargestBytes >> 20} MiB.");
        var store = services.GetRequiredService<IDocumentStore>();
        await using var session = store.LightweightSession();
        if (intoEmpty && await session.Query<SkillEntry>().AnyAsync())
        {
            await Say("There are skills already: nothing was imported.");
            return 0;
        }
        var format = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" => "csv",
            ".xlsx" => "xlsx",
            _ => "json",
        };
        await using var body = await SentBody.Of(path);
        if (format == "xlsx" && body.Length > CatalogDocument.LargestWorkbook)
            return await Fail($"{path}: a workbook has at most {CatalogDocument.LargestWorkbook >> 20} MiB.");
        var (document, skills, errors, table) = await ImportCatalogue.Read(
            body,
            format,
            Path.GetFileName(path),
            store,
            session,
            default
        );
        if (document is null)
            return await Fail([.. errors.All.Select(e => $"{path}#{e.Pointer}: {e.Message}")]);
        var import = Import.Of(
            Guid.CreateVersion7(),
            document.Document,
            skills,
            table?.Form,
            body.Hash,
            dryRun: false,
            by: null,
            services.GetRequiredService<TimeProvider>().GetUtcNow()
        );
        session.Insert(import);
        session.Insert(document with { Id = import.Id });
        await session.SaveChangesAsync();

        // A running service may be quicker: then its progress is what there is to see.
        await services.GetRequiredService<ImportWorker>().DoAll(Say, default);
        import = (await session.LoadAsync<Import>(import.Id))!;
        if (import.State != Import.Finished)
            return await Fail([.. import.Errors.Select(e => $"{path}#{e.Pointer}: {e.Message}")]);
        foreach (var skill in import.Recognised)
            await Say($"\"{skill.Called}\" is {(skill.Retired ? "retired" : $"called \"{skill.Name}\" now")}");
        await Say($"{import.Added} skills added, {import.Changed} changed, {import.Unchanged} unchanged");
        return 0;
    }

    private static void Say(Import import) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{import.Done} of {import.Total} skills"));

    private static Task Say(string line) => Console.Out.WriteLineAsync(line);

    private static async Task<int> Fail(params string[] lines)
    {
        foreach (var line in lines)
            await Console.Error.WriteLineAsync(line);
        return 1;
    }
}
