namespace SkillPlatform.Changes;

/// <summary>
/// A cell of a table as a spreadsheet opens it. One that it would take for a formula, or that begins with an apostrophe, gets an
/// apostrophe in front.
/// </summary>
public static class SheetCell
{
    /// <summary>A text as a spreadsheet shows it, whatever it begins with.</summary>
    /// <param name="text">The text.</param>
    public static string Neutral(string text) => text.Length > 0 && IsRisky(text[0]) ? "'" + text : text;

    /// <summary>The text again.</summary>
    /// <param name="cell">As <see cref="Neutral"/> made it, or as somebody typed it.</param>
    public static string Restored(string cell) =>
        cell.Length > 1 && cell[0] == '\'' && IsRisky(cell[1]) ? cell[1..] : cell;

    // Where Japanese or Chinese is typed, a spreadsheet takes the full-width signs for the others.
    private static bool IsRisky(char first) =>
        first
            is '='
                or '+'
                or '-'
                or '@'
                or '\uFF1D'
                or '\uFF0B'
                or '\uFF0D'
                or '\uFF20'
                or '\t'
                or '\r'
                or '\n'
                or '\'';
}
