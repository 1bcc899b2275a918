using System.Collections.Concurrent;
using Marten;
using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// Anyone signed in sends a file and learns what it would change; nothing is written. A file from an export is compared with
/// what was exported, so that what others changed meanwhile is theirs, and where both changed the same it is a conflict.
/// </summary>
public static class UploadFile
{
    // Whose file is on its way: one of each person is in memory, however many they send at once.
    private static readonly ConcurrentDictionary<string, bool> OnTheirWay = new(StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost(
                "/changesets",
                async (
                    HttpContext http,
                    IDocumentStore store,
                    ImportWorker worker,
                    TimeProvider time,
                    string? source = null,
                    Guid? table = null,
                    string? reading = null
                ) =>
                {
                    var by = Caller.Of(http).Id;
                    if (!OnTheirWay.TryAdd(by, true))
                        return ImportCatalogue.Busy.AsProblem();
                    try
                    {
                        return await ImportCatalogue.Take(
                            http,
                            store,
                            worker,
                            time,
                            true,
                            source,
                            table,
                            reading,
                            proposes: true
                        );
                    }
                    finally
                    {
                        OnTheirWay.TryRemove(by, out _);
                    }
                }
            )
            .WithMetadata(new RequestSizeLimitAttribute(ChangeSet.LargestBytes))
            .Accepts<CatalogDocument>("application/json", "text/csv", Workbook.MediaType)
            .Produces<ImportPage>(StatusCodes.Status202Accepted)
            .WithSummary("Compares a file with the catalogue, to propose what differs.");

    /// <summary>What a document names that is not there, and that a proposal cannot bring. Pure.</summary>
    public static IEnumerable<(string Pointer, string Message)> Unknown(CatalogDocument given, Taxonomy taxonomy)
    {
        taxonomy = PartsByExternalId.Renames(given, taxonomy).Aggregate(taxonomy, Taxonomy.Fold);
        var document = given.InPresentNames(taxonomy).Document;
        foreach (var (i, role) in document.Roles.Index())
            if (!Gone(Part.OfRoles, null, role.Name) && Missing(role.Name, taxonomy.Roles, "roles") is { } problem)
                yield return ($"/roles/{i}", problem);
        foreach (var (i, wanted) in document.Domains.Index())
        {
            if (Gone(Part.OfDomains, null, wanted.Name))
                continue;
            if (taxonomy.DomainNamed(wanted.Name) is not { } domain)
            {
                yield return (
                    $"/domains/{i}/name",
                    Missing(wanted.Name, taxonomy.Domains.Select(d => new Contracts.Named(d.Slug, d.Name)), "domains")!
                );
                continue;
            }
            foreach (var (j, group) in wanted.Groups.Index())
                if (
                    !Gone(Part.OfGroups, domain.Slug, group.Name)
                    && Missing(group.Name, domain.Groups, "groups of its domain") is { } problem
                )
                    yield return ($"/domains/{i}/groups/{j}/name", problem);
            foreach (
                var level in wanted
                    .Groups.SelectMany(g => g.Skills)
                    .SelectMany(s => s.Requirements)
                    .Select(r => r.Level)
                    .Distinct(TextForm.Looks)
            )
                if (Missing(level, domain.Levels, "levels of its domain") is { } problem)
                    yield return ($"/domains/{i}/levels", problem);
        }

        // What its skills need of it is told elsewhere, the rest left out.
        bool Gone(string kind, string? within, string name) => taxonomy.Retired(kind, within, name) is not null;
    }

    private static string? Missing(string name, IEnumerable<Contracts.Named> known, string what) =>
        known.Any(k => TextForm.Looks.Equals(k.Name, name))
            ? null
            : DocumentErrors.NotAmong(name, known.Select(k => k.Name), what);
}
