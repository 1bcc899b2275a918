using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>A piece of news in the reader's language; the same words in the mail and in the inbox.</summary>
public static class Wording
{
    /// <summary>How many requirements a mail shows.</summary>
    public const int MostCells = 30;

    public static string Title(Texts texts, News news, string reason) =>
        texts[
            For(texts, $"title.{news.Kind}", reason),
            ("skill", news.SkillName),
            ("source", news.Import?.Source),
            ("webhook", news.Webhook),
            ("edition", news.Edition?.Name)
        ];

    public static string Lead(Texts texts, News news, string reason, People people) =>
        texts[
            For(texts, $"lead.{news.Kind}", reason),
            ("skill", news.SkillName),
            ("actor", people.Name(texts, news.Actor)),
            ("what", texts[texts.Has($"changed.{news.Part}") ? $"changed.{news.Part}" : "changed.skill"]),
            ("added", Number(texts, news.Import?.Added)),
            ("changed", Number(texts, news.Import?.Changed)),
            ("unchanged", Number(texts, news.Import?.Unchanged)),
            ("webhook", news.Webhook),
            ("edition", news.Edition?.Name)
        ];

    public static string Why(Texts texts, Notification notification) =>
        texts[$"why.{notification.Reason}", ("topic", notification.TopicName)];

    /// <summary>What somebody said of it, or that it was an import; null for nothing.</summary>
    public static string? Reason(Texts texts, News news) =>
        news.ImportSource switch
        {
            null => news.Text,
            "" => texts["said.import"],
            var source => texts["said.import-of", ("source", source)],
        };

    public static string TopicName(Texts texts, Notification notification) =>
        texts[$"topic.{Topic.Parse(notification.Topic).Scope}", ("topic", notification.TopicName)];

    /// <summary>What changed, in one line for a list.</summary>
    public static string Summary(Texts texts, News news, string reason, People people, Said? said)
    {
        if (news is { Kind: NewsKind.Merged, Lines.Length: 0 })
            return texts["already"];
        if (said?.RemovedBy is { } by)
            return texts[texts.Has($"removed.{by}") ? $"removed.{by}" : "removed.author"];
        // Of what is only wanted, the reason says more.
        if (news.Lines.Length == 0 || news.IsWanted)
        {
            var text = news.Comment is null ? Reason(texts, news) : said?.Text;
            return Line.Cut(Line.One(text is { Length: > 0 } ? text : Lead(texts, news, reason, people)), 300);
        }
        var parts = Cells(news.Lines)
            .Select(cell =>
            {
                var what = string.Join(texts["change.list"], cell.Select(line => Change(texts, line)));
                return Heading(texts, cell[0]) is { } heading
                    ? texts["change.of-cell", ("cell", heading), ("what", what)]
                    : what;
            });
        return Line.Cut(Line.One(string.Join(texts["change.cells"], parts)), 300);
    }

    /// <summary>What changed, those of one role and level together; and how much is left out.</summary>
    /// <param name="longest">How much of one text is shown.</param>
    public static IEnumerable<Block> Changes(Texts texts, IReadOnlyList<NewsLine> lines, int most, int longest)
    {
        var cells = Cells(lines).ToList();
        foreach (var cell in cells.Take(most))
        {
            if (Heading(texts, cell[0]) is { } heading)
                yield return new Block.Heading(heading);
            foreach (var line in cell)
                yield return new Block.Item(
                    Line.Cut(Change(texts, line), longest),
                    HasTexts(line) ? Diff(line, longest) : null
                );
        }
        if (cells.Skip(most).Sum(cell => cell.Length) is > 0 and var more)
            yield return new Block.Paragraph(texts["change.more", ("count", Number(texts, more))]);
    }

    public static string? Heading(Texts texts, NewsLine line) =>
        line.Role is null ? null : texts["change.cell", ("role", line.Role), ("level", line.Level)];

    /// <summary>One change in words, without the texts before and after.</summary>
    public static string Change(Texts texts, NewsLine line)
    {
        var key = $"change.{line.Kind}";
        if (line.Kind == "requirementStated")
            key += line.MandatoryAfter == false ? ".optional" : ".mandatory";
        if (line.After is not null && texts.Has($"{key}.into"))
            key += ".into";
        return texts[
            texts.Has(key) ? key : "change.other",
            ("before", Or(texts, line.Before)),
            ("after", Or(texts, line.After))
        ];
    }

    /// <summary>True for changes whose texts are shown beside the words.</summary>
    public static bool HasTexts(NewsLine line) =>
        line.Kind
            is "requirementStated"
                or "requirementReworded"
                or "requirementDropped"
                or "skillDescribed"
                or "levelDescribed"
                or "roleDescribed";

    public static string When(Texts texts, DateTimeOffset at, Preferences preferences)
    {
        var local = TimeZoneInfo.ConvertTime(at, preferences.Zone);
        return texts["label.when", ("date", local.ToString("f", texts.Format) + " " + Offset(local.Offset))];
    }

    /// <summary>What a change did to a text: told of all of it, shown around what changed.</summary>
    private static IReadOnlyList<DiffPiece> Diff(NewsLine line, int longest) =>
        WordDiff.Shortened(WordDiff.Of(Line.Several(line.Before ?? ""), Line.Several(line.After ?? "")), longest);

    // What is about the skill itself stands first, or it would read as if it were about the role above it.
    private static IEnumerable<NewsLine[]> Cells(IEnumerable<NewsLine> lines) =>
        lines
            .OrderBy(line => line.Role is not null)
            .GroupBy(line => line.Role is null ? (object)line : (line.Role, line.Level))
            .Select(g => g.ToArray());

    // What is said to whom it is about, or to whom is asked, is said otherwise.
    private static string For(Texts texts, string key, string reason) =>
        texts.Has($"{key}.{reason}") ? $"{key}.{reason}" : key;

    private static string Or(Texts texts, string? text) => string.IsNullOrEmpty(text) ? texts["none"] : text;

    public static string? Number(Texts texts, int? number) => number?.ToString("N0", texts.Format);

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
    public bool Know(News news) => news.People.All(accounts.ContainsKey);

    public ItemPerson? Item(string? user) =>
        user is null ? null
        : accounts.GetValueOrDefault(user) is { } account
            ? new ItemPerson(user, account.Erased ? null : account.Name, account.Erased)
        : new ItemPerson(user, null, Erased: false);

    public string Name(Texts texts, string? user) =>
        user is null ? texts["person.platform"]
        : !accounts.TryGetValue(user, out var account) ? texts["person.unknown"]
        : account.Erased ? texts["person.former"]
        : account.Name;
}
