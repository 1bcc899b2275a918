using System.Globalization;
using System.Text;
using SkillPlatform.Changes;

namespace SkillPlatform.Mail;

/// <summary>A piece of a letter. Its text and its HTML are both made from it, so that they say the same.</summary>
public abstract record Block
{
    private Block() { }

    /// <summary>A paragraph, in one line.</summary>
    /// <param name="Text">Plain text.</param>
    public sealed record Paragraph(string Text) : Block;

    /// <summary>What the following is about.</summary>
    /// <param name="Text">Plain text.</param>
    /// <param name="Rank">1 for the widest, 3 for the narrowest.</param>
    public sealed record Heading(string Text, int Rank = 3) : Block;

    /// <summary>One of a list.</summary>
    /// <param name="Text">Plain text.</param>
    /// <param name="Diff">What it did to a text, word by word; null where it did nothing to one.</param>
    /// <param name="Url">Where it leads; null for nowhere.</param>
    public sealed record Item(string Text, IReadOnlyList<DiffPiece>? Diff = null, string? Url = null) : Block;

    /// <summary>What a person said.</summary>
    /// <param name="Label">Plain text, for example <c>Why:</c>.</param>
    /// <param name="Markdown">In their words.</param>
    public sealed record Said(string Label, string Markdown) : Block;

    /// <summary>What there is to do, once in a letter.</summary>
    /// <param name="Label">Plain text.</param>
    /// <param name="Url">An absolute address.</param>
    public sealed record Button(string Label, string Url) : Block;

    /// <summary>Where else one may go.</summary>
    /// <param name="Label">Plain text.</param>
    /// <param name="Url">An absolute address.</param>
    public sealed record Link(string Label, string Url) : Block;
}

/// <summary>The body of a letter.</summary>
/// <param name="Title">For the HTML's title.</param>
/// <param name="Language">Tag of the language that it is written in.</param>
/// <param name="Blocks">What it says.</param>
/// <param name="Footer">Why it comes, and how to stop it.</param>
/// <param name="Before">The label of a text before a change.</param>
/// <param name="After">The label of the text after it.</param>
public sealed record Body(
    string Title,
    string Language,
    IReadOnlyList<Block> Blocks,
    IReadOnlyList<Block> Footer,
    string Before = "",
    string After = ""
)
{
    // Beyond it mail programs begin to cut off, and with it the way to stop what comes.
    private const int Largest = 24_000;

    /// <summary>As much as is shown whole: what is left out is one click away.</summary>
    /// <param name="write">Writes it with the whole (1), half (2), a quarter (4) of the most that it may show.</param>
    public static Body Fitting(Func<int, Body> write)
    {
        for (var part = 1; ; part *= 2)
            if (write(part) is var body && (part >= 64 || Encoding.UTF8.GetByteCount(Html.Of(body, "")) <= Largest))
                return body;
    }

    /// <summary>Which way the language is written, as HTML says it.</summary>
    public string Direction => CultureInfo.GetCultureInfo(Language).TextInfo.IsRightToLeft ? "rtl" : "ltr";
}
