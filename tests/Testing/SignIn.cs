using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.IdentityModel.Tokens;

namespace SkillPlatform.Testing;

/// <summary>What the token endpoint gave.</summary>
public sealed record Signed(string AccessToken, string? RefreshToken, string? IdToken);

/// <summary>Signs in as a script does: the public client, PKCE, a loopback redirect, cookies and form posts.</summary>
public static partial class SignIn
{
    public const string Password = "skillplatform-dev-1";

    public static async Task<Signed> As(string authority, string email, string password = Password)
    {
        using var handler = new HttpClientHandler
        {
            CookieContainer = new CookieContainer(),
            AllowAutoRedirect = false,
        };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(authority) };
        return await As(client, email, password);
    }

    /// <summary>The same through a client that keeps cookies and does not follow redirects.</summary>
    public static async Task<Signed> As(HttpClient client, string email, string password)
    {
        var discovery = await client.GetFromJsonAsync<JsonElement>("/.well-known/openid-configuration");
        var verifier = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(verifier)));
        const string callback = "http://127.0.0.1:49152/callback";
        var authorize =
            discovery.GetProperty("authorization_endpoint").GetString()
            + "?response_type=code&client_id=skillplatform-cli&scope=openid%20profile%20email%20offline_access%20skillplatform"
            + $"&redirect_uri={Uri.EscapeDataString(callback)}&state=s&code_challenge={challenge}&code_challenge_method=S256";
        var answer = await Follow(client, await client.GetAsync(authorize), callback);
        // The form for the password and, once for a person and client, the one that asks for consent.
        for (var forms = 0; forms < 2 && answer.StatusCode == HttpStatusCode.OK; forms++)
        {
            var page = await answer.Content.ReadAsStringAsync();
            var sent = Sent().Match(page).Value;
            var fields = Inputs()
                .Matches(sent)
                .Select(m =>
                    (
                        Name: Attribute(m.Value, "name"),
                        Value: Attribute(m.Value, "value"),
                        Type: Attribute(m.Value, "type")
                    )
                )
                .Where(f => f.Name is not null)
                .ToDictionary(
                    f => f.Name!,
                    f =>
                        f.Type == "password" ? password
                        : f.Type is "email" || f.Name!.Contains("mail", StringComparison.OrdinalIgnoreCase) ? email
                        : f.Value ?? "",
                    StringComparer.Ordinal
                );
            var action = HttpUtility.HtmlDecode(Attribute(sent, "action") ?? "");
            var target = new Uri(answer.RequestMessage!.RequestUri!, action);
            using var content = new FormUrlEncodedContent(fields);
            answer = await Follow(client, await client.PostAsync(target, content), callback);
        }
        var location = answer.Headers.Location?.ToString() ?? "";
        if (!location.StartsWith(callback, StringComparison.Ordinal))
            throw new InvalidOperationException($"{email} is not signed in: {(int)answer.StatusCode} {location}");
        var code = HttpUtility.ParseQueryString(new Uri(location).Query)["code"];
        using var exchange = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "authorization_code",
                ["client_id"] = "skillplatform-cli",
                ["code"] = code ?? "",
                ["redirect_uri"] = callback,
                ["code_verifier"] = verifier,
            }
        );
        return await Tokens(client, discovery, exchange);
    }

    public static async Task<Signed> Refresh(string authority, string refreshToken)
    {
        using var client = new HttpClient { BaseAddress = new Uri(authority) };
        var discovery = await client.GetFromJsonAsync<JsonElement>("/.well-known/openid-configuration");
        using var exchange = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "refresh_token",
                ["client_id"] = "skillplatform-cli",
                ["refresh_token"] = refreshToken,
            }
        );
        return await Tokens(client, discovery, exchange);
    }

    private static async Task<Signed> Tokens(HttpClient client, JsonElement discovery, FormUrlEncodedContent exchange)
    {
        using var answer = await client.PostAsync(discovery.GetProperty("token_endpoint").GetString(), exchange);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"No token: {json}");
        string? Text(string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
        return new Signed(Text("access_token")!, Text("refresh_token"), Text("id_token"));
    }

    private static async Task<HttpResponseMessage> Follow(HttpClient client, HttpResponseMessage answer, string stop)
    {
        for (var hops = 0; hops < 10 && answer.Headers.Location is { } next; hops++)
        {
            var target = new Uri(answer.RequestMessage!.RequestUri!, next);
            if (target.ToString().StartsWith(stop, StringComparison.Ordinal))
                break;
            answer = await client.GetAsync(target);
        }
        return answer;
    }

    private static string? Attribute(string tag, string name)
    {
        var match = Regex.Match(tag, $"\\b{name}=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        return match.Success ? HttpUtility.HtmlDecode(match.Groups[1].Value) : null;
    }

    [GeneratedRegex("<input[^>]*>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Inputs();

    [GeneratedRegex(
        "<form[^>]*method=\"post\".*?</form>",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        1000
    )]
    private static partial Regex Sent();
}
