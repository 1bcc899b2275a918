using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace SkillPlatform.Changes.Tests;

public sealed class TextFormTests
{
    [Theory]
    [InlineData("Serverless Functions", "Serverless Functions")]
    [InlineData("  Serverless\u00a0\u2003 Functions\t", "Serverless Functions")]
    [InlineData("Two\r\nlines", "Two lines")]
    [InlineData("Cafe\u0301", "Café")]
    [InlineData("e\u200b\u0301", "é")]
    [InlineData("snoitcnuF\u202e", "snoitcnuF")]
    [InlineData("\u2067R\u200f\u2069 &\u061c S", "R & S")]
    [InlineData("Ser\u00adver\u2060less\ufeff", "Serverless")]
    [InlineData("\u3164", "")]
    [InlineData("\u2800\u200d", "")]
    [InlineData("C\u200d#", "C#")]
    [InlineData("C# and c#", "C# and c#")]
    [InlineData("👩🏽\u200d💻 \u2764\ufe0f", "👩🏽\u200d💻 \u2764\ufe0f")]
    [InlineData("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥")]
    [InlineData("می\u200cخواهم", "می\u200cخواهم")]
    [InlineData("دا\u200cد", "داد")]
    [InlineData("क्\u200dष", "क्\u200dष")]
    [InlineData("র\u200d্যাব", "র\u200d্যাব")]
    [InlineData("葛\U000E0100飾", "葛\U000E0100飾")]
    [InlineData("A\ufe0f1\ufe0f\u20e31\ufe0f", "A1\ufe0f\u20e31")]
    public void A_name_is_one_line_of_what_can_be_seen(string name, string form) =>
        Assert.Equal(form, TextForm.Name(name));

    [Theory]
    [InlineData("One\r\ntwo\rthree\u2028four\n", "One\ntwo\nthree\nfour")]
    [InlineData("\n\n - listed \n\t", "- listed")]
    [InlineData("Break  \nhere, \nnot there   \n\nnor  \n", "Break  \nhere,\nnot there\n\nnor")]
    [InlineData("a\u0000", "a\u0000")]
    [InlineData("a\u0007b\u200bc\u00add", "abcd")]
    [InlineData("ก\u200bข", "ก\u200bข")]
    [InlineData("non\u00a0breaking", "non\u00a0breaking")]
    [InlineData("\u202eopened", "\u202eopened\u202c")]
    [InlineData("closed\u202c\u2069", "closed")]
    [InlineData("\u2066a\u202bb\u2069c\nd\u202c", "\u2066a\u202bb\u202c\u2069c\nd")]
    [InlineData("nothing\u2066\u2069 in it\u202e", "nothing in it")]
    [InlineData("left\u200e only", "left only")]
    [InlineData("عربي\u200f!", "عربي\u200f!")]
    [InlineData("\u2800", "")]
    public void A_text_keeps_its_lines_and_leaves_nothing_open(string text, string form) =>
        Assert.Equal(form, TextForm.Text(text));

    [Theory]
    [InlineData("C#", "c#", false)]
    [InlineData("Café", "Cafe\u0301 ", true)]
    [InlineData("葛飾", "葛\U000E0100飾", true)]
    [InlineData("Event\u2011driven", "Event-driven", true)]
    [InlineData("می\u200cخواهم", "میخواهم", false)]
    public void What_looks_the_same_is_the_same(string one, string other, bool same) =>
        Assert.Equal(same, TextForm.Likeness(one) == TextForm.Likeness(other));

    [Fact]
    public void Length_is_counted_in_scalar_values()
    {
        Assert.Null(TextForm.Problem(string.Concat(Enumerable.Repeat("🎯", 10_000)), 10_000));
        Assert.Null(TextForm.Problem(string.Concat(Enumerable.Repeat("𠮷", 200)), 200));
        Assert.NotNull(TextForm.Problem(string.Concat(Enumerable.Repeat("𠮷", 201)), 200));
        Assert.NotNull(TextForm.Problem("x\ud800", 10));
        Assert.NotNull(TextForm.Problem("x\0", 10));
        Assert.NotNull(TextForm.Problem("", 10));
        Assert.Null(TextForm.Problem("", 10, mayBeEmpty: true));
    }

    [Fact]
    public void Keywords_that_look_the_same_are_one() =>
        Assert.Equal(["a, b", "C#", "c#"], TextForm.Keywords(["a,\u00a0b", "C#", "c#", " a, b", "C#\u200b"]));

    // What is rare in random text and common in trouble.
    private static readonly string[] Pieces =
    [
        .. "ab C#-,.e\u0301\r\n\t \u00a0\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u202a\u202b\u202c\u202e".Select(
            c => c.ToString()
        ),
        .. "\u2060\u2066\u2067\u2069\u2800\u3164\ufe0f\ufeff\ufffe\u115f\u1100\u1161بدوم\u0654ء\u064b界葛かが\u3099ก्कর্ᠠ\u180b1\u20e3\u212b\u2010".Select(
            c => c.ToString()
        ),
        "👩",
        "🏽",
        "💻",
        "❤",
        "🏴",
        "\U000E0067",
        "\U000E007F",
        "\U000E0100",
        "𠮷",
        "  \n",
        "\r\n",
        "\ud800",
        "\0",
    ];

    private static readonly Arbitrary<string> Any = Gen.Frequency(
            (4, Gen.Elements(Pieces).ListOf().Select(string.Concat)),
            (1, ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""))
        )
        .ToArbitrary();

    private static readonly Config Thousand = Config.QuickThrowOnFailure.WithMaxTest(1000);

    [Fact]
    public void Normalising_twice_is_normalising_once() =>
        Prop.ForAll(
                Any,
                any =>
                {
                    Assert.Equal(TextForm.Name(any), TextForm.Name(TextForm.Name(any)));
                    Assert.Equal(TextForm.Text(any), TextForm.Text(TextForm.Text(any)));
                    Assert.Equal(TextForm.Likeness(any), TextForm.Likeness(TextForm.Likeness(any)));
                    Assert.Equal(TextForm.Likeness(any), TextForm.Likeness(TextForm.Name(any)));
                }
            )
            .Check(Thousand);

    [Fact]
    public void A_form_is_composed_trimmed_and_balanced() =>
        Prop.ForAll(
                Any,
                any =>
                {
                    var (name, text) = (TextForm.Name(any), TextForm.Text(any));
                    if (!TextForm.IsText(any))
                        return;
                    Assert.True(name.IsNormalized() && text.IsNormalized());
                    Assert.Equal((name.Trim(), text.Trim()), (name, text));
                    Assert.DoesNotContain(name, c => char.IsControl(c) || c is not ' ' && char.IsWhiteSpace(c));
                    Assert.DoesNotContain('\r', text);
                    foreach (var line in text.Split('\n'))
                        Assert.Equal(
                            line.Count(c =>
                                c is (>= '\u202a' and <= '\u202e' and not '\u202c') or (>= '\u2066' and <= '\u2068')
                            ),
                            line.Count(c => c is '\u202c' or '\u2069')
                        );
                    Assert.Equal(text.EnumerateRunes().Count(), TextForm.Length(text));
                }
            )
            .Check(Thousand);
}
