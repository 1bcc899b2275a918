using SkillPlatform.EventSourcing;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>
/// Reads what comes back from a mailbox, on one replica, where nobody can post it to us. What is no report is left there, as seen.
/// </summary>
public sealed class BounceMailbox(
    MailboxOptions mailbox,
    Returned returned,
    [FromKeyedServices("leads")] Func<bool> leads,
    TimeProvider time,
    ILogger<BounceMailbox> log
) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.Of(
            TimeSpan.FromMinutes(mailbox.EveryMinutes),
            leads,
            time,
            ct => Mailbox.Read(mailbox, returned.Take, ct),
            e => log.LogWarning("The mailbox of what comes back was not read ({Reason}); trying again.", e.Message),
            stoppingToken
        );
}
