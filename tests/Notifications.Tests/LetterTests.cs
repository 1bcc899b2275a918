using System.Text;
using MimeKit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications.Tests;

public sealed class LetterTests
{
    internal static Contents Contents(
        SkillChanged change,
        string culture = "en",
        string name = "Rita Reader",
        string reason = "skill"
    )
    {
        var names = new Names(change.Skill, null);
        var news = WhenSkillChanged.NewsOf(change);
        news = news with { Lines = [.. news.Lines.Select(names.In)] };
        var reader = new Account
        {
            Id = "reader",
            Name = name,
            Email = "reader@example.org",
            Active = true,
        };
        var notification = new Notification
        {
            Id = Ids.At(Given.Now, "n"),
            User = "reader",
            News = news.Id,
            Kind = news.Kind,
            Topic = Topic.OfSkill(Given.Skill).ToString(),
            TopicName = news.SkillName,
            Reason = reason,
            Token = "abcdefghijklmnopqrstuvwxyz012345",
            At = Given.Now,
        };
        var people = new People(
            new Dictionary<string, Account>(StringComparer.Ordinal)
            {
                ["author"] = new() { Id = "author", Name = "Anna <b>Author</b>" },
                ["reviewer"] = new() { Id = "reviewer", Erased = true },
            }
        );
        return new Contents(
            notification,
            news,
            reader,
            new Preferences
            {
                Id = "reader",
                Culture = culture,
                TimeZone = "Europe/Berlin",
            },
            people
        );
    }

    [Fact]
    public void Another_order_is_told_by_the_names_of_what_was_ordered()
    {
        var activity = Given.Activity("merged") with
        {
            Taxonomy = new TaxonomyPart("domain", "sea", "Sea"),
            Changes =
            [
                new ReorderLevels("sea", ["low", "deck"], ["deck", "low"]),
                new ReorderGroups("sea", ["deck", "hull"], ["hull", "deck"]),
            ],
        };
        var known = new KnownTaxonomy
        {
            Domains =
            [
                new(
                    "sea",
                    "Sea",
                    [new("deck", "Officer"), new("low", "Low")],
                    [new("hull", "Hull"), new("deck", "Deck")]
                ),
            ],
        };
        var names = new Names(null, known);
        Assert.Equal(
            ["levels put in another order: Officer, Low", "groups put in another order: Hull, Deck"],
            WhenProposalActivity
                .NewsOf(activity, Guid.NewGuid())!
                .Lines.Select(line => Wording.Change(Texts.For("en"), names.In(line)))
        );
    }

    [Theory]
    [InlineData("en", "renamed from “Low water” to “Tides”; Pilot, Junior: ")]
    [InlineData("fr", "\u00A0; Pilot, Junior\u00A0: ")]
    [InlineData("ja", "；Pilot、Junior：")]
    [InlineData("ar", "؛ \u200EPilot\u200E، \u200EJunior\u200E: ")]
    public void What_changed_is_one_line_as_each_language_sets_it(string language, string said)
    {
        var news = new News
        {
            Kind = NewsKind.Merged,
            Lines =
            [
                new("skillRenamed", null, null, "Low water", "Tides", null, null),
                new("requirementMadeMandatory", "Pilot", "Junior", null, null, false, true),
            ],
        };
        var people = new People(new Dictionary<string, Account>(StringComparer.Ordinal));
        Assert.Contains(said, Wording.Summary(Texts.For(language), news, "watch", people, null));
    }

    private static (MimeMessage Mail, string Text, string Html) Letter(Contents contents)
    {
        using var stream = new MemoryStream();
        Notifications.Letter.Of(contents, Given.Sender).WriteTo(stream);
        stream.Position = 0;
        var mail = MimeMessage.Load(stream);
        return (mail, mail.TextBody!.ReplaceLineEndings("\n"), mail.HtmlBody!);
    }

    [Theory]
    [InlineData("en", "someone")]
    [InlineData("de", "jemand")]
    [InlineData("ar", "عضو لم يُعرف اسمه بعد")]
    public void Who_is_not_known_yet_is_no_former_member(string language, string said) =>
        Assert.Equal(
            said,
            new People(new Dictionary<string, Account>(StringComparer.Ordinal)).Name(Texts.For(language), "new")
        );

