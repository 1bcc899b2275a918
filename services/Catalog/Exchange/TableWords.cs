using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace SkillPlatform.Catalog;

/// <summary>What people call the columns of a table, and yes and no, in every language of the platform; in any case.</summary>
public static class TableWords
{
    /// <summary>The columns there are, as the platform writes them.</summary>
    public static readonly string[] Columns =
    [
        "domain",
        "levels",
        "group",
        "skill",
        "keywords",
        "role",
        "level",
        "mandatory",
        "description",
        SkillDescription,
    ];

    /// <summary>Where the texts of a domain are from; stand in one row of it, as its levels do. Only where there is something to say.</summary>
    public static readonly string[] Origin = ["language", "source", "licence", "attribution"];

    /// <summary>What a skill is in other systems, one a line; stands in one row of it, as keywords do, and only where there are any.</summary>
    public const string ExternalIds = "external ids";

    /// <summary>What a skill is about; stands in one row of it, as keywords do.</summary>
    public const string SkillDescription = "skill description";

    private static readonly Words All = Read();
    private static readonly Dictionary<string, string> ByName = All
        .Columns.SelectMany(column => column.Value.Values.SelectMany(w => w), (column, word) => (column.Key, word))
        .ToDictionary(w => Plain(w.word), w => w.Key, StringComparer.Ordinal);
    private static readonly HashSet<string> Yes = Plain(All.Yes);
    private static readonly HashSet<string> No = Plain(All.No);

    /// <summary>All columns that can be understood.</summary>
    public static IEnumerable<string> Known => All.Columns.Keys;

    /// <summary>The column that a heading means; null where there is none.</summary>
    public static string? Column(string heading) => ByName.GetValueOrDefault(Plain(heading));

    /// <summary>Yes, no, or null where it is neither.</summary>
    public static bool? Says(string cell) =>
        Plain(cell) is var plain && Yes.Contains(plain) ? true
        : No.Contains(plain) ? false
        : null;

    private static HashSet<string> Plain(Dictionary<string, string[]> words) =>
        words.Values.SelectMany(w => w).Select(Plain).ToHashSet(StringComparer.Ordinal);

    /// <summary>Full width and half, any case, and whatever stands between the words.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var rune in text.Normalize(NormalizationForm.FormKC).EnumerateRunes())
            if (
                Rune.GetUnicodeCategory(rune)
                    is not (
                        UnicodeCategory.SpaceSeparator
                        or UnicodeCategory.DashPunctuation
                        or UnicodeCategory.ConnectorPunctuation
                        or UnicodeCategory.Control
                        or UnicodeCategory.Format
                    )
                && rune.Value is not (':' or '*')
            )
                plain.Append(Rune.ToLowerInvariant(rune));
        return plain.ToString();
    }

    private static Words Read()
    {
        using var json = Assembly.GetExecutingAssembly().GetManifestResourceStream("table-words.json")!;
        return JsonSerializer.Deserialize<Words>(json, JsonSerializerOptions.Web)!;
    }

    private sealed record Words(
        Dictionary<string, Dictionary<string, string[]>> Columns,
        Dictionary<string, string[]> Yes,
        Dictionary<string, string[]> No
    );
}
