using System.Globalization;
using System.Text;
using SkillPlatform.Changes;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A piece of news in the reader's language; the same words in the mail and in the inbox.</summary>
public static class Wording
{
    private const int Lines = 30;
    private const int Longest = 4000;

    public static string Title(Texts texts, News news, string reason) =>
        texts[
            ForAuthor(texts, $"title.{news.Kind}", reason),
            ("skill", news.SkillName),
            ("source", news.Import?.Source)
        ];

    public static string Lead(Texts texts, News news, string reason, People people) =>
        texts[
            ForAuthor(texts, $"lead.{news.Kind}", reason),
            ("skill", news.SkillName),
            ("actor", people.Name(texts, news.Actor)),
            ("added", Number(texts, news.Import?.Added)),
            ("changed", Number(texts, news.Import?.Changed)),
            ("unchanged", Number(texts, news.Import?.Unchanged))
        ];

    public static string Why(Texts texts, Notification notification) =>
        texts[$"why.{notification.Reason}", ("topic", notification.TopicName)];

    public static string TopicName(Texts texts, Notification notification) =>
        texts[$"topic.{Topic.Parse(notification.Topic).Scope}", ("topic", notification.TopicName)];

    /// <summary>What changed, in one line for a list.</summary>
    public static string Summary(Texts texts, News news, string reason, People people, Said? said)
    {
        if (news is { Kind: NewsKind.Merged, Lines.Length: 0 })
            return texts["already"];
        if (said?.RemovedBy is { } by)
            return texts[texts.Has($"removed.{by}") ? $"removed.{by}" : "removed.author"];
        if (news.Lines.Length == 0)
        {
            var text = news.Comment is null ? news.Text : said?.Text;
            return Cut(text is { Length: > 0 } ? OneLine(text) : Lead(texts, news, reason, people), 300);
        }
        var parts = Cells(news)
            .Select(cell =>
            {
                var what = string.Join(", ", cell.Select(line => Change(texts, line)));
                return Heading(texts, cell[0]) is { } heading ? $"{heading}: {what}" : what;
            });
        return Cut(OneLine(string.Join("; ", parts)), 300);
    }

    /// <summary>The changed lines, those of one role and level together, and how many are left out.</summary>
    public static (IReadOnlyList<NewsLine[]> Cells, int More) Shown(News news)
    {
        var cells = Cells(news).ToList();
        return (cells.Take(Lines).ToList(), cells.Skip(Lines).Sum(cell => cell.Length));
    }

    public static string? Heading(Texts texts, NewsLine line) =>
        line.Role is null ? null : texts["change.cell", ("role", line.Role), ("level", line.Level)];

    /// <summary>One change in words, without the texts before and after.</summary>
    public static string Change(Texts texts, NewsLine line)
    {
        var key = $"change.{line.Kind}";
        if (line.Kind == "requirementStated")
            key += line.MandatoryAfter == false ? ".optional" : ".mandatory";
        return texts[
            texts.Has(key) ? key : "change.other",
            ("before", Or(texts, line.Before)),
            ("after", Or(texts, line.After))
        ];
    }

    /// <summary>True for changes whose texts are shown beside the words.</summary>
    public static bool HasTexts(NewsLine line) =>
        line.Kind is "requirementStated" or "requirementReworded" or "requirementDropped";

    public static string When(Texts texts, DateTimeOffset at, string timeZone)
    {
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var found) ? found : TimeZoneInfo.Utc;
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return texts["label.when", ("date", local.ToString("f", texts.Format) + " " + Offset(local.Offset))];
    }

    /// <summary>For headers and single lines: no line breaks, no controls, nothing that turns the direction of writing.</summary>
    public static string OneLine(string text) => Clean(text, keepLines: false);

    /// <summary>What a change did to a text: told of all of it, shown around what changed.</summary>
    public static IReadOnlyList<DiffPiece> Diff(NewsLine line) =>
        WordDiff.Shortened(
            WordDiff.Of(Clean(line.Before ?? "", keepLines: true), Clean(line.After ?? "", keepLines: true)),
            Longest
        );

    /// <summary>For bodies: line breaks stay.</summary>
    public static string Body(string text) => Cut(Clean(text, keepLines: true), Longest);

    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        var end = char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1;
        return text[..end] + "…";
    }

    private static string Clean(string text, bool keepLines)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
            if (keepLines && rune.Value is '\n' or '\t')
                clean.Append((char)rune.Value);
            else if (!TextForm.Reorders(rune.Value))
                clean.Append(IsHarmful(rune) ? new Rune(' ') : rune);
        return keepLines
            ? clean.ToString().Trim()
            : string.Join(' ', clean.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool IsHarmful(Rune rune) =>
        Rune.IsControl(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value == 0xFFFD;

    private static IEnumerable<NewsLine[]> Cells(News news) =>
        news.Lines.GroupBy(line => line.Role is null ? (object)line : (line.Role, line.Level)).Select(g => g.ToArray());

    private static string ForAuthor(Texts texts, string key, string reason) =>
        reason == "author" && texts.Has(key + ".author") ? key + ".author" : key;

    private static string Or(Texts texts, string? text) => string.IsNullOrEmpty(text) ? texts["none"] : text;

    private static string? Number(Texts texts, int? number) => number?.ToString("N0", texts.Format);

    private static string Offset(TimeSpan offset) =>
        offset == TimeSpan.Zero
            ? "UTC"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"UTC{(offset < TimeSpan.Zero ? '-' : '+')}{offset.Duration():hh\\:mm}"
            );
}

/// <summary>Names of the people in a piece of news, as their accounts say now.</summary>
public sealed class People(IReadOnlyDictionary<string, Account> accounts)
{
    public bool Know(News news) =>
        new[] { news.Author, news.Actor, news.Reviewer }.All(user => user is null || accounts.ContainsKey(user));

    public string Name(Texts texts, string? user) =>
        user is null ? texts["person.platform"]
        : !accounts.TryGetValue(user, out var account) ? texts["person.unknown"]
        : account.Erased ? texts["person.former"]
        : account.Name;
}
