using System.Globalization;

namespace SkillPlatform.Web.Pages;

/// <summary>
/// In which language a text of the catalogue is written: that of its domain, else that which <c>Catalogue:Language</c> says,
/// unless it is visibly written in another script. Where neither is known, nothing is said of it.
/// </summary>
/// <param name="Usual">As BCP 47 writes it; null where it is not known.</param>
/// <param name="OfPage">Of all that is no content.</param>
public sealed record ContentLanguage(string? Usual, string OfPage)
{
    /// <summary>For the texts of a domain.</summary>
    public ContentLanguage In(string? language) => language is null ? this : this with { Usual = language };

    private enum Script
    {
        Latin,
        Cyrillic,
        Arabic,
        Han,
        Kana,
        Hangul,
        Other,
    }

    /// <summary>For the <c>lang</c> of the text's element: null where it is the page's, empty where it cannot be told.</summary>
    public string? Of(string text)
    {
        var language = Language(text);
        return language == OfPage ? null : language;
    }

    /// <summary>True if some text has yet to be translated into the language of the page.</summary>
    public bool IsMissing(IEnumerable<string> texts) =>
        Usual is not null && Primary(Usual) != OfPage && texts.Any(text => Language(text) == Usual);

    /// <summary>The usual language as the page's language calls it.</summary>
    public string Name => CultureInfo.GetCultureInfo(Usual ?? "").DisplayName;

    private static string Primary(string tag) => tag.Split('-')[0];

    private string Language(string text)
    {
        // Counted by hand: of a hundred texts on a page.
        Span<int> letters = stackalloc int[(int)Script.Other + 1];
        foreach (var c in text)
            letters[(int)Of(c)] += char.IsLetter(c) ? 1 : 0;
        var most = 0;
        for (var script = 1; script < letters.Length; script++)
            most = letters[script] > letters[most] ? script : most;
        if (letters[most] == 0 || (Script)most == OfUsual())
            return Usual ?? "";
        return (Script)most switch
        {
            Script.Kana => "ja",
            Script.Han when letters[(int)Script.Kana] > 0 => "ja",
            Script.Hangul => "ko",
            // Several languages share these; the page's own is the likeliest of them.
            Script.Cyrillic when OfPage is "ru" => "ru",
            Script.Arabic when OfPage is "ar" => "ar",
            _ => "",
        };
    }

    private Script OfUsual() =>
        Primary(Usual ?? "") switch
        {
            "ru" or "uk" or "bg" or "be" or "mk" or "kk" or "mn" => Script.Cyrillic,
            "ar" or "fa" or "ur" => Script.Arabic,
            "ja" => Script.Kana,
            "zh" => Script.Han,
            "ko" => Script.Hangul,
            "el" or "he" or "hi" or "th" or "bn" or "ta" or "te" or "ka" or "hy" => Script.Other,
            _ => Script.Latin,
        };

    private static Script Of(char letter) =>
        letter switch
        {
            < '\u0250' or (>= '\u1E00' and <= '\u1EFF') or (>= '\uFF21' and <= '\uFF5A') => Script.Latin,
            >= '\u0400' and <= '\u052F' => Script.Cyrillic,
            (>= '\u0600' and <= '\u077F') or (>= '\uFB50' and <= '\uFDFF') => Script.Arabic,
            >= '\u3040' and <= '\u30FF' => Script.Kana,
            >= '\u4E00' and <= '\u9FFF' => Script.Han,
            >= '\uAC00' and <= '\uD7AF' => Script.Hangul,
            _ => Script.Other,
        };
}
