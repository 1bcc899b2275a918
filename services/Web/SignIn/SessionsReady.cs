using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Web.SignIn;

/// <summary>
/// Brings the database to where it must be, however late it comes up, and deletes expired sessions. Replicas may come at
/// once: one migrates, the others wait for its lock.
/// </summary>
public sealed class SessionsReady(
    IDbContextFactory<WebDb> databases,
    Release release,
    TimeProvider time,
    ILogger<SessionsReady> log
) : BackgroundService, IHostedLifecycleService, IHealthCheck
{
    private volatile bool _created;

    /// <summary>Before anything asks for keys; a database that is away holds nobody up.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await Create(limit.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not ReleaseException)
        {
            log.LogWarning("The session database is not there yet ({Reason}).", e.Message);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Create(stoppingToken);
                var now = time.GetUtcNow();
                await using var db = await databases.CreateDbContextAsync(stoppingToken);
                await db.Sessions.Where(s => s.ExpiresAt < now).ExecuteDeleteAsync(stoppingToken);
                await Task.Delay(TimeSpan.FromMinutes(10), time, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested && e is not ReleaseException)
            {
                // Also when another replica was creating the same at the same moment.
                log.LogWarning("The session database cannot be used ({Reason}); trying again.", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    /// <summary>For a process that does nothing else: it waits for a database that is not there yet.</summary>
    public async Task Migrate(CancellationToken ct)
    {
        while (!_created)
            try
            {
                await Create(ct);
            }
            catch (Exception e) when (Messaging.IsAround(e))
            {
                log.LogWarning("The session database is not there yet ({Reason}); trying again.", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), ct);
            }
    }

    private async Task Create(CancellationToken ct)
    {
        if (_created)
            return;
        await using var db = await databases.CreateDbContextAsync(ct);
        // What a newer release has added it leaves as it is.
        await db.Database.MigrateAsync(ct);
        await release.Enter(ct);
        _created = true;
    }

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await using var db = await databases.CreateDbContextAsync(limit.Token);
            await db.Database.ExecuteSqlAsync($"select 1", limit.Token);
            return _created ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Being created.");
        }
        catch (Exception e)
        {
            return HealthCheckResult.Unhealthy($"The database does not answer: {e.Message}");
        }
    }
}
