using SkillPlatform.Rendering;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Tests;

public sealed class MarkdownTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "<script")]
    [InlineData("<img src=x onerror=alert(1)>", "<img")]
    [InlineData("[x](javascript:alert(1))", "javascript:")]
    [InlineData("[x](JaVaScRiPt:alert(1))", "script:")]
    [InlineData("[x](&#106;avascript:alert(1))", "script:")]
    [InlineData("[x](java\tscript:alert(1))", "href")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD4=)", "data:")]
    [InlineData("[x](vbscript:x)", "vbscript:")]
    [InlineData("<javascript:alert(1)>", "href=\"javascript")]
    [InlineData("[a]\n\n[a]: javascript:alert(1)", "javascript:alert")]
    [InlineData("![x](https://elsewhere.example/pixel.png)", "<img")]
    [InlineData("[x](https://example.org \"a\" onclick=alert(1))", "<a onclick")]
    [InlineData("<style>*{display:none}</style>", "<style")]
    [InlineData("<svg/onload=alert(1)>", "<svg")]
    [InlineData("a\u202Ecod.exe", "\u202E")]
    [InlineData("a\u2066b", "\u2066")]
    public void Nothing_harmful_survives(string text, string harm) =>
        Assert.DoesNotContain(harm, Formatted.Html(text).Value, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void What_people_write_is_rendered()
    {
        var html = Formatted.Html("- **bold** `code`\n- [link](https://example.org/a?b=c)\n\n1 < 2 & \"x\" 😀").Value;
        Assert.Contains("<li><strong>bold</strong> <code>code</code></li>", html);
        Assert.Contains("href=\"https://example.org/a?b=c\"", html);
        Assert.Contains("rel=\"nofollow noopener noreferrer ugc\"", html);
        Assert.Contains("1 &lt; 2 &amp;", html);
        Assert.Contains("😀", html);
    }

    [Theory]
    [InlineData("- **bold** `code`\n- [link](https://example.org)\n\n# More *of* it", "bold code link More of it")]
    [InlineData("a_b_c and\u202E C#", "a_b_c and C#")]
    [InlineData("| a | b |\n|---|---|\n| c | d |", "a b c d")]
    [InlineData("1 < 2 & \"x\" <b>y</b> a\u202Eb", "1 < 2 & \"x\" <b>y</b> ab")]
    [InlineData("![](https://elsewhere.example/x.png)", "https://elsewhere.example/x.png")]
    [InlineData("![The way of a change](x.png)", "The way of a change")]
    [InlineData("# One\n## Two\n- [ ] open\n- [x] done<br>so", "One Two ☐ open ☑ done so")]
    [InlineData(" \n ", "")]
    public void Its_words_alone_are_one_line(string text, string words) => Assert.Equal(words, Markdown.Plain(text));

    [Theory]
    [InlineData("# One\n## Two\n#### Three", "<h4>One</h4>\n<h5>Two</h5>\n<h6>Three</h6>")]
    [InlineData("![The way](https://example.org/x.png)", "href=\"https://example.org/x.png\"")]
    [InlineData("![The way](https://example.org/x.png)", ">The way</a>")]
    [InlineData("![](javascript:alert(1))", "javascript:alert(1)")]
    [InlineData("| a |\n|---|\n| one<br>two<BR/>three |", "<td>one<br>\ntwo<br>\nthree</td>")]
    [InlineData("`<br>`", "<code>&lt;br&gt;</code>")]
    [InlineData("- [ ] open\n- [x] done", "<li>☐ open</li>\n<li>☑ done</li>")]
    public void Each_part_is_shown_as_what_it_is(string text, string html) =>
        Assert.Contains(html, Formatted.Html(text).Value);

    [Theory]
    [InlineData("Reads tables. Knows more.", 14, "Reads tables…")]
    [InlineData("Reads tables, knows more.", 14, "Reads tables…")]
    [InlineData("Reads tables.", 14, "Reads tables.")]
    public void What_is_cut_ends_in_one_mark(string text, int most, string shortened) =>
        Assert.Equal(shortened, Markdown.Short(text, most));

    [Fact]
    public void A_line_of_words_is_what_it_is_among_other_things()
    {
        const string parts =
            "a|B|w|www|.|www.x.org|1|0.|1)| |  |, |; |? |'|it's|(|)|(c)|-|--|/|//|%|x@y|ä|ß|я|契約|の|。|「|」|…|–|é|ى|a-b|a.b";
        var (random, all) = (new Random(7), parts.Split('|'));
        for (var n = 0; n < 2_000; n++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => all[random.Next(all.Length)]));
            if (!char.IsLetter(text[0]))
                continue;
            Assert.Equal($"<p><em>x</em></p>\n{Markdown.Html(text)}", Markdown.Html($"*x*\n\n{text}"));
        }
    }

    [Theory]
    [InlineData("- ")]
    [InlineData("1. ")]
    [InlineData("> - ")]
    [InlineData("- *")]
    [InlineData("- [")]
    public void What_is_given_up_on_changes_nothing_for_others(string opening)
    {
        for (var depth = 1; depth < 400; depth += 13)
        {
            Formatted.Html(string.Concat(Enumerable.Repeat(opening, depth)) + "deep");
            Assert.Equal("<p>Plain.</p>", Formatted.Html("Plain.").Value.Trim());
        }
    }

    [Fact]
    public void Hostile_shapes_end_soon()
    {
        var since = TimeProvider.System.GetTimestamp();
        foreach (
            var text in new[]
            {
                new string('[', 10_000),
                new string('>', 10_000),
                new string('*', 10_000),
                new string('x', 10_000),
                string.Concat(Enumerable.Repeat("- ", 5_000)),
                string.Concat(Enumerable.Repeat("[x](", 2_500)),
                string.Concat(Enumerable.Repeat("|a", 5_000)) + "\n" + string.Concat(Enumerable.Repeat("|-", 2_500)),
            }
        )
            Assert.All([Formatted.Html(text).Value, Markdown.Plain(text)], Assert.NotEmpty);
        Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("/skills/x?a=b", "/skills/x?a=b")]
    [InlineData("https://elsewhere.example", "/")]
    [InlineData("//elsewhere.example", "/")]
    [InlineData("/\\elsewhere.example", "/")]
    [InlineData("/a\\b", "/")]
    [InlineData("/\t/elsewhere.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("https:elsewhere.example", "/")]
    [InlineData("https:/elsewhere.example", "/")]
    [InlineData("///elsewhere.example", "/")]
    [InlineData("\\\\elsewhere.example", "/")]
    [InlineData(" //elsewhere.example", "/")]
    [InlineData("elsewhere.example", "/")]
    [InlineData("/\n/elsewhere.example", "/")]
    [InlineData("/%2f%2felsewhere.example", "/%2f%2felsewhere.example")]
    [InlineData("/a\u2028b", "/a%E2%80%A8b")]
    [InlineData("/skills/größe?q=関", "/skills/gr%C3%B6%C3%9Fe?q=%E9%96%A2")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void Signing_in_leads_to_our_own_pages_only(string? wanted, string expected) =>
        Assert.Equal(expected, LocalAddress.Or(wanted));
}
