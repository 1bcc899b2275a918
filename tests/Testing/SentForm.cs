using System.Text.RegularExpressions;
using System.Web;

namespace SkillPlatform.Testing;

/// <summary>A form of a page with what a browser without scripts would send, to be filled in.</summary>
public sealed partial class SentForm
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    /// <summary>The form of a page that has a field of this name.</summary>
    public SentForm(string html, string field)
    {
        var form = Forms().Matches(html).Select(m => m.Value).First(f => f.Contains($"name=\"{field}\"", Ordinal));
        Action = Of(form, "action") ?? "";
        foreach (var input in Inputs().Matches(form).Select(m => m.Value).Where(IsSent))
            _fields[Of(input, "name")!] = Of(input, "value") ?? "on";
        foreach (Match area in Areas().Matches(form))
        {
            var text = HttpUtility.HtmlDecode(area.Groups["text"].Value);
            // The first line's end belongs to the tag.
            _fields[Of(area.Groups["tag"].Value, "name")!] = text.StartsWith('\n') ? text[1..] : text;
        }
        foreach (Match select in Selects().Matches(form))
        {
            var options = Options().Matches(select.Groups["options"].Value).Select(m => m.Value).ToArray();
            var chosen = Array.Find(options, o => o.Contains(" selected", Ordinal)) ?? options[0];
            _fields[Of(select.Groups["tag"].Value, "name")!] = Of(chosen, "value") ?? "";
        }
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    public string Action { get; }

    /// <summary>Null is a box that is not ticked.</summary>
    public string? this[string field]
    {
        get => _fields.GetValueOrDefault(field);
        set
        {
            if (value is null)
                _fields.Remove(field);
            else
                _fields[field] = value;
        }
    }

    public bool Has(string field) => _fields.ContainsKey(field);

    public IEnumerable<string> Names => _fields.Keys;

    /// <param name="page">Where the form is, if not at the client's own address.</param>
    public async Task<HttpResponseMessage> Send(HttpClient http, Uri? page = null)
    {
        // As browsers send them.
        using var content = new FormUrlEncodedContent(
            _fields.Select(f => KeyValuePair.Create(f.Key, f.Value.ReplaceLineEndings("\r\n")))
        );
        return await http.PostAsync(new Uri(page ?? http.BaseAddress!, Action), content);
    }

    private static bool IsSent(string input) =>
        Of(input, "name") is not null
        && (Of(input, "type") is not ("checkbox" or "radio") || input.Contains(" checked", Ordinal));

    private static string? Of(string tag, string name)
    {
        var match = Regex.Match(tag, $"^[^>]*?\\s{name}=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        return match.Success ? HttpUtility.HtmlDecode(match.Groups[1].Value) : null;
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline, 1000)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Inputs();

    [GeneratedRegex("(?<tag><textarea[^>]*>)(?<text>.*?)</textarea>", RegexOptions.Singleline, 1000)]
    private static partial Regex Areas();

    [GeneratedRegex("(?<tag><select[^>]*>)(?<options>.*?)</select>", RegexOptions.Singleline, 1000)]
    private static partial Regex Selects();

    [GeneratedRegex("<option[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Options();
}
