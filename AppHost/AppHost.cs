using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using SkillPlatform.AppHost;

var settings = new Settings(args);
if (await Verbs.Do(settings, args) is { } code)
    return code;
var builder = settings.CreateBuilder(args);
var isPublished = builder.ExecutionContext.IsPublishMode;
var servers = settings["Servers"] switch
{
    "external" when isPublished => Servers.FromElsewhere(builder),
    "containers" => Servers.FromContainers(builder, settings),
    _ when isPublished => Servers.FromContainers(builder, settings),
    _ => Servers.FromThisMachine(builder, settings),
};
var replicas =
    settings.Replicas
    ?? (
        settings["Servers"] is "containers" || isPublished ? 2
        : settings.IsCluster ? 3
        : 1
    );

// A browser on this machine uses these; who publishes is asked for the real ones.
var origin = builder.Ask(
    "web-public-origin",
    "Where browsers find the pages, without a slash at the end: https://skills.example.org",
    $"http://localhost:{settings.Port("web")}"
);
var authority = builder.Ask(
    "identity-authority",
    "Where browsers find the sign-in, another host: https://id.skills.example.org",
    $"http://localhost:{settings.Port("identity")}"
);
var sender = builder.Ask(
    "smtp-from",
    "Who mails are from: SkillPlatform <skills@example.org>",
    "SkillPlatform <no-reply@example.org>"
);

// A published installation has a mail server of its own, and asks for it.
var mail = isPublished
    ? null
    : builder
        .AddProject<Projects.DevelopmentMail>("mail", launchProfileName: null)
        .WithoutDotnetRun()
        .WithHttpEndpoint(port: settings.Port("mail"), name: "http", isProxied: false)
        .WithEndpoint(
            port: settings.Port("smtp"),
            name: "smtp",
            scheme: "smtp",
            isProxied: false,
            env: "DevelopmentMail__SmtpPort"
        )
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
        .WithEnvironment("DevelopmentMail__Folder", settings.Folder("mailbox"))
        .WithReadyPage();

var catalog = Service<Projects.Catalog>("catalog");
var notifications = SendsMail(Service<Projects.Notifications>("notifications"));
var proposals = Service<Projects.Proposals>("proposals")
    .WithReference(catalog.GetEndpoint("http"))
    .WithReference(notifications.GetEndpoint("http"));

// What a comment says is asked for when it is shown or sent, and a skill that is not heard of yet when it is to be watched.
notifications.WithReference(proposals.GetEndpoint("http")).WithReference(catalog.GetEndpoint("http"));
var identity = SendsMail(Service<Projects.Identity>("identity"));
var web = Service<Projects.Web>("web")
    .WithReference(catalog.GetEndpoint("http"))
    .WithReference(proposals.GetEndpoint("http"))
    .WithReference(notifications.GetEndpoint("http"))
    .WithReference(identity.GetEndpoint("http"));

if (isPublished)
    builder.Publish(settings, identity, web);
else if (settings["StarterCatalogue"] is not "false")
    builder
        .AddProject<Projects.Catalog>("starter-catalogue", launchProfileName: null)
        .WithoutDotnetRun()
        .WithArgs(
            "import",
            "--into-empty",
            Path.Combine(builder.AppHostDirectory, "../services/Catalog/starter-catalogue.json")
        )
        .WithReference(servers.Databases["catalog"])
        .WithReference(servers.Brokers["catalog"], "messaging")
        .WithEnvironment("Identity__Authority", authority)
        .WaitFor(catalog)
        .WithAnnotation(new EndsWhenDone());

await builder.Build().RunAsync();
return 0;

// Each is found by its name, keeps its own database, and waits for no other service: it starts while they do. It does wait
// for the broker: five that try in vain take the processors that the broker needs to start.
IResourceBuilder<ProjectResource> Service<T>(string name)
    where T : IProjectMetadata, new() =>
    builder
        .AddProject<T>(name, launchProfileName: null)
        .WithoutDotnetRun()
        .WithHttpEndpoint(port: settings.Port(name), name: "http", isProxied: replicas > 1)
        .WithReplicas(replicas)
        .WithReference(servers.Databases[name])
        .WaitFor(servers.Databases[name])
        .WithReference(servers.Brokers[name], "messaging")
        .WaitFor(servers.Brokers[name])
        .WithEnvironment(
            "ASPNETCORE_ENVIRONMENT",
            isPublished ? Environments.Production : builder.Environment.EnvironmentName
        )
        // The orchestrator would have each export every second, which keeps an idle machine busy.
        .WithEnvironment("OTEL_METRIC_EXPORT_INTERVAL", "15000")
        .WithEnvironment("OTEL_BSP_SCHEDULE_DELAY", "5000")
        .WithEnvironment("OTEL_BLRP_SCHEDULE_DELAY", "5000")
        .WithEnvironment("Identity__Authority", authority)
        .WithEnvironment("Identity__Audience", "skillplatform")
        .WithEnvironment("Web__PublicOrigin", origin)
        .WithReadyPage();

IResourceBuilder<ProjectResource> SendsMail(IResourceBuilder<ProjectResource> service) =>
    mail is null
        ? builder.MailFrom(service, sender)
        : service
            .WithEnvironment("Smtp__Host", mail.GetEndpoint("smtp").Property(EndpointProperty.Host))
            .WithEnvironment("Smtp__Port", mail.GetEndpoint("smtp").Property(EndpointProperty.Port))
            .WithEnvironment("Smtp__From", sender);
