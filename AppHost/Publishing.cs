using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

namespace SkillPlatform.AppHost;

/// <summary>What Docker Compose has to be told, since Aspire does not carry health checks and replicas over.</summary>
internal static class Publishing
{
    // The .NET images hold neither curl nor wget, but bash opens sockets. $$ is Compose's escape for a dollar sign.
    private const string Ready =
        "exec 3<>/dev/tcp/127.0.0.1/$$HTTP_PORTS && printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3"
        + " && read -r line <&3 && [[ $$line == *' 200 '* ]]";

    /// <summary>One of our processes: waits until what it waits for is healthy, restarts, runs so many times.</summary>
    /// <param name="replicas">How many. One for a process whose port is bound on the host.</param>
    public static Action<DockerComposeServiceResource, Service> Process(int replicas) =>
        (_, service) =>
        {
            service.Restart = "unless-stopped";
            service.Deploy = new Deploy { Replicas = replicas };
            service.Healthcheck = Check("bash", "-c", Ready);
            foreach (var dependency in service.DependsOn.Values)
                dependency.Condition = "service_healthy";
        };

    /// <summary>A server that keeps its own data: restarts, and is healthy when its own tool says so.</summary>
    /// <param name="command">Program and arguments, run inside the container.</param>
    public static Action<DockerComposeServiceResource, Service> Server(params string[] command) =>
        (_, service) =>
        {
            service.Restart = "unless-stopped";
            // RabbitMQ keeps its data under its node's name, which is the host's.
            service.Hostname = service.Name;
            service.Healthcheck = Check(command);
        };

    /// <summary>A secret that is made up on the first start and kept in the user's secrets; asked for when published.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The parameter.</param>
    public static IResourceBuilder<ParameterResource> AddSecret(
        this IDistributedApplicationBuilder builder,
        string name
    ) =>
        builder.AddParameter(
            name,
            new GenerateParameterDefault { MinLength = 32, Special = false },
            secret: true,
            persist: true
        );

    private static Healthcheck Check(params string[] command) =>
        new()
        {
            Test = ["CMD", .. command],
            Interval = "5s",
            Timeout = "5s",
            Retries = 5,
            StartPeriod = "60s",
        };
}
