using System.Globalization;
using System.Text.RegularExpressions;
using Aspire.Hosting.Testing;
using k8s;
using k8s.Models;
using SkillPlatform.Testing;
using YamlDotNet.RepresentationModel;

namespace SkillPlatform.AppHost.Tests;

/// <summary>
/// What ./publish writes. The files in deploy/ are what it wrote last, for the reviewer to see and for those who have no SDK:
/// SKILLPLATFORM_APPROVE=1 writes them anew.
/// </summary>
public sealed partial class PublishingTests
{
    private static readonly string Approved = Path.Combine(Repository.Root, "deploy");
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_files_in_the_repository_are_what_the_model_says()
    {
        var files = await Files();
        if (Environment.GetEnvironmentVariable("SKILLPLATFORM_APPROVE") is { Length: > 0 })
            foreach (var (name, text) in files)
                await Write(Path.Combine(Approved, name), text);
        foreach (var (name, text) in files)
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Approved, name), _ct), text);
        Assert.Equal(
            files.Keys.Where(name => name.StartsWith("kubernetes/", StringComparison.Ordinal)),
            Directory
                .GetFiles(Path.Combine(Approved, "kubernetes"))
                .Select(path => Path.GetRelativePath(Approved, path))
                .Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("containers")]
    [InlineData("external")]
    public async Task No_file_holds_a_secret_or_a_developers_setting(string servers)
    {
        var state = Local.NewFolder("published");
        var files = await Files(state, $"--Servers={servers}");
        var secrets = new Settings([$"--State={state}"]);
        foreach (var text in files.Values)
        {
            foreach (
                var secret in (string[])
                    ["database_password", "broker_password", "web_database_password", "web_broker_password"]
            )
                Assert.DoesNotContain(secrets.Secret(secret), text, StringComparison.Ordinal);
            Assert.DoesNotContain("skillplatform-dev-1", text, StringComparison.Ordinal);
            Assert.DoesNotContain("skillplatform-web-dev", text, StringComparison.Ordinal);
            Assert.DoesNotContain("localhost:", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Development", text, StringComparison.Ordinal);
            // A made-up key or password looks like this; a reference to one does not.
            Assert.DoesNotMatch(MadeUp(), text);
            Assert.All(
                Password().Matches(text).Select(m => m.Groups["what"].Value),
                what => Assert.StartsWith("$", what, StringComparison.Ordinal)
            );
            Assert.DoesNotMatch(Leftover(), text.Replace("${", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Every_setting_that_a_file_names_is_asked_for_and_each_that_is_asked_for_is_used()
    {
        foreach (var servers in (string[])["containers", "external"])
        {
            var files = await Files(Local.NewFolder("published"), $"--Servers={servers}");
            var asked = Asked().Matches(files[".env.example"]).Select(m => m.Groups["name"].Value).ToArray();
            string[] mayBeSet = ["SKILLPLATFORM_IMAGES", "SKILLPLATFORM_VERSION"];
            Assert.Equal(
                asked,
                Interpolated()
                    .Matches(files["compose.yaml"])
                    .Select(m => m.Groups["name"].Value)
                    .Except(mayBeSet)
                    .Distinct()
                    .Order(StringComparer.Ordinal)
            );
            Assert.Equal(
                asked,
                files
                    .Where(f => f.Key.StartsWith("kubernetes/", StringComparison.Ordinal))
                    .SelectMany(f => Key().Matches(f.Value))
                    .Select(m => m.Groups["name"].Value)
                    .Distinct()
                    .Order(StringComparer.Ordinal)
            );
        }
    }

    [Fact]
    public async Task With_external_servers_none_is_started_and_each_service_has_an_address()
    {
        var files = await Files(Local.NewFolder("published"), "--Servers=external");
        var services = Services(files["compose.yaml"]);
        Assert.Equal(
            ["catalog", "identity", "notifications", "proposals", "web"],
            services.Keys.Where(n => !n.EndsWith("-migrate", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("kubernetes/servers.yaml", files.Keys);
        Assert.Contains("${CATALOG_DB_ADDRESS:?", files["compose.yaml"], StringComparison.Ordinal);
        Assert.Contains("${CATALOG_BROKER_ADDRESS:?", files["compose.yaml"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_service_is_closed_bounded_checked_and_started_after_its_database_is_up_to_date()
    {
        var compose = Services((await Files())["compose.yaml"]);
        foreach (var name in Topology.Read().Services.Select(s => s.Name))
        {
            var (service, migration) = (compose[name], compose[$"{name}-migrate"]);
            Assert.Equal("service_completed_successfully", Text(service, "depends_on", $"{name}-migrate", "condition"));
            Assert.Equal("service_healthy", Text(service, "depends_on", "messaging", "condition"));
            Assert.Equal("service_completed_successfully", Text(migration, "depends_on", "databases", "condition"));
            Assert.Equal("no", Text(migration, "restart"));
            Assert.Equal("Production", Text(service, "environment", "ASPNETCORE_ENVIRONMENT"));
            Assert.Equal("true", Text(service, "read_only"));
            Assert.NotEmpty(Text(service, "deploy", "resources", "limits", "memory"));
            Assert.True(int.Parse(Text(service, "deploy", "replicas"), CultureInfo.InvariantCulture) > 1);
            Assert.Equal(
                name is "web" or "identity",
                ((YamlMappingNode)service["environment"]).Children.ContainsKey("ASPNETCORE_FORWARDEDHEADERS_ENABLED")
            );
        }
    }

    // The client's types are made from Kubernetes' own schema; strict reading refuses a field that is not in it, or of
    // another type. What the schema demands beyond that is asked for below.
    [Theory]
    [InlineData("containers")]
    [InlineData("external")]
    public async Task Manifests_are_what_Kubernetes_takes(string servers)
    {
        var files = await Files(Local.NewFolder("published"), $"--Servers={servers}");
        var all = files
            .Where(f =>
                f.Key.StartsWith("kubernetes/", StringComparison.Ordinal)
                && !f.Key.Contains("kustomization", StringComparison.Ordinal)
            )
            .SelectMany(f => KubernetesYaml.LoadAllFromString(f.Value, typeMap: null, strict: true))
            .ToList();
        Assert.All(all, one => Assert.NotEmpty(((IMetadata<V1ObjectMeta>)one).Metadata.Name));
        var secret = all.SelectMany(Containers).SelectMany(c => c.Env).Where(e => e.ValueFrom is not null).ToList();
        Assert.NotEmpty(secret);
        Assert.All(secret, e => Assert.Equal("skillplatform", e.ValueFrom.SecretKeyRef.Name));
        foreach (var deployment in all.OfType<V1Deployment>())
        {
            var (spec, pod) = (deployment.Spec, deployment.Spec.Template.Spec);
            Assert.Equal(spec.Selector.MatchLabels, spec.Template.Metadata.Labels);
            Assert.True(spec.Replicas > 1);
            Assert.NotEmpty(pod.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution);
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Single(
                all.OfType<V1PodDisruptionBudget>(),
                b => b.Spec.Selector.MatchLabels.SequenceEqual(spec.Selector.MatchLabels)
            );
            Assert.Single(all.OfType<V1Service>(), s => s.Spec.Selector.SequenceEqual(spec.Selector.MatchLabels));
            var container = Assert.Single(pod.Containers);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.NotNull(container.ReadinessProbe);
            Assert.NotNull(container.LivenessProbe);
            Assert.True(container.Resources.Limits.ContainsKey("memory"));
        }
        foreach (var container in all.SelectMany(Containers))
        {
            // $(NAME) is put in only where NAME stands before it.
            var known = new HashSet<string>(StringComparer.Ordinal);
            foreach (var variable in container.Env)
            {
                Assert.All(
                    Reference().Matches(variable.Value ?? "").Select(m => m.Groups["name"].Value),
                    name => Assert.Contains(name, known)
                );
                Assert.True(known.Add(variable.Name), $"{container.Name}: {variable.Name} twice");
            }
            Assert.All(
                container.VolumeMounts ?? [],
                mount => Assert.StartsWith("/", mount.MountPath, StringComparison.Ordinal)
            );
        }
        var migration = Assert.Single(all.OfType<V1Job>());
        Assert.Equal(5, migration.Spec.Template.Spec.Containers.Count);
        Assert.Equal("OnFailure", migration.Spec.Template.Spec.RestartPolicy);
        Assert.Equal(servers == "containers" ? 2 : 0, all.OfType<V1StatefulSet>().Count());
    }

    private static IEnumerable<V1Container> Containers(object one) =>
        one switch
        {
            V1Deployment deployment => deployment.Spec.Template.Spec.Containers,
            V1StatefulSet set => set.Spec.Template.Spec.Containers,
            V1Job job => [.. job.Spec.Template.Spec.Containers, .. job.Spec.Template.Spec.InitContainers ?? []],
            _ => [],
        };

    private Task<IReadOnlyDictionary<string, string>> Files() => Files(Local.NewFolder("published"));

    private async Task<IReadOnlyDictionary<string, string>> Files(string state, params string[] arguments)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
            ["--operation", "publish", "--step", "publish", "--output-path", state, $"--State={state}", .. arguments],
            _ct
        );
        return await Publishing.Files(builder.Resources, version: null, _ct);
    }

    private static Dictionary<string, YamlMappingNode> Services(string compose)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(compose));
        return ((YamlMappingNode)yaml.Documents[0].RootNode["services"]).Children.ToDictionary(
            s => (string)s.Key!,
            s => (YamlMappingNode)s.Value,
            StringComparer.Ordinal
        );
    }

    private static string Text(YamlNode node, params string[] path) =>
        (string)path.Aggregate(node, (at, name) => at[name])!;

    private async Task Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text, _ct);
    }

    [GeneratedRegex("[0-9a-f]{24,}", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MadeUp();

    [GeneratedRegex(@"(?:Password=|amqp://\w+:)(?<what>[^@;…\s]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Password();

    [GeneratedRegex(@"\{[a-z-]+\.\w+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Leftover();

    [GeneratedRegex("^(?<name>[A-Z_]+)=$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Asked();

    [GeneratedRegex(@"(?<!\$)\$\{(?<name>[A-Z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Interpolated();

    [GeneratedRegex("key: (?<name>[A-Z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();

    [GeneratedRegex(@"\$\((?<name>[^)]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
