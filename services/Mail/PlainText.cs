using System.Text;
using SkillPlatform.Changes;

namespace SkillPlatform.Mail;

/// <summary>A letter for who reads text alone.</summary>
public static class PlainText
{
    /// <summary>The letter as text.</summary>
    /// <param name="body">What it says.</param>
    public static string Of(Body body)
    {
        var text = new StringBuilder();
        Write(text, body, body.Blocks);
        text.AppendLine().AppendLine("-- ");
        Write(text, body, body.Footer);
        return text.ToString().TrimEnd() + Environment.NewLine;
    }

    private static void Write(StringBuilder text, Body body, IReadOnlyList<Block> blocks)
    {
        for (var at = 0; at < blocks.Count; at++)
        {
            if (at > 0 && !BelongTogether(blocks[at - 1], blocks[at]))
                text.AppendLine();
            Write(text, body, blocks[at]);
        }
    }

    private static bool BelongTogether(Block before, Block block) =>
        block switch
        {
            Block.Item => before is Block.Heading or Block.Item,
            Block.Link => before is Block.Link or Block.Button,
            _ => false,
        };

    private static void Write(StringBuilder text, Body body, Block block)
    {
        switch (block)
        {
            case Block.Paragraph paragraph:
                text.AppendLine(Line.One(paragraph.Text));
                break;
            case Block.Heading heading:
                var title = Line.One(heading.Text);
                text.AppendLine(title);
                if (heading.Rank < 3)
                    text.AppendLine(new string(heading.Rank == 1 ? '=' : '-', Math.Min(title.Length, 60)));
                break;
            case Block.Item item:
                text.Append("  * ").AppendLine(Line.One(item.Text));
                if (item.Url is { } url)
                    text.Append("    ").AppendLine(url);
                if (item.Diff is { } diff)
                {
                    Side(text, body.Before, diff.Where(piece => piece.Op != DiffPiece.Ins));
                    Side(text, body.After, diff.Where(piece => piece.Op != DiffPiece.Del));
                }
                break;
            case Block.Said said:
                text.Append(said.Label).Append(' ').AppendLine(Line.Cut(Line.Several(said.Markdown), Line.Longest));
                break;
            case Block.Button button:
                Way(text, button.Label, button.Url);
                break;
            case Block.Link link:
                Way(text, link.Label, link.Url);
                break;
        }
    }

    // Below its label: what would stand between them is another sign in each language.
    private static void Way(StringBuilder text, string label, string url) =>
        text.AppendLine(label).Append("  ").AppendLine(url);

    private static void Side(StringBuilder text, string label, IEnumerable<DiffPiece> pieces)
    {
        var side = string.Concat(pieces.Select(piece => piece.Text));
        if (side.Length > 0)
            text.Append("    ")
                .Append(label)
                .Append(' ')
                .AppendLine(side.Replace("\n", "\n      ", StringComparison.Ordinal));
    }
}
