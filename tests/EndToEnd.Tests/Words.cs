using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>What the pages of the site, of Identity and of the mails say in a language, from the files that translators write.</summary>
public sealed class Words
{
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

    private Words(string language)
    {
        var services = Path.Combine(Repository.Root, "services");
        foreach (var room in Directory.GetFiles(Path.Combine(services, "Web", "Languages", language), "*.json"))
            Add("", room);
        Add("mail:", Path.Combine(services, "Notifications", "Mail", "Texts", $"{language}.json"));
        var identity = language == "en" ? "Texts.resx" : $"Texts.{language}.resx";
        foreach (var data in XDocument.Load(Path.Combine(services, "Identity", identity)).Root!.Elements("data"))
            _words[$"identity:{data.Attribute("name")!.Value}"] = data.Element("value")!.Value;
        RightToLeft = CultureInfo.GetCultureInfo(language).TextInfo.IsRightToLeft;
    }

    public bool RightToLeft { get; }

    public string Direction => RightToLeft ? "rtl" : "ltr";

    public string this[string key, params object[] values] =>
        values.Length == 0 ? _words[key] : string.Format(CultureInfo.InvariantCulture, _words[key], values);

    public static Words In(string language) => new(language);

    private void Add(string prefix, string file)
    {
        foreach (var (key, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))!)
            _words[prefix + key] = text;
    }
}
