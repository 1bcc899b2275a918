using System.Collections.Concurrent;
using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

/// <summary>What the client knows of one proposal it sent.</summary>
public sealed class Sent(string load, int number, string skill, string role, string level)
{
    public string Key => $"{load}-{number}";
    public string Skill => skill;
    public string Role => role;
    public string Level => level;
    public string Rationale => $"{load} {number}";
    public string Description => $"Reworded by {load} {number}.";

    /// <summary>Acknowledged with 201; null while the outcome is unknown.</summary>
    public string? Id { get; set; }

    /// <summary>When that was.</summary>
    public DateTime ProposedAt { get; set; } = DateTime.MaxValue;

    /// <summary>When the approval was acknowledged.</summary>
    public DateTime ApprovedAt { get; set; } = DateTime.MaxValue;
}

/// <summary>
/// People at work: proposals at a steady rate, each on a cell of its own, each approved. Whatever answer is lost is asked
/// for again under the same key, so the client's own history is what must be found afterwards.
/// </summary>
/// <param name="name">Tells what it sends from what others send.</param>
public sealed class Load(
    Api contributor,
    Api reviewer,
    IReadOnlyList<(string Skill, string Role, string Level, string Text)> cells,
    string name = "load"
)
{
    public ConcurrentQueue<Sent> History { get; } = new();

    /// <summary>Answers that said nothing of the command: of a limit, a gateway, a service that failed; or why none came.</summary>
    public ConcurrentQueue<string> Unsettling { get; } = new();
    private readonly ConcurrentBag<Task> _work = [];
    private PeriodicTimer? _beat;

    /// <summary>While it runs.</summary>
    public double PerSecond
    {
        set => _beat!.Period = TimeSpan.FromSeconds(1 / value);
    }

    /// <summary>Starts proposals at the rate given until cancelled or out of cells; then waits until all are settled.</summary>
    public async Task Run(double perSecond, CancellationToken stop)
    {
        using var beat = _beat = new PeriodicTimer(TimeSpan.FromSeconds(1 / perSecond));
        for (var number = 0; number < cells.Count; number++)
        {
            var (skill, role, level, text) = cells[number];
            var sent = new Sent(name, number, skill, role, level);
            History.Enqueue(sent);
            _work.Add(Settle(sent, text));
            try
            {
                await beat.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
        await Task.WhenAll(_work);
    }

    private async Task Settle(Sent sent, string text)
    {
        sent.Id = await Insist(async () =>
        {
            var (status, body, _) = await contributor.Post(
                "/api/proposals",
                new
                {
                    skill = sent.Skill,
                    rationale = sent.Rationale,
                    changes = new[]
                    {
                        new
                        {
                            op = "rewordRequirement",
                            role = sent.Role,
                            level = sent.Level,
                            was = text,
                            description = sent.Description,
                        },
                    },
                },
                ("Idempotency-Key", $"propose-{sent.Key}")
            );
            return status == 201 ? body.GetProperty("id").GetString() : Unsettled(status, body);
        });
        sent.ProposedAt = DateTime.UtcNow;
        await Insist(async () =>
        {
            var (status, body, _) = await reviewer.Post(
                $"/api/proposals/{sent.Id}/reviews",
                new
                {
                    revision = 1,
                    verdict = "approve",
                    comment = (string?)null,
                },
                ("Idempotency-Key", $"approve-{sent.Key}")
            );
            return status is >= 200 and < 300 ? "yes" : Unsettled(status, body);
        });
        sent.ApprovedAt = DateTime.UtcNow;
    }

    // What a gateway or a limit answers says nothing of the command; anything else is a bug to be seen.
    private string? Unsettled(int status, JsonElement body)
    {
        if (status is not (429 or 500 or 502 or 503 or 504))
            throw new InvalidOperationException($"Refused under load: {status} {body}");
        Unsettling.Enqueue($"{DateTimeOffset.UtcNow:O} {status} {body}");
        return null;
    }

    private async Task<string> Insist(Func<Task<string?>> ask)
    {
        while (true)
        {
            try
            {
                if (await ask() is { } answer)
                    return answer;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                // Lost: unknown. The same key asks again.
                Unsettling.Enqueue($"{DateTimeOffset.UtcNow:O} {e.Message}");
            }
            await Task.Delay(200);
        }
    }
}
