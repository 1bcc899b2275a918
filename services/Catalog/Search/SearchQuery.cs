using System.Text;

namespace SkillPlatform.Catalog;

/// <summary>What was typed, as the database is asked for it. Pure.</summary>
public sealed record SearchQuery(string Line, IReadOnlyList<SearchQuery.Word> Words)
{
    private const int Most = 16;

    // Said between words, or not: "research & development".
    private static readonly HashSet<string> Between = new(["and", "und", "et", "y", "и", "و"], StringComparer.Ordinal);

    /// <summary>A word with what it may be written as; <c>IsLast</c> where it may go on, as one types.</summary>
    public sealed record Word(string Text, bool Unspaced, string[] Joined, bool IsLast)
    {
        public string AsTyped => Any([Begun(2), .. Joined.Select(Quoted)]);

        /// <summary>Or with another ending.</summary>
        public string InAnyForm => Any([Begun(2), .. SearchWords.Forms(Text).Concat(Joined).Select(Quoted)]);

        /// <summary>In a text a word that has just been begun says little.</summary>
        public string InText => Any([Begun(4), .. SearchWords.Forms(Text).Concat(Joined).Select(Quoted)]);

        private string Begun(int least) =>
            Unspaced && Text.EnumerateRunes().Count() == 1 || IsLast && !Unspaced && Text.Length >= least
                ? $"{Quoted(Text)}:*"
                : Quoted(Text);
    }

    public static SearchQuery Of(string typed)
    {
        var chunks = SearchWords.Chunks(typed).ToArray();
        var words = new List<Word>();
        var texts = chunks
            .SelectMany(chunk =>
                chunk.SelectMany(p =>
                    p.Unspaced && SearchWords.Pairs(p.Text).ToArray() is { Length: > 0 } pairs
                        ? pairs.Select(pair => (Text: pair, Unspaced: true, Joined: (string?)null))
                        : [(p.Text, p.Unspaced, SearchWords.Joined(chunk))]
                )
            )
            .ToList();
        if (texts.Exists(t => !Between.Contains(t.Text)))
            texts.RemoveAll(t => Between.Contains(t.Text));
        for (var i = 0; i < texts.Count && words.Count < Most; i++)
        {
            var joined = new List<string>();
            if (texts[i].Joined is { } whole)
                joined.Add(whole);
            // "data base" finds "database".
            if (i > 0 && !texts[i].Unspaced && !texts[i - 1].Unspaced)
                joined.Add(texts[i - 1].Text + texts[i].Text);
            if (i + 1 < texts.Count && !texts[i].Unspaced && !texts[i + 1].Unspaced)
                joined.Add(texts[i].Text + texts[i + 1].Text);
            words.Add(
                new Word(
                    texts[i].Text,
                    texts[i].Unspaced,
                    [.. joined.Distinct(StringComparer.Ordinal)],
                    i == texts.Count - 1
                )
            );
        }
        return new SearchQuery(SearchWords.Line(typed), words);
    }

    public string AllAsTyped => All(Words.Select(w => w.AsTyped));

    public string AllInAnyForm => All(Words.Select(w => w.InAnyForm));

    public string AllInText => All(Words.Select(w => w.InText));

    public static string All(IEnumerable<string> parts) => string.Join(" & ", parts);

    public static string Any(IEnumerable<string> parts) =>
        $"({string.Join(" | ", parts.Distinct(StringComparer.Ordinal))})";

    public static string Quoted(string word)
    {
        var quoted = new StringBuilder(word.Length + 2).Append('\'');
        foreach (var c in word)
            quoted.Append(c is '\'' or '\\' ? $"{c}{c}" : $"{c}");
        return quoted.Append('\'').ToString();
    }
}
