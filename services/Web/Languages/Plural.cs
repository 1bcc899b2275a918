namespace SkillPlatform.Web.Languages;

/// <summary>
/// Plural forms as CLDR names them; .NET does not give out those of the ICU it carries. The form French and Spanish have for
/// whole millions (“un million de …”) is not for numbers in digits, which ours are.
/// </summary>
public static class Plural
{
    public static IReadOnlyList<string> Forms(string language) =>
        language switch
        {
            "ar" => ["zero", "one", "two", "few", "many", "other"],
            "ru" => ["one", "few", "many", "other"],
            "ja" => ["other"],
            _ => ["one", "other"],
        };

    public static string Of(string language, long n) =>
        language switch
        {
            "ar" => (n, n % 100) switch
            {
                (0, _) => "zero",
                (1, _) => "one",
                (2, _) => "two",
                (_, >= 3 and <= 10) => "few",
                (_, >= 11) => "many",
                _ => "other",
            },
            "ru" => (n % 10, n % 100) switch
            {
                (1, not 11) => "one",
                (>= 2 and <= 4, not (>= 12 and <= 14)) => "few",
                _ => "many",
            },
            "ja" => "other",
            "fr" => n is 0 or 1 ? "one" : "other",
            _ => n == 1 ? "one" : "other",
        };
}