    [Theory]
    [InlineData("de", "author", null, "Ihr Vorschlag zu „Pilot“ wurde angenommen, aber der Skill hatte")]
    [InlineData("de", "author", "role", "aber die Rolle hatte sich inzwischen geändert. Es wurde nichts")]
    [InlineData("en", "reviewer", "group", "but the group had changed meanwhile. Nothing is applied")]
    [InlineData("ru", "reviewer", "level", "но уровень тем временем изменился. Пока")]
    [InlineData("fr", "author", "domain", "mais le domaine avait changé entre-temps. Rien")]
    public void A_conflict_says_what_had_changed(string language, string reason, string? part, string said)
    {
        var activity = new ProposalActivity(
            Given.Proposal,
            "conflicted",
            1,
            Given.Skill,
            null,
            "Pilot",
            "sea",
            "deck",
            "author",
            null,
            null,
            Given.Now,
            null
        )
        {
            Taxonomy = part is null ? null : new TaxonomyPart(part, "pilot", "Pilot"),
        };
        var news = WhenProposalActivity.NewsOf(activity, Given.Proposal)!;
        var people = new People(new Dictionary<string, Account>(StringComparer.Ordinal));
        Assert.Contains(said, Wording.Lead(Texts.For(language), news, reason, people));
    }

    private static Contents Merged(string culture = "en") =>
        Contents(
            Given.Change(
                proposal: Given.Proposal,
                changes:
                [
                    Given.Cell("requirementMadeMandatory"),
                    Given.Cell("requirementReworded", "Deploys one of the functions.", "Deploys two of the functions."),
                ]
            ),
            culture
        );

    [Fact]
    public void The_headers_are_as_mail_programs_need_them()
    {
        var (mail, _, _) = Letter(Merged());
        var id = Ids.At(Given.Now, "n");
        Assert.Equal("Serverless Functions: proposal", mail.Subject);
        Assert.Equal($"{id:n}@skills.example.org", mail.MessageId);
        Assert.Equal($"proposal-{Given.Proposal:n}@skills.example.org", mail.InReplyTo);
        Assert.Equal([mail.InReplyTo!], mail.References);
        Assert.Equal("<serverless-functions.skills.skills.example.org>", mail.Headers["List-Id"]);
        Assert.Equal(
            "<https://skills.example.org/api/notifications/unsubscribe/abcdefghijklmnopqrstuvwxyz012345>",
            mail.Headers["List-Unsubscribe"]
        );
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.Equal("skill", mail.Headers["X-SkillPlatform-Reason"]);
        Assert.Equal("en", mail.Body!.Headers["Content-Language"]);
        Assert.Equal(Given.Now, mail.Date);
    }

    [Fact]
    public void The_text_comes_first_and_says_what_changed_who_why_and_why_you()
    {
        var (mail, text, html) = Letter(Merged());
        var parts = Assert.IsType<MultipartAlternative>(mail.Body);
        Assert.Equal(["plain", "html"], parts.Select(part => part.ContentType.MediaSubtype));
        Assert.Contains("Hello Rita Reader,", text);
        Assert.Contains("AI Product Engineer, Junior\n  * now mandatory, was optional\n  * reworded", text);
        Assert.Contains("Before: Deploys one of the functions.", text);
        Assert.Contains("After: Deploys two of the functions.", text);
        Assert.Contains("Why: Clearer.", text);
        Assert.Contains("Proposed by Anna <b>Author</b>, accepted by a former member", text);
        Assert.Contains("2 March 2026", text);
        Assert.Contains("UTC+01:00", text);
        Assert.Contains("https://skills.example.org/skills/serverless-functions", text);
        Assert.Contains($"https://skills.example.org/proposals/{Given.Proposal}", text);
        Assert.Contains("because you watch the skill “Serverless Functions”", text);
        Assert.Contains("/api/notifications/unsubscribe/", text);
        Assert.Contains(
            "<del style=\"background:#fdd;color:#111\">one</del><ins style=\"background:#dfd;color:#111\">two</ins>",
            html
        );
        Assert.DoesNotContain("<img", html);
    }

