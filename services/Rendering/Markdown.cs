using System.Globalization;
using Ganss.Xss;
using Markdig;
using Markdig.Extensions.TaskLists;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using SkillPlatform.Changes;

namespace SkillPlatform.Rendering;

/// <summary>
/// Markdown from people, as HTML that can do no harm: no raw HTML, no images (they would tell others who reads), links to
/// http, https and mailto only, and nothing that turns the direction of the text around it.
/// </summary>
public static class Markdown
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough)
        .UseAutoLinks()
        .UseTaskLists()
        .Use<Gentle>()
        .Build();

    private static readonly HtmlSanitizer Sanitizer = Strict();

    /// <summary>The text as HTML; as it was written where it cannot be read as Markdown.</summary>
    /// <param name="text">Markdown.</param>
    /// <returns>Elements of a few kinds, headings from <c>h4</c> on.</returns>
    public static string Html(string text)
    {
        if (IsProse(text))
            return $"<p>{text}</p>\n";
        try
        {
            return Sanitizer.Sanitize(Rendered(Markdig.Markdown.Parse(Harmless(text), Pipeline)));
        }
        catch (ArgumentException)
        {
            // Markdig gives up on deep nesting: then it is shown as it was written.
            return $"<p>{System.Net.WebUtility.HtmlEncode(Harmless(text))}</p>";
        }
    }

    // Most texts are a line of words in which nothing means anything else, to Markdown or to HTML: fifty of them on a page cost
    // more than the rest of it.
    private static bool IsProse(string text) =>
        text.Length > 0
        && char.IsLetter(text[0])
        && text[^1] != ' '
        && text.All(c => char.IsAscii(c) ? char.IsAsciiLetterOrDigit(c) || " ,.;?'()-/%".Contains(c) : IsOfWords(c))
        && !text.Contains("www.", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfWords(char c) => char.IsLetter(c) || char.IsPunctuation(c);

    // A renderer of its own: Markdig gives the one it keeps on as it is, also when it gave up in the middle of a list, and
    // then nobody's paragraphs are paragraphs any more.
    private static string Rendered(MarkdownDocument document)
    {
        using var written = new StringWriter(CultureInfo.InvariantCulture);
        var renderer = new HtmlRenderer(written);
        Pipeline.Setup(renderer);
        renderer.Render(document);
        return written.ToString();
    }

    /// <summary>The words alone, in one line: where there is room for a sentence only.</summary>
    /// <param name="text">Markdown.</param>
    public static string Plain(string text)
    {
        var written = Harmless(text);
        var plain = "";
        try
        {
            plain = Markdig.Markdown.ToPlainText(written, Pipeline);
        }
        catch (ArgumentException)
        {
            // As above; and what has no words is shown as it was written, too.
        }
        return string.Join(
            ' ',
            (string.IsNullOrWhiteSpace(plain) ? written : plain).Split(
                (char[]?)null,
                StringSplitOptions.RemoveEmptyEntries
            )
        );
    }

    /// <summary>Its beginning, cut between words, and never within what is read as one character.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">How many UTF-16 units are left at most, the ellipsis not counted.</param>
    public static string Short(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var end = 0;
        while (StringInfo.GetNextTextElementLength(text, end) is var next && end + next <= most)
            end += next;
        var space = text.LastIndexOf(' ', Math.Max(end - 1, 0));
        return string.Concat(text.AsSpan(0, space > 0 ? space : end).TrimEnd(" .,;:…"), "…");
    }

    /// <summary>Without the control characters that reorder text: embeddings, overrides and isolates. Marks stay.</summary>
    /// <param name="text">Any text.</param>
    public static string Harmless(string text) =>
        // Nearly none has any: that is seen at once.
        text.AsSpan().ContainsAnyInRange('\u202A', '\u2069')
            ? string.Concat(text.Where(c => !TextForm.Reorders(c)))
            : text;

    // What people mean by it, in the few elements we let through.
    private sealed class Gentle : IMarkdownExtension
    {
        public void Setup(MarkdownPipelineBuilder pipeline)
        {
            pipeline.InlineParsers.Insert(0, new Break());
            pipeline.DocumentProcessed += Soften;
        }

        public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer) { }

        private static void Soften(MarkdownDocument document)
        {
            // Below the headings of the page that it is shown on.
            foreach (var heading in document.Descendants<HeadingBlock>())
                heading.Level = Math.Min(heading.Level + 3, 6);
            // A picture is a link to it, by its words: nobody is told who reads.
            foreach (var picture in document.Descendants<LinkInline>().Where(link => link.IsImage))
            {
                picture.IsImage = false;
                if (picture.FirstChild is null)
                    picture.AppendChild(new LiteralInline(picture.Url ?? ""));
            }
            // Not earlier: it would end the row of a table.
            foreach (var tag in document.Descendants<HtmlInline>().ToArray())
                tag.ReplaceBy(new LineBreakInline { IsHard = true });
            foreach (var box in document.Descendants<TaskList>().ToArray())
                box.ReplaceBy(new LiteralInline(box.Checked ? "☑" : "☐"));
        }
    }

    // In a table there is no other way to break a line.
    private sealed class Break : InlineParser
    {
        private static readonly string[] Written = ["<br>", "<br/>", "<br />"];

        public Break() => OpeningCharacters = ['<'];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            var text = slice.AsSpan();
            foreach (var tag in Written)
                if (text.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
                {
                    processor.Inline = new HtmlInline(tag);
                    slice.Start += tag.Length;
                    return true;
                }
            return false;
        }
    }

    private static HtmlSanitizer Strict()
    {
        var sanitizer = new HtmlSanitizer(
            new HtmlSanitizerOptions
            {
                AllowedTags = new HashSet<string>(
                    [
                        "p",
                        "br",
                        "hr",
                        "strong",
                        "em",
                        "del",
                        "code",
                        "pre",
                        "blockquote",
                        "ul",
                        "ol",
                        "li",
                        "a",
                        "h4",
                        "h5",
                        "h6",
                        "table",
                        "thead",
                        "tbody",
                        "tr",
                        "th",
                        "td",
                    ],
                    StringComparer.OrdinalIgnoreCase
                ),
                AllowedAttributes = new HashSet<string>(["href", "start"], StringComparer.OrdinalIgnoreCase),
                UriAttributes = new HashSet<string>(["href"], StringComparer.OrdinalIgnoreCase),
                AllowedSchemes = new HashSet<string>(["http", "https", "mailto"], StringComparer.OrdinalIgnoreCase),
            }
        )
        {
            // A heading keeps its words.
            KeepChildNodes = true,
        };
        sanitizer.PostProcessNode += (_, e) =>
        {
            if (e.Node is AngleSharp.Html.Dom.IHtmlAnchorElement link)
                link.SetAttribute("rel", "nofollow noopener noreferrer ugc");
        };
        return sanitizer;
    }
}
