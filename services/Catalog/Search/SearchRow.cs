using System.Text;
using System.Text.Json.Serialization;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <summary>
/// A skill as search and lists keep it, made of what it says now and of nothing else. <c>Must</c> and <c>May</c> are how many
/// of its requirements are mandatory and optional, role by role.
/// </summary>
public sealed record SearchRow(
    Guid Skill,
    long Version,
    bool Retired,
    string Slug,
    string Name,
    string Sort,
    string[] Lines,
    string[] Keywords,
    string Domain,
    string Group,
    string[] Roles,
    string[] Levels,
    int[] Must,
    int[] May,
    DateTimeOffset UpdatedAt,
    string[] Named,
    string[] Words,
    string[] Typed,
    string Texts
)
{
    // A tsvector has room for a megabyte; the words of more text than that are cut off.
    private const int MostOfTexts = 800_000;

    [JsonInclude]
    public int Form => SearchWords.Form;

    public static SearchRow Of(Guid id, Skill skill, DateTimeOffset updatedAt)
    {
        if (skill.Retired)
            return new(id, 0, true, "", "", "", [], [], "", "", [], [], [], [], updatedAt, [], [], [], "");
        var roles = skill
            .Requirements.Values.GroupBy(r => r.Role, StringComparer.Ordinal)
            .OrderBy(r => r.Key, StringComparer.Ordinal)
            .ToArray();
        string[] lines = [skill.Name, .. skill.Keywords];
        return new SearchRow(
            id,
            skill.Version,
            false,
            skill.Slug,
            skill.Name,
            skill.Name.ToLowerInvariant(),
            [.. lines.Select(SearchWords.Line)],
            [.. skill.Keywords],
            skill.Domain,
            skill.Group,
            [.. roles.Select(r => r.Key)],
            [
                .. skill
                    .Requirements.Values.Select(r => r.Level)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ],
            [.. roles.Select(r => r.Count(c => c.Mandatory))],
            [.. roles.Select(r => r.Count(c => !c.Mandatory))],
            updatedAt,
            Distinct(SearchWords.Kept(skill.Name, isName: true)),
            Distinct(lines.SelectMany(line => SearchWords.Kept(line, isName: true))),
            Distinct(lines.SelectMany(SearchWords.Typed)),
            TextWords(skill)
        );
    }

    // The same words stand in many requirements: each is looked at once.
    private static string TextWords(Skill skill)
    {
        var (seen, all) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var bytes = 0;
        foreach (var text in skill.Requirements.Values.Select(r => r.Description).Prepend(skill.Description))
        foreach (var chunk in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(seen.Add))
        foreach (var word in SearchWords.Kept(chunk, isName: false).Where(IsKept))
            if (bytes < MostOfTexts && all.Add(word))
                bytes += Encoding.UTF8.GetByteCount(word) + 4;
        return string.Join(' ', all);
    }

    private static string[] Distinct(IEnumerable<string> words) =>
        [.. words.Where(IsKept).Distinct(StringComparer.Ordinal)];

    private static bool IsKept(string word) => word.Length is > 0 and <= 200;
}
