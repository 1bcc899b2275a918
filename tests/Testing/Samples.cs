using System.Text.RegularExpressions;
using MimeKit;

namespace SkillPlatform.Testing;

/// <summary>
/// Mails as a reader gets them, held against what was approved: <c>SKILLPLATFORM_APPROVE=1</c> writes it. One file of a
/// language holds the texts of all kinds, so that they can be read one after the other; one beside it the HTML, where it is kept.
/// </summary>
public static partial class Samples
{
    /// <summary>What differs from the approved mails of a language and breaks what every mail has to hold, one a line; empty if nothing does.</summary>
    /// <param name="project">Of the tests.</param>
    /// <param name="language">Tag.</param>
    /// <param name="mails">Each with the name of its kind.</param>
    /// <param name="html">Whether the HTML is kept, too.</param>
    public static string Approve(
        string project,
        string language,
        IReadOnlyList<(string Kind, MimeMessage Mail)> mails,
        bool html
    )
    {
        var arrived = mails.Select(mail => (mail.Kind, Mail: Arrived(mail.Mail))).ToList();
        var faults = arrived.SelectMany(mail => Faults(mail.Mail, language).Select(fault => $"{mail.Kind}: {fault}"));
        var texts = string.Concat(arrived.Select(mail => $"##### {mail.Kind}\n{Text(mail.Mail)}\n"));
        var found = faults.Append(Compare(project, $"{language}.txt", texts));
        if (html)
            found = found.Append(
                Compare(project, $"{language}.html", Once(string.Concat(arrived.Select(m => Html(m.Kind, m.Mail)))))
            );
        return string.Join('\n', found.Where(fault => fault.Length > 0));
    }

    private static MimeMessage Arrived(MimeMessage mail)
    {
        using var wire = new MemoryStream();
        mail.WriteTo(wire);
        return MimeMessage.Load(new MemoryStream(wire.ToArray()));
    }

    private static string Text(MimeMessage mail) =>
        Dateless($"Subject: {mail.Subject}\n\n{mail.TextBody!.ReplaceLineEndings("\n")}");

    // A line for each block, or nobody could see what changed.
    private static string Html(string kind, MimeMessage mail) =>
        $"<!-- {kind} -->\n{Dateless(Blocks().Replace(mail.HtmlBody!, "$0\n"))}\n";

    // The style is the same in each.
    private static string Once(string html)
    {
        var end = html.IndexOf("</style>", StringComparison.Ordinal);
        return html[..end] + Style().Replace(html[end..], "");
    }

    // How a date is written depends on the version of ICU that a machine has.
    private static string Dateless(string text) => Dates().Replace(text, "[date]");

    private static string Compare(string project, string name, string now)
    {
        var file = Path.Combine(Repository.Root, "tests", project, "Approved", name);
        if (Environment.GetEnvironmentVariable("SKILLPLATFORM_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, now.TrimEnd() + "\n");
        }
        var (before, after) = (File.Exists(file) ? File.ReadAllLines(file) : [], now.TrimEnd().Split('\n'));
        var at = before.Zip(after).TakeWhile(lines => lines.First == lines.Second).Count();
        return at == before.Length && at == after.Length
            ? ""
            : $"{name}({at + 1}): {before.ElementAtOrDefault(at)} → {after.ElementAtOrDefault(at)}";
    }

    private static IEnumerable<string> Faults(MimeMessage mail, string language)
    {
        var (text, html) = (mail.TextBody ?? "", mail.HtmlBody ?? "");
        if (mail.Body is not MultipartAlternative { Count: 2 } parts)
            yield return "not two ways to read it";
        else if (
            parts.Any(part => part.ContentType.Charset != "utf-8")
            || !parts.Select(part => part.ContentType.MimeType).SequenceEqual(["text/plain", "text/html"])
        )
            yield return "not text first, then HTML, in UTF-8";
        if (mail.Subject is not { Length: > 0 and < 200 })
            yield return "no subject, or a long one";
        if (mail.Date == default || mail.From.Count != 1 || mail.To.Count != 1 || mail.Cc.Count + mail.Bcc.Count > 0)
            yield return "no date, or not from one to one";
        if (!Id().IsMatch(mail.MessageId ?? ""))
            yield return $"Message-ID: {mail.MessageId}";
        if (mail.Headers["Auto-Submitted"] != "auto-generated")
            yield return "Auto-Submitted";
        if (mail.Headers["X-SkillPlatform-Reason"] is not { Length: > 0 })
            yield return "X-SkillPlatform-Reason";
        if (mail.Body?.Headers["Content-Language"] != language || !html.Contains($"<html lang=\"{language}\""))
            yield return "not in its language";
        if (!html.Contains(language == "ar" ? "dir=\"rtl\"" : "dir=\"ltr\""))
            yield return "not in its direction";
        if (mail.HtmlBody is not { Length: < 30_000 })
            yield return "too long to be shown whole";
        if (Hole().IsMatch(mail.Subject + text))
            yield return "a hole that nothing was put into";
        if (Foreign().IsMatch(html))
            yield return "HTML that loads or runs something";
        if (Regex.Count(html, "class=\"do\"", RegexOptions.None, TimeSpan.FromSeconds(1)) != 1)
            yield return "not one button";
        foreach (Match link in Links().Matches(html))
            if (!text.Contains(System.Net.WebUtility.HtmlDecode(link.Groups["to"].Value)))
                yield return $"a link that the text has not: {link.Value}";
    }

    [GeneratedRegex("</(?:p|h2|h3|li|div|blockquote|style|head)>|<ul>|</ul>", RegexOptions.None, 1000)]
    private static partial Regex Blocks();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline, 1000)]
    private static partial Regex Style();

    [GeneratedRegex("^[0-9a-f]{32}@[a-z.]+$", RegexOptions.None, 1000)]
    private static partial Regex Id();

    [GeneratedRegex(@"\{\w*\}", RegexOptions.None, 1000)]
    private static partial Regex Hole();

    [GeneratedRegex("<(?:img|script|link|iframe|form|input)|url\\(|@import", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Foreign();

    [GeneratedRegex("href=\"(?<to>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Links();

    [GeneratedRegex(
        @"(?<=^|>)[^\n>]*\b2026[^\n<]* UTC[^\n<]*|\b\d{1,2}[^\w\n]{1,4}\d{1,2}[^\w\n]{1,4}2026|2026/\d\d/\d\d",
        RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Dates();
}
