using MimeKit;
using MimeKit.Cryptography;

namespace SkillPlatform.Notifications;

/// <summary>
/// Whom a server tells when it cannot deliver: an address of its own for each mail (a variable envelope sender), where the
/// configuration has one, so that whatever comes back names its mail; else the address that mails are from.
/// </summary>
public sealed class ReturnPath
{
    private const string Place = "{id}";
    private readonly MailboxAddress _from;
    private readonly string[]? _around;

    /// <param name="pattern">As <c>bounces+{id}@example.org</c>; null for none.</param>
    /// <param name="from">Sender of the mails.</param>
    public ReturnPath(string? pattern, MailboxAddress from)
    {
        _from = from;
        if (string.IsNullOrEmpty(pattern))
            return;
        _around = pattern.Split(Place);
        if (
            _around.Length != 2
            || !MailboxAddress.TryParse(pattern.Replace(Place, "0", StringComparison.Ordinal), out _)
        )
            throw new InvalidOperationException($"Smtp__ReturnPath is no address with one {Place} in it: {pattern}");
    }

    public MailboxAddress Of(Guid mail) =>
        _around is [var before, var after] ? new("", $"{before}{mail:n}{after}") : _from;

    /// <summary>The mail that an address was made for; null where it is none of ours.</summary>
    public Guid? MailOf(string address) =>
        _around is [var before, var after]
        && address.Length == before.Length + 32 + after.Length
        && address.StartsWith(before, StringComparison.OrdinalIgnoreCase)
        && address.EndsWith(after, StringComparison.OrdinalIgnoreCase)
        && Guid.TryParseExact(address.AsSpan(before.Length, 32), "N", out var mail)
            ? mail
            : null;
}

/// <summary>Signs mails (DKIM), so that servers can tell ours from what others send in our name.</summary>
public sealed class Signature(DkimOptions options)
{
    private static readonly HeaderId[] Signed =
    [
        HeaderId.From,
        HeaderId.To,
        HeaderId.Subject,
        HeaderId.Date,
        HeaderId.MessageId,
        HeaderId.InReplyTo,
        HeaderId.References,
        HeaderId.MimeVersion,
        HeaderId.ContentType,
        HeaderId.AutoSubmitted,
        HeaderId.ListId,
        // One click is offered only where these two are signed (RFC 8058).
        HeaderId.ListUnsubscribe,
        HeaderId.ListUnsubscribePost,
    ];

    private readonly DkimSigner _signer = new(
        options.KeyFile,
        options.Domain,
        options.Selector,
        DkimSignatureAlgorithm.RsaSha256
    )
    {
        // Servers on the way may fold headers and drop white space at the ends of lines.
        HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
        BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
    };

    public void Sign(MimeMessage mail)
    {
        // What is signed must not be written anew for a server that takes fewer kinds of letters.
        mail.Prepare(EncodingConstraint.SevenBit);
        _signer.Sign(mail, [.. Signed.Where(mail.Headers.Contains)]);
    }
}
