namespace SkillPlatform.Catalog.Tests;

/// <summary>Documents that are small enough to be looked at whole.</summary>
internal static class WholeDocument
{
    /// <summary>A document with its skills, or what is wrong with it.</summary>
    public static (CatalogDocument? Document, DocumentErrors Errors) Read(ReadOnlySpan<byte> utf8, KnownLevels known)
    {
        var json = CatalogJson.Open(new MemoryStream(utf8.ToArray()), known);
        var skills = json.Skills().Select(s => s.Skill).ToLookup(s => (s.Domain, s.Group), s => s.Skill);
        return (
            json.Errors.Any
                ? null
                : json.Frame! with
                {
                    Domains =
                    [
                        .. json.Frame.Domains.Select(d =>
                            d with
                            {
                                Groups = [.. d.Groups.Select(g => g with { Skills = [.. skills[(d.Name, g.Name)]] })],
                            }
                        ),
                    ],
                },
            json.Errors
        );
    }

    public static IEnumerable<WantedSkill> Wanted(CatalogDocument document, Taxonomy taxonomy) =>
        ImportParts.Placed(document).Select(WantedSkill.Reader(document.Covers, FormerNames.Names.Same, taxonomy));
}
