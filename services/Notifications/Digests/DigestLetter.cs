using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>The mail of a digest.</summary>
public static class DigestLetter
{
    private const int MostSkills = 40;
    private const int MostCells = 10;
    private const int MostActivity = 5;

    public static MimeMessage Of(
        Digest digest,
        DigestContents contents,
        Account reader,
        Preferences preferences,
        Sender sender
    )
    {
        var texts = Texts.For(preferences.Culture);
        return new Envelope(
            digest.Id,
            digest.At,
            Line.One(Title(digest.Frequency, digest.At, preferences, texts)),
            reader.Name,
            reader.Email,
            "digest"
        )
        {
            Headers = Letter.Headers(sender, $"digest-{digest.Id:n}", "digests", digest.Token),
        }.Around(
            SkillPlatform.Mail.Body.Fitting(part => Body(digest, contents, reader, preferences, sender, texts, part)),
            sender
        );
    }

    public static string Title(string frequency, DateTimeOffset at, Preferences preferences, Texts texts) =>
        texts[
            $"title.digest.{frequency}",
            ("date", TimeZoneInfo.ConvertTime(at, preferences.Zone).ToString("d", texts.Format))
        ];

    private static Body Body(
        Digest digest,
        DigestContents contents,
        Account reader,
        Preferences preferences,
        Sender sender,
        Texts texts,
        int part
    )
    {
        var mostSkills = Math.Max(MostSkills / part, 1);
        var all = contents.Skills.ToList();
        var blocks = new List<Block>
        {
            new Block.Paragraph(texts["greeting", ("name", reader.Name)]),
            new Block.Paragraph(
                texts[
                    "lead.digest",
                    ("changes", Wording.Number(texts, all.Sum(skill => skill.Lines.Length))),
                    ("skills", Wording.Number(texts, all.Count)),
                    ("events", Wording.Number(texts, all.Sum(skill => skill.Activity.Count) + contents.Imports.Count))
                ]
            ),
        };
        foreach (var import in contents.Imports.Take(MostActivity))
            blocks.Add(new Block.Paragraph(Wording.Lead(texts, import.News, "", import.People)));
        var room = mostSkills;
        foreach (var domain in contents.Domains.TakeWhile(_ => room > 0))
        {
            if (domain.Name.Length > 0)
                blocks.Add(new Block.Heading(domain.Name, Rank: 1));
            foreach (var skill in domain.Skills.Take(room))
                blocks.AddRange(Skill(skill, sender, texts, part));
            room -= domain.Skills.Count;
        }
        if (all.Count > mostSkills)
            blocks.Add(
                new Block.Paragraph(texts["digest.more", ("count", Wording.Number(texts, all.Count - mostSkills))])
            );
        blocks.Add(new Block.Button(texts["link.digest"], sender.To($"/inbox?digest={digest.Id}")));
        return new Body(
            Title(digest.Frequency, digest.At, preferences, texts),
            texts.Language,
            blocks,
            [
                new Block.Paragraph(texts[$"why.digest.{digest.Frequency}"]),
                new Block.Link(texts["link.mail-settings"], sender.To("/watching/mail")),
                new Block.Link(texts["link.stop-digest"], Unsubscribe.Link(sender, digest.Token)),
            ],
            texts["label.before"],
            texts["label.after"]
        );
    }

    private static IEnumerable<Block> Skill(DigestSkill skill, Sender sender, Texts texts, int part)
    {
        yield return new Block.Heading(skill.Name, Rank: 2);
        foreach (var block in Wording.Changes(texts, skill.Lines, Math.Max(MostCells / part, 1), Line.Longest / part))
            yield return block;
        if (skill.Activity.Count > 0)
            yield return new Block.Heading(texts["digest.activity"]);
        foreach (var activity in skill.Activity.Take(MostActivity))
            yield return new Block.Item(
                Wording.Lead(texts, activity.News, activity.Notification.Reason, activity.People),
                Url: activity.News.ProposalId is { } proposal ? sender.To($"/proposals/{proposal}") : null
            );
        if (skill.Activity.Count > MostActivity)
            yield return new Block.Paragraph(
                texts["digest.more-events", ("count", Wording.Number(texts, skill.Activity.Count - MostActivity))]
            );
        if (skill.Slug is { } slug)
            yield return new Block.Link(texts["link.skill"], sender.To($"/skills/{Uri.EscapeDataString(slug)}"));
    }
}
