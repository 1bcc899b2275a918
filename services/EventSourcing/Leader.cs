using System.Diagnostics.Metrics;
using JasperFx.Events.Daemon.HighWater;
using Marten;
using Marten.Events.Daemon.Coordination;
using Marten.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace SkillPlatform.EventSourcing;

/// <summary>
/// Lets one replica at a time run the relay and tidy up: the one that holds the advisory lock of the
/// database, on a connection of its own and outside any transaction. Marten's HotCold needs a package that is not free of
/// trouble here, and blocking in <c>pg_advisory_lock</c> would hold back the high-water mark, so it tries every half second.
/// Also carries the wake-up between replicas: a commit elsewhere reaches the leader by NOTIFY, at most one per 5 ms.
/// </summary>
internal sealed class Leader(
    string connectionString,
    NpgsqlDataSource source,
    IServiceProvider services,
    Wakeup wakeup,
    IMeterFactory meters,
    ILogger<Leader> log
) : BackgroundService
{
    private const long Lock = 0x536B696C6C; // "Skill"
    private const string Channel = "skillplatform_committed";
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim _toNotify = new(0, 1);
    private readonly Counter<long> _changes = meters
        .Create("SkillPlatform")
        .CreateCounter<long>("skillplatform.leader.changes", "{change}", "Times that this replica became the leader.");

    public bool Leads { get; private set; }

    public IDocumentSessionListener Listener => new Commits(this);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(
            Persist(Lead, "leadership", stoppingToken),
            Persist(Notify, "notifying", stoppingToken),
            Persist(Forget, "tidying up", stoppingToken)
        );
    }

    private async Task Lead(CancellationToken ct)
    {
        // Not pooled: a pooled connection would keep the lock after we let go of it.
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 5 }.ConnectionString
        );
        await connection.OpenAsync(ct);
        connection.Notification += (_, _) => wakeup.Signal();
        while (!await Bool(connection, $"select pg_try_advisory_lock({Lock})", ct))
            await Task.Delay(Pulse, ct);
        log.LogInformation("This replica leads.");
        _changes.Add(1);
        // None where nothing is announced.
        var coordinator = services.GetService<IProjectionCoordinator>();
        try
        {
            await Bool(connection, $"listen {Channel}; select true", ct);
            if (coordinator is not null)
                await coordinator.ResumeAsync();
            Leads = true;
            while (true)
                if (!await connection.WaitAsync(Pulse, ct))
                    await Bool(connection, "select true", ct);
        }
        finally
        {
            Leads = false;
            if (coordinator is not null)
                await coordinator.PauseAsync();
        }
    }

    private async Task Notify(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        while (true)
        {
            await _toNotify.WaitAsync(ct);
            await Bool(connection, $"notify {Channel}; select true", ct);
            await Task.Delay(5, ct);
        }
    }

    // An inbox entry is needed while its message may still come again, a given answer for a day.
    private async Task Forget(CancellationToken ct)
    {
        using var hourly = new PeriodicTimer(TimeSpan.FromHours(1));
        while (await hourly.WaitForNextTickAsync(ct))
        {
            if (!Leads)
                continue;
            await using var session = services.GetRequiredService<IDocumentStore>().LightweightSession();
            var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
            session.DeleteWhere<Inbox>(entry => entry.At < now.AddDays(-30));
            session.DeleteWhere<GivenAnswer>(answer => answer.At < now.AddDays(-1));
            await session.SaveChangesAsync(ct);
        }
    }

    private static async Task<bool> Bool(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 5 };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task Persist(Func<CancellationToken, Task> work, string what, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await work(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.LogWarning("Lost {What} ({Reason}); trying again.", what, e.Message);
                await Task.Delay(Pulse, ct)
                    .ContinueWith(
                        _ => { },
                        CancellationToken.None,
                        TaskContinuationOptions.None,
                        TaskScheduler.Default
                    );
            }
        }
    }

    private void Committed()
    {
        if (Leads)
            wakeup.Signal();
        else
            lock (_toNotify)
                if (_toNotify.CurrentCount == 0)
                    _toNotify.Release();
    }

    public override void Dispose()
    {
        _toNotify.Dispose();
        base.Dispose();
    }

    private sealed class Commits(Leader leader) : DocumentSessionListenerBase
    {
        public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
        {
            if (commit.GetStreams().Any())
                leader.Committed();
            return Task.CompletedTask;
        }
    }
}

/// <summary>
/// Wakes the daemon as soon as something was committed. One pulse stays pending, so none is lost during a poll. Under load
/// the pulses are gathered for a moment, since each poll looks through everything that waits.
/// </summary>
internal sealed class Wakeup(TimeProvider time) : IDaemonWakeup
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(20);
    private readonly SemaphoreSlim _pending = new(0, 1);
    private long _last;

    public void Signal()
    {
        lock (_pending)
            if (_pending.CurrentCount == 0)
                _pending.Release();
    }

    public async Task WaitAsync(TimeSpan timeout, CancellationToken token)
    {
        var since = time.GetElapsedTime(_last);
        if (_last > 0 && since < Apart)
            await Task.Delay(Apart - since, time, token);
        await _pending.WaitAsync(timeout, token);
        _last = time.GetTimestamp();
    }

    public void Dispose() => _pending.Dispose();
}
