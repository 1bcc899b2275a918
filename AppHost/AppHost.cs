using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using SkillPlatform.AppHost;

var settings = new Settings(args);
if (args is ["status"])
    return await Progress.ShowStatus(settings);
var builder = settings.CreateBuilder(args);
var servers =
    settings["Servers"] is "containers" || builder.ExecutionContext.IsPublishMode
        ? Servers.FromContainers(builder, settings)
        : Servers.FromThisMachine(builder, settings);
var replicas = settings.Replicas ?? (settings["Servers"] is "containers" ? 2 : 1);

// A browser on this machine uses these; who publishes is asked for the real ones.
var origin = builder.AddParameter("web-public-origin", $"http://localhost:{settings.Port("web")}");
var authority = builder.AddParameter("identity-authority", $"http://localhost:{settings.Port("identity")}");
var sender = builder.AddParameter("smtp-from", "SkillPlatform <no-reply@example.org>");

var mail = builder
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

// What a comment says is asked for when it is shown or sent.
notifications.WithReference(proposals.GetEndpoint("http"));
var identity = SendsMail(Service<Projects.Identity>("identity"));
Service<Projects.Web>("web")
    .WithReference(catalog.GetEndpoint("http"))
    .WithReference(proposals.GetEndpoint("http"))
    .WithReference(notifications.GetEndpoint("http"))
    .WithReference(identity.GetEndpoint("http"));

if (settings["StarterCatalogue"] is not "false")
    builder
        .AddProject<Projects.Catalog>("starter-catalogue", launchProfileName: null)
        .WithoutDotnetRun()
        .WithArgs(
            "import",
            "--into-empty",
            Path.Combine(builder.AppHostDirectory, "../services/Catalog/starter-catalogue.json")
        )
        .WithReference(servers.Databases["catalog"])
        .WithReference(servers.Messaging)
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
        .WithReference(servers.Messaging)
        .WaitFor(servers.Messaging)
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
        // The orchestrator would have each export every second, which keeps an idle machine busy.
        .WithEnvironment("OTEL_METRIC_EXPORT_INTERVAL", "15000")
        .WithEnvironment("OTEL_BSP_SCHEDULE_DELAY", "5000")
        .WithEnvironment("OTEL_BLRP_SCHEDULE_DELAY", "5000")
        .WithEnvironment("Identity__Authority", authority)
        .WithEnvironment("Identity__Audience", "skillplatform")
        .WithEnvironment("Web__PublicOrigin", origin)
        .WithReadyPage();

IResourceBuilder<ProjectResource> SendsMail(IResourceBuilder<ProjectResource> service) =>
    service
        .WithEnvironment("Smtp__Host", mail.GetEndpoint("smtp").Property(EndpointProperty.Host))
        .WithEnvironment("Smtp__Port", mail.GetEndpoint("smtp").Property(EndpointProperty.Port))
        .WithEnvironment("Smtp__From", sender);
