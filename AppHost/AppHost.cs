using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using SkillPlatform.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
builder.AddDockerComposeEnvironment("compose");

// A browser on this machine uses these; who publishes is asked for the real ones.
var origin = builder.AddParameter("web-public-origin", "http://localhost:8080");
var authority = builder.AddParameter("identity-authority", "http://localhost:8081");
var mailFrom = builder.AddParameter("smtp-from", "SkillPlatform <no-reply@example.org>");
var administrator = builder.AddParameter("identity-administrator", "admin@example.org");
var webClientSecret = builder.AddSecret("identity-web-client-secret");

var postgres = builder
    .AddPostgres("postgres", password: builder.AddSecret("postgres-password"))
    // Two replicas of each service, each with a pool and the leader's connections.
    .WithArgs("-c", "max_connections=400")
    .WithDataVolume()
    .PublishAsDockerComposeService(Publishing.Server("pg_isready", "-U", "postgres"));
var catalogDb = postgres.AddDatabase("catalog-db", "catalog");
var proposalsDb = postgres.AddDatabase("proposals-db", "proposals");
var notificationsDb = postgres.AddDatabase("notifications-db", "notifications");
var identityDb = postgres.AddDatabase("identity-db", "identity");
var webDb = postgres.AddDatabase("web-db", "web");

var messaging = builder
    .AddRabbitMQ("messaging", password: builder.AddSecret("messaging-password"))
    .WithManagementPlugin()
    .WithDataVolume()
    .PublishAsDockerComposeService(Publishing.Server("rabbitmq-diagnostics", "-q", "check_port_connectivity"));

var mailpit = builder
    .AddContainer("mailpit", "axllent/mailpit", "v1.27")
    .WithEndpoint(targetPort: 1025, name: "smtp", scheme: "smtp")
    .WithHttpEndpoint(targetPort: 8025, name: "http")
    .WithHttpHealthCheck("/readyz")
    .PublishAsDockerComposeService(Publishing.Server("/mailpit", "readyz"));
var smtp = mailpit.GetEndpoint("smtp");

var identity = builder
    .AddProject<Projects.Identity>("identity", launchProfileName: null)
    .WithHttpEndpoint(port: 8081, name: "http")
    .WithExternalHttpEndpoints()
    .WithReference(identityDb)
    .WaitFor(identityDb)
    .WithReference(messaging)
    .WaitFor(messaging)
    .WaitFor(mailpit)
    .WithEnvironment("Identity__Authority", authority)
    .WithEnvironment("Identity__Audience", "skillplatform")
    .WithEnvironment("Identity__WebClientSecret", webClientSecret)
    .WithEnvironment("Identity__Administrator", administrator)
    .WithEnvironment("Web__PublicOrigin", origin)
    .WithEnvironment("Smtp__Host", smtp.Property(EndpointProperty.Host))
    .WithEnvironment("Smtp__Port", smtp.Property(EndpointProperty.Port))
    .WithEnvironment("Smtp__From", mailFrom)
    .WithHttpHealthCheck("/health/ready")
    // Its port is bound on the host, which is possible once.
    .WithReplicas(1)
    .PublishAsDockerComposeService(Publishing.Process(replicas: 1));

var catalog = builder
    .AddProject<Projects.Catalog>("catalog", launchProfileName: null)
    .WithHttpEndpoint(name: "http")
    .WithReference(catalogDb)
    .WaitFor(catalogDb)
    .WithReference(messaging)
    .WaitFor(messaging)
    .WithEnvironment("Identity__Authority", authority)
    .WithEnvironment("Identity__Audience", "skillplatform")
    .WithEnvironment("Web__PublicOrigin", origin)
    .WithHttpHealthCheck("/health/ready")
    .WithReplicas(2)
    .PublishAsDockerComposeService(Publishing.Process(replicas: 2));

var notifications = builder
    .AddProject<Projects.Notifications>("notifications", launchProfileName: null)
    .WithHttpEndpoint(name: "http")
    .WithReference(notificationsDb)
    .WaitFor(notificationsDb)
    .WithReference(messaging)
    .WaitFor(messaging)
    .WaitFor(mailpit)
    .WithEnvironment("Identity__Authority", authority)
    .WithEnvironment("Identity__Audience", "skillplatform")
    .WithEnvironment("Web__PublicOrigin", origin)
    .WithEnvironment("Smtp__Host", smtp.Property(EndpointProperty.Host))
    .WithEnvironment("Smtp__Port", smtp.Property(EndpointProperty.Port))
    .WithEnvironment("Smtp__From", mailFrom)
    .WithHttpHealthCheck("/health/ready")
    .WithReplicas(2)
    .PublishAsDockerComposeService(Publishing.Process(replicas: 2));

var proposals = builder
    .AddProject<Projects.Proposals>("proposals", launchProfileName: null)
    .WithHttpEndpoint(name: "http")
    .WithReference(proposalsDb)
    .WaitFor(proposalsDb)
    .WithReference(messaging)
    .WaitFor(messaging)
    .WithReference(catalog.GetEndpoint("http"))
    .WithReference(notifications.GetEndpoint("http"))
    .WithEnvironment("Identity__Authority", authority)
    .WithEnvironment("Identity__Audience", "skillplatform")
    .WithEnvironment("Web__PublicOrigin", origin)
    .WithHttpHealthCheck("/health/ready")
    .WithReplicas(2)
    .PublishAsDockerComposeService(Publishing.Process(replicas: 2));

// What is said in a comment is asked for when it is told.
notifications.WithReference(proposals.GetEndpoint("http"));

var web = builder
    .AddProject<Projects.Web>("web", launchProfileName: null)
    .WithHttpEndpoint(port: 8080, name: "http")
    .WithExternalHttpEndpoints()
    .WithReference(webDb)
    .WaitFor(webDb)
    .WithReference(messaging)
    .WaitFor(messaging)
    .WithReference(catalog.GetEndpoint("http"))
    .WaitFor(catalog)
    .WithReference(proposals.GetEndpoint("http"))
    .WaitFor(proposals)
    .WithReference(notifications.GetEndpoint("http"))
    .WaitFor(notifications)
    .WithReference(identity.GetEndpoint("http"))
    .WaitFor(identity)
    .WithEnvironment("Identity__Authority", authority)
    .WithEnvironment("Identity__Audience", "skillplatform")
    .WithEnvironment("Identity__WebClientSecret", webClientSecret)
    .WithEnvironment("Web__PublicOrigin", origin)
    .WithHttpHealthCheck("/health/ready")
    // Its port is bound on the host, which is possible once.
    .WithReplicas(1)
    .PublishAsDockerComposeService(Publishing.Process(replicas: 1));

// Without launch profiles the processes learn from here whether they are developed or run for real.
if (builder.ExecutionContext.IsRunMode)
    foreach (var process in new[] { identity, catalog, notifications, proposals, web })
        process.WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName);

// What is published stands behind a proxy that ends TLS.
if (builder.ExecutionContext.IsPublishMode)
    foreach (var process in new[] { identity, web })
        process.WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true");

builder.Build().Run();
