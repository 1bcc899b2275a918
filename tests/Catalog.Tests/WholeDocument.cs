namespace SkillPlatform.Catalog.Tests;

/// <summary>Documents that are small enough to be looked at whole.</summary>
internal static class WholeDocument
{
    /// <summary>A document with its skills, or what is wrong with it.</summary>
    public static (CatalogDocument? Document, DocumentErrors Errors) Read(ReadOnlySpan<byte> utf8, KnownLevels known)
    {
        var json = CatalogJson.Open(new MemoryStream(utf8.ToArray()), known);
        var skills = json.Skills().Select(s => s.Skill).ToArray();
        return (Whole(json.Frame, skills, json.Errors), json.Errors);
    }

    /// <summary>The same of a table.</summary>
    public static (CatalogDocument? Document, DocumentErrors Errors) Read(
        Sheet sheet,
        string? source,
        KnownLevels known,
        TableReading? reading = null
    )
    {
        using var table = CatalogTable.Open([sheet], source, known, reading);
        try
        {
            PlacedSkill[] skills = [.. table.Skills().Select(s => s.Skill)];
            return (Whole(table.Frame, skills, table.Errors), table.Errors);
        }
        catch (DocumentErrors.TooManyException)
        {
            return (null, table.Errors);
        }
    }

    private static CatalogDocument? Whole(CatalogDocument? frame, PlacedSkill[] all, DocumentErrors errors)
    {
        var skills = all.ToLookup(s => (s.Domain, s.Group), s => s.Skill);
        return errors.Any
            ? null
            : frame! with
            {
                Domains =
                [
                    .. frame.Domains.Select(d =>
                        d with
                        {
                            Groups = [.. d.Groups.Select(g => g with { Skills = [.. skills[(d.Name, g.Name)]] })],
                        }
                    ),
                ],
            };
    }

    public static IEnumerable<WantedSkill> Wanted(CatalogDocument document, Taxonomy taxonomy) =>
        ImportParts.Placed(document).Select(WantedSkill.Reader(document.Covers, FormerNames.Names.Same, taxonomy));
}
