using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using SkillPlatform.Changes;
using SkillPlatform.Rendering;

namespace SkillPlatform.Mail;

/// <summary>A letter as the platform's pages look: one column, one button, no picture, light or dark as the reader has it.</summary>
public static class Html
{
    private const string Style = """
        :root{color-scheme:light dark;supported-color-schemes:light dark}
        body{margin:0;padding:0;background:#fff;color:#1c2330;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
        .letter{max-width:40em;margin:0 auto;padding:16px 20px}
        .from{font-weight:700;border-bottom:1px solid #d8dde6;padding-bottom:10px;margin-bottom:18px}
        h2{font-size:20px;line-height:1.3;margin:30px 0 6px}
        h3{font-size:17px;line-height:1.3;margin:22px 0 6px}
        h4{font-size:16px;line-height:1.3;margin:16px 0 4px}
        ul{margin:4px 0 10px;padding:0;padding-inline-start:22px}
        .prose{white-space:pre-wrap;margin:4px 0;padding:6px 10px;background:#f5f7fa;border-radius:4px}
        blockquote{margin:6px 0 16px;padding:4px 14px;border-inline-start:3px solid #d8dde6}
        blockquote>:first-child{margin-top:0}blockquote>:last-child{margin-bottom:0}
        .foot{margin-top:28px;padding-top:12px;border-top:1px solid #d8dde6;color:#566074;font-size:14px}
        a{color:#14508c}
        table{border-collapse:collapse}td,th{border:1px solid #d8dde6;padding:3px 6px;text-align:start}
        @media(prefers-color-scheme:dark){body{background:#14181f;color:#e7eaf0}.from,.foot{border-color:#353d4b}.foot{color:#a5afc0}.prose{background:#1d232d}blockquote{border-color:#353d4b}a{color:#8ec1f5}a.do{color:#fff!important}}
        """;

    // Inline, for programs that drop style sheets: the one thing that must look like one.
    private const string ButtonStyle =
        "display:inline-block;background:#14508c;color:#ffffff;font-weight:600;text-decoration:none;border-radius:5px;padding:10px 18px";

    // Letters of every script as they are: each would else take eight bytes.
    internal static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The letter as HTML.</summary>
    /// <param name="body">What it says.</param>
    /// <param name="platform">Whose letter it is: the name above it.</param>
    public static string Of(Body body, string platform)
    {
        var html = new StringBuilder(4096)
            .Append("<!doctype html><html lang=\"")
            .Append(body.Language)
            .Append("\" dir=\"")
            .Append(body.Direction)
            .Append(
                "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>"
            )
            .Append(E(Line.One(body.Title)))
            .Append("</title><style>")
            .Append(Style)
            .Append("</style></head><body>")
            // What lists of mails show beside the subject.
            .Append("<div style=\"display:none;max-height:0;overflow:hidden\">")
            .Append(E(Line.One(body.Title)))
            .Append("</div><div class=\"letter\"><div class=\"from\">")
            .Append(E(Line.One(platform)))
            .Append("</div>");
        Write(html, body.Blocks);
        html.Append("<div class=\"foot\">");
        Write(html, body.Footer);
        return html.Append("</div></div></body></html>").ToString();
    }

    private static void Write(StringBuilder html, IReadOnlyList<Block> blocks)
    {
        for (var at = 0; at < blocks.Count; at++)
        {
            var isItem = blocks[at] is Block.Item;
            if (isItem && (at == 0 || blocks[at - 1] is not Block.Item))
                html.Append("<ul>");
            Write(html, blocks[at]);
            if (isItem && (at + 1 == blocks.Count || blocks[at + 1] is not Block.Item))
                html.Append("</ul>");
        }
    }

    private static void Write(StringBuilder html, Block block)
    {
        switch (block)
        {
            case Block.Paragraph paragraph:
                html.Append("<p>").Append(E(Line.One(paragraph.Text))).Append("</p>");
                break;
            case Block.Heading heading:
                // In its own direction, on the side where the letter's lines begin.
                html.Append(
                    heading.Rank switch
                    {
                        1 => $"<h2><bdi>{E(Line.One(heading.Text))}</bdi></h2>",
                        2 => $"<h3><bdi>{E(Line.One(heading.Text))}</bdi></h3>",
                        _ => $"<h4><bdi>{E(Line.One(heading.Text))}</bdi></h4>",
                    }
                );
                break;
            case Block.Item item:
                html.Append("<li>");
                if (item.Url is { } url)
                    html.Append("<a href=\"")
                        .Append(E(url))
                        .Append("\">")
                        .Append(E(Line.One(item.Text)))
                        .Append("</a>");
                else
                    html.Append(E(Line.One(item.Text)));
                if (item.Diff is { } diff)
                    Diff(html, diff);
                html.Append("</li>");
                break;
            case Block.Said said:
                html.Append("<p><strong>")
                    .Append(E(said.Label))
                    .Append("</strong></p><blockquote dir=\"auto\">")
                    .Append(Markdown.Html(Line.Cut(Line.Several(said.Markdown), Line.Longest)))
                    .Append("</blockquote>");
                break;
            case Block.Button button:
                html.Append("<p><a class=\"do\" style=\"")
                    .Append(ButtonStyle)
                    .Append("\" href=\"")
                    .Append(E(button.Url))
                    .Append("\">")
                    .Append(E(button.Label))
                    .Append("</a></p>");
                break;
            case Block.Link link:
                html.Append("<p><a href=\"").Append(E(link.Url)).Append("\">").Append(E(link.Label)).Append("</a></p>");
                break;
        }
    }

    // Word by word, so that one changed word in a long text is seen at once; with colours for both, as some programs show mails dark.
    private static void Diff(StringBuilder html, IReadOnlyList<DiffPiece> pieces)
    {
        html.Append(Prose);
        for (var at = 0; at < pieces.Count; at++)
        {
            if (at == 1 && WordDiff.IsRewritten(pieces))
                html.Append("</div>").Append(Prose);
            html.Append(
                pieces[at] switch
                {
                    (DiffPiece.Del, var text) => $"<del style=\"background:#fdd;color:#111\">{E(text)}</del>",
                    (DiffPiece.Ins, var text) => $"<ins style=\"background:#dfd;color:#111\">{E(text)}</ins>",
                    var (_, text) => E(text),
                }
            );
        }
        html.Append("</div>");
    }

    private const string Prose = "<div dir=\"auto\" class=\"prose\" style=\"white-space:pre-wrap\">";

    private static string E(string text) => Encoder.Encode(text);
}
