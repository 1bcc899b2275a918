using System.Text;
using MimeKit;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications.Tests;

/// <summary>What is read from mails that come back, and what is made of it.</summary>
public sealed class ReportTests
{
    private static readonly Guid Mail = Guid.Parse("019cad00-0000-7000-8000-0000000000aa");
    private static readonly ReturnPath ReturnPath = new(
        "bounces+{id}@example.org",
        new("", "notifications@example.org")
    );

    private readonly Account _reader = new()
    {
        Id = "reader",
        Email = "Reader@example.org",
        Active = true,
        EmailConfirmedAt = Given.Now.AddDays(-100),
    };

    private static (bool Readable, Report? Report) Read(string raw)
    {
        using var message = MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(raw)));
        return Report.Read(message, ReturnPath);
    }

    [Theory]
    [InlineData("failed", "5.1.1", ReportKind.Hard)]
    [InlineData("Failed", "5.2.2", ReportKind.Hard)]
    [InlineData("failed", "4.4.7", ReportKind.Soft)]
    [InlineData("delayed", "4.4.1", ReportKind.Delayed)]
    [InlineData("delivered", "2.0.0", null)]
    [InlineData("relayed", "2.0.0", null)]
    public void A_status_says_what_became_of_the_mail(string action, string status, ReportKind? kind)
    {
        var (readable, report) = Read(Returns.Status(action, status, $"{Mail:n}@skills.example.org"));
        Assert.True(readable);
        Assert.Equal(kind, report?.Kind);
        if (report is not null)
            Assert.Equal(Mail, report.Mail);
    }

    [Theory]
    [InlineData("abuse", ReportKind.Complaint)]
    [InlineData("fraud", ReportKind.Complaint)]
    [InlineData("not-spam", null)]
    public void A_complaint_is_one_unless_it_says_the_opposite(string type, ReportKind? kind)
    {
        var (readable, report) = Read(Returns.Complaint($"{Mail:n}@skills.example.org", type: type));
        Assert.True(readable);
        Assert.Equal(kind, report?.Kind);
    }

    [Fact]
    public void The_mail_is_named_by_its_headers_else_by_the_address_that_it_came_back_to()
    {
        var sender = $"bounces+{Mail:n}@example.org";
        Assert.Equal(Mail, Read(Returns.Status("failed", "5.1.1", to: $"<{sender.ToUpperInvariant()}>")).Report!.Mail);
        Assert.Equal(Mail, Read(Returns.Complaint(null, sender: sender)).Report!.Mail);
        var neither = Read(Returns.Status("failed", "5.1.1", "someone-elses@example.com", "Ada@Example.org")).Report!;
        Assert.Null(neither.Mail);
        Assert.Equal(["Ada@Example.org"], neither.Addresses);
        Assert.Null(Read(Returns.Status("failed", "5.1.1", to: "bounces+nonsense@example.org")).Report!.Mail);
    }

    [Fact]
    public void A_complaint_may_name_several_recipients()
    {
        var report = Read(
            Returns.Complaint(null, recipient: "Ada@example.org>\r\nOriginal-Rcpt-To: <list@elsewhere.example")
        ).Report!;
        Assert.Equal(["Ada@example.org", "list@elsewhere.example"], report.Addresses);
    }

    [Theory]
    [InlineData("Subject: hello\r\n\r\nI am on holiday.\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n")]
    [InlineData("Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n")]
    [InlineData("Content-Type: multipart/report; boundary=b\r\n\r\n")]
    public void What_is_no_report_is_not_taken_for_one(string raw) => Assert.Equal((false, null), Read(raw));

    [Fact]
    public void Nothing_that_a_report_says_begins_a_line_of_its_own_or_turns_the_writing_round()
    {
        var said = Read(
            Returns.Status(
                "failed",
                "5.1.1",
                recipient: "x@example.org\r\n\tBcc: victim@example.org",
                diagnostic: "smtp; 550 \u202Eevil\u0007\r\n\tX-Injected: yes " + new string('x', 5000)
            )
        ).Report!;
        Assert.DoesNotContain(said.Said, c => char.IsControl(c) || c == '\u202E');
        Assert.All(said.Addresses, address => Assert.DoesNotContain(address, char.IsControl));
        Assert.InRange(Delivery.Said(said.Said).Length, 1, 500);
    }

    private static Report Of(ReportKind kind) => new(kind, null, [], "");

    [Fact]
    public void A_hard_bounce_and_a_complaint_suppress_at_once_and_once()
    {
        foreach (var (kind, reason) in new[] { (ReportKind.Hard, "bounced"), (ReportKind.Complaint, "complained") })
        {
            var then = Suppression.After(null, _reader, Of(kind), "m", Given.Now)!;
            Assert.Equal(reason, then.Reason);
            Assert.True(then.Holds(_reader));
            Assert.Null(Suppression.After(then, _reader, Of(kind), "m", Given.Now));
            Assert.DoesNotContain("example", then.Address, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Soft_bounces_suppress_when_three_mails_come_back_within_thirty_days()
    {
        Suppression? known = null;
        foreach (var (mail, day) in new[] { ("a", 0), ("b", 2), ("b", 3), ("c", 31) })
        {
            known = Suppression.After(known, _reader, Of(ReportKind.Delayed), mail, Given.Now.AddDays(day)) ?? known;
            Assert.False(known!.Holds(_reader), mail);
        }
        known = Suppression.After(known, _reader, Of(ReportKind.Soft), "d", Given.Now.AddDays(32))!;
        Assert.True(known.Holds(_reader));
    }

    [Fact]
    public void It_ends_when_the_address_is_confirmed_later_or_is_another_one()
    {
        var then = Suppression.After(null, _reader, Of(ReportKind.Hard), "m", Given.Now)!;
        _reader.EmailConfirmedAt = Given.Now.AddSeconds(1);
        Assert.False(then.Holds(_reader));
        // What comes back late, of a mail from before, changes nothing.
        Assert.Null(Suppression.After(then, _reader, Of(ReportKind.Hard), "late", Given.Now));
        Assert.NotNull(Suppression.After(then, _reader, Of(ReportKind.Hard), "new", Given.Now.AddDays(1)));
        _reader.EmailConfirmedAt = null;
        Assert.True(then.Holds(_reader));
        _reader.Email = "reader@example.ORG";
        Assert.True(then.Holds(_reader));
        _reader.Email = "other@example.org";
        Assert.False(then.Holds(_reader));
    }
}
