using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Cache;
using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Pages;

/// <summary>What a service answered, or that it did not: <see cref="Status"/> 0.</summary>
public sealed record Answer<T>(
    int Status,
    T? Value,
    string? Problem = null,
    string? Location = null,
    string? Tag = null,
    string? Code = null,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    Guid? Table = null
)
    where T : class
{
    public bool Ok => Status is >= 200 and < 300;

    /// <summary>Whether there is such a thing; null where that cannot be told.</summary>
    public bool? Exists =>
        Ok ? true
        : Status == 404 ? false
        : null;

    /// <summary>The service is away or broken; a page shows the rest.</summary>
    public bool Down => Status is 0 or >= 500;
}

/// <summary>The services, as pages call them: on behalf of who looks, with little patience, and never by exception.</summary>
public sealed class Services(IHttpClientFactory clients, PageCache cache, TimeProvider time, ILogger<Services> log)
{
    /// <summary>What need not be asked for again.</summary>
    public PageCache Cache => cache;

    /// <summary>The time at which it is asked for what is now.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowOutOfOrderMetadataProperties = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { ToleratesOtherChanges } },
    };

    // A proposal with an operation that is not known here yet is shown all the same.
    private static void ToleratesOtherChanges(JsonTypeInfo info)
    {
        if (info.Type != typeof(Change))
            return;
        info.PolymorphismOptions!.IgnoreUnrecognizedTypeDiscriminators = true;
        info.CreateObject = () => new OtherChange();
    }

    public static void Add(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddScoped<Services>();
        services.AddTransient<AsVisitor>();
        var patience = builder.Configuration.GetValue("Web:PatienceSeconds", 3.0);
        foreach (var service in new[] { "catalog", "proposals", "notifications", "identity" })
            Add(services, service, service, patience);
        // A whole catalogue is checked before it is answered.
        Add(services, "documents", "catalog", seconds: 300);
        // What a file or an import changes, which may be hundreds of skills.
        Add(services, "imports", "catalog", seconds: 60);
        // Hundreds of proposals are checked and written.
        Add(services, "batches", "proposals", seconds: 30);
        // A webhook's receiver has ten seconds to answer.
        Add(services, "receivers", "notifications", seconds: 13);
    }

    private static void Add(IServiceCollection services, string name, string service, double seconds)
    {
        var client = services
            .AddHttpClient(name, http => http.BaseAddress = new Uri($"http://{service}"))
            .AddHttpMessageHandler<AsVisitor>();
#pragma warning disable EXTEXP0001 // The usual patience, half a minute, is too much for a page.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddStandardResilienceHandler(options =>
        {
            options.Retry.MaxRetryAttempts = 1;
            options.Retry.Delay = TimeSpan.FromMilliseconds(100);
            options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(seconds);
            options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(seconds + 2);
            options.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(Math.Max(10, seconds * 2));
            options.CircuitBreaker.BreakDuration = TimeSpan.FromSeconds(1);
            options.CircuitBreaker.ShouldHandle = args => ValueTask.FromResult(IsSilent(args.Outcome));
            options.Retry.ShouldHandle = args => ValueTask.FromResult(IsSilent(args.Outcome));
            options.Retry.DisableForUnsafeHttpMethods();
        });
    }

    // One address of a service that fails with 500 says nothing of its others: only silence does.
    private static bool IsSilent(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || outcome.Result?.StatusCode is HttpStatusCode.ServiceUnavailable;

    public Task<Answer<T>> Get<T>(string service, FormattableString path, CancellationToken ct)
        where T : class => Send<T>(service, HttpMethod.Get, path, null, ct);

    public async Task<Answer<T>> Send<T>(
        string service,
        HttpMethod method,
        FormattableString path,
        object? body,
        CancellationToken ct,
        string? match = null,
        string? once = null
    )
        where T : class
    {
        using var request = new HttpRequestMessage(method, Escaped(path));
        request.Headers.AcceptLanguage.Add(
            new(System.Globalization.CultureInfo.CurrentUICulture.TwoLetterISOLanguageName)
        );
        if (body is not null)
            request.Content = body as HttpContent ?? JsonContent.Create(body, body.GetType(), options: Json);
        if (match is not null)
            request.Headers.TryAddWithoutValidation("If-Match", match);
        if (method == HttpMethod.Post)
            request.Headers.Add("Idempotency-Key", once ?? Guid.CreateVersion7().ToString());
        try
        {
            using var answer = await clients.CreateClient(service).SendAsync(request, ct);
            var problem = answer.IsSuccessStatusCode ? null : await Read<Problem>(answer, ct);
            if ((int)answer.StatusCode >= 500)
                log.LogWarning(
                    "{Service} answered {Status} to {Method} {Path}.",
                    service,
                    answer.StatusCode,
                    method,
                    path.Format
                );
            return new Answer<T>(
                (int)answer.StatusCode,
                answer.IsSuccessStatusCode && answer.StatusCode is not HttpStatusCode.NoContent
                    ? await Read<T>(answer, ct)
                    : null,
                problem?.Words,
                answer.Headers.Location?.OriginalString,
                answer.Headers.ETag?.ToString(),
                problem?.Code,
                problem?.Errors,
                problem?.Table
            );
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is not OutOfMemoryException)
        {
            log.LogWarning(e, "{Service} did not answer {Method} {Path}.", service, method, path.Format);
            return new Answer<T>(0, null);
        }
    }

    private static async Task<T?> Read<T>(HttpResponseMessage answer, CancellationToken ct)
        where T : class
    {
        var type = answer.Content.Headers.ContentType?.MediaType;
        return type?.EndsWith("json", StringComparison.Ordinal) == true
            ? await answer.Content.ReadFromJsonAsync<T>(Json, ct)
            : null;
    }

    private static string Escaped(FormattableString path) =>
        string.Format(
            System.Globalization.CultureInfo.InvariantCulture,
            path.Format,
            [
                .. path.GetArguments()
                    .Select(a =>
                        Uri.EscapeDataString(
                            Convert.ToString(a, System.Globalization.CultureInfo.InvariantCulture) ?? ""
                        )
                    ),
            ]
        );

    private sealed record Problem(
        string? Title,
        string? Detail,
        Dictionary<string, string[]>? Errors,
        string? Type,
        Conflict[]? Conflicts,
        Guid? Table = null
    )
    {
        /// <summary>The end of its type, which never changes: <c>stale-revision</c>. A name is taken, whatever changed.</summary>
        public string? Code =>
            Conflicts?.FirstOrDefault(conflict => conflict.Code is "name-taken")?.Code ?? Type?.Split('/')[^1];

        public string? Words =>
            Errors is { Count: > 0 } ? string.Join(" ", Errors.Values.SelectMany(e => e)) : Detail ?? Title;
    }

    private sealed class AsVisitor(IHttpContextAccessor accessor) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (accessor.HttpContext?.CurrentSession()?.AccessToken is { } token)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
