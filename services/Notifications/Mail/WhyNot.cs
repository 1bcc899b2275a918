using System.Collections.Frozen;

namespace SkillPlatform.Notifications;

/// <summary>
/// Why we do not send a mail, or not yet: a code for programs, words for people. A mail keeps the words, so that one from
/// before there were codes has one, too. Whoever words one anew leaves the old words here as they are, under the same code.
/// </summary>
public sealed record WhyNot(string Code, string Words)
{
    public static readonly WhyNot Gone = new("gone", "The notification is gone.");
    public static readonly WhyNot Unfinished = new("unfinished", "The news was never completed.");
    public static readonly WhyNot Incomplete = new("incomplete", "The news is not complete.");
    public static readonly WhyNot Account = new("account", "The account is not known yet.");
    public static readonly WhyNot Unwatched = new("unwatched", "No longer watched.");
    public static readonly WhyNot Merged = new("merged", "The email about the merge says it.");
    public static readonly WhyNot Later = new("later", "The reader wants no immediate email.");
    public static readonly WhyNot Names = new("names", "Someone it names is not known yet.");
    public static readonly WhyNot Comment = new("comment", "What the comment says is not known at the moment.");
    public static readonly WhyNot Removed = new("removed", "The comment was removed.");
    public static readonly WhyNot Barred = new("barred", "The account takes no email.");
    public static readonly WhyNot Bounced = new("bounced", "Emails to this address come back.");
    public static readonly WhyNot Empty = new("empty", "There is nothing left to tell.");
    public static readonly WhyNot Together = new("together", "It goes with what else is said there.");
    public static readonly WhyNot Unwritten = new("unwritten", "It cannot be written: ");

    public static readonly WhyNot[] All =
    [
        Gone,
        Unfinished,
        Incomplete,
        Account,
        Unwatched,
        Merged,
        Later,
        Names,
        Comment,
        Removed,
        Barred,
        Bounced,
        Empty,
        Together,
        Unwritten,
    ];

    private static readonly FrozenDictionary<string, string> Codes = All.ToFrozenDictionary(
        why => why.Words,
        why => why.Code,
        StringComparer.Ordinal
    );

    /// <summary>The code of words that a mail keeps; null where another server said them.</summary>
    public static string? CodeOf(string? words) =>
        words is null ? null
        : words.StartsWith(Unwritten.Words, StringComparison.Ordinal) ? Unwritten.Code
        : Codes.GetValueOrDefault(words);
}
