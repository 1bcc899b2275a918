using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Testing;
using SkillPlatform.Web.Cache;
using SkillPlatform.Web.Tests;

[assembly: AssemblyFixture(typeof(Servers))]

namespace SkillPlatform.Web.Tests;

/// <summary>Web on real ports, real PostgreSQL and broker, before stubs of the services.</summary>
public sealed class WebFixture(Servers servers) : IAsyncLifetime
{
    private readonly List<ServiceHost<Program>> _hosts = [];
    private Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    public Authority Authority { get; } = new();
    public StubIdentity Identity { get; private set; } = null!;
    public Stub Catalog { get; } = new();
    public Stub Proposals { get; } = new();
    public Stub Notifications { get; } = new();
    public Uri Broker { get; private set; } = null!;

    public string NewDatabase() => servers.Postgres.NewDatabase("web");

    public string Database => _settings["ConnectionStrings:web-db"];
    public Uri Address { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Authority.Start();
        Identity = new StubIdentity(Authority);
        await Task.WhenAll(Identity.Start(), Catalog.Start(), Proposals.Start(), Notifications.Start());
        Broker = await servers.Rabbit.NewVirtualHost();
        _settings = new(StringComparer.Ordinal)
        {
            ["ConnectionStrings:web-db"] = servers.Postgres.NewDatabase("web"),
            ["ConnectionStrings:messaging"] = Broker.ToString(),
            ["Identity:Authority"] = Identity.Stub.Address,
            // Whoever tries every route writes more than anybody; where a limit is tried, it is set.
            ["Web:Limits:WritesPerMinute"] = "1000000",
            ["Web:Limits:WritesPerMinuteAndAddress"] = "1000000",
            ["services:identity:http:0"] = Identity.Stub.Address,
            ["services:catalog:http:0"] = Catalog.Address,
            ["services:proposals:http:0"] = Proposals.Address,
            ["services:notifications:http:0"] = Notifications.Address,
        };
        Address = Start();
        // Each test has a catalogue of its own, which no message tells of.
        Catalog.Told = ForgetRoles;
        using var client = new HttpClient { BaseAddress = Address };
        await Eventually.Holds(async () =>
        {
            using var answer = await client.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        });
    }

    /// <summary>One more replica, with other settings where given.</summary>
    public Uri Start(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(_settings, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
            all[name] = value;
        var host = new ServiceHost<Program>(Authority, all).Start();
        lock (_hosts)
            _hosts.Add(host);
        using var client = host.As();
        return client.BaseAddress!;
    }

    private void ForgetRoles()
    {
        lock (_hosts)
            foreach (var host in _hosts)
                host.Services.GetRequiredService<PageCache>().Evict("there-is-none");
    }

    /// <summary>A replica that waits for a service half a second only.</summary>
    public Uri Impatient => _impatient ??= Start(("Web:PatienceSeconds", "0.5"));

    private Uri? _impatient;

    /// <summary>What the first replica, or the one started last, is made of.</summary>
    public IServiceProvider Inside => _hosts[^1].Services;

    public Browser Browser(Uri? at = null) => new(at ?? Address);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        foreach (var stub in new[] { Catalog, Proposals, Notifications })
            await stub.DisposeAsync();
        await Identity.DisposeAsync();
        await Authority.DisposeAsync();
    }
}

/// <summary>A browser as far as these tests need one: cookies, no redirects followed by itself, forms with their tokens.</summary>
public sealed class Browser : IDisposable
{
    private readonly HttpClient _client;

