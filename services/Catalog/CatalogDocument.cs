using System.Text;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>
/// A whole catalogue as people exchange it, in names rather than slugs. A skill is told by its domain and its name, so that
/// importing a document again finds the same skills. Read by <see cref="CatalogJson"/> or <see cref="CatalogCsv"/>; what
/// they give has passed every check.
/// </summary>
/// <param name="Levels">For domains that state none; null for the five usual ones.</param>
/// <param name="Roles">Every role there is; the order is that of new roles.</param>
public sealed record CatalogDocument(
    string? Source,
    string? Licence,
    string[]? Levels,
    string[] Roles,
    CatalogDocument.Domain[] Domains
)
{
    public const int LongestName = 200;
    public const int LongestKeyword = 100;
    public const int MostKeywords = 100;
    public const int LongestDescription = 10_000;
    public const int LongestNote = 4_000;
    public const int MostLevels = 50;
    public const int MostRoles = 5_000;
    public const int MostSkills = 100_000;
    public const int LargestBytes = 32 * 1024 * 1024;

    public static readonly string[] UsualLevels = ["Junior", "Middle", "Senior", "Lead", "Principal"];

    public sealed record Domain(string Name, string[]? Levels, Group[] Groups);

    public sealed record Group(string Name, Skill[] Skills);

    public sealed record Skill(string Name, string[] Keywords, Requirement[] Requirements);

    public sealed record Requirement(string Role, string Level, bool Mandatory, string Description);

    /// <summary>The levels this document states for a domain; null where it says nothing of them.</summary>
    public string[]? StatedLevels(Domain domain) => domain.Levels ?? Levels;
}

/// <summary>Finds the levels a domain already has, by its name; null where there is no such domain.</summary>
public delegate IReadOnlyCollection<string>? KnownLevels(string domain);

/// <summary>What is wrong with a document, each thing at its JSON pointer. Reading goes on until there are too many.</summary>
public sealed class DocumentErrors
{
    public const int Most = 500;
    private readonly List<(string Pointer, string Message)> _all = [];

    public IReadOnlyList<(string Pointer, string Message)> All => _all;
    public bool Any => _all.Count > 0;

    /// <summary>True where the document cannot be read at all, rather than breaking a rule.</summary>
    public bool Unreadable { get; private set; }

    public void Add(string pointer, string message)
    {
        _all.Add((pointer, message));
        if (_all.Count < Most)
            return;
        _all.Add(("", $"Only the first {Most} errors are listed."));
        throw new TooManyException();
    }

    public void Broken(string pointer, string message)
    {
        Unreadable = true;
        _all.Add((pointer, message));
    }

    public Refusal AsRefusal()
    {
        var refusal = Refusal.Fields(_all);
        return Unreadable ? refusal with { Kind = RefusalKind.Malformed, Code = "malformed" } : refusal;
    }

    /// <summary>Ends the reading of a document that has more errors than anyone wants to read.</summary>
    public sealed class TooManyException : Exception;
}

/// <summary>The rules for single texts, alike for JSON and CSV.</summary>
public static class TextRules
{
    /// <summary>Says what is wrong with the name of something, or null.</summary>
    public static string? Name(string text, int longest = CatalogDocument.LongestName) =>
        string.IsNullOrWhiteSpace(text) ? "Must not be empty."
        : char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]) ? "Must not begin or end with a space."
        : text.Any(c => char.IsControl(c) || IsOverride(c)) ? "Must not hold control characters."
        : Text(text, longest);

    /// <summary>Says what is wrong with a longer text, or null.</summary>
    public static string? Text(string text, int longest) =>
        text.Contains('\0', StringComparison.Ordinal) ? "Must not hold the character U+0000."
        : Length(text) is not { } length ? "Holds half of a surrogate pair, which is no text."
        : length > longest ? TooLong(longest)
        : null;

    public static string TooLong(int longest) => $"At most {longest:N0} characters.";

    // In characters as people count them, not in UTF-16 units; null for what is no Unicode.
    private static int? Length(string text)
    {
        var runes = 0;
        for (var i = 0; i < text.Length; runes++)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out _, out var taken) != System.Buffers.OperationStatus.Done)
                return null;
            i += taken;
        }
        return runes;
    }

    // Embeddings, overrides and isolates: they make a name look like another.
    private static bool IsOverride(char c) => c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069';
}
