#pragma warning disable ASPIREPIPELINES001, ASPIREPIPELINES004 // Steps of one's own are still called experimental.
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace SkillPlatform.AppHost;

/// <summary>An answer that may be left out.</summary>
internal sealed record MayBeEmpty : IResourceAnnotation;

/// <summary>What a published installation has and a developer's has not, and the step that writes it down.</summary>
internal static class Publishing
{
    /// <summary>Something that an installation sets. Only its name is published.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="name">Lower case, with hyphens; upper case with underscores in what is written.</param>
    /// <param name="description">For whoever fills it in.</param>
    /// <param name="here">What it is on a developer's machine.</param>
    /// <param name="secret">True where nobody else may read it.</param>
    public static IResourceBuilder<ParameterResource> Ask(
        this IDistributedApplicationBuilder builder,
        string name,
        string description,
        string? here = null,
        bool secret = false
    ) =>
        (
            here is null || builder.ExecutionContext.IsPublishMode
                ? builder.AddParameter(name, secret)
                : builder.AddParameter(name, here)
        ).WithDescription(description);

    private static IResourceBuilder<ParameterResource> MayAsk(
        this IDistributedApplicationBuilder builder,
        string name,
        string description,
        bool secret = false
    ) => builder.Ask(name, description, secret: secret).WithAnnotation(new MayBeEmpty());

    /// <summary>Mails go to a server that the installation names.</summary>
    public static IResourceBuilder<ProjectResource> MailFrom(
        this IDistributedApplicationBuilder builder,
        IResourceBuilder<ProjectResource> service,
        IResourceBuilder<ParameterResource> sender
    ) =>
        service
            .WithEnvironment("Smtp__Host", Once(builder, "smtp-host", b => b.Ask("smtp-host", "The mail server")))
            .WithEnvironment(
                "Smtp__Port",
                Once(builder, "smtp-port", b => b.Ask("smtp-port", "Its port: 587, or 465 with TLS from the start"))
            )
            .WithEnvironment(
                "Smtp__Security",
                Once(builder, "smtp-security", b => b.Ask("smtp-security", "starttls, tls, auto or none"))
            )
            .WithEnvironment(
                "Smtp__User",
                Once(builder, "smtp-user", b => b.MayAsk("smtp-user", "Whom to sign in as there; empty for nobody"))
            )
            .WithEnvironment(
                "Smtp__Password",
                Once(builder, "smtp-password", b => b.MayAsk("smtp-password", "Of that user", secret: true))
            )
            .WithEnvironment("Smtp__From", sender);

    // Two services send mail, by the same server.
    private static IResourceBuilder<ParameterResource> Once(
        IDistributedApplicationBuilder builder,
        string name,
        Func<IDistributedApplicationBuilder, IResourceBuilder<ParameterResource>> ask
    ) =>
        builder.Resources.OfType<ParameterResource>().FirstOrDefault(p => p.Name == name) is { } asked
            ? builder.CreateResourceBuilder(asked)
            : ask(builder);

    public static void Publish(
        this IDistributedApplicationBuilder builder,
        Settings settings,
        IResourceBuilder<ProjectResource> identity,
        IResourceBuilder<ProjectResource> web
    )
    {
        var secret = builder.Ask("web-client-secret", "What Web signs in to Identity with: make one up", secret: true);
        identity
            .WithEnvironment("Identity__WebClientSecret", secret)
            .WithEnvironment(
                "Identity__Administrator",
                builder.MayAsk(
                    "identity-administrator",
                    "Whoever registers and confirms this address becomes administrator"
                )
            );
        web.WithEnvironment("Identity__WebClientSecret", secret);
        var telemetry = builder.MayAsk("otel-exporter-otlp-endpoint", "Where telemetry goes; empty for nowhere");
        foreach (var service in builder.Resources.OfType<ProjectResource>().ToList())
            builder
                .CreateResourceBuilder(service)
                .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", telemetry)
                .WithEnvironment("OTEL_SERVICE_NAME", service.Name);
        // Whoever ends TLS stands before these two, and says who came and how; the model believes them unless told not to.
        foreach (
            var hidden in builder.Resources.OfType<ProjectResource>().Except([identity.Resource, web.Resource]).ToList()
        )
            builder.CreateResourceBuilder(hidden).DisableForwardedHeaders();
        builder.Pipeline.AddStep(
            "files",
            async step =>
            {
                var folder = step.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory();
                foreach (
                    var (name, text) in await Files(step.Model.Resources, settings["Version"], step.CancellationToken)
                )
                {
                    var path = Path.Combine(folder, name);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    await File.WriteAllTextAsync(path, text, step.CancellationToken);
                }
            },
            requiredBy: WellKnownPipelineSteps.Publish
        );
    }

    /// <summary>All that is written, by its path.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> Files(
        IEnumerable<IResource> model,
        string? version,
        CancellationToken ct
    )
    {
        var deployment = await Deployment.Of(model, version, ct);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["compose.yaml"] = ComposeFile.Of(deployment),
            [".env.example"] = Answers(deployment),
            ["accounts.json"] = BrokerAccount.Published + "\n",
            ["databases.sql"] = Databases.Script(deployment.Databases),
        };
        foreach (var (name, text) in Manifests.Of(deployment))
            files[$"kubernetes/{name}"] = text;
        return files;
    }

    private static string Answers(Deployment deployment) =>
        string.Join(
            '\n',
            deployment.Settings.Select(setting =>
                $"""
                    # {setting.Description}{(setting.MayBeEmpty ? " (may be empty)" : "")}{(
                        setting.IsSecret ? " (secret)" : ""
                    )}
                    {setting.Name}=

                    """
            )
        );
}
