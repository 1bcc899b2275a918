using static SkillPlatform.AppHost.Yaml;

namespace SkillPlatform.AppHost;

/// <summary>
/// Kubernetes manifests, put together by <c>kustomize</c>: a Job makes the databases and brings them up to date, a Deployment,
/// a Service and a disruption budget for each of ours, a StatefulSet for each server. What an installation sets lies in one
/// Secret, made from the same file of answers that Compose reads.
/// </summary>
internal static class Manifests
{
    private const string Secret = "skillplatform";

    // The user that .NET's images have for this; the servers' images have theirs.
    private const int User = 1654;
    private const int ServersUser = 999;

    public static IEnumerable<(string Name, string Text)> Of(Deployment deployment)
    {
        foreach (var service in deployment.Services)
            yield return (
                $"{service.Name}.yaml",
                Text(Serves(deployment, service), Reached(service), MayBeDisturbed(service))
            );
        if (deployment.Servers.Count > 0)
            yield return (
                "servers.yaml",
                Text([.. deployment.Servers.SelectMany(s => new object[] { Keeps(deployment, s), Reached(s) })])
            );
        yield return ("migrate.yaml", Text([.. Migrates(deployment)]));
        yield return ("kustomization.yaml", Text(Together(deployment)));
    }

    private static Dictionary<string, object> Together(Deployment deployment) =>
        Map(
            ("apiVersion", "kustomize.config.k8s.io/v1beta1"),
            ("kind", "Kustomization"),
            ("namespace", "skillplatform"),
            (
                "resources",
                new[] { "migrate.yaml" }
                    .Concat(deployment.Servers.Count > 0 ? ["servers.yaml"] : [])
                    .Concat(deployment.Services.Select(s => $"{s.Name}.yaml"))
                    .ToList()
            ),
            (
                "images",
                deployment
                    .Services.Select(s => Map(("name", s.Image), ("newName", s.Image), ("newTag", deployment.Version)))
                    .ToList()
            )
        );

    private static Dictionary<string, object> Serves(Deployment deployment, Part service) =>
        Map(
            ("apiVersion", "apps/v1"),
            ("kind", "Deployment"),
            ("metadata", Named(service.Name)),
            (
                "spec",
                Map(
                    ("replicas", service.Replicas),
                    ("selector", Map(("matchLabels", Labels(service.Name)))),
                    // A new one is ready before an old one goes.
                    (
                        "strategy",
                        Map(("type", "RollingUpdate"), ("rollingUpdate", Map(("maxSurge", 1), ("maxUnavailable", 0))))
                    ),
                    (
                        "template",
                        Pod(
                            service.Name,
                            Map([
                                .. Closed(User),
                                ("affinity", Apart(service.Name)),
                                ("terminationGracePeriodSeconds", 60),
                                (
                                    "containers",
                                    new[]
                                    {
                                        Map([
                                            .. Contained(deployment, service),
                                            ("ports", Ports(service)),
                                            .. Probes(service),
                                            // Until everybody has heard that this one goes, it still answers.
                                            ("lifecycle", Map(("preStop", Map(("sleep", Map(("seconds", 5))))))),
                                        ]),
                                    }
                                ),
                                ("volumes", Scratch),
                            ])
                        )
                    )
                )
            )
        );

    // Ready means database, broker and relay: asked until it was true once. From then on a fault of what all replicas share
    // must not take all of them away, for pages and reads go on without it.
    private static IEnumerable<(string, object?)> Probes(Part service) =>
        [
            ("startupProbe", Asked("/health/ready", period: 2, failures: 150)),
            ("readinessProbe", Asked("/health/live", period: 5, failures: 2)),
            ("livenessProbe", Asked("/health/live", period: 10, failures: 6)),
        ];

    private static Dictionary<string, object> Asked(string path, int period, int failures) =>
        Map(
            ("httpGet", Map(("path", path), ("port", "main"))),
            ("periodSeconds", period),
            ("timeoutSeconds", 5),
            ("failureThreshold", failures)
        );

    private static Dictionary<string, object> MayBeDisturbed(Part service) =>
        Map(
            ("apiVersion", "policy/v1"),
            ("kind", "PodDisruptionBudget"),
            ("metadata", Named(service.Name)),
            ("spec", Map(("maxUnavailable", 1), ("selector", Map(("matchLabels", Labels(service.Name))))))
        );

    private static Dictionary<string, object> Reached(Part part) =>
        Map(
            ("apiVersion", "v1"),
            ("kind", "Service"),
            ("metadata", Named(part.Name)),
            (
                "spec",
                Map(
                    ("selector", Labels(part.Name)),
                    ("ports", new[] { Map(("name", "main"), ("port", part.Port), ("targetPort", "main")) })
                )
            )
        );

