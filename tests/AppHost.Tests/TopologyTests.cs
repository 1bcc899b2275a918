using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using SkillPlatform.Testing;

namespace SkillPlatform.AppHost.Tests;

/// <summary>Fixtures and measurements start processes without the orchestrator; what they start is what the model says.</summary>
public sealed class TopologyTests
{
    private static readonly string Approved = Path.Combine(Repository.Root, "tests", "Testing", "topology.json");

    [Fact]
    public async Task What_the_fixtures_start_is_the_model()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
            Started.Arguments(Local.NewFolder("model"))
        );
        var services = new List<Topology.Service>();
        foreach (
            var project in builder
                .Resources.OfType<ProjectResource>()
                .Where(p => !p.HasAnnotationOfType<EndsWhenDone>())
        )
            if (
                await Environment(project) is var environment
                && environment.ContainsKey("ConnectionStrings__messaging")
            )
                services.Add(
                    new(
                        project.Name,
                        Path.GetFileNameWithoutExtension(project.GetProjectMetadata().ProjectPath),
                        [.. Waits(project)],
                        environment
                    )
                );
        Assert.SkipWhen(Started.WithContainers, "the fixtures start servers as programs of this machine");
        var broker = JsonElement.Parse(BrokerAccount.Definitions("guest", "guest", account => account.Service));
        var model = JsonSerializer.Serialize(new Topology(services, broker), Topology.Json) + "\n";
        if (System.Environment.GetEnvironmentVariable("SKILLPLATFORM_APPROVE") is { Length: > 0 })
            await File.WriteAllTextAsync(Approved, model, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(Approved, TestContext.Current.CancellationToken), model);
    }

    private static IEnumerable<string> Waits(ProjectResource resource) =>
        resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource.Name).Order(StringComparer.Ordinal);

    // Our own settings and those that lead to a neighbour or a server; where telemetry goes is the orchestrator's business.
    private static async Task<IReadOnlyDictionary<string, string>> Environment(ProjectResource project)
    {
        var built = await ExecutionConfigurationBuilder
            .Create(project)
            .WithEnvironmentVariablesConfig()
            .BuildAsync(
                new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish),
                NullLogger.Instance
            );
        return built
            .EnvironmentVariables.Where(v =>
                v.Key.Contains("__", StringComparison.Ordinal) || v.Key == "ASPNETCORE_ENVIRONMENT"
            )
            .OrderBy(v => v.Key, StringComparer.Ordinal)
            .ToDictionary(v => v.Key, v => v.Value, StringComparer.Ordinal);
    }
}
