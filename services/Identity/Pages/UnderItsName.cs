using Microsoft.Extensions.Localization;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity.Pages;

/// <summary>The texts of pages and letters, which name the platform as the installation does.</summary>
public sealed class UnderItsName(IStringLocalizerFactory texts, Brand brand) : IStringLocalizer<Texts>
{
    private readonly StringLocalizer<Texts> _texts = new(texts);

    public LocalizedString this[string name] => Named(_texts[name]);

    // The name goes in first: what is filled in is other people's.
    public LocalizedString this[string name, params object[] arguments] =>
        brand.Name == Brand.Usual
            ? _texts[name, arguments]
            : new LocalizedString(
                name,
                string.Format(
                    System.Globalization.CultureInfo.CurrentCulture,
                    _texts[name]
                        .Value.Replace(
                            Brand.Usual,
                            brand
                                .Name.Replace("{", "{{", StringComparison.Ordinal)
                                .Replace("}", "}}", StringComparison.Ordinal),
                            StringComparison.Ordinal
                        ),
                    arguments
                )
            );

    public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) =>
        _texts.GetAllStrings(includeParentCultures).Select(Named);

    private LocalizedString Named(LocalizedString text) =>
        new(
            text.Name,
            text.Value.Replace(Brand.Usual, brand.Name, StringComparison.Ordinal),
            text.ResourceNotFound,
            text.SearchedLocation
        );
}
