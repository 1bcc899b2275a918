using Microsoft.Extensions.Hosting;

namespace SkillPlatform.ServiceDefaults;

/// <summary>
/// Gives back to the machine, once, what only starting needed. The collector would keep it for as long as nothing happens.
/// </summary>
internal sealed class StartupGarbage : BackgroundService
{
    // Everything is ready well before; the pause is some tens of milliseconds.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Settled, stoppingToken);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
