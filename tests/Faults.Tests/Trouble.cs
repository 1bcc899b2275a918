using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>Makes the faults of a <see cref="Plan"/>, each to its end. What a machine cannot do is told, and left out.</summary>
public sealed class Trouble(Rig rig, Load load, int rate)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(40);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _points = new(StringComparer.Ordinal);

    private Platform Platform => rig.Platform;

    /// <summary>Triggers that say, once it is committed, what has happened.</summary>
    public async Task Watch(Multiplier multiplier)
    {
        multiplier.Seen = () => Reached("publish");
        rig.Smtp.Taking = () => Reached("smtp-250");
        await Watch("proposals", "mt_events", "insert", "true", "commit");
        await Watch("proposals", "mt_event_progression", "update", "new.name = 'relay:All'", "checkpoint");
        await Watch("notifications", "mail", "update", "new.state = 'sent'", "mark");
    }

    private async Task Watch(string database, string table, string act, string when, string point)
    {
        await Do(
            database,
            $"""
            create or replace function tell_{point}() returns trigger language plpgsql as $$
              begin perform pg_notify('{point}', ''); return null; end $$;
            create or replace trigger tell_{point} after {act} on {table}
              for each row when ({when}) execute function tell_{point}();
            """
        );
    }

    /// <summary>Why a fault cannot be made here; null where it can.</summary>
    public string? Without(Fault fault) =>
        fault switch
        {
            Fault.Clock when Platform.Clock is null => "libfaketime is not installed",
            Fault.Beside when rig.Before is null => "this clone does not have the release before",
            Fault.DatabaseDiskFull or Fault.BrokerDiskFull when rig.Disk is null => "only root can mount a small disk",
            _ => null,
        };

    /// <summary>Makes it, and ends it.</summary>
    public Task Make(Step step) =>
        step.Fault switch
        {
            Fault.Kill => Once(() => Platform.Kill(step.On)),
            Fault.KillAt => KillAt(step.On),
            Fault.Stop => Stopped(step.On, Short),
            Fault.LongStop => Stopped(step.On, Long),
            Fault.DatabaseEnds => Ended(Platform.Postgres.Kill, Platform.Postgres.Start),
            Fault.BrokerEnds => Ended(Platform.Rabbit.Kill, Platform.Rabbit.Start),
            Fault.Gap => Do("proposals", "select nextval('mt_events_sequence') from generate_series(1, 3)"),
            Fault.DatabaseDiskFull => Full("postgres", Platform.Postgres.Revive),
            // Less than its limit, at which it takes nothing more. That others take the rest, too, is more than its log survives:
            // docs/operating.md, Disaster.
            Fault.BrokerDiskFull => Full("rabbitmq", Platform.Rabbit.Revive, leave: 40_000_000),
            Fault.Cut => Once(() => Platform.Wires[step.On].Cut()),
            Fault.HalfOpen => For(
                Long / 2,
                () => Platform.Wires[step.On].GoDead(),
                () => Platform.Wires[step.On].Mend()
            ),
            Fault.Smtp => Mail(Enum.Parse<Mood>(step.On)),
            Fault.ConnectionsHeld => ConnectionsHeld(),
            Fault.TenTimesTheLoad => For(Short, () => load.PerSecond = 10 * rate, () => load.PerSecond = rate),
            Fault.Clock => For(
                2 * Short,
                () => File.WriteAllText(Platform.Clock!, step.On),
                () => File.WriteAllText(Platform.Clock!, "+0")
            ),
            Fault.Beside => Beside(step.On),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, null),
        };

    private static Task Once(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private static async Task For(TimeSpan time, Action begin, Action end)
    {
        begin();
        await Task.Delay(time);
        end();
    }

    private static async Task Ended(Func<Task> end, Func<Task> start)
    {
        await end();
        await Task.Delay(Short);
        await start();
    }

    private async Task Stopped(string service, TimeSpan time)
    {
        await Platform.Signal(service, "STOP");
        await Task.Delay(time);
        await Platform.Signal(service, "CONT");
    }

    private async Task Beside(string service)
    {
        await Platform.Replicate(service, 2, rig.Before);
        await Task.Delay(Short);
        await Platform.End($"{service} 2");
    }

    private async Task KillAt(string point)
    {
        var reached = _points[point] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var patience = new CancellationTokenSource(2 * Short);
        var heard = point is "publish" or "smtp-250" ? Task.CompletedTask : Hear(point, patience.Token);
        // At the next time that it happens; where nothing happens, nothing dies there.
        await Task.WhenAny(reached.Task, Task.Delay(2 * Short));
        Platform.Kill(Plan.Points[point]);
        _points.TryRemove(point, out _);
        await patience.CancelAsync();
        await heard;
    }

    private void Reached(string point)
    {
        if (_points.TryGetValue(point, out var reached))
            reached.TrySetResult();
    }

    private async Task Hear(string point, CancellationToken ct)
    {
        var database = Platform.Database(point == "mark" ? "notifications" : "proposals");
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(CancellationToken.None);
        connection.Notification += (_, told) => Reached(told.Channel);
        await using var listen = new NpgsqlCommand($"listen \"{point}\"", connection);
        await listen.ExecuteNonQueryAsync(CancellationToken.None);
        try
        {
            await connection.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            // Nothing happened.
        }
    }

    private async Task Full(string server, Func<Task> revive, long leave = 0)
    {
        var fill = Path.Combine(rig.Disk!, server, "fill");
        if (leave > 0)
        {
            var free = new DriveInfo(Path.Combine(rig.Disk!, server)).AvailableFreeSpace;
            await Local.Run("fallocate", ["-l", (free - leave).ToString(CultureInfo.InvariantCulture), fill]);
        }
        else
            // Whatever is there, and whatever is freed meanwhile.
            await Local.Run("bash", ["-c", $"dd if=/dev/zero of='{fill}' bs=64k 2>/dev/null; true"]);
        await Task.Delay(2 * Short);
        File.Delete(fill);
        await revive();
    }

    private async Task Mail(Mood mood)
    {
        await For(2 * Short, () => rig.Smtp.Mood = mood, () => rig.Smtp.Mood = Mood.Friendly);
        if (mood == Mood.Refusing)
            await Again();
    }

    /// <summary>What the server has refused for good is tried again by an operator.</summary>
    public async Task Again()
    {
        foreach (var mail in await Aftermath.All(rig.Admin, "/api/notifications/deliveries?state=failed"))
            await rig.Admin.Post($"/api/notifications/deliveries/{mail.GetProperty("id").GetString()}/retry");
    }

    // Everybody who needs another connection is refused one.
    private async Task ConnectionsHeld()
    {
        var held = new List<NpgsqlConnection>();
        try
        {
            while (held.Count < 500)
            {
                held.Add(new NpgsqlConnection(Platform.Database("postgres") + ";Pooling=false"));
                await held[^1].OpenAsync();
            }
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            await Task.Delay(Short);
        }
        foreach (var one in held)
            await one.DisposeAsync();
    }

    private async Task Do(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(Platform.Database(database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
