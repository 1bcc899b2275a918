using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using SkillPlatform.Testing;

namespace SkillPlatform.AppHost.Tests;

/// <summary>
/// The published Compose file with real images, in Production, behind a proxy that ends TLS. Runs where
/// SKILLPLATFORM_TEST_COMPOSE names the command (<c>docker compose</c>), and <c>deploy/images</c> has built the images. Where
/// SKILLPLATFORM_TEST_COMPOSE_FROM names the version of other images, it begins with those, and the replicas are replaced by ours.
/// </summary>
public sealed partial class ComposeFileRuns(Composed composed) : IClassFixture<Composed>
{
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_goes_its_way_from_registration_to_a_watchers_mail()
    {
        composed.SkipUnlessUp();
        using var author = await composed.Registered();
        using var reviewer = await composed.Reviewer();
        using var reader = await composed.Registered();
        await Merge(author, reviewer, reader);
    }

    [Fact]
    public async Task No_container_may_do_more_than_it_must()
    {
        composed.SkipUnlessUp();
        foreach (var service in Topology.Read().Services.Select(s => s.Name))
        foreach (var container in await composed.Containers(service))
        {
            Assert.Equal("1654", (await composed.Docker("exec", container, "id", "-u")).Trim());
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                composed.Docker("exec", container, "bash", "-c", "echo > /app/x")
            );
            Assert.Contains("Read-only", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Replicas_are_replaced_without_a_failed_request()
    {
        composed.SkipUnlessUp();
        using var author = await composed.Registered();
        using var load = new Traffic(composed, author);
        var before = (await composed.Containers("web")).ToHashSet(StringComparer.Ordinal);
        await composed.Take("latest");
        await composed.Run(Path.Combine(composed.Folder, "roll"), []);
        var (answers, failures) = await load.End();
        Assert.Empty(before.Intersect(await composed.Containers("web")));
        TestContext.Current.SendDiagnosticMessage(
            $"{answers} answers while all replicas were replaced, {failures.Count} failed"
        );
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(20)));
        Assert.True(answers > 100, $"only {answers}");
    }

    [Fact]
    public async Task Each_container_whose_process_is_killed_heals()
    {
        composed.SkipUnlessUp();
        using var earlyAuthor = await composed.Registered();
        using var earlyReviewer = await composed.Reviewer();
        using var earlyReader = await composed.Registered();
        foreach (var service in (string[])["postgres", "messaging", .. Topology.Read().Services.Select(s => s.Name)])
        foreach (var container in await composed.Containers(service))
        {
            await Heals(
                service,
                container,
                async () =>
                    await Local.Run(
                        "kill",
                        ["-KILL", (await composed.Docker("inspect", "--format", "{{.State.Pid}}", container)).Trim()]
                    )
            );
            // To the engine its own kill is somebody's wish that it be gone; the keeper's timer knows better.
            await Heals(
                service,
                container,
                async () =>
                {
                    await composed.Docker("kill", container);
                    await Local.Run(
                        "sh",
                        ["-c", Keeper().Replace("$PROJECT", "skillplatform-test", StringComparison.Ordinal)]
                    );
                }
            );
        }
        // The accounts of before, and tokens of now: one lasts five minutes.
        using var author = await composed.Again(earlyAuthor);
        using var reviewer = await composed.Again(earlyReviewer);
        using var reader = await composed.Again(earlyReader);
        await Merge(author, reviewer, reader);

        Task<string> Started(string container) =>
            composed.Docker("inspect", "--format", "{{.State.StartedAt}}", container);

        async Task Heals(string service, string container, Func<Task> kill)
        {
            var started = await Started(container);
            var since = Stopwatch.StartNew();
            await kill();
            await Eventually.Holds(
                async () => await Started(container) != started && await composed.AllHealthy(),
                TimeSpan.FromMinutes(3)
            );
            TestContext.Current.SendDiagnosticMessage(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{service} killed; all healthy after {since.Elapsed.TotalSeconds:0} s"
                )
            );
        }

