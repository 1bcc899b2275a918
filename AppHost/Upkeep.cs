using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SkillPlatform.AppHost;

/// <summary>
/// What fails is started again, at once and then with pauses that grow to five seconds; what ran for half a minute is
/// fresh again. What somebody stopped, or ended well, stays as it is.
/// </summary>
internal static class Upkeep
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    public static void RestartWhatFails(this IDistributedApplicationBuilder builder)
    {
        var failures = new ConcurrentDictionary<string, (int Count, DateTime At)>(StringComparer.Ordinal);
        var asked = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        builder.Eventing.Subscribe<AfterResourcesCreatedEvent>(
            (created, _) =>
            {
                foreach (var resource in created.Model.Resources)
                    NoteWhoIsStopped(resource, asked);
                return Task.CompletedTask;
            }
        );
        builder.Eventing.Subscribe<ResourceStoppedEvent>(
            (stopped, ct) =>
            {
                var (resource, services) = (stopped.ResourceEvent, stopped.Services);
                var ending = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
                // The exit code does not tell who was stopped: a process that a signal has ended has none, or any.
                if (
                    asked.TryRemove(resource.ResourceId, out _)
                    || ending.IsCancellationRequested
                    || resource.Snapshot.ExitCode == 0
                )
                    return Task.CompletedTask;
                var (count, _) = failures.AddOrUpdate(
                    resource.ResourceId,
                    _ => (1, DateTime.UtcNow),
                    (_, last) => (DateTime.UtcNow - last.At > Fresh ? 1 : last.Count + 1, DateTime.UtcNow)
                );
                _ = Restart(services, resource, count, ending);
                return Task.CompletedTask;
            }
        );
    }

    // The lifecycle commands are the orchestrator's own; all that is added is that they were asked for.
    private static void NoteWhoIsStopped(IResource resource, ConcurrentDictionary<string, bool> asked)
    {
        foreach (
            var command in resource
                .Annotations.OfType<ResourceCommandAnnotation>()
                .Where(c =>
                    c.Name == KnownResourceCommands.StopCommand || c.Name == KnownResourceCommands.RestartCommand
                )
                .ToList()
        )
        {
            resource.Annotations.Remove(command);
            resource.Annotations.Add(
                new ResourceCommandAnnotation(
                    command.Name,
                    command.DisplayName,
                    command.UpdateState,
                    context =>
                    {
                        asked[context.ResourceName] = true;
                        return command.ExecuteCommand(context);
                    },
                    command.DisplayDescription,
                    command.Arguments,
                    command.ConfirmationMessage,
                    command.IconName,
                    command.IconVariant,
                    command.IsHighlighted,
                    command.Visibility,
                    command.ValidateArguments
                )
            );
        }
    }

    private static async Task Restart(
        IServiceProvider services,
        ResourceEvent resource,
        int count,
        CancellationToken ending
    )
    {
        var log = services.GetRequiredService<ResourceLoggerService>().GetLogger(resource.ResourceId);
        var pause = TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, count - 1), Longest.TotalMilliseconds));
        try
        {
            if (count > 1)
                await Task.Delay(pause, ending);
            log.LogWarning("Ended with {ExitCode}; starting it again.", resource.Snapshot.ExitCode);
            await services
                .GetRequiredService<ResourceCommandService>()
                .ExecuteCommandAsync(resource.ResourceId, KnownResourceCommands.StartCommand, ending);
        }
        catch (OperationCanceledException)
        {
            // Everything ends.
        }
    }
}
