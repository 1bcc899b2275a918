using System.Net;
using System.Text.RegularExpressions;
using System.Web;

namespace SkillPlatform.Testing;

/// <summary>A person at a browser without JavaScript: cookies, pages, forms. Stops at redirects to follow them by hand.</summary>
public sealed partial class Browser : IDisposable
{
    public Browser(string origin) =>
        Http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies })
        {
            BaseAddress = new Uri(origin),
        };

    public CookieContainer Cookies { get; } = new();

    public HttpClient Http { get; }

    /// <summary>Opens a page and sends its form with these fields filled in.</summary>
    public async Task<HttpResponseMessage> Fill(string page, params (string Name, string Value)[] fields)
    {
        using var shown = await Http.GetAsync(page);
        var html = await shown.Content.ReadAsStringAsync();
        var form = Form().Match(html).Value;
        var sent = Hidden()
            .Matches(form)
            .ToDictionary(m => Attribute(m.Value, "name"), m => Attribute(m.Value, "value"), StringComparer.Ordinal);
        foreach (var (name, value) in fields)
            sent[name] = value;
        using var content = new FormUrlEncodedContent(sent);
        return await Http.PostAsync(Attribute(form, "action"), content);
    }

    /// <summary>Sends another form of a page, with that page's antiforgery token.</summary>
    public async Task<HttpResponseMessage> Send(
        string page,
        string handler,
        params (string Name, string Value)[] fields
    )
    {
        var html = await Http.GetStringAsync(new Uri(page, UriKind.Relative));
        var token = Hidden().Matches(html).First(m => m.Value.Contains("__Req", StringComparison.Ordinal));
        using var content = new FormUrlEncodedContent([
            .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
            KeyValuePair.Create("__RequestVerificationToken", Attribute(token.Value, "value")),
        ]);
        return await Http.PostAsync($"{page}?handler={handler}", content);
    }

    public Task<HttpResponseMessage> SignIn(string email, string password, string returnUrl = "/") =>
        Fill($"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}", ("email", email), ("password", password));

    public void Dispose() => Http.Dispose();

    private static string Attribute(string tag, string name) =>
        HttpUtility.HtmlDecode(
            Regex.Match(tag, $"\\b{name}=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value
        );

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline, 1000)]
    private static partial Regex Form();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Hidden();
}
