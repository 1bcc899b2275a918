using System.Net.Mail;
using System.Text;
using SkillPlatform.Changes;

namespace SkillPlatform.Identity;

/// <summary>What may come in from outside.</summary>
public static class Input
{
    public const int LongestPassword = 200;
    public const int LongestAddress = 254;

    /// <summary>True for text that can be stored and shown: no control characters, no lone surrogates.</summary>
    public static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsControl(text[i]))
                return false;
            else if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
                return false;
        return true;
    }

    /// <summary>True for a mail address that a letter can be sent to, and that looks like no other one.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= LongestAddress
        && IsText(text)
        && MailAddress.TryCreate(text, out var address)
        && string.Equals(address.Address, text, StringComparison.Ordinal)
        // "ſ" counts as "s", and full-width letters as the narrow ones: here in one place, in mail servers in another.
        && text.IsNormalized(NormalizationForm.FormKC);

    /// <summary>A name to show, in the one form: what cannot be seen is no part of it.</summary>
    public static string Name(string? text) => TextForm.Name(text ?? "");

    /// <summary>True for a name to show: something visible, not too long.</summary>
    public static bool IsName(string text) => IsText(text.Trim()) && TextForm.Problem(Name(text), 100) is null;
}
