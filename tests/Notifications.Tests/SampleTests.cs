using System.Text.RegularExpressions;
using MimeKit;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Each kind of mail in each language, for people to read.</summary>
public sealed partial class SampleTests
{
    public static TheoryData<string> Languages => [.. Texts.Languages.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Each_kind_of_mail_is_as_it_was_approved(string language)
    {
        var mails = Letters(language).Concat(Gathered(language)).Concat(Digests(language)).ToList();
        foreach (var (kind, mail) in mails)
        {
            var host = Given.Sender.Origin.Host;
            Assert.Equal(mail.InReplyTo, Assert.Single(mail.References));
            Assert.EndsWith($"@{host}", mail.InReplyTo);
            Assert.Matches($@"^<[a-z.-]+\.{host}>$", mail.Headers["List-Id"]);
            Assert.Matches($@"^<https://{host}/api/notifications/unsubscribe/\w+>$", mail.Headers["List-Unsubscribe"]);
            Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
            Assert.Contains(mail.Headers["X-SkillPlatform-Reason"], kind.Split('.'));
        }
        // Mail programs keep a thread together by what it answers, and some by its subject, too.
        var ofOne = mails
            .Where(mail => mail.Mail.Headers["In-Reply-To"]!.StartsWith("<proposal-", StringComparison.Ordinal))
            .ToList();
        Assert.InRange(ofOne.Select(mail => mail.Kind.Split('.')[0]).Distinct().Count(), 10, NewsKind.All.Count);
        Assert.Single(ofOne.Select(mail => (mail.Mail.InReplyTo, mail.Mail.Subject)).Distinct());
        var found = Samples.Approve("Notifications.Tests", language, mails, html: language is "en" or "ar");
        Assert.True(found.Length == 0, found);
    }

    [Fact]
    public void All_that_is_said_otherwise_has_a_sample()
    {
        var samples = Letters("en").Select(letter => letter.Kind.Split('.')).ToList();
        Assert.Equal(
            NewsKind.All.Except([NewsKind.Mentioned]),
            samples.Select(sample => sample[0]).Distinct(StringComparer.Ordinal)
        );
        foreach (var key in Texts.In("en").Keys.Select(key => key.Split('.')))
            if (key is ["title" or "lead", not "digest", _])
                Assert.Contains(key[1..], samples);
            else if (key is ["why", not "digest", ..])
                Assert.Contains(key[1], samples.Select(sample => sample[1]));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Each_language_is_set_as_its_readers_are_used_to(string language)
    {
        var wrong = language switch
        {
            // A space that does not break before what stands high, and inside of quotation marks.
            "fr" => French(),
            "de" => German(),
            "es" => Spanish(),
            _ => Straight(),
        };
        Assert.All(
            Texts.In(language),
            text => Assert.False(wrong.IsMatch(text.Value) || Straight().IsMatch(text.Value), text.ToString())
        );
    }

    // What is said otherwise to some; and what watchers hear of, for each of the ways to watch in turn.
    private static IEnumerable<(string Kind, MimeMessage Mail)> Letters(string language)
    {
        var ways = new Queue<string>([
            Topic.Proposal,
            Topic.Skill,
            Topic.Role,
            Topic.Group,
            Topic.Domain,
            "reviewer",
            "commenter",
            Topic.Proposal,
        ]);
        foreach (var kind in NewsKind.All)
        {
            string? watched = kind switch
            {
                NewsKind.Imported or NewsKind.EditionPublished => Topic.Catalogue,
                NewsKind.WebhookStopped => SwitchOff.Scope,
                NewsKind.SkillChanged or NewsKind.SkillCommented => Topic.Skill,
                NewsKind.ReviewDue => Reasons.Upkeep,
                // A comment says it.
                NewsKind.Mentioned => null,
                NewsKind.Approved or NewsKind.Accepted or NewsKind.Reminder => null,
                _ => ways.Dequeue(),
            };
            var own = Texts
                .In("en")
                .Keys.Select(key => key.Split('.'))
                .Where(key => key is ["title", var of, _] && of == kind)
                .Select(key => key[2])
                .Order(StringComparer.Ordinal);
            foreach (var reason in watched is null ? own : own.Prepend(watched))
                yield return ($"{kind}.{reason}", Letter.Of(Contents(kind, reason, language), Given.Sender));
        }
    }

    // What is said in one thread in a short time, and more of it than one letter holds.
    private static IEnumerable<(string Kind, MimeMessage Mail)> Gathered(string language)
    {
        foreach (
            var (kind, reason, count) in new[]
            {
                (NewsKind.Commented, "answered", 2),
                (NewsKind.SkillCommented, Topic.Skill, 14),
            }
        )
        {
            var told = Enumerable.Repeat(Contents(kind, reason, language), count).ToList();
            yield return ($"gathered.{reason}", GatheredLetter.Of(told[0], told, Given.Sender));
        }
    }

    private static IEnumerable<(string Kind, MimeMessage Mail)> Digests(string language)
    {
        foreach (var frequency in new[] { Frequencies.Daily, Frequencies.Weekly })
        {
            var digest = new Digest
            {
                Id = Ids.At(Given.Now, frequency),
                User = "reader",
                Frequency = frequency,
                Token = "abcdefghijklmnopqrstuvwxyz012345",
                At = Given.Now,
            };
            var told = new[]
            {
                Told(NewsKind.Merged, "skill"),
                Told(NewsKind.Submitted, "skill"),
                Told(NewsKind.SkillCommented, "answered"),
                Told(NewsKind.Imported, "catalogue"),
            };
            var contents = DigestContents.Of(told);
            var mail = DigestLetter.Of(digest, contents, Reader, Preferences(language), Given.Sender);
            yield return ($"digest.{frequency}", mail);
        }

        DigestNews Told(string kind, string reason)
        {
            var contents = Contents(kind, reason, language);
            return new DigestNews(contents.Notification, contents.News, contents.People, null);
        }
    }

    private static readonly Account Reader = new()
    {
        Id = "reader",
        Name = "Rita Reader",
        Email = "reader@example.org",
        Active = true,
    };

    private static Preferences Preferences(string language) =>
        new()
        {
            Id = "reader",
            Culture = language,
            TimeZone = "Europe/Berlin",
        };

    private static Contents Contents(string kind, string reason, string language)
    {
        var news = News(kind);
        var notification = new Notification
        {
            Id = Ids.At(Given.Now, kind, reason),
            User = "reader",
            News = news.Id,
            Kind = kind,
            Topic = Topic.OfSkill(Given.Skill).ToString(),
            TopicName = reason switch
            {
                "webhook" => "hooks.example.org",
                Topic.Role => "SRE",
                Topic.Group => "Compute",
                Topic.Domain => "Cloud",
                _ => news.SkillName,
            },
            Reason = reason,
            Token = "abcdefghijklmnopqrstuvwxyz012345",
            At = Given.Now,
        };
        var people = new People(
            new Dictionary<string, Account>(StringComparer.Ordinal)
            {
                ["author"] = new() { Id = "author", Name = "Anna Author" },
                ["reviewer"] = new() { Id = "reviewer", Name = "Ron Reviewer" },
            }
        );
        return new Contents(notification, news, Reader, Preferences(language), people);
    }

    private static News News(string kind)
    {
        var news = new News
        {
            Id = Ids.Of("sample", kind),
            Kind = kind,
            At = Given.Now,
        };
        if (kind == NewsKind.Imported)
            return news with { Author = "author", Import = new ImportCounts("skills.json", 140, 23, 7) };
        if (kind == NewsKind.EditionPublished)
            return news with { Edition = new Named("2026-2", "2026.2"), Text = "The *second* one." };
        if (kind == NewsKind.WebhookStopped)
            return news with { Webhook = "hooks.example.org" };
        news = news with
        {
            SkillId = Given.Skill,
            SkillSlug = "serverless-functions",
            SkillName = "Serverless Functions",
            Domain = new Named("cloud", "Cloud"),
            Version = 3,
        };
        if (kind is NewsKind.ReviewDue)
            return news;
        if (kind is NewsKind.SkillChanged)
            return news with { Author = "author", Lines = [.. EveryChange()] };
        if (kind is NewsKind.SkillCommented)
            return news with { Actor = "author", Comment = Given.Proposal, Text = "Is **two** enough?" };
        news = news with { ProposalId = Given.Proposal, Author = "author" };
        return kind switch
        {
            NewsKind.Merged => news with { Reviewer = "reviewer", Text = "Clearer.", Lines = [Reworded] },
            NewsKind.Conflicted or NewsKind.Reminder => news,
            NewsKind.Submitted => news with { Actor = "author", Text = "One is not enough to learn from." },
            NewsKind.Revised or NewsKind.Withdrawn => news with { Actor = "author" },
            NewsKind.Approved or NewsKind.Accepted => news with { Actor = "reviewer" },
            NewsKind.Commented => news with
            {
                Actor = "reviewer",
                Text = "Why *two*?\n\n- one is read\n- one is written",
                Suggestion = "Deploys three of the functions.",
            },
            _ => news with { Actor = "reviewer", Text = "Why *two*?\n\n- one is read\n- one is written" },
        };
    }

    private static readonly NewsLine Reworded = new(
        "requirementReworded",
        "SRE",
        "Junior",
        "Deploys one of the functions.",
        "Deploys two of the functions.",
        true,
        true
    );

    private static IEnumerable<NewsLine> EveryChange() =>
        [
            Of("requirementMadeMandatory"),
            Reworded,
            Of("requirementMadeOptional") with
            {
                Level = "Senior",
            },
            Of("requirementStated", after: "Reads logs.") with
            {
                Level = "Lead",
            },
            Of("requirementStated", after: "Writes alarms.") with
            {
                Level = "Lead",
                MandatoryAfter = false,
            },
            Of("requirementDropped", before: "Knows FTP.") with
            {
                Role = "Tester",
            },
            .. new[]
            {
                Of("skillAdded", after: "Serverless Functions"),
                Of("skillRenamed", "Functions", "Serverless Functions"),
                Of("keywordsReplaced", "faas", "faas, lambda"),
                Of("skillDescribed", "Runs code.", "Runs code on demand."),
                Of("externalIdsReplaced", null, "esco: 12"),
                Of("skillMoved", "Cloud › Compute", "Cloud › Serverless"),
                Of("skillRetired"),
                Of("skillMerged", "Functions", "Serverless Functions"),
                Of("skillAbsorbed", "Functions", "Serverless Functions"),
                Of("something.new"),
            }.Select(line => line with { Role = null, Level = null }),
        ];

    private static NewsLine Of(string kind, string? before = null, string? after = null) =>
        new(kind, "SRE", "Junior", before, after, true, true);

    [GeneratedRegex(@"(?<![\u00A0\u202F])[:;?!»]|«(?![\u00A0\u202F])", RegexOptions.None, 1000)]
    private static partial Regex French();

    [GeneratedRegex(
        "(?i)f[uo]e?er\\b(?<=fuer)|ueb|aend|koenn|moech|schlaeg|pruef|faehig|zurueck|waehl|loesch|muess|naech|schliess",
        RegexOptions.None,
        1000
    )]
    private static partial Regex German();

    [GeneratedRegex(@"^[^¿]*\?|^[^¡]*!|“|”", RegexOptions.None, 1000)]
    private static partial Regex Spanish();

    [GeneratedRegex("[\"']", RegexOptions.None, 1000)]
    private static partial Regex Straight();
}
