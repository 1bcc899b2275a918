using System.Globalization;
using Ganss.Xss;
using Markdig;
using Microsoft.AspNetCore.Components;

namespace SkillPlatform.Web.Pages;

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
        .Build();

    private static readonly HtmlSanitizer Sanitizer = Strict();

    public static MarkupString Html(string text)
    {
        try
        {
            return new MarkupString(Sanitizer.Sanitize(Markdig.Markdown.ToHtml(Harmless(text), Pipeline)));
        }
        catch (ArgumentException)
        {
            // Markdig gives up on deep nesting: then it is shown as it was written.
            return new MarkupString($"<p>{System.Net.WebUtility.HtmlEncode(Harmless(text))}</p>");
        }
    }

    /// <summary>The words alone, in one line: where there is room for a sentence only.</summary>
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
            // As above; and what has no words, a picture for one, is shown as it was written, too.
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
    public static string Short(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var end = 0;
        while (StringInfo.GetNextTextElementLength(text, end) is var next && end + next <= most)
            end += next;
        var space = text.LastIndexOf(' ', Math.Max(end - 1, 0));
        return string.Concat(text.AsSpan(0, space > 0 ? space : end), "…");
    }

    /// <summary>Without the control characters that reorder text: embeddings, overrides and isolates. Marks stay.</summary>
    public static string Harmless(string text) =>
        text.Any(Reorders) ? string.Concat(text.Where(c => !Reorders(c))) : text;

    private static bool Reorders(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

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
