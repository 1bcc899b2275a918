using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

public enum ReportKind
{
    /// <summary>It was not delivered, and none to this address will be.</summary>
    Hard,

    /// <summary>It was not delivered, for a reason that may pass.</summary>
    Soft,

    /// <summary>It is still being tried.</summary>
    Delayed,

    /// <summary>Its reader called it unwanted.</summary>
    Complaint,
}

/// <summary>What a mail server says of a mail that it had taken (RFC 3464), or a mail provider of its reader (RFC 5965).</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Mail">Which of ours, as the report names it; null where it does not.</param>
/// <param name="Addresses">Whom it was to.</param>
/// <param name="Said">The words of the server.</param>
public sealed record Report(ReportKind Kind, Guid? Mail, IReadOnlyList<string> Addresses, string Said)
{
    /// <summary>Reads a report; null where the message is none.</summary>
    public static (bool Readable, Report? Report) Read(MimeMessage message, ReturnPath returnPath)
    {
        if (message.Body is not MultipartReport parts)
            return (false, null);
        // Whoever returns a mail returns its headers at least.
        var original = parts.OfType<MessagePart>().FirstOrDefault()?.Message;
        if (parts.OfType<MessageDeliveryStatus>().FirstOrDefault() is { } status)
            return (
                true,
                // The first group is about the message; each of the others, about one recipient. Ours have one.
                status.StatusGroups.Skip(1).Select(Delivery).FirstOrDefault(report => report is not null)
                    is { } report
                    ? report with
                    {
                        Mail = MailOf(original) ?? Returned(message, returnPath),
                    }
                    : null
            );
        if (parts.OfType<MessageFeedbackReport>().FirstOrDefault() is { } feedback)
            return (
                true,
                Complaint(feedback.Fields) is { } complaint
                    ? complaint with
                    {
                        Mail =
                            MailOf(original)
                            ?? returnPath.MailOf(Bare(feedback.Fields["Original-Mail-From"]))
                            ?? Returned(message, returnPath),
                    }
                    : null
            );
        return (false, null);
    }

    private static Report? Delivery(HeaderList recipient)
    {
        var status = Field(recipient, "Status");
        ReportKind? kind = Field(recipient, "Action").ToLowerInvariant() switch
        {
            "failed" => status.StartsWith('5') ? ReportKind.Hard : ReportKind.Soft,
            "delayed" => ReportKind.Delayed,
            // Delivered, relayed, expanded: nothing is wrong.
            _ => null,
        };
        return kind is not { } known
            ? null
            : new Report(
                known,
                null,
                AddressesIn(recipient, "Original-Recipient", "Final-Recipient"),
                $"{status} {Value(Field(recipient, "Diagnostic-Code"))}"
            );
    }

    private static Report? Complaint(HeaderList fields)
    {
        var type = Field(fields, "Feedback-Type");
        return type.Length == 0 || type.Equals("not-spam", StringComparison.OrdinalIgnoreCase)
            ? null
            : new Report(
                ReportKind.Complaint,
                null,
                AddressesIn(fields, "Original-Rcpt-To", "Removal-Recipient"),
                $"{type} {Field(fields, "User-Agent")}"
            );
    }

    private static Guid? MailOf(MimeMessage? original) =>
        Guid.TryParseExact(original?.MessageId?.Split('@')[0], "N", out var mail) ? mail : null;

    // Some servers rewrite To, and say in another header where it was to.
    private static Guid? Returned(MimeMessage message, ReturnPath returnPath) =>
        message
            .To.Mailboxes.Select(mailbox => mailbox.Address)
            .Concat(new[] { "Delivered-To", "X-Original-To" }.Select(name => Bare(message.Headers[name])))
            .Select(returnPath.MailOf)
            .FirstOrDefault(mail => mail is not null);

    private static string[] AddressesIn(HeaderList fields, params ReadOnlySpan<string> names)
    {
        var addresses = new List<string>();
        foreach (var name in names)
        // A complaint names each recipient in a field of its own.
        foreach (var field in fields.Where(field => field.Field.Equals(name, StringComparison.OrdinalIgnoreCase)))
            if (Bare(Value(Line.One(field.Value))) is { Length: > 0 and < 320 } address)
                addresses.Add(address);
        return [.. addresses];
    }

    // What goes before the semicolon says what kind of address or code it is: rfc822; ada@example.org
    private static string Value(string field) => field[(field.IndexOf(';', StringComparison.Ordinal) + 1)..].Trim();

    private static string Bare(string? address) => address?.Trim().Trim('<', '>') ?? "";

    private static string Field(HeaderList fields, string name) => Line.One(fields[name] ?? "");
}