    [Theory]
    [InlineData("de", "tides.xlsx", "Warum: Import: tides.xlsx")]
    [InlineData("es", "tides.xlsx", "Por qué: Importación: tides.xlsx")]
    [InlineData("ja", "", "理由: インポート")]
    // As the release before said it.
    [InlineData("de", null, "Warum: Import of tides.xlsx")]
    public void An_import_is_told_in_the_words_of_who_reads_of_it(string culture, string? source, string said)
    {
        var change = Given.Change(import: Guid.NewGuid(), reviewer: null, reason: "Import of tides.xlsx") with
        {
            ImportSource = source,
        };
        var contents = Contents(change, culture);
        var (_, text, _) = Letter(contents);
        Assert.Contains(said, text);
        Assert.EndsWith(Wording.Reason(Texts.For(culture), contents.News)!, said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_word_of_a_long_text_is_seen_to_have_changed()
    {
        var text = string.Concat(Enumerable.Range(0, 1200).Select(n => $"w{n:0000} "));
        var (_, plain, html) = Letter(
            Contents(Given.Change(changes: [Given.Cell("requirementReworded", text + "old.", text + "new.")]))
        );
        Assert.Matches("Before: ….* w1199 old\\.\n", plain);
        Assert.Matches("After: ….* w1199 new\\.\n", plain);
        Assert.Contains("old</del><ins", html);
        Assert.InRange(html.Length, 1, 6000);
    }

    [Fact]
    public void Direction_marks_stay_and_what_reorders_goes_without_a_trace()
    {
        var (mail, text, html) = Letter(
            Contents(Given.Change(name: "C#\u200E שלום", reason: "a\u200Fb\u061Cc\u202Ed\u2066e\u2069f"))
        );
        Assert.Contains("C#\u200E שלום", mail.Subject);
        Assert.Contains("a\u200Fb\u061Ccdef", text);
        Assert.Contains("C#", html);
    }

    [Theory]
    [InlineData("ar", ".NET", "«\u200E.NET\u200E»")]
    [InlineData("ar", "سي#", "«سي#»")]
    [InlineData("en", "C#", "“C#”")]
    public void A_name_keeps_its_signs_at_its_own_ends(string culture, string name, string said)
    {
        var (_, text, _) = Letter(Contents(Given.Change(name: name), culture));
        Assert.Contains(said, text);
    }

    [Theory]
    [InlineData("=?utf-8?q?=41?=")]
    [InlineData("=?utf-8?b?QQ==?= and more")]
    [InlineData("a =?iso-8859-1?q?=FC?= ü")]
    [InlineData("\"Rita\" <victim@example.com>, Rob \\ (x); y: z")]
    [InlineData("ריטה \"הקוראת\", <victim@example.com>")]
    public void A_name_that_looks_like_more_reads_as_it_is(string name)
    {
        var (mail, _, _) = Letter(Contents(Given.Change(name: name), name: name));
        Assert.StartsWith(name, mail.Subject!, StringComparison.Ordinal);
        Assert.Equal(
            (name, "reader@example.org"),
            (mail.To.Mailboxes.Single().Name, mail.To.Mailboxes.Single().Address)
        );
    }

    [Fact]
    public void A_text_that_was_rewritten_stands_before_and_after()
    {
        var (_, _, html) = Letter(
            Contents(Given.Change(changes: [Given.Cell("requirementReworded", "Reads logs.", "Writes alarms.")]))
        );
        Assert.Contains("Reads logs.</del></div><div", html);
    }

    [Theory]
    [InlineData("de", "de", "jetzt Pflicht, war optional", "Warum: Clearer.")]
    [InlineData("de-AT", "de", "neu formuliert", "weil Sie den Skill")]
    [InlineData("es-MX", "es", "ahora obligatorio, antes opcional", "Por qué: Clearer.")]
    [InlineData("fr-CA", "fr", "désormais obligatoire, était facultative", "Bonjour Rita Reader,")]
    [InlineData("ru", "ru", "теперь обязательно, было необязательно", "Почему: Clearer.")]
    [InlineData("ja", "ja", "任意から必須に変更", "理由: Clearer.")]
    [InlineData("ar", "ar", "أصبح إلزاميًا بعد أن كان اختياريًا", "السبب: Clearer.")]
    [InlineData("fi", "en", "now mandatory", "Why: Clearer.")]
    [InlineData("no such culture!", "en", "now mandatory", "Why: Clearer.")]
    public void The_reader_reads_their_language(string culture, string language, params string[] says)
    {
        var (mail, text, html) = Letter(Merged(culture));
        Assert.Equal(language, mail.Body!.Headers["Content-Language"]);
        Assert.Contains($"lang=\"{language}\"", html);
        Assert.All(says, said => Assert.Contains(said, text));
    }

    [Theory]
    [InlineData("ar-SA", "rtl", "2026")]
    [InlineData("ja", "ltr", "2026")]
    [InlineData("en", "ltr", "2026")]
    public void It_is_written_the_way_its_language_is_and_dated_by_one_calendar(
        string culture,
        string direction,
        string year
    )
    {
        var (_, text, html) = Letter(Merged(culture));
        Assert.Contains($" dir=\"{direction}\"", html);
        // What people wrote may be in any language.
        Assert.Contains("<div dir=\"auto\"", html);
        Assert.Contains(year, InLatinDigits(text));

        static string InLatinDigits(string text) =>
            string.Concat(text.Select(c => char.IsDigit(c) ? (char)('0' + char.GetNumericValue(c)) : c));
    }

    [Fact]
    public void Names_and_texts_cannot_break_out()
    {
        const string Evil = "Evil\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>\u202Egpj\0\u2028x";
        var contents = Contents(
            Given.Change(
                proposal: Given.Proposal,
                name: Evil,
                reason: Evil,
                changes: Given.Cell("requirementReworded", Evil, "<img src=x onerror=alert(1)>")
            ),
            name: Evil
        );
        using var stream = new MemoryStream();
        Notifications.Letter.Of(contents, Given.Sender).WriteTo(stream);
        var source = Encoding.UTF8.GetString(stream.ToArray());
        var head = source[..source.ReplaceLineEndings("\r\n").IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        Assert.DoesNotContain(
            head.ReplaceLineEndings("\n").Split('\n'),
            line => line.StartsWith("Bcc", StringComparison.Ordinal)
        );
        var (mail, text, html) = Letter(contents);
        Assert.Empty(mail.Bcc);
        Assert.Single(mail.To.Mailboxes);
        Assert.Equal("reader@example.org", mail.To.Mailboxes.Single().Address);
        Assert.DoesNotContain('\n', mail.Subject!);
        Assert.DoesNotContain('\u202E', mail.Subject + text);
        Assert.DoesNotContain('\0', text + html);
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<img", html);
    }

    [Fact]
    public void The_same_contents_make_the_same_message_id_and_thread()
    {
        var (first, _, _) = Letter(Merged());
        var (second, _, _) = Letter(Merged());
        Assert.Equal(first.MessageId, second.MessageId);
        Assert.Equal(first.InReplyTo, second.InReplyTo);
    }

    // Cut off by the mail program, it would have neither why it came nor the way to stop it.
    [Theory]
    [InlineData("en", "before ")]
    [InlineData("ru", "требование ")]
    [InlineData("ja", "以前の要件です。")]
    [InlineData("ar", "[a](//b) *x* ")]
    public void However_much_it_tells_it_is_shown_whole(string culture, string words)
    {
        var much = string.Concat(Enumerable.Repeat(words, 4000 / words.Length));
        var changes = Enumerable
            .Range(0, 40)
            .Select(i => Given.Cell("requirementReworded", much, $"{much} {i}.", $"role-{i}"))
            .ToArray();
        var contents = Contents(Given.Change(proposal: Given.Proposal, reason: much, changes: changes), culture);
        Whole(Notifications.Letter.Of(contents, Given.Sender));
        var said = contents with { News = contents.News with { Lines = [], Text = much, Suggestion = much } };
        Whole(GatheredLetter.Of(said, [.. Enumerable.Repeat(said, 20)], Given.Sender));

        static void Whole(MimeMessage mail)
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(mail.HtmlBody!), 2000, 30_000);
            Assert.Contains("/api/notifications/unsubscribe/", mail.HtmlBody!);
            Assert.Contains("/api/notifications/unsubscribe/", mail.TextBody!);
        }
    }

    [Fact]
    public void Long_and_many_texts_stay_readable()
    {
        var changes = Enumerable
            .Range(0, 60)
            .Select(i =>
                Given.Cell("requirementReworded", new string('a', 10_000), "😀" + new string('b', 9_998), $"role-{i}")
            )
            .ToArray();
        var (mail, text, _) = Letter(Contents(Given.Change(changes: changes)));
        Assert.Matches("Further changes: [3-5][0-9]\n", text);
        Assert.NotNull(mail.MessageId);
    }

    [Fact]
    public void Every_language_has_every_key_with_the_same_placeholders()
    {
        static IEnumerable<string> Placeholders(string text) =>
            System
                .Text.RegularExpressions.Regex.Matches(
                    text,
                    "{[a-z]+}",
                    System.Text.RegularExpressions.RegexOptions.None,
                    TimeSpan.FromSeconds(1)
                )
                .Select(m => m.Value)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal);
        Assert.Equal(["ar", "de", "en", "es", "fr", "ja", "ru"], Texts.Languages.Order(StringComparer.Ordinal));
        var english = Texts.In("en");
        foreach (var language in Texts.Languages.Select(Texts.In))
        {
            Assert.Equal(english.Keys.Order(StringComparer.Ordinal), language.Keys.Order(StringComparer.Ordinal));
            Assert.All(english, text => Assert.Equal(Placeholders(text.Value), Placeholders(language[text.Key])));
        }
        Assert.All(NewsKind.All, kind => Assert.Contains($"title.{kind}", english.Keys));
        Assert.All(NewsKind.All, kind => Assert.Contains($"lead.{kind}", english.Keys));
        Assert.All(
            Topic.Scopes.Concat([
                "author",
                "reviewer",
                "commenter",
                Reasons.Mentioned,
                Reasons.Review,
                Reasons.Upkeep,
                Reasons.Answered,
            ]),
            why => Assert.Contains($"why.{why}", english.Keys)
        );
    }
}
