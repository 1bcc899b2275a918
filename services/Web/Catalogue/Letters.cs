using System.Globalization;
using System.Text;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Catalogue;

/// <summary>What names are found under.</summary>
/// <param name="Name">As its reader's language writes it.</param>
/// <param name="Initials">All characters that are looked for under it.</param>
public sealed record Letter(string Name, string Initials);

/// <summary>
/// The letters that names begin with, as dictionaries of the reader's language have them: an Ä is found under A in German, an
/// Ñ after N in Spanish; kana by their rows, ideographs together.
/// </summary>
public static class Letters
{
    private const string Digits = "0–9";
    private const string Others = "#";

    private static readonly string[] Rows =
    [
        "あぁいぃうぅえぇおぉ",
        "かきくけこ",
        "さしすせそ",
        "たちつってと",
        "なにぬねの",
        "はひふへほ",
        "まみむめも",
        "やゃゆゅよょ",
        "らりるれろ",
        "わゎゐゑをん",
    ];

    /// <summary>The most frequent, should there be very many; null where they could not be read.</summary>
    public static async Task<Letter[]?> Read(CatalogueAsked asked, Services services, Texts t, CancellationToken ct)
    {
        var initials = await services.Get<PageList<Facet>>(
            "catalog",
            asked.Of($"/api/catalog/skills/facets/initials?limit={200}"),
            ct
        );
        return initials.Value is { } found ? Of(found.Items.Select(facet => facet.Slug), t) : null;
    }

    public static Letter[] Of(IEnumerable<string> initials, Texts t) =>
        [
            .. initials
                .Where(initial => initial.Length > 0)
                .GroupBy(initial => Under(initial, t), StringComparer.Ordinal)
                .Select(same => new Letter(same.Key, string.Concat(same)))
                .OrderBy(letter => Array.IndexOf([Digits, Others], letter.Name))
                .ThenBy(letter => letter.Name, StringComparer.Create(t.Culture, ignoreCase: true)),
        ];

    /// <summary>Where a language looks for what begins so.</summary>
    public static string Under(string initial, Texts t)
    {
        var written = Rune.GetRuneAt(initial, 0);
        // Katakana as Hiragana, and what is put together as what it is made of.
        var plain = Rune.GetRuneAt(initial.Normalize(NormalizationForm.FormKD), 0);
        if (plain.Value is >= 0x30A1 and <= 0x30F6)
            plain = new Rune(plain.Value - 0x60);
        if (Rune.IsDigit(plain))
            return Digits;
        if (!Rune.IsLetter(plain))
            return Others;
        if (Array.Find(Rows, row => row.Contains(plain.ToString(), StringComparison.Ordinal)) is { } kana)
            return kana[..1];
        // The consonants of Hangul stand for themselves.
        if (written.Value is >= 0x3131 and <= 0x318E)
            return written.ToString();
        // A hamza on its carrier is looked for under the carrier.
        var same =
            plain.Value is >= 0x0600 and <= 0x06FF
            || t.Culture.CompareInfo.Compare(
                plain.ToString(),
                written.ToString(),
                CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace | CompareOptions.IgnoreWidth
            ) == 0;
        return Rune.ToUpper(same ? plain : written, t.Culture).ToString();
    }
}