    public Browser(Uri at)
    {
        // Cookies do not heed ports, so replicas on one host share them, as behind a load balancer.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            CookieContainer = Cookies,
            AutomaticDecompression = DecompressionMethods.All,
        };
        _client = new HttpClient(handler) { BaseAddress = at };
        _client.DefaultRequestHeaders.Add("Accept", "text/html,*/*;q=0.8");
    }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Client => _client;

    public Task<HttpResponseMessage> Get(string path, string? language = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (language is not null)
            request.Headers.Add("Accept-Language", language);
        return _client.SendAsync(request);
    }

    public async Task<string> Html(string path, string? language = null)
    {
        using var answer = await Get(path, language);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Through the provider and back; gives where we land.</summary>
    public async Task<string> SignIn(string returnUrl = "/")
    {
        using var start = await Get($"/signin?returnUrl={Uri.EscapeDataString(returnUrl)}");
        Assert.Equal(HttpStatusCode.Redirect, start.StatusCode);
        var asked = QueryHelpers.ParseQuery(start.Headers.Location!.Query);
        Assert.Equal("S256", asked["code_challenge_method"]);
        using var back = await Get(
            $"/signin-oidc?code={Uri.EscapeDataString(asked["nonce"]!)}&state={Uri.EscapeDataString(asked["state"]!)}"
        );
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        return back.Headers.Location!.OriginalString;
    }

    /// <summary>Sends a form of a page, with the page's antiforgery token.</summary>
    public async Task<HttpResponseMessage> Post(string page, string action, params (string Name, string Value)[] fields)
    {
        var html = await Html(page);
        var token = Regex.Match(
            html,
            "name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );
        Assert.True(token.Success, "The page has no form.");
        return await PostRaw(action, [.. fields, ("__RequestVerificationToken", token.Groups["token"].Value)]);
    }

    public Task<HttpResponseMessage> PostRaw(string action, params (string Name, string Value)[] fields) =>
        _client.PostAsync(action, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    public void Dispose() => _client.Dispose();
}

/// <summary>What the stubs tell.</summary>
public static class Samples
{
    /// <summary>A table, as the catalogue read it.</summary>
    public static object Table(string id, string format) =>
        new
        {
            id,
            form = new
            {
                format,
                encoding = format == "csv" ? "windows-1252" : null,
                separator = format == "csv" ? ";" : null,
            },
            readAs = "2026-11-03T09:00:00Z",
            headings = new object[]
            {
                new
                {
                    heading = "Job",
                    sample = "Pilot",
                    guess = "role",
                    means = "role",
                },
                new
                {
                    heading = "Stage",
                    sample = "Junior",
                    means = "level",
                },
                new { heading = "Notes", sample = "<b>" },
            },
            sheets = format == "csv" ? [Sheet("", "")] : new[] { Sheet("Tides", "/Tides"), Sheet("Legend", "/Legend") },
            meanings = new[] { "skill", "role", "level", "skill description", "cell", "none" },
            encodings = new[] { "utf-8", "windows-1252" },
            separators = new[] { ",", ";", "\t", "|" },
        };

    private static object Sheet(string name, string at) =>
        new
        {
            name,
            at,
            header = 1,
            read = name != "Legend",
        };

    /// <summary>One piece of news, unread.</summary>
    public static object Inbox(string id) =>
        new
        {
            items = new[]
            {
                new
                {
                    id,
                    kind = "skillChanged",
                    skill = new { slug = "tides", name = "Reading tides" },
                    title = "Reading tides: changed",
                    summary = "Pilot, Junior: **reworded**",
                    reason = "domain",
                    at = "2026-03-09T10:00:00Z",
                },
            },
            unreadCount = 1,
        };

    /// <summary>A service account that is not over; with its secret where it was just made.</summary>
    public static object ServiceAccount(string id, string? secret = null) =>
        new
        {
            id,
            name = "Nightly import",
            scopes = new[] { "read", "import" },
            endsAt = DateTimeOffset.UtcNow.AddDays(30),
            createdAt = "2026-03-09T10:00:00Z",
            createdBy = "u1",
            lastUsedAt = (string?)null,
            revokedAt = (string?)null,
            clientSecret = secret,
        };

    public static object Skill(
        string slug = "tides",
        string name = "Reading tides",
        string text = "Knows the tables.",
        long version = 3,
        string? about = null,
        string? language = "en"
    ) =>
        new
        {
            id = Guid.CreateVersion7(),
            slug,
            name,
            keywords = new[] { "moon" },
            description = about,
            language,
            source = "Framework <1.2>",
            externalIds = new object[]
            {
                new
                {
                    system = "esco",
                    id = "S1.2",
                    uri = "https://example.org/S1.2",
                },
                new
                {
                    system = "onet",
                    id = "2.B",
                    uri = "javascript:alert(1)",
                },
            },
            licence = "CC-BY-4.0",
            attribution = "© [Somebody](https://example.org/)",
            domain = new { slug = "sea", name = "Sea" },
            group = new { slug = "coast", name = "Coast" },
            levels = new[] { new { slug = "junior", name = "Junior" }, new { slug = "senior", name = "Senior" } },
            roles = new[] { new { slug = "pilot", name = "Pilot" }, new { slug = "skipper", name = "Skipper" } },
            counts = new
            {
                roles = 2,
                levels = 2,
                mandatory = 1,
                optional = 1,
            },
            version,
            updatedAt = "2026-03-09T10:00:00Z",
            requirements = new object[]
            {
                new
                {
                    role = "pilot",
                    level = "junior",
                    mandatory = true,
                    description = text,
                    since = new
                    {
                        version = 2,
                        at = "2026-03-09T10:00:00Z",
                        author = new { id = "u1", name = "Noor" },
                        reviewer = (object?)null,
                        proposal = (object?)null,
                    },
                },
                new
                {
                    role = "skipper",
                    level = "senior",
                    mandatory = false,
                    description = "Teaches it.",
                    since = (object?)null,
                },
            },
        };

    /// <summary>A skill of two roles and two levels with these requirements.</summary>
    public static object Of(string slug, params (string Role, string Level, bool Mandatory, string Text)[] cells) =>
        new
        {
            slug,
            name = "Reading tides",
            keywords = Array.Empty<string>(),
            domain = new { slug = "sea", name = "Sea" },
            group = new { slug = "coast", name = "Coast" },
            levels = new[] { new { slug = "junior", name = "Junior" }, new { slug = "senior", name = "Senior" } },
            roles = new[] { new { slug = "pilot", name = "Pilot" }, new { slug = "skipper", name = "Skipper" } },
            version = 3,
            updatedAt = "2026-03-09T10:00:00Z",
            requirements = cells.Select(cell => new
            {
                role = cell.Role,
                level = cell.Level,
                mandatory = cell.Mandatory,
                description = cell.Text,
            }),
        };

    public static object Changes(params (string Kind, long Version, string? Before, string? After)[] changes) =>
        Changes(null, changes);

    public static object Changes(
        string? next,
        params (string Kind, long Version, string? Before, string? After)[] changes
    ) =>
        new
        {
            items = changes.Select(change => new
            {
                skill = new { slug = "tides", name = "Reading tides" },
                version = change.Version,
                at = "2026-03-09T10:00:00Z",
                author = new { id = "u1", name = "Noor" },
                kind = change.Kind,
                role = "pilot",
                level = "junior",
                before = change.Before,
                after = change.After,
            }),
            nextCursor = next,
        };

    /// <summary>One domain with one group.</summary>
    public static object EditionNamed(string name) =>
        new
        {
            slug = name.Replace('.', '-'),
            name,
            notes = name == "2026.2" ? "The **second** one." : null,
            at = "2026-11-20T10:00:00Z",
            asOf = "2026-11-20T09:59:00Z",
            by = new
            {
                id = "admin",
                name = "Noor",
                erased = false,
            },
        };

    public static object Edition { get; } = new
    {
        slug = "2026-2",
        name = "2026.2",
        notes = "The **second** one.",
        at = "2026-11-20T10:00:00Z",
        asOf = "2026-11-20T09:59:00Z",
        by = new
        {
            id = "admin",
            name = "Noor",
            erased = false,
        },
        counts = new
        {
            skills = 2,
            requirements = 3,
            mandatory = 1,
        },
    };

    public static object EditionDiff { get; } = new
    {
        from = EditionNamed("2026.1"),
        to = EditionNamed("2026.2"),
        counts = new { barRaised = 1, reworded = 1 },
        items = new[]
        {
            EditionLine("barRaised", "requirementMadeMandatory", "Reads."),
            EditionLine("reworded", "requirementReworded", "Reads tables."),
        },
        nextCursor = (string?)null,
    };

    private static object EditionLine(string kind, string change, string before) =>
        new
        {
            kind,
            change,
            skill = new { slug = "every", name = "Tides" },
            role = "pilot",
            level = "junior",
            before,
            after = "Reads tables well.",
            mandatoryBefore = false,
            mandatoryAfter = true,
            version = 2,
            at = "2026-11-20T09:00:00Z",
            author = new
            {
                id = "a",
                name = "Noor",
                erased = false,
            },
            reviewer = (object?)null,
            proposal = (string?)null,
            import = (string?)null,
            reason = "Since it matters.",
        };

    public static object Tree { get; } = new
    {
        items = new[]
        {
            new
            {
                slug = "sea",
                name = "Sea",
                levels = new[] { new { slug = "junior", name = "Junior" }, new { slug = "senior", name = "Senior" } },
                groups = new[]
                {
                    new
                    {
                        slug = "coast",
                        name = "Coast",
                        skills = 1,
                    },
                },
            },
        },
    };

    public static object Account(string id) =>
        new
        {
            id,
            name = "Zoë Müller",
            email = "zoe@example.org",
            confirmed = true,
            roles = new[] { "contributor" },
            reviewerScopes = Array.Empty<string>(),
            culture = "en",
            timeZone = "Europe/Berlin",
            suspended = false,
            createdAt = "2026-03-09T10:00:00Z",
            version = 3,
        };

    public static object Sea { get; } = new
    {
        slug = "sea",
        name = "Sea",
        levels = Array.Empty<object>(),
        groups = Array.Empty<object>(),
    };

    public static object Empty { get; } = new { items = Array.Empty<object>(), nextCursor = (string?)null };

    public static object History(string? author, bool erased = false) =>
        new
        {
            items = new[]
            {
                new
                {
                    version = 2,
                    at = "2026-03-09T10:00:00Z",
                    author = new
                    {
                        id = "u1",
                        name = author,
                        erased,
                    },
                    reviewer = (object?)null,
                    proposal = (string?)null,
                    reason = "Because of the moon.",
                    kind = "requirementReworded",
                    role = "pilot",
                    level = "junior",
                    before = "Knows tables.",
                    after = "Knows the tables.",
                },
            },
            nextCursor = (string?)null,
        };

    public static void Given(
        this WebFixture web,
        string slug,
        string text = "Knows the tables.",
        string? author = "Noor",
        bool erased = false
    )
    {
        web.Catalog.On($"GET /api/catalog/skills/{slug}", Skill(slug, text: text))
            .On($"GET /api/catalog/skills/{slug}/history", History(author, erased));
        web.Proposals.On("GET /api/proposals", Empty);
    }

    public static string Number(long n) => n.ToString(CultureInfo.InvariantCulture);
}
