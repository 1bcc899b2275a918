using System.Globalization;
using System.Text;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>The form of what people send: lengths, presence, characters. Needs no knowledge of the catalogue.</summary>
public static class Form
{
    public const int MaxChanges = 100;
    public const int MaxDescription = 10_000;
    public const int MaxName = 200;
    public const int MaxKeywords = 100;
    public const int MaxKeyword = 100;
    public const int MaxRequirements = 500;
    public const int MaxText = 5_000;

    public static List<(string Pointer, string Message)> Errors(string? rationale, Change?[]? changes)
    {
        var errors = new List<(string, string)>();
        errors.Text("/rationale", rationale, MaxText);
        if (changes is null || changes.Length is 0 or > MaxChanges)
            errors.Add(("/changes", $"Between 1 and {MaxChanges} changes."));
        else
            for (var i = 0; i < changes.Length; i++)
                errors.Change($"/changes/{i}", changes[i], changes.Length);
        return errors;
    }

    /// <summary>A required text of at most so many characters.</summary>
    public static void Text(this List<(string, string)> errors, string pointer, string? text, int max)
    {
        if (string.IsNullOrWhiteSpace(text))
            errors.Add((pointer, "Required."));
        else
            errors.Optional(pointer, text, max);
    }

    /// <summary>A text of at most so many characters; may be absent or empty.</summary>
    public static void Optional(this List<(string, string)> errors, string pointer, string? text, int max)
    {
        if (text is null)
            return;
        if (text.Length > max)
            errors.Add((pointer, $"At most {max.ToString("N0", CultureInfo.InvariantCulture)} characters."));
        if (!IsText(text))
            errors.Add((pointer, "U+0000 and halves of surrogate pairs are no text."));
    }

    private static void Change(this List<(string, string)> errors, string at, Change? change, int count)
    {
        switch (change)
        {
            case StateRequirement c:
                errors.Text($"{at}/description", c.Description, MaxDescription);
                break;
            case RewordRequirement c:
                errors.Optional($"{at}/was", c.Was, MaxDescription);
                errors.Text($"{at}/description", c.Description, MaxDescription);
                break;
            case DropRequirement c:
                errors.Optional($"{at}/was", c.Was, MaxDescription);
                break;
            case RenameSkill c:
                errors.Optional($"{at}/was", c.Was, MaxName);
                errors.Name($"{at}/name", c.Name, MaxName);
                break;
            case ReplaceKeywords c:
                errors.Was($"{at}/was", c.Was);
                errors.Keywords($"{at}/keywords", c.Keywords);
                break;
            case AddSkill c:
                errors.Name($"{at}/name", c.Name, MaxName);
                errors.Keywords($"{at}/keywords", c.Keywords);
                errors.Requirements($"{at}/requirements", c.Requirements);
                if (count > 1)
                    errors.Add((at, "addSkill is always the only change of its proposal."));
                break;
            case null:
                errors.Add((at, "Required."));
                break;
        }
    }

    private static void Name(this List<(string, string)> errors, string pointer, string? name, int max)
    {
        errors.Text(pointer, name, max);
        if (name is null)
            return;
        if (name.Any(c => char.IsControl(c) || IsBidiControl(c)))
            errors.Add((pointer, "Control characters are not allowed in a name."));
        else if (name.Length > 0 && (char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1])))
            errors.Add((pointer, "A name neither begins nor ends with a space."));
    }

    private static void Keywords(this List<(string, string)> errors, string pointer, string[] keywords)
    {
        if (keywords.Length > MaxKeywords)
            errors.Add((pointer, $"At most {MaxKeywords} keywords."));
        for (var i = 0; i < Math.Min(keywords.Length, MaxKeywords); i++)
            errors.Name($"{pointer}/{i}", keywords[i], MaxKeyword);
        if (keywords.Distinct(StringComparer.Ordinal).Count() < keywords.Length)
            errors.Add((pointer, "Each keyword once."));
    }

    // What somebody saw may be longer than what is allowed now; it only has to be text.
    private static void Was(this List<(string, string)> errors, string pointer, string[] keywords)
    {
        for (var i = 0; i < keywords.Length; i++)
            if (keywords[i] is null)
                errors.Add(($"{pointer}/{i}", "Required."));
            else
                errors.Optional($"{pointer}/{i}", keywords[i], MaxDescription);
    }

    private static void Requirements(this List<(string, string)> errors, string pointer, Requirement[] requirements)
    {
        if (requirements.Length > MaxRequirements)
            errors.Add((pointer, $"At most {MaxRequirements} requirements."));
        var cells = new HashSet<(string, string)>();
        for (var i = 0; i < Math.Min(requirements.Length, MaxRequirements); i++)
            if (requirements[i] is not { } requirement)
                errors.Add(($"{pointer}/{i}", "Required."));
            else
            {
                errors.Text($"{pointer}/{i}/description", requirement.Description, MaxDescription);
                if (!cells.Add((requirement.Role, requirement.Level)))
                    errors.Add(($"{pointer}/{i}", "Each role and level once."));
            }
    }

    /// <summary>False for U+0000 and for halves of surrogate pairs, which neither JSON nor the database can hold.</summary>
    public static bool IsText(string text)
    {
        if (text.Contains('\0'))
            return false;
        for (var rest = text.AsSpan(); !rest.IsEmpty; )
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != System.Buffers.OperationStatus.Done)
                return false;
            rest = rest[length..];
        }
        return true;
    }

    // These turn the reading direction around and make a name look like another.
    private static bool IsBidiControl(char c) =>
        c is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    public static Refusal? Refusal(List<(string Pointer, string Message)> errors) =>
        errors.Count == 0 ? null : EventSourcing.Refusal.Fields(errors);
}