        static string Keeper() =>
            File.ReadLines(Path.Combine(Repository.Root, "deploy/systemd/skillplatform-keeper.service"))
                .Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal))
                .Split('"')[1];
    }

    private async Task Merge(Person author, Person reviewer, Person reader)
    {
        var skill = (await author.Api.Get("/api/catalog/skills"))
            .GetProperty("items")[0]
            .GetProperty("slug")
            .GetString()!;
        var seen = (await author.Api.Get($"/api/catalog/skills/{skill}")).GetProperty("requirements")[0];
        await reader.Api.Send(HttpMethod.Put, $"/api/notifications/watches/skill/{skill}");
        var word = $"told{Guid.CreateVersion7():N}";
        var (status, proposal, headers) = await author.Api.Post(
            "/api/proposals",
            new
            {
                skill,
                rationale = "Tried as a new user would.",
                changes = new object[]
                {
                    new
                    {
                        op = "rewordRequirement",
                        role = seen.GetProperty("role").GetString(),
                        level = seen.GetProperty("level").GetString(),
                        was = seen.GetProperty("description").GetString(),
                        description = $"By images, {word}.",
                    },
                },
            }
        );
        Assert.True(status == 201, $"{status} {proposal}");
        var review = await reviewer.Api.Post(
            $"{headers.Location!.OriginalString}/reviews",
            new { revision = 1, verdict = "approve" }
        );
        Assert.True(review.Status is 200 or 201 or 204, $"{review.Status} {review.Body}");
        await composed.Mail(reader.Address, text => text.Contains(word, StringComparison.Ordinal));
        Assert.Contains(
            word,
            await (await author.Api.Http.GetAsync($"/skills/{skill}", _ct)).Content.ReadAsStringAsync(_ct),
            StringComparison.Ordinal
        );
    }

    /// <summary>Readers and somebody who writes, each again as soon as answered, until ended.</summary>
    private sealed class Traffic : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly ConcurrentQueue<string> _failures = new();
        private readonly Task[] _all;
        private int _answers;

        public Traffic(Composed composed, Person author)
        {
            var reader = composed.Client(composed.Web);
            _all =
            [
                Ask(async n =>
                    (int)(await reader.GetAsync(n % 2 == 0 ? "/" : "/api/catalog/skills", _end.Token)).StatusCode
                ),
                Ask(async _ => (int)(await reader.GetAsync("/api/proposals", _end.Token)).StatusCode),
                Ask(async _ =>
                    (int)(await reader.GetAsync(new Uri(composed.Authority, "/sign-in"), _end.Token)).StatusCode
                ),
                Ask(async n =>
                    (
                        await author.Api.Send(
                            HttpMethod.Put,
                            $"/api/notifications/watches/role/cloud-engineer",
                            new { follow = n % 2 == 0 ? "all" : "changes" }
                        )
                    ).Status
                ),
            ];
        }

        private async Task Ask(Func<int, Task<int>> request)
        {
            for (var n = 0; !_end.IsCancellationRequested; n++)
            {
                try
                {
                    var status = await request(n);
                    Interlocked.Increment(ref _answers);
                    if (status >= 500)
                        _failures.Enqueue($"{DateTime.UtcNow:O} {status}");
                    await Task.Delay(100, _end.Token);
                }
                catch (Exception e) when (!_end.IsCancellationRequested)
                {
                    _failures.Enqueue($"{DateTime.UtcNow:O} {e.Message}");
                }
                catch (OperationCanceledException)
                {
                    // Ended.
                }
            }
        }

        public async Task<(int Answers, ConcurrentQueue<string> Failures)> End()
        {
            await _end.CancelAsync();
            await Task.WhenAll(_all);
            return (_answers, _failures);
        }

        public void Dispose() => _end.Dispose();
    }
}

/// <summary>Somebody who registered and signed in.</summary>
public sealed record Person(string Address, Api Api) : IDisposable
{
    public void Dispose() => Api.Dispose();
}

/// <summary>The platform from its images: with a certificate, secrets and ports made up, and a mail server that keeps all.</summary>
public sealed partial class Composed : IAsyncLifetime
{
    private const string Password = "seven herons over the weir";
    private const string WebHost = "skills.example.test";
    private const string IdentityHost = "id.skills.example.test";
    private static readonly string[] Compose = (
        Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_COMPOSE") ?? ""
    ).Split(' ', StringSplitOptions.RemoveEmptyEntries);
    private readonly int _https = Local.FreePort();
    private readonly int _mail = Local.FreePort();
    private readonly string _administrator = $"head@{WebHost}";
    private readonly SemaphoreSlim _one = new(1, 1);
    private Person? _head;

    public string Folder { get; } = Local.NewFolder("composed");

    public Uri Web { get; } = new($"https://{WebHost}");

    public Uri Authority { get; } = new($"https://{IdentityHost}");

    public void SkipUnlessUp() => Assert.SkipUnless(Compose.Length > 0, "SKILLPLATFORM_TEST_COMPOSE names no command.");

