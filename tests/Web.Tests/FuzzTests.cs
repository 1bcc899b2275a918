using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using SkillPlatform.Rendering;
using SkillPlatform.Testing;
using SkillPlatform.Web.Languages;

namespace SkillPlatform.Web.Tests;

/// <summary>Whatever people write is shown without harm, and whatever browsers ask for has a language.</summary>
public sealed partial class FuzzTests
{
    [Fact]
    public void Markdown_becomes_harmless_html() =>
        Fuzz.Texts(
            [
                "# Title\n\nSome *words*, `code` and a [link](https://example.org/a?b=c \"t\").\n",
                "- [ ] one\n- [x] two\n\n> quoted\n\n```\n<b>\n```\n",
                "| a | b |\n|---|:-:|\n| 1 | ~~2~~ |\n",
                "![picture](https://example.org/p.png) <https://example.org> www.example.org\n",
                "<a href=\"javascript:alert(1)\" onclick=\"x\">y</a><svg/onload=z><style>*{}</style>",
                "[a](javascript:alert(1)) [b](data:text/html,x) [c](\tjavas\ncript:x) [d]: vbscript:x\n[d]",
            ],
            text =>
            {
                Assert.DoesNotMatch(Harm(), Markdown.Html(text));
                Assert.DoesNotContain('\n', Markdown.Plain(text));
            }
        );

    [Fact]
    public void Every_wish_for_a_language_is_answered_in_one_of_ours() =>
        Fuzz.Texts(
            ["de-AT,de;q=0.9,en;q=0.8", "*", "ja", "fr;q=0,ru;q=1.000", "zh-Hant-TW;q=0.5, ar", ""],
            wish =>
            {
                var http = new DefaultHttpContext();
                http.Request.Headers.AcceptLanguage = wish;
                Assert.Contains(LanguageOfRequest.Preferred(http.Request), Texts.Languages);
            }
        );

    // Outside of text, where "<" is "&lt;": an element, an attribute or an address that does something.
    [GeneratedRegex(
        "<(script|style|svg|iframe|object|form|input|meta|link|base)|<[^>]*\\son[a-z]+\\s*=|<[^>]*(href|src)=\"\\s*(javascript|vbscript|data):",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        5_000
    )]
    private static partial Regex Harm();
}
