using System.Diagnostics;
using System.Diagnostics.Metrics;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.Mail;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>What operators see of mails: a span for each attempt, counts of what became of them, and how long they wait.</summary>
public sealed class Measures
{
    private static readonly ActivitySource Traces = new(Telemetry.Name);
    private readonly Counter<long> _mails;

    public Measures(
        OutboxSignal signal,
        IMeterFactory meters,
        NpgsqlDataSource source,
        [FromKeyedServices("leads")] Func<bool> leads
    )
    {
        var meter = meters.Create(Telemetry.Name);
        _mails = meter.CreateCounter<long>("skillplatform.mails", "{mail}", "Mails by what became of them.");
        signal.Raised = count => _mails.Add(count, KeyValuePair.Create("outcome", (object?)"raised"));
        // Those that quiet hours hold back wait for nothing of ours.
        const string waiting = "from mail where state = 'pending' and (attempts > 0 or next_attempt <= now())";
        Gauge(
            "skillplatform.mails.waiting",
            $"select count(*)::float8 {waiting}",
            "{mail}",
            "Mails that should be sent by now."
        );
        Gauge(
            "skillplatform.mails.oldest",
            $"select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 {waiting}",
            "s",
            "Age of the oldest of them."
        );

        void Gauge(string name, string sql, string unit, string what) =>
            meter.AskDatabase(source, leads, name, sql, unit, what);
    }

    /// <summary>An attempt as part of the trace in which the mail was raised.</summary>
    public static Activity? Attempt(Queued mail) =>
        ActivityContext.TryParse(mail.Trace, null, isRemote: true, out var raised)
            ? Traces.StartActivity("mail.send", ActivityKind.Client, raised)
            : null;

    /// <summary>One more mail of which this became.</summary>
    public void Count(string outcome) => _mails.Add(1, KeyValuePair.Create("outcome", (object?)outcome));

    /// <summary>The server's answer as its number alone: its words may name the reader.</summary>
    public void Answered(Activity? attempt, Outcome outcome)
    {
        var name = outcome switch
        {
            Outcome.Accepted => "sent",
            Outcome.Refused => "failed",
            Outcome.Deferred => "deferred",
            Outcome.Unreachable => "unreachable",
            _ => "not tried",
        };
        Count(name);
        attempt?.SetTag("skillplatform.mail.outcome", name);
        if (outcome.Code > 0)
            attempt?.SetTag("smtp.response.status_code", outcome.Code);
        if (name != "sent")
            attempt?.SetStatus(ActivityStatusCode.Error);
    }
}