    private static Dictionary<string, object> Keeps(Deployment deployment, Part server) =>
        Map(
            ("apiVersion", "apps/v1"),
            ("kind", "StatefulSet"),
            ("metadata", Named(server.Name)),
            (
                "spec",
                Map(
                    ("serviceName", server.Name),
                    ("replicas", 1),
                    ("selector", Map(("matchLabels", Labels(server.Name)))),
                    (
                        "template",
                        Pod(
                            server.Name,
                            Map([
                                .. Closed(ServersUser),
                                ("terminationGracePeriodSeconds", 60),
                                (
                                    "containers",
                                    new[]
                                    {
                                        Map(
                                            ("name", server.Name),
                                            ("image", server.Image),
                                            ("command", server.Program is { } program ? new[] { program } : null),
                                            ("args", server.Arguments.Count == 0 ? null : server.Arguments),
                                            ("env", Environment(deployment, server)),
                                            ("ports", Ports(server)),
                                            ("startupProbe", Run(server, failures: 60)),
                                            ("readinessProbe", Run(server, failures: 2)),
                                            ("livenessProbe", Run(server, failures: 6)),
                                            ("resources", Resources(Size.Of(server))),
                                            ("securityContext", Bounded(readOnly: false)),
                                            (
                                                "volumeMounts",
                                                new[] { Map(("name", "data"), ("mountPath", server.Volume)) }
                                            )
                                        ),
                                    }
                                ),
                            ])
                        )
                    ),
                    (
                        "volumeClaimTemplates",
                        new[]
                        {
                            Map(
                                ("metadata", Map(("name", "data"))),
                                (
                                    "spec",
                                    Map(
                                        ("accessModes", new[] { "ReadWriteOnce" }),
                                        ("resources", Map(("requests", Map(("storage", "20Gi")))))
                                    )
                                )
                            ),
                        }
                    )
                )
            )
        );

    private static Dictionary<string, object> Run(Part server, int failures) =>
        Map(
            ("exec", Map(("command", new[] { "bash", "-c", Probe.Of(server) }))),
            ("periodSeconds", 5),
            ("timeoutSeconds", 5),
            ("failureThreshold", failures)
        );

    // Once for each version: a Job does not change, so the one before is deleted first.
    private static IEnumerable<object> Migrates(Deployment deployment)
    {
        var postgres = Size.Postgres(deployment);
        if (postgres is not null)
            yield return Map(
                ("apiVersion", "v1"),
                ("kind", "ConfigMap"),
                ("metadata", Named("databases")),
                ("data", Map(("databases.sql", Databases.Script(deployment.Databases))))
            );
        yield return Map(
            ("apiVersion", "batch/v1"),
            ("kind", "Job"),
            ("metadata", Named("migrate")),
            (
                "spec",
                Map(
                    ("backoffLimit", 10),
                    ("ttlSecondsAfterFinished", 3600),
                    (
                        "template",
                        Pod(
                            "migrate",
                            Map([
                                .. Closed(User),
                                ("restartPolicy", "OnFailure"),
                                (
                                    "initContainers",
                                    postgres is null ? null : new[] { MakesDatabases(deployment, postgres) }
                                ),
                                (
                                    "containers",
                                    deployment
                                        .Services.Select(s =>
                                            Map([.. Contained(deployment, s), ("args", new[] { "migrate" })])
                                        )
                                        .ToList()
                                ),
                                (
                                    "volumes",
                                    Scratch
                                        .Concat(
                                            postgres is null
                                                ? []
                                                :
                                                [
                                                    Map(
                                                        ("name", "databases"),
                                                        ("configMap", Map(("name", "databases")))
                                                    ),
                                                ]
                                        )
                                        .ToList()
                                ),
                            ])
                        )
                    )
                )
            )
        );
    }

    private static Dictionary<string, object> MakesDatabases(Deployment deployment, Part postgres) =>
        Map(
            ("name", "databases"),
            ("image", postgres.Image),
            (
                "command",
                new[]
                {
                    "bash",
                    "-c",
                    "until pg_isready -q; do sleep 1; done; exec psql -v ON_ERROR_STOP=1 -f /sql/databases.sql",
                }
            ),
            (
                "env",
                Environment(
                    deployment,
                    deployment
                        .Databases.Select(d => (d.Password, $"{{{d.Password}}}"))
                        .Prepend(("PGPASSWORD", postgres.Environment["POSTGRES_PASSWORD"]))
                        .Prepend(("PGUSER", postgres.Environment["POSTGRES_USER"]))
                        .Prepend(("PGDATABASE", "postgres"))
                        .Prepend(("PGHOST", postgres.Name))
                )
            ),
            ("resources", Resources(new Size("0.5", 256))),
            ("securityContext", Bounded(readOnly: true)),
            ("volumeMounts", new[] { Map(("name", "databases"), ("mountPath", "/sql")) })
        );

