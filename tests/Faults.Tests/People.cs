using System.Collections.Concurrent;
using System.Net;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>People who read, sign in and send forms, again as soon as answered, and keep what failed.</summary>
public sealed class People : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly string[] Pages =
    [
        "/",
        "/?q=functions",
        "/skills/skill-1",
        "/skills/skill-1/history",
        "/roles/cloud-engineer",
        "/proposals",
    ];
    private static readonly string[] OwnPages = [.. Pages, "/inbox", "/watching", "/skills/skill-2/suggest"];
    private static readonly string[] Routes =
    [
        "/api/catalog/skills",
        "/api/catalog/skills/skill-3",
        "/api/proposals",
        "/api/notifications/inbox",
        "/api/identity/me",
    ];

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Platform _platform;
    private readonly HttpClient _session;
    private readonly HttpClient _nobody;
    private readonly HttpClient _script;
    private readonly Signed _signed;
    private readonly Task[] _all;
    private int _answers;

    /// <summary>They begin.</summary>
    /// <param name="session">Of somebody who signed in before.</param>
    public static async Task<People> AtWork(Platform platform, HttpClient session) =>
        new(platform, session, await SignIn.As(platform.Authority, "reader@example.org"));

    private People(Platform platform, HttpClient session, Signed signed)
    {
        (_platform, _session, _signed) = (platform, session, signed);
        (_nobody, _script) = (Client(platform), Client(platform));
        _script.DefaultRequestHeaders.Authorization = new("Bearer", signed.AccessToken);
        _all =
        [
            Ask(n => Read(_session, OwnPages[n % OwnPages.Length], isSignedIn: true)),
            Ask(n => Read(_nobody, Pages[n % Pages.Length])),
            Ask(n => Read(_script, Routes[n % Routes.Length])),
            Ask(_ => SignInAndWrite()),
        ];
    }

    /// <summary>A browser that has signed in, by way of Identity. Each request by a connection of its own, as a proxy might.</summary>
    public static async Task<HttpClient> SignedIn(Platform platform, string name)
    {
        var browser = Client(platform);
        using var page = await browser.GetAsync("/signin");
        var form = new SentForm(await page.Content.ReadAsStringAsync(), "password")
        {
            ["email"] = $"{name}@example.org",
            ["password"] = SignIn.Password,
        };
        using var signedIn = await form.Send(browser, page.RequestMessage!.RequestUri);
        await Check(signedIn, isSignedIn: true);
        return browser;
    }

    private static HttpClient Client(Platform platform) =>
        new(new HttpClientHandler { CookieContainer = new() })
        {
            BaseAddress = platform.Web,
            DefaultRequestHeaders = { ConnectionClose = true },
        };

    // A form that comes from one replica may go to another.
    private async Task SignInAndWrite()
    {
        using var browser = await SignedIn(_platform, "reviewer2");
        await Send(browser, "/skills/skill-4", "watch");
        await Send(browser, "/skills/skill-4/discussion", "text", "Said while it was replaced.");
    }

    private static async Task Send(HttpClient browser, string page, string field, string? value = null)
    {
        var form = new SentForm(await browser.GetStringAsync(page), field);
        form[field] = value ?? form[field];
        using var sent = await form.Send(browser);
        await Check(sent, isSignedIn: true);
    }

    private static async Task Read(HttpClient http, string path, bool isSignedIn = false)
    {
        using var answer = await http.GetAsync(path);
        await Check(answer, isSignedIn);
    }

    private static async Task Check(HttpResponseMessage answer, bool isSignedIn)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"{(int)answer.StatusCode}: {text[..Math.Min(text.Length, 300)]}");
        if (isSignedIn && !text.Contains("action=\"/signout\"", StringComparison.Ordinal))
            throw new InvalidOperationException("not signed in");
    }

    private async Task Ask(Func<int, Task> request)
    {
        for (var n = 0; !_end.IsCancellationRequested; n++)
        {
            var at = DateTime.UtcNow;
            try
            {
                await request(n);
            }
            catch (Exception e)
            {
                _failures.Enqueue($"{at:T} {n}: {e.GetType().Name} {e.Message} {e.InnerException?.Message}");
            }
            Interlocked.Increment(ref _answers);
            await Task.Delay(Pause);
        }
    }

    /// <summary>They end; the token that was given at the beginning can still be renewed.</summary>
    public async Task<(int Answers, IReadOnlyCollection<string> Failures)> End()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_all);
        var renewed = await SignIn.Refresh(_platform.Authority, _signed.RefreshToken!);
        _script.DefaultRequestHeaders.Authorization = new("Bearer", renewed.AccessToken);
        await Read(_script, Routes[^1]);
        return (_answers, _failures);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_all);
        _nobody.Dispose();
        _script.Dispose();
        _end.Dispose();
    }
}
