using System.Globalization;
using System.Text.RegularExpressions;

namespace SkillPlatform.DevelopmentMail;

/// <summary>Addresses, times and texts as the pages write them.</summary>
public static partial class Said
{
    public static string By(Person[] people) =>
        string.Join(", ", people.Select(one => one.Name.Length > 0 ? $"{one.Name} <{one.Address}>" : one.Address));

    public static string At(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A text in pieces; every second one is an address to follow.</summary>
    public static IEnumerable<(string Words, bool Link)> WithLinks(string text) =>
        Link().Split(text).Select((words, i) => (words, i % 2 == 1));

    [GeneratedRegex(@"(?<link>https?://[^\s<>""]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
