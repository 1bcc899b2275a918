using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging.Abstractions;

namespace SkillPlatform.AppHost;

/// <summary>
/// The model with everything resolved but what an installation sets: that stands in the texts as <c>{NAME}</c>. What the
/// writers of files add to it is their format's own.
/// </summary>
/// <param name="Servers">Containers that keep data, one of each; none where somebody else runs them.</param>
/// <param name="Services">Ours, from images that we build.</param>
/// <param name="Databases">Those of the services, and who owns them.</param>
/// <param name="Settings">What an installation sets, in the order of its names.</param>
/// <param name="Version">Of the images.</param>
internal sealed partial record Deployment(
    IReadOnlyList<Part> Servers,
    IReadOnlyList<Part> Services,
    IReadOnlyList<OwnDatabase> Databases,
    IReadOnlyList<Setting> Settings,
    string Version
)
{
    /// <summary>The port on which each service listens in its container.</summary>
    public const int Port = 8080;

    public static async Task<Deployment> Of(IEnumerable<IResource> model, string? version, CancellationToken ct)
    {
        var resources = model.ToDictionary(r => r.Name, StringComparer.Ordinal);
        var settings = new SortedDictionary<string, Setting>(StringComparer.Ordinal);
        var servers = new List<Part>();
        foreach (var container in resources.Values.OfType<ContainerResource>())
            servers.Add(
                await Part(
                    container,
                    container.TryGetContainerImageName(out var image)
                        ? image
                        : throw new InvalidOperationException(container.Name),
                    variable => true
                )
            );
        var services = new List<Part>();
        foreach (var service in resources.Values.OfType<ProjectResource>())
            services.Add(await Part(service, $"skillplatform/{service.Name}", IsOurs));
        return new(
            servers,
            services,
            SkillPlatform.AppHost.Servers.Published,
            [.. settings.Values],
            version ?? "latest"
        );

        async Task<Part> Part(IResource resource, string image, Func<string, bool> counts)
        {
            var built = await ExecutionConfigurationBuilder
                .Create(resource)
                .WithArgumentsConfig()
                .WithEnvironmentVariablesConfig()
                .BuildAsync(
                    new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish),
                    NullLogger.Instance,
                    ct
                );
            return new(
                resource.Name,
                image,
                (resource as ContainerResource)?.Entrypoint,
                [.. built.Arguments.Select(a => Resolve(a.Value))],
                built
                    .EnvironmentVariables.Where(v => counts(v.Key))
                    .OrderBy(v => v.Key, StringComparer.Ordinal)
                    .ToDictionary(v => v.Key, v => Resolve(v.Value), StringComparer.Ordinal),
                resource.Annotations.OfType<EndpointAnnotation>().Select(PortOf).FirstOrDefault(),
                resource.Annotations.OfType<ContainerMountAnnotation>().FirstOrDefault()?.Target,
                resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1
            );
        }

        string Resolve(string text) =>
            Expression().Replace(text, found => ValueOf(found.Groups["name"].Value, found.Groups["what"].Value));

        string ValueOf(string name, string what)
        {
            var resource = resources[name];
            return (resource, what.Split('.')) switch
            {
                (ParameterResource setting, ["value"]) => Ask(setting),
                (IResourceWithConnectionString address, ["connectionString"]) => Resolve(
                    address.ConnectionStringExpression.ValueExpression
                ),
                (_, ["bindings", _, "host"]) => name,
                (_, ["bindings", var endpoint, "port" or "targetPort"]) => Text(endpoint),
                (_, ["bindings", var endpoint, "url"]) => $"http://{name}:{Text(endpoint)}",
                _ => throw new InvalidOperationException($"Nothing is known of {{{name}.{what}}}."),
            };

            string Text(string endpoint) =>
                PortOf(resource.Annotations.OfType<EndpointAnnotation>().Single(e => e.Name == endpoint))
                    .ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        string Ask(ParameterResource parameter)
        {
            if (parameter.Default is { } known)
                return known.GetDefaultValue();
            var name = parameter.Name.Replace('-', '_').ToUpperInvariant();
            settings[name] = new(
                name,
                parameter.Description ?? throw new InvalidOperationException($"{parameter.Name} is not described."),
                parameter.Secret,
                parameter.HasAnnotationOfType<MayBeEmpty>()
            );
            return $"{{{name}}}";
        }
    }

    // A container's own port; that of a service is a developer's, which its container does not have.
    private static int PortOf(EndpointAnnotation endpoint) =>
        endpoint.UriScheme == "http" ? Port : endpoint.TargetPort ?? throw new InvalidOperationException(endpoint.Name);

    // The model also names each setting as other frameworks and shells want it; only what is read is published.
    private static bool IsOurs(string variable) =>
        variable.Contains("__", StringComparison.Ordinal)
            ? !variable.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
                || !variable["ConnectionStrings__".Length..].Contains('_', StringComparison.Ordinal)
            : variable
                is "ASPNETCORE_ENVIRONMENT"
                    or "ASPNETCORE_FORWARDEDHEADERS_ENABLED"
                    or "OTEL_EXPORTER_OTLP_ENDPOINT"
                    or "OTEL_SERVICE_NAME";

    /// <summary>A text with what is set put in, as a format says it.</summary>
    /// <param name="text">With names in braces.</param>
    /// <param name="write">How the format refers to a setting.</param>
    public string Refer(string text, Func<Setting, string> write) =>
        Name().Replace(text, found => write(Settings.Single(s => s.Name == found.Groups["name"].Value)));

    [GeneratedRegex(@"\{(?<name>[\w-]+)\.(?<what>[^{}]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expression();

    [GeneratedRegex(@"\{(?<name>[A-Z0-9_]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}

/// <summary>One thing that runs.</summary>
/// <param name="Name">By which others find it.</param>
/// <param name="Image">Without a version where we build it.</param>
/// <param name="Program">Instead of the image's; null where that does.</param>
/// <param name="Arguments">Of its program.</param>
/// <param name="Environment">May name settings in braces.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Volume">Where in the container its data lie; null where it keeps none.</param>
/// <param name="Replicas">How many of it.</param>
internal sealed record Part(
    string Name,
    string Image,
    string? Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    int Port,
    string? Volume,
    int Replicas
)
{
    /// <summary>Whether documents are sent to it: they lie on disk until they are read, since they may be more than its memory.</summary>
    public bool TakesFiles => Name is "catalog" or "web";
}

/// <summary>What an installation sets.</summary>
/// <param name="Name">Of the variable.</param>
/// <param name="Description">For whoever fills it in.</param>
/// <param name="IsSecret">True where nobody else may read it.</param>
/// <param name="MayBeEmpty">True where nothing is an answer.</param>
internal sealed record Setting(string Name, string Description, bool IsSecret, bool MayBeEmpty);
