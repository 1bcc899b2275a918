using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace SkillPlatform.Testing;

/// <summary>The public surface as a script uses it: JSON in, JSON out, one signed-in person or nobody.</summary>
public sealed class Api(Uri origin, string? token = null, DelegatingHandler? by = null) : IDisposable
{
    /// <summary>Somebody who stays signed in for as long as it takes: access tokens live shorter than some tests run.</summary>
    public static async Task<Api> SignedIn(Uri origin, string authority, string email)
    {
        var staying = new StaysSignedIn(authority, email);
        return new Api(origin, await staying.Token(), staying);
    }

    public HttpClient Http { get; } =
        new(Through(by))
        {
            BaseAddress = origin,
            DefaultRequestHeaders =
            {
                Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token),
            },
        };

    /// <summary>A token that is good for two minutes at least, for who calls by other means.</summary>
    public Task<string> Token() => ((StaysSignedIn)by!).Token();

    private static HttpMessageHandler Through(DelegatingHandler? by)
    {
        var last = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (by is null)
            return last;
        by.InnerHandler = last;
        return by;
    }

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

/// <summary>Signs in again before the token ends; while that cannot be done, the old one is used for as long as it is good.</summary>
internal sealed class StaysSignedIn(string authority, string email) : DelegatingHandler
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(2);
    private readonly SemaphoreSlim _turn = new(1);
    private string? _token;
    private DateTime _ends;

    public async Task<string> Token()
    {
        await _turn.WaitAsync();
        try
        {
            if (_ends < DateTime.UtcNow + Early)
            {
                _token = (await SignIn.As(authority, email)).AccessToken;
                _ends = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(_token).ValidTo;
            }
        }
        catch (Exception) when (_ends > DateTime.UtcNow)
        {
            // Identity is away.
        }
        finally
        {
            _turn.Release();
        }
        return _token!;
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await Token());
        return await base.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _turn.Dispose();
        base.Dispose(disposing);
    }
}
