using SkillPlatform.Mail;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Mails that come back, as servers write them.</summary>
internal static class Returns
{
    /// <summary>A delivery status (RFC 3464).</summary>
    /// <param name="original">Message-ID of the mail that is returned; null where its headers are left out.</param>
    public static string Status(
        string action,
        string status,
        string? original = null,
        string recipient = "nobody@elsewhere.example",
        string diagnostic = "smtp; 550 5.1.1 <nobody@elsewhere.example>: no such user",
        string to = "notifications@example.org"
    ) =>
        Crlf(
            $"""
            From: Mail Delivery System <mailer-daemon@mx.example>
            To: {to}
            Subject: Undelivered Mail Returned to Sender
            Date: Mon, 2 Mar 2026 10:00:00 +0000
            Message-ID: <{Guid.NewGuid():n}@mx.example>
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

            --=_b
            Content-Type: text/plain; charset=us-ascii

            I'm sorry to have to inform you that your message could not be delivered.

            --=_b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example
            Arrival-Date: Mon, 2 Mar 2026 09:59:00 +0000

            Final-Recipient: rfc822; {recipient}
            Action: {action}
            Status: {status}
            Diagnostic-Code: {diagnostic}

            {Original(original, "text/rfc822-headers")}--=_b--

            """
        );

    /// <summary>A complaint (RFC 5965).</summary>
    public static string Complaint(
        string? original,
        string recipient = "",
        string type = "abuse",
        string sender = ""
    ) =>
        Crlf(
            $"""
            From: <feedback@provider.example>
            To: <notifications@example.org>
            Subject: FW: a mail
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary="=_b"

            --=_b
            Content-Type: text/plain; charset=us-ascii

            This is an email abuse report.

            --=_b
            Content-Type: message/feedback-report

            Feedback-Type: {type}
            User-Agent: Provider/1.0
            Version: 1
            Original-Mail-From: <{sender}>
            Original-Rcpt-To: <{recipient}>

            {Original(original, "message/rfc822")}--=_b--

            """
        );

    private static string Original(string? id, string type) =>
        id is null
            ? ""
            : $"""
                --=_b
                Content-Type: {type}

                From: SkillPlatform <notifications@example.org>
                To: <reader@example.org>
                Subject: Serverless Functions
                Message-ID: <{id}>


                """;

    private static string Crlf(string text) => text.ReplaceLineEndings("\r\n");
}
