using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>How much may be proposed together.</summary>
public sealed record Most(int Changes, int Characters)
{
    public static Most ByPeople { get; } = new(Normal.MostChanges, Normal.MostCharacters);

    /// <summary>To go back to an old version may take more.</summary>
    public static Most ByThePlatform { get; } = new(int.MaxValue, int.MaxValue);

    /// <summary>What the platform proposed itself may be revised at its length.</summary>
    public static Most InPlaceOf(Change[] changes) =>
        new(Math.Max(ByPeople.Changes, changes.Length), Math.Max(ByPeople.Characters, Form.Characters(changes)));
}

/// <summary>The form of what people send: lengths, presence, characters. Needs no knowledge of the catalogue.</summary>
public static class Form
{
    public const int MaxText = TextForm.LongestReason;

    /// <summary>What is wrong with changes in their form.</summary>
    public static IEnumerable<(string Pointer, string Message)> Errors(Change?[]? changes, Most most) =>
        changes is null || changes.Length == 0 || changes.Length > most.Changes
            ? [("/changes", $"Between 1 and {most.Changes} changes.")]
        : Characters(changes) > most.Characters ? [("/changes", $"{TextForm.TooLong(most.Characters)[..^1]} together.")]
        : changes.SelectMany(
            (change, i) =>
                (
                    change switch
                    {
                        null => [("", "Required.")],
                        AddSkill when changes.Length > 1 =>
                        [
                            ("", "addSkill is always the only change of its proposal."),
                        ],
                        MergeSkill when changes.Length > 1 =>
                        [
                            ("", "mergeSkill is always the only change of its proposal."),
                        ],
                        _ => Normal.Errors(change),
                    }
                ).Select(error => ($"/changes/{i}{error.Item1}", error.Item2))
        );

    /// <summary>How many characters a proposal holds, however it was sent.</summary>
    public static int Characters(Proposed proposed) =>
        TextForm.Length(proposed.Rationale ?? "") + Characters(proposed.Changes ?? []);

    /// <summary>How many characters changes hold together.</summary>
    public static int Characters(IEnumerable<Change?> changes) =>
        changes.Sum(change => change is null ? 0 : Normal.Characters(change));

    /// <summary>A required text of at most so many characters.</summary>
    public static void Text(this List<(string, string)> errors, string pointer, string? text, int max)
    {
        if (TextForm.Problem(TextForm.Text(text ?? ""), max) is { } problem)
            errors.Add((pointer, problem));
    }

    /// <summary>A text of at most so many characters; may be absent or empty.</summary>
    public static void Optional(this List<(string, string)> errors, string pointer, string? text, int max)
    {
        if (TextForm.Problem(TextForm.Text(text ?? ""), max, mayBeEmpty: true) is { } problem)
            errors.Add((pointer, problem));
    }

    /// <summary>What was said, in the one form of text.</summary>
    public static string? Said(string? text) => text is null ? null : TextForm.Text(text);

    public static Refusal? Refusal(List<(string Pointer, string Message)> errors) =>
        errors.Count == 0 ? null : EventSourcing.Refusal.Fields(errors);
}
