using AnyAscii;
using Npgsql;

namespace SkillPlatform.Catalog;

/// <summary>Words of the catalogue that a word could have been meant to be: one or two typing errors away, longer, or around it.</summary>
public static class Resembling
{
    private const int Most = 8;

    // Both in one round trip: how alike is alike enough is a setting of the transaction.
    private const string Likeness = "select set_config('pg_trgm.word_similarity_threshold', '0.28', true)";

    private const string Candidates = """
        select asked.number, known.word from unnest($1) with ordinality as asked(word, number)
        cross join lateral (
          select w.word from search_words w where asked.word <% w.word
          order by word_similarity(asked.word, w.word) desc, length(w.word) limit 60
        ) as known
        """;

    /// <summary>For each word of a query the words it could be, the likeliest first; itself, too, where it is known.</summary>
    public static async Task<string[][]> To(NpgsqlConnection connection, SearchQuery query, CancellationToken ct)
    {
        var asked = query
            .Words.SelectMany((word, at) => Spellings(word).Select(spelling => (At: at, Spelling: spelling)))
            .ToArray();
        var found = query.Words.Select(_ => new List<(int Distance, string Word)>()).ToArray();
        if (asked.Length > 0)
        {
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new(Likeness),
                    new(Candidates) { Parameters = { new() { Value = asked.Select(a => a.Spelling).ToArray() } } },
                },
            };
            await using var row = await batch.ExecuteReaderAsync(ct);
            do while (row.FieldCount == 2 && await row.ReadAsync(ct))
            {
                var (at, spelling) = asked[row.GetInt64(0) - 1];
                if (Distance(spelling, row.GetString(1)) is { } distance)
                    found[at].Add((distance, row.GetString(1)));
            }
            while (await row.NextResultAsync(ct));
        }
        return
        [
            .. found.Select(f =>
                f.OrderBy(w => w.Distance).Select(w => w.Word).Distinct(StringComparer.Ordinal).Take(Most).ToArray()
            ),
        ];
    }

    private static IEnumerable<string> Spellings(SearchQuery.Word word)
    {
        if (word.Unspaced || word.Text.Length < 3)
            yield break;
        yield return word.Text;
        if (word.Text.Transliterate().ToLowerInvariant() is var plain && plain != word.Text)
            yield return plain;
    }

    /// <summary>How far a word is from one that is known; null where too far.</summary>
    public static int? Distance(string word, string known)
    {
        if (word == known)
            return 0;
        var most = word.Any(char.IsDigit)
            ? 0
            : word.Length switch
            {
                < 4 => 0,
                < 6 => 1,
                _ => 2,
            };
        var whole = Errors(word, known, most);
        if (whole <= most)
            return whole;
        if (word.Length < 4)
            return null;
        if (known.Contains(word, StringComparison.Ordinal))
            return 3;
        // As one types: the beginning of a longer word.
        for (var length = word.Length - 1; length <= word.Length + 1; length++)
            if (length < known.Length && Errors(word, known[..length], most - 1) <= most - 1)
                return 4;
        return null;
    }

    /// <summary>Letters left out, added, replaced or swapped with their neighbour; more than the most counts as one more than that.</summary>
    public static int Errors(string a, string b, int most)
    {
        if (most < 0 || Math.Abs(a.Length - b.Length) > most)
            return most + 1;
        var (before, last, now) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                now[j] = Math.Min(Math.Min(now[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    now[j] = Math.Min(now[j], before[j - 2] + 1);
            }
            (before, last, now) = (last, now, before);
        }
        return Math.Min(last[b.Length], most + 1);
    }
}