    public async ValueTask InitializeAsync()
    {
        if (Compose.Length == 0)
            return;
        Copy(Path.Combine(Repository.Root, "deploy"), Folder);
        Certify();
        await File.WriteAllLinesAsync(Path.Combine(Folder, ".env"), Answers());
        await Take(Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_COMPOSE_FROM") ?? "latest");
        await File.WriteAllTextAsync(Path.Combine(Folder, "trial.yaml"), Trial());
        await MailServer();
        await Run(Compose[0], [.. Compose[1..], .. Files, "up", "-d"]);
        await Eventually.Holds(AllHealthy, TimeSpan.FromMinutes(6));
        _head = await Register(_administrator);
        using var catalogue = new StringContent(
            SampleCatalogue.Serverless(),
            System.Text.Encoding.UTF8,
            "application/json"
        );
        var import = await _head.Api.Send(HttpMethod.Post, "/api/catalog/imports?dryRun=false", catalogue);
        Assert.True(import.Status == 202, $"{import.Status} {import.Body}");
        await Eventually.Holds(
            async () =>
                (await _head.Api.Get(import.Headers.Location!.OriginalString)).GetProperty("state").GetString()
                == "done",
            TimeSpan.FromMinutes(1)
        );
    }

    public async ValueTask DisposeAsync()
    {
        _head?.Dispose();
        if (Compose.Length > 0 && Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_KEEP") is null)
            await Run(Compose[0], [.. Compose[1..], .. Files, "down", "--volumes", "--remove-orphans"]);
        _one.Dispose();
    }

    private string[] Files =>
        [
            "--project-directory",
            Folder,
            "-p",
            "skillplatform-test",
            .. new[] { "compose.yaml", "compose.proxy.yaml", "trial.yaml" }.SelectMany(f =>
                new[] { "-f", Path.Combine(Folder, f) }
            ),
        ];

    private IEnumerable<string> Answers() =>
        [
            .. File.ReadLines(Path.Combine(Folder, ".env.example"))
                .Where(line => line.EndsWith('='))
                .Select(line =>
                    line
                    + line[..^1] switch
                    {
                        "IDENTITY_ADMINISTRATOR" => _administrator,
                        "IDENTITY_AUTHORITY" => $"https://{IdentityHost}",
                        "WEB_PUBLIC_ORIGIN" => $"https://{WebHost}",
                        "SMTP_FROM" => $"SkillPlatform <skills@{WebHost}>",
                        "SMTP_HOST" => "sink",
                        "SMTP_PORT" => "1025",
                        "SMTP_SECURITY" => "none",
                        "SMTP_USER" or "SMTP_PASSWORD" or "OTEL_EXPORTER_OTLP_ENDPOINT" => "",
                        _ => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                    }
                ),
            $"WEB_HOST={WebHost}",
            $"IDENTITY_HOST={IdentityHost}",
            "CERTIFICATES=./certificates",
            $"HTTPS_PORT=127.0.0.1:{_https}",
            $"HTTP_PORT=127.0.0.1:{Local.FreePort()}",
        ];

    // A mail server that a test can look into, and a certificate that only we believe.
    private string Trial() =>
        $"""
            services:
              sink:
                image: skillplatform-test/sink
                environment:
                  ASPNETCORE_ENVIRONMENT: Development
                  ASPNETCORE_URLS: http://0.0.0.0:8025
                  AllowedHosts: "*"
                  DevelopmentMail__SmtpAddress: 0.0.0.0
                ports: ["127.0.0.1:{_mail}:8025"]

            """
        + string.Concat(
            Topology
                .Read()
                .Services.Select(s =>
                    $"""
                          {s.Name}:
                            environment:
                              SSL_CERT_FILE: /bundle.crt
                              # A person's second factor is tried elsewhere.
                              Identity__SecondFactorFor: none
                            volumes: ["./certificates/tls.crt:/bundle.crt:ro"]

                        """
                )
        );

    private async Task MailServer()
    {
        var context = Path.Combine(Folder, "sink");
        Copy(Path.GetDirectoryName(Repository.Service("DevelopmentMail"))!, Path.Combine(context, "DevelopmentMail"));
        foreach (var manifest in Directory.GetFiles(context, "*.staticwebassets.*", SearchOption.AllDirectories))
            File.Delete(manifest);
        var basis = Environment.GetEnvironmentVariable("BASE") is { Length: > 0 } name
            ? new[] { "--build-arg", $"BASE={name}" }
            : [];
        await Docker([
            "build",
            "--quiet",
            "--file",
            Path.Combine(Folder, "Dockerfile"),
            .. basis,
            "--build-arg",
            "SERVICE=DevelopmentMail",
            "--tag",
            "skillplatform-test/sink",
            context,
        ]);
    }

    private void Certify()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={WebHost}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(WebHost);
        names.AddDnsName(IdentityHost);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(2)
        );
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "certificates")).FullName;
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A browser without scripts: it keeps cookies, and both public names lead to the proxy.</summary>
    public HttpClient Client(Uri origin) => new(Handler()) { BaseAddress = origin, Timeout = TimeSpan.FromSeconds(30) };

    private SocketsHttpHandler Handler() =>
        new()
        {
            AllowAutoRedirect = false,
            CookieContainer = new CookieContainer(),
            ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, _https, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => IsOurs(shown) },
        };

    private bool IsOurs(X509Certificate? shown)
    {
        using var ours = X509Certificate2.CreateFromPem(
            File.ReadAllText(Path.Combine(Folder, "certificates", "tls.crt"))
        );
        return shown?.GetCertHashString() == ours.GetCertHashString();
    }

    /// <summary>Names the version of the images from now on.</summary>
    public Task Take(string version) =>
        File.AppendAllLinesAsync(Path.Combine(Folder, ".env"), [$"SKILLPLATFORM_VERSION={version}"]);

    public Task<Person> Registered() => Register($"person-{Guid.CreateVersion7():N}@{WebHost}");

    public async Task<Person> Reviewer()
    {
        using var person = await Registered();
        var path = $"/api/identity/accounts/{person.Api.Id}";
        using var identity = new Api(Authority, await Token(_administrator), new Through(Handler()));
        var found = await identity.Send(HttpMethod.Get, path);
        var made = await identity.Send(
            HttpMethod.Put,
            $"{path}/roles",
            new { roles = new[] { "contributor", "reviewer" }, reviewerScopes = new[] { "*" } },
            ("If-Match", found.Headers.ETag!.Tag)
        );
        Assert.True(made.Status is 200 or 204, $"{made.Status} {made.Body}");
        return await Again(person);
    }

    /// <summary>The same person, signed in anew.</summary>
    public async Task<Person> Again(Person person) =>
        new(person.Address, new Api(Web, await Token(person.Address), new Through(Handler())));

    private async Task<Person> Register(string address)
    {
        using var browser = Client(Authority);
        var form = new SentForm(await browser.GetStringAsync("/register"), "email")
        {
            ["name"] = "Somebody",
            ["email"] = address,
            ["password"] = Password,
        };
        using var sent = await form.Send(browser);
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        var letter = await Mail(address, text => text.Contains("/confirm", StringComparison.Ordinal));
        var link = new Uri(Link().Match(letter).Value);
        var confirm = new SentForm(await browser.GetStringAsync(link), "token");
        using var confirmed = await confirm.Send(browser, link);
        Assert.Equal(HttpStatusCode.OK, confirmed.StatusCode);
        return new(address, new Api(Web, await Token(address), new Through(Handler())));
    }

    private async Task<string> Token(string address)
    {
        using var client = Client(Authority);
        return (await SignIn.As(client, address, Password)).AccessToken;
    }

    /// <summary>The text of the first mail to somebody that is the one.</summary>
    public async Task<string> Mail(string address, Func<string, bool> isIt)
    {
        using var mailbox = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_mail}") };
        var found = await Eventually.Get(
            async () =>
                (await mailbox.GetFromJsonAsync<JsonElement[]>("/api/email"))!
                    .Where(mail => mail.GetProperty("to")[0].GetProperty("address").GetString() == address)
                    .Select(mail => mail.GetProperty("text").GetString()!)
                    .FirstOrDefault(isIt)
                ?? "",
            text => text.Length > 0,
            TimeSpan.FromMinutes(2),
            TimeSpan.FromMilliseconds(500)
        );
        return found;
    }

    public async Task<string[]> Containers(string service) =>
        (await Run(Compose[0], [.. Compose[1..], .. Files, "ps", "-q", service])).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );

    /// <summary>True if each container that serves is healthy.</summary>
    public async Task<bool> AllHealthy()
    {
        var all = (
            await Docker(
                "ps",
                "--filter",
                "label=com.docker.compose.project=skillplatform-test",
                "--format",
                "{{.Names}} {{.Status}}"
            )
        )
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !SkippedByHealth().IsMatch(line))
            .ToArray();
        return all.Length == 12 && Array.TrueForAll(all, line => line.Contains("(healthy)", StringComparison.Ordinal));
    }

    public Task<string> Docker(params string[] arguments) => Run("docker", arguments);

    public async Task<string> Run(string program, IEnumerable<string> arguments)
    {
        await _one.WaitAsync();
        try
        {
            var info = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = Folder,
                Environment = { ["COMPOSE"] = string.Join(' ', [.. Compose, .. Files]) },
            };
            using var process = Process.Start(info)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return process.ExitCode == 0
                ? await output
                : throw new InvalidOperationException(
                    $"{program} {string.Join(' ', arguments)}: {await output}{await errors}"
                );
        }
        finally
        {
            _one.Release();
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }

    // In place of the client's own handler, which knows nothing of where the names lead.
    private sealed class Through(SocketsHttpHandler handler) : DelegatingHandler
    {
        private readonly HttpMessageInvoker _invoker = new(handler);

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => _invoker.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _invoker.Dispose();
            base.Dispose(disposing);
        }
    }

    [GeneratedRegex(@"https://\S+/confirm\S+", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("(proxy|sink|migrate|databases)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SkippedByHealth();
}
