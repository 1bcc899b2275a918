using System.Globalization;
using System.Text;
using Npgsql;

namespace SkillPlatform.Catalog;

/// <summary>
/// Where a text of the skill has the words, and what it says there: a requirement's, or what the skill is about, which is no
/// role's.
/// </summary>
public sealed record Snippet(string? Role, string? Level, string Text)
{
    private const int Longest = 200;
    private const int Before = 60;

    // What the skill is about, and what it requires.
    private const string Texts = """
        (select null as role, null as level, s.description, 0::bigint as from_version from skill_versions s
          where s.skill = asked.skill and s.to_version is null and s.description <> ''
          union all select r.role, r.level, r.description, r.from_version from requirement_versions r
          where r.skill = asked.skill and r.to_version is null and r.description is not null) r
        """;

    // Those that have most of the words, told without case; the text is made small once, whatever PostgreSQL would rather, and
    // for words in ASCII only in that, which is ten times as fast.
    private static string OfMost(string[] words) =>
        $"""
            select asked.skill, t.role, t.level, t.description, t.n from unnest($1) as asked(skill) cross join lateral (
              select role, level, description, n from (
                select *, {string.Join(
                " + ",
                Enumerable.Range(2, words.Length).Select(w => $"(strpos(small, ${w}) > 0)::int")
            )} as n
                from (select *, lower(description{(Array.TrueForAll(words, w => Ascii.IsValid(w)) ? " collate \"C\"" : "")}) as small from {Texts} offset 0) r) r
              where n > 0 order by n desc, from_version limit 3
            ) as t
            """;

    // Where no text has one as it was typed, some may with other accents.
    private const string OfAny = $"""
        select asked.skill, t.role, t.level, t.description, 0 from unnest($1) as asked(skill) cross join lateral (
          select role, level, description from {Texts} order by r.from_version limit 12
        ) as t
        """;

    public static async Task<Dictionary<Guid, Snippet>> Of(
        NpgsqlConnection connection,
        Guid[] skills,
        IReadOnlyList<string[]> words,
        CancellationToken ct
    )
    {
        string[] shortest = [.. words.Select(forms => forms.MinBy(f => f.Length)!)];
        var best = new Dictionary<Guid, (int Words, Snippet Snippet)>();
        await Read(OfMost(shortest), skills, shortest);
        if (skills.Where(s => !best.ContainsKey(s)).ToArray() is { Length: > 0 } rest)
            await Read(OfAny, rest, []);
        return best.ToDictionary(b => b.Key, b => b.Value.Snippet);

        async Task Read(string sql, Guid[] of, string[] parameters)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new() { Value = of });
            foreach (var word in parameters)
                command.Parameters.Add(new() { Value = word });
            await using var row = await command.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
            {
                var skill = row.GetGuid(0);
                var known = best.TryGetValue(skill, out var sofar) ? sofar.Words : 0;
                if (known == words.Count)
                    continue;
                var (text, count) = (row.GetString(3), row.GetInt32(4));
                // One that has them all needs no closer look.
                if (count < words.Count)
                {
                    var folded = SearchWords.Folded(text);
                    count = words.Count(forms =>
                        Array.Exists(forms, f => folded.Contains(f, StringComparison.Ordinal))
                    );
                }
                if (count > known)
                    best[skill] = (
                        count,
                        new Snippet(
                            row.IsDBNull(1) ? null : row.GetString(1),
                            row.IsDBNull(2) ? null : row.GetString(2),
                            Around(text, words.SelectMany(w => w))
                        )
                    );
            }
        }
    }

    /// <summary>What stands around the first of the words, in whole words.</summary>
    public static string Around(string text, IEnumerable<string> words)
    {
        if (text.Length <= Longest)
            return text;
        var at = words.Select(word => At(text, word)).Where(at => at >= 0).DefaultIfEmpty(0).Min();
        var from = at <= Before ? 0 : Space(text, at - Before, at);
        var to = from + Longest >= text.Length ? text.Length : text.LastIndexOf(' ', from + Longest, Longest / 2);
        if (to < 0)
            to = from + Longest;
        // Not through the middle of a character.
        if (from > 0 && char.IsLowSurrogate(text[from]))
            from++;
        if (to < text.Length && char.IsLowSurrogate(text[to]))
            to--;
        return $"{(from > 0 ? "…" : "")}{text[from..to].Trim()}{(to < text.Length ? "…" : "")}";
    }

    // The comparison that knows accents is the dear one.
    private static int At(string text, string word) =>
        Ascii.IsValid(text)
            ? text.IndexOf(word, StringComparison.OrdinalIgnoreCase)
            : CultureInfo.InvariantCulture.CompareInfo.IndexOf(
                text,
                word,
                CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace | CompareOptions.IgnoreWidth
            );

    private static int Space(string text, int from, int to) =>
        text.IndexOf(' ', from, to - from) is >= 0 and var space ? space + 1 : from;
}
