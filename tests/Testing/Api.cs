using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace SkillPlatform.Testing;

/// <summary>The public surface as a script uses it: JSON in, JSON out, one signed-in person or nobody.</summary>
public sealed class Api(Uri origin, string? token = null) : IDisposable
{
    public HttpClient Http { get; } =
        new(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = origin,
            DefaultRequestHeaders =
            {
                Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token),
            },
        };

    /// <summary>The opaque id in the caller's token.</summary>
    public string Id =>
        JsonDocument
            .Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode(token!.Split('.')[1]))
            .RootElement.GetProperty("sub")
            .GetString()!;

    public async Task<(int Status, JsonElement Body, HttpResponseHeaders Headers)> Send(
        HttpMethod method,
        string path,
        object? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is HttpContent content)
            request.Content = content;
        else if (body is not null)
            request.Content = JsonContent.Create(body);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await Http.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var json =
            answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true
            && bytes.Length > 0;
        return (
            (int)answer.StatusCode,
            json ? JsonSerializer.Deserialize<JsonElement>(bytes) : default,
            answer.Headers
        );
    }

    public async Task<JsonElement> Get(string path)
    {
        var (status, body, _) = await Send(HttpMethod.Get, path);
        return status == 200 ? body : throw new InvalidOperationException($"GET {path}: {status} {body}");
    }

    public Task<(int Status, JsonElement Body, HttpResponseHeaders Headers)> Post(
        string path,
        object? body = null,
        params (string, string)[] headers
    ) => Send(HttpMethod.Post, path, body, headers);

    /// <summary>Imports a catalogue document and waits for its end.</summary>
    public async Task<JsonElement> Import(string json, string mediaType = "application/json")
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, mediaType);
        var (status, body, headers) = await Post("/api/catalog/imports?dryRun=false", content);
        if (status != 202)
            throw new InvalidOperationException($"import: {status} {body}");
        return await Eventually.Get(
            () => Get(headers.Location!.ToString()),
            import => import.GetProperty("state").GetString() is "done" or "failed",
            TimeSpan.FromMinutes(2),
            TimeSpan.FromMilliseconds(100)
        );
    }

    public void Dispose() => Http.Dispose();
}