    private static IEnumerable<(string, object?)> Contained(Deployment deployment, Part service) =>
        [
            ("name", service.Name),
            ("image", service.Image),
            ("imagePullPolicy", "IfNotPresent"),
            ("env", Environment(deployment, service)),
            ("resources", Resources(Size.Of(service))),
            ("securityContext", Bounded(readOnly: true)),
            ("volumeMounts", new[] { Map(("name", "scratch"), ("mountPath", "/tmp")) }),
        ];

    // In memory it would be of the container's own.
    private static readonly Dictionary<string, object>[] Scratch =
    [
        Map(("name", "scratch"), ("emptyDir", Map(("sizeLimit", "2Gi")))),
    ];

    private static List<Dictionary<string, object>> Environment(Deployment deployment, Part part) =>
        Environment(deployment, part.Environment.Select(v => (v.Key, v.Value)));

    // A text is put together from variables of the same container, which must stand before it.
    private static List<Dictionary<string, object>> Environment(
        Deployment deployment,
        IEnumerable<(string Name, string Text)> variables
    )
    {
        var (parts, texts) = (
            new SortedDictionary<string, Dictionary<string, object>>(StringComparer.Ordinal),
            new List<Dictionary<string, object>>()
        );
        foreach (var (name, text) in variables)
        {
            if (deployment.Settings.FirstOrDefault(s => text == $"{{{s.Name}}}") is { } whole)
                texts.Add(From(name, whole));
            else
                texts.Add(
                    Map(
                        ("name", name),
                        (
                            "value",
                            deployment.Refer(
                                text,
                                setting =>
                                {
                                    parts[setting.Name] = From(setting.Name, setting);
                                    return $"$({setting.Name})";
                                }
                            )
                        )
                    )
                );
        }
        return [.. parts.Values, .. texts.Where(t => !parts.ContainsKey((string)t["name"]))];
    }

    private static Dictionary<string, object> From(string name, Setting setting) =>
        Map(
            ("name", name),
            (
                "valueFrom",
                Map(
                    (
                        "secretKeyRef",
                        Map(("name", Secret), ("key", setting.Name), ("optional", setting.MayBeEmpty ? true : null))
                    )
                )
            )
        );

    private static Dictionary<string, object> Pod(string name, Dictionary<string, object> spec) =>
        Map(("metadata", Map(("labels", Labels(name)))), ("spec", spec));

    // The group is given to a volume once: at each start, it would open what a server wants closed to all but itself.
    private static IEnumerable<(string, object?)> Closed(int user) =>
        [
            ("automountServiceAccountToken", false),
            ("enableServiceLinks", false),
            (
                "securityContext",
                Map(
                    ("runAsNonRoot", true),
                    ("runAsUser", user),
                    ("runAsGroup", user),
                    ("fsGroup", user),
                    ("fsGroupChangePolicy", "OnRootMismatch"),
                    ("seccompProfile", Map(("type", "RuntimeDefault")))
                )
            ),
        ];

    private static Dictionary<string, object> Bounded(bool readOnly) =>
        Map(
            ("allowPrivilegeEscalation", false),
            ("readOnlyRootFilesystem", readOnly),
            ("capabilities", Map(("drop", new[] { "ALL" })))
        );

    private static Dictionary<string, object> Apart(string name) =>
        Map(
            (
                "podAntiAffinity",
                Map(
                    (
                        "preferredDuringSchedulingIgnoredDuringExecution",
                        new[]
                        {
                            Map(
                                ("weight", 100),
                                (
                                    "podAffinityTerm",
                                    Map(
                                        ("topologyKey", "kubernetes.io/hostname"),
                                        ("labelSelector", Map(("matchLabels", Labels(name))))
                                    )
                                )
                            ),
                        }
                    )
                )
            )
        );

    private static Dictionary<string, object>[] Ports(Part part) =>
        [Map(("name", "main"), ("containerPort", part.Port))];

    private static Dictionary<string, object> Resources(Size size) =>
        Map(
            ("requests", Map(("cpu", "100m"), ("memory", $"{size.Megabytes / 2}Mi"))),
            ("limits", Map(("cpu", size.Processors), ("memory", $"{size.Megabytes}Mi")))
        );

    private static Dictionary<string, object> Named(string name) => Map(("name", name), ("labels", Labels(name)));

    private static Dictionary<string, object> Labels(string name) =>
        Map(("app.kubernetes.io/part-of", "skillplatform"), ("app.kubernetes.io/name", name));
}
