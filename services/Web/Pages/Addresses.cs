using System.Runtime.CompilerServices;

namespace SkillPlatform.Web.Pages;

public static class Addresses
{
    /// <summary>With one more value in the query, where there is one.</summary>
    public static FormattableString With(this FormattableString address, string name, string? value) =>
        string.IsNullOrEmpty(value)
            ? address
            : FormattableStringFactory.Create(
                $"{address.Format}{(address.Format.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={{{address.ArgumentCount}}}",
                [.. address.GetArguments(), value]
            );
}
