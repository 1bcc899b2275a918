using System.Buffers;
using System.Net.Mime;
using Microsoft.AspNetCore.Http.Features;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.SignIn;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace SkillPlatform.Web.Api;

/// <summary>One origin for all services: <c>/api/{service}/*</c> goes to the service of that name.</summary>
public static class Proxy
{
    private const long Usual = 2 * 1024 * 1024;

    /// <summary>What an import may weigh, in bytes.</summary>
    public const long Import = 512 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Usually = TimeSpan.FromSeconds(30);

    // A document is checked whole before there is an answer.
    private static readonly TimeSpan WhileChecked = TimeSpan.FromMinutes(5);
    private static readonly string[] Services = ["catalog", "proposals", "notifications", "identity"];

    public static void AddProxy(this WebApplicationBuilder builder) =>
        builder
            .Services.AddReverseProxy()
            .LoadFromMemory(
                [.. Services.Select(Route), Imports],
                [
                    .. Services.Select(service => Cluster(service, service, Usually, builder.Configuration)),
                    Cluster(Imports.ClusterId!, "catalog", WhileChecked, builder.Configuration),
                ]
            )
            .AddTransforms(transforms =>
            {
                // What a service says of its own address, in its OpenAPI document for one, is to be ours.
                transforms.AddOriginalHost();
                transforms.AddResponseTransform(FromService);
            })
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = TimeSpan.FromSeconds(2));

    public static void MapProxy(this WebApplication app) =>
        app.MapReverseProxy(proxy =>
            {
                proxy.Use(SayWhatIsDown);
                proxy.Use(Credentials.Attach);
                proxy.UseLoadBalancing();
                proxy.UsePassiveHealthChecks();
            })
            .AllowAnonymous();

    private static RouteConfig Route(string service) =>
        new()
        {
            RouteId = service,
            ClusterId = service,
            Match = new RouteMatch { Path = $"/api/{service}/{{**rest}}" },
        };

    private static RouteConfig Imports { get; } =
        new()
        {
            RouteId = "imports",
            ClusterId = "imports",
            Match = new RouteMatch { Path = "/api/catalog/imports/{**rest}" },
        };

    // The same variables service discovery reads, one destination for each replica named there.
    private static ClusterConfig Cluster(
        string id,
        string service,
        TimeSpan patience,
        ConfigurationManager configuration
    )
    {
        var addresses = configuration
            .GetSection($"services:{service}:http")
            .GetChildren()
            .Select(child => child.Value)
            .OfType<string>()
            .DefaultIfEmpty($"http://{service}");
        return new ClusterConfig
        {
            ClusterId = id,
            Destinations = addresses
                .Select((address, i) => (Name: $"{service}-{i}", Address: address))
                .ToDictionary(
                    d => d.Name,
                    d => new DestinationConfig { Address = d.Address },
                    StringComparer.OrdinalIgnoreCase
                ),
            LoadBalancingPolicy = "PowerOfTwoChoices",
            HealthCheck = new HealthCheckConfig
            {
                Passive = new PassiveHealthCheckConfig { Enabled = true, ReactivationPeriod = TimeSpan.FromSeconds(2) },
                AvailableDestinationsPolicy = "HealthyOrPanic",
            },
            // As it came: whether it is understood, the service knows.
            HttpClient = new HttpClientConfig { RequestHeaderEncoding = "utf-8" },
            HttpRequest = new ForwarderRequestConfig { ActivityTimeout = patience },
        };
    }

    private static async Task SayWhatIsDown(HttpContext http, RequestDelegate next)
    {
        var limit =
            http.Request.Path.StartsWithSegments("/api/catalog/imports", StringComparison.OrdinalIgnoreCase)
            || http.Request.Path.StartsWithSegments("/api/catalog/changesets", StringComparison.OrdinalIgnoreCase)
                ? Import
                : Usual;
        if (http.Request.ContentLength > limit)
        {
            await TooLarge(http);
            return;
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit;
        await next(http);
        if (http.GetForwarderErrorFeature() is not { } error || http.Response.HasStarted)
            return;
        http.Response.Clear();
        if (Edge.Unreadable(error.Exception) is { } bad)
            await (
                bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? TooLarge(http)
                    : Problems.Write(http, bad.StatusCode, "malformed", "The request cannot be read", bad.Message)
            );
        else if (!http.RequestAborted.IsCancellationRequested)
            await Problems.Write(
                http,
                StatusCodes.Status503ServiceUnavailable,
                "unavailable",
                "A part of the platform does not answer",
                $"{http.Request.Path.Value!.Split('/')[2]} does not answer at the moment. Try again.",
                TimeSpan.FromSeconds(2)
            );
    }

    private static async Task TooLarge(HttpContext http)
    {
        await Drain(http);
        await Problems.Write(
            http,
            StatusCodes.Status413PayloadTooLarge,
            "too-large",
            "Too large",
            $"At most {Import / 1024 / 1024} MB for an import, {Usual / 1024 / 1024} MB for anything else."
        );
    }

    /// <summary>
    /// Throws away what is too large: who sends all before listening would see a broken connection instead of the answer. As
    /// long as it flows; who only says that much will come is not waited for.
    /// </summary>
    public static async Task Drain(HttpContext http)
    {
        if (
            http.Request.Headers.Expect.Count > 0
            || http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } size
        )
            return;
        size.MaxRequestBodySize = 2 * Import;
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        whole.CancelAfter(Patience);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            for (var read = 1; read > 0; )
            {
                using var next = CancellationTokenSource.CreateLinkedTokenSource(whole.Token);
                next.CancelAfter(Pause);
                read = await http.Request.Body.ReadAsync(buffer, next.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Then it is cut.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ValueTask FromService(ResponseTransformContext context)
    {
        var http = context.HttpContext;
        http.Response.Headers.Remove("Set-Cookie");
        http.Response.Headers.Remove("Server");
        // An error without a word gets its problem document here.
        if (http.Response is { StatusCode: >= 400, ContentLength: 0 })
            http.Response.ContentLength = null;
        // The only page a service may send is the one behind the link in a mail.
        if (
            http.Response.ContentType?.StartsWith(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase) == true
            && !http.Request.Path.StartsWithSegments(
                "/api/notifications/unsubscribe",
                StringComparison.OrdinalIgnoreCase
            )
        )
            http.Response.ContentType = MediaTypeNames.Text.Plain;
        return default;
    }
}
