using static SkillPlatform.AppHost.Yaml;

namespace SkillPlatform.AppHost;

/// <summary>
/// The Compose file: servers become healthy, <c>databases</c> makes databases and their owners, <c>…-migrate</c> brings each
/// up to date once, and then everything serves. Nothing listens outside of its network: a proxy that ends TLS joins it.
/// </summary>
internal static class ComposeFile
{
    private const string Done = "service_completed_successfully";
    private const string Healthy = "service_healthy";

    public static string Of(Deployment deployment)
    {
        var services = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var server in deployment.Servers)
            services[server.Name] = Server(deployment, server);
        if (Size.Postgres(deployment) is { } postgres)
            services["databases"] = MakesDatabases(deployment, postgres);
        foreach (var service in deployment.Services)
        {
            services[$"{service.Name}-migrate"] = Migrates(deployment, service);
            services[service.Name] = Serves(deployment, service);
        }
        return Text(
            Map(
                ("services", services),
                (
                    "volumes",
                    deployment.Servers.Count == 0 ? null : Map(deployment.Servers, s => $"{s.Name}-data", _ => Map())
                )
            )
        );
    }

    private static Dictionary<string, object> Server(Deployment deployment, Part server) =>
        Map(
            ("image", server.Image),
            ("entrypoint", server.Program is { } program ? new[] { program } : null),
            ("command", server.Arguments.Count == 0 ? null : server.Arguments.Select(Literal).ToList()),
            ("environment", Environment(deployment, server)),
            ("healthcheck", Check(Probe.Of(server), "5s")),
            ("volumes", new[] { $"{server.Name}-data:{server.Volume}" }),
            ("security_opt", NoMorePrivileges),
            ("deploy", Map(("resources", Limits(Size.Of(server))))),
            ("logging", Logs),
            // The broker has what it was told to keep, and the database what it was told is kept, before they end.
            ("stop_grace_period", "60s"),
            ("restart", "unless-stopped")
        );

    private static Dictionary<string, object> MakesDatabases(Deployment deployment, Part postgres) =>
        Map(
            ("image", postgres.Image),
            ("entrypoint", new[] { "psql", "-v", "ON_ERROR_STOP=1", "-f", "/databases.sql" }),
            (
                "environment",
                Map(
                    deployment
                        .Databases.Select(d => (d.Password, $"{{{d.Password}}}"))
                        .Prepend(("PGPASSWORD", postgres.Environment["POSTGRES_PASSWORD"]))
                        .Prepend(("PGUSER", postgres.Environment["POSTGRES_USER"]))
                        .Prepend(("PGDATABASE", "postgres"))
                        .Prepend(("PGHOST", postgres.Name)),
                    v => v.Item1,
                    v => Refer(deployment, v.Item2)
                )
            ),
            ("volumes", new[] { "./databases.sql:/databases.sql:ro" }),
            ("depends_on", Map((postgres.Name, Map(("condition", Healthy))))),
            ("read_only", true),
            ("cap_drop", All),
            ("security_opt", NoMorePrivileges),
            ("restart", "no")
        );

    private static Dictionary<string, object> Migrates(Deployment deployment, Part service) =>
        Map([
            .. Contained(deployment, service),
            ("command", new[] { "migrate" }),
            ("depends_on", Size.Postgres(deployment) is null ? null : Map(("databases", Map(("condition", Done))))),
            ("restart", "no"),
        ]);

    private static Dictionary<string, object> Serves(Deployment deployment, Part service) =>
        Map([
            .. Contained(deployment, service),
            ("expose", new[] { $"{service.Port}" }),
            ("healthcheck", Check(Probe.Of(service), "10s")),
            (
                "depends_on",
                Map([
                    ($"{service.Name}-migrate", Map(("condition", Done))),
                    .. deployment
                        .Servers.Where(s => s != Size.Postgres(deployment))
                        .Select(s => (s.Name, (object?)Map(("condition", Healthy)))),
                ])
            ),
            ("deploy", Map(("replicas", service.Replicas), ("resources", Limits(Size.Of(service))))),
            ("stop_grace_period", "45s"),
            ("restart", "unless-stopped"),
        ]);

    private static IEnumerable<(string, object?)> Contained(Deployment deployment, Part service) =>
        [
            (
                "image",
                $"${{SKILLPLATFORM_IMAGES:-skillplatform}}/{service.Name}:${{SKILLPLATFORM_VERSION:-{deployment.Version}}}"
            ),
            ("environment", Environment(deployment, service)),
            ("read_only", true),
            (service.TakesFiles ? "volumes" : "tmpfs", new[] { "/tmp" }),
            ("cap_drop", All),
            ("security_opt", NoMorePrivileges),
            ("logging", Logs),
        ];

    private static readonly string[] All = ["ALL"];

    // A hundred megabytes for each container; else they grow until the disk is full.
    private static readonly Dictionary<string, object> Logs = Map(
        ("driver", "json-file"),
        ("options", Map(("max-size", "20m"), ("max-file", "5")))
    );
    private static readonly string[] NoMorePrivileges = ["no-new-privileges:true"];

    private static Dictionary<string, object> Environment(Deployment deployment, Part part) =>
        Map(part.Environment, v => v.Key, v => Refer(deployment, v.Value));

    // What is not set stops it at once, with the name of what is missing.
    private static string Refer(Deployment deployment, string text) =>
        deployment.Refer(text, s => s.MayBeEmpty ? $"${{{s.Name}:-}}" : $"${{{s.Name}:?see .env.example}}");

    // Compose would put its own in.
    private static string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    private static Dictionary<string, object> Check(string command, string interval) =>
        Map(
            ("test", new[] { "CMD", "bash", "-c", Literal(command) }),
            ("interval", interval),
            ("timeout", "5s"),
            ("retries", 3),
            ("start_period", "60s")
        );

    private static Dictionary<string, object> Limits(Size size) =>
        Map(("limits", Map(("cpus", size.Processors), ("memory", $"{size.Megabytes}M"))));
}
