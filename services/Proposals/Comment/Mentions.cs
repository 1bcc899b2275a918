namespace SkillPlatform.Proposals;

/// <summary>Whom a comment names: <c>@</c> and the whole name of someone who takes part in the conversation. Pure.</summary>
public static class Mentions
{
    /// <summary>More are nobody's conversation any more.</summary>
    private const int Most = 10;

    /// <summary>User ids, in the order in which they are named. Who shares a name is named together.</summary>
    /// <param name="text">The comment.</param>
    /// <param name="people">Who takes part.</param>
    public static string[] In(string text, IEnumerable<Account> people)
    {
        var named = people
            .Where(person => person.Name is { Length: > 0 })
            // A longer name first: it is not the shorter one that it begins with.
            .OrderByDescending(person => person.Name!.Length)
            .ToList();
        var found = new List<string>();
        for (var at = text.IndexOf('@'); at >= 0 && found.Count < Most; at = text.IndexOf('@', at + 1))
        {
            // The middle of an address names nobody.
            if (at > 0 && char.IsLetterOrDigit(text[at - 1]))
                continue;
            var here = at + 1;
            var length = named.Find(person => Stands(text, here, person.Name!))?.Name!.Length;
            found.AddRange(
                named
                    .Where(person => person.Name!.Length == length && Stands(text, here, person.Name!))
                    .Select(person => person.Id)
                    .Except(found, StringComparer.Ordinal)
            );
        }
        return [.. found.Take(Most)];
    }

    private static bool Stands(string text, int at, string name) =>
        string.Compare(text, at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0
        && (at + name.Length >= text.Length || !char.IsLetterOrDigit(text[at + name.Length]));
}
