using System.Security.Cryptography;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.OpenSsl;
using SkillPlatform.Mail;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Who signs a mail, and where it comes back to.</summary>
public sealed class EnvelopeTests : IDisposable
{
    private static readonly MailboxAddress From = new("SkillPlatform", "notifications@example.org");
    private readonly RSA _key = RSA.Create(2048);
    private readonly string _file = Path.GetTempFileName();

    public EnvelopeTests() => File.WriteAllText(_file, _key.ExportRSAPrivateKeyPem());

    public void Dispose()
    {
        File.Delete(_file);
        _key.Dispose();
    }

    // Names, subjects and bodies in every script, as they arrive at the server; then one sign is changed.
    [Theory]
    [InlineData("en", "Rita Reader")]
    [InlineData("ja", "読者 =?utf-8?b?QQ==?= \r\nBcc: x")]
    [InlineData("ar", "قارئة")]
    public async Task A_signed_mail_can_be_verified_as_it_arrives_and_not_once_it_was_changed(
        string culture,
        string name
    )
    {
        var dkim = new DkimOptions
        {
            Domain = "example.org",
            Selector = "s1",
            KeyFile = _file,
        };
        var sender = new Sender(From, new Uri("https://skills.example.org"), new Signature(dkim));
        var arrived = await Sent(Letter.Of(LetterTests.Contents(Given.Change(), culture, name), sender));
        Assert.True(await Verified(arrived.Raw));
        var signature = string.Concat(
            arrived.Message.Headers[HeaderId.DkimSignature]!.Where(c => !char.IsWhiteSpace(c))
        );
        Assert.Contains(";d=example.org;", signature);
        var signed = signature.Split(";h=")[1].Split(';')[0].Split(':');
        Assert.Empty(new[] { "from", "to", "subject", "list-unsubscribe", "list-unsubscribe-post" }.Except(signed));
        arrived.Raw[^20]++;
        Assert.False(await Verified(arrived.Raw));
    }

    [Fact]
    public void A_mail_that_was_sent_is_kept_by_nobody()
    {
        var mail = Written();
        GC.Collect();
        Assert.False(mail.IsAlive);

        // Not in this method, whose variables the collector may spare.
        static WeakReference Written() => new(Letter.Of(LetterTests.Contents(Given.Change()), Given.Sender));
    }

    [Fact]
    public async Task Each_mail_comes_back_to_an_address_of_its_own()
    {
        var path = new ReturnPath("bounces+{id}@example.org", From);
        var id = Guid.CreateVersion7();
        var arrived = await Sent(
            Letter.Of(LetterTests.Contents(Given.Change()), new Sender(From, new Uri("https://skills.example.org"))),
            path.Of(id)
        );
        Assert.Equal($"bounces+{id:n}@example.org", arrived.From);
        Assert.Equal(id, path.MailOf(arrived.From));
        Assert.Equal("notifications@example.org", arrived.Message.From.Mailboxes.Single().Address);
        Assert.Equal(From, new ReturnPath(null, From).Of(id));
        Assert.Null(path.MailOf($"bounces+{id:n}@example.com"));
    }

    [Theory]
    [InlineData("bounces@example.org")]
    [InlineData("{id}+{id}@example.org")]
    [InlineData("bounces {id}")]
    public void An_address_that_names_no_mail_is_refused_at_the_start(string pattern) =>
        Assert.Throws<InvalidOperationException>(() => new ReturnPath(pattern, From));

    private static async Task<Testing.Received> Sent(MimeMessage mail, MailboxAddress? returnTo = null)
    {
        await using var server = new SmtpSink();
        await server.Start();
        await using var connection = new SmtpConnection(
            new SmtpOptions { Host = "127.0.0.1", Port = server.Port },
            TimeProvider.System
        );
        await connection.Send(mail, returnTo ?? From, TestContext.Current.CancellationToken);
        return Assert.Single(server.Received);
    }

    private async Task<bool> Verified(byte[] raw)
    {
        var message = MimeMessage.Load(new MemoryStream(raw));
        var header = message.Headers.Single(h => h.Id == HeaderId.DkimSignature);
        return await new DkimVerifier(new Published(_key)).VerifyAsync(message, header);
    }

    // As it would stand in the domain's DNS.
    private sealed class Published(RSA key) : IDkimPublicKeyLocator
    {
        public AsymmetricKeyParameter LocatePublicKey(
            string methods,
            string domain,
            string selector,
            CancellationToken cancellationToken = default
        )
        {
            Assert.Equal(("s1", "example.org"), (selector, domain));
            using var reader = new PemReader(new StringReader(key.ExportSubjectPublicKeyInfoPem()));
            return (AsymmetricKeyParameter)reader.ReadObject();
        }

        public Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods,
            string domain,
            string selector,
            CancellationToken cancellationToken = default
        ) => Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
