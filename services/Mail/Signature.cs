using MimeKit;
using MimeKit.Cryptography;

namespace SkillPlatform.Mail;

/// <summary>Signs mails (DKIM), so that servers can tell ours from what others send in our name.</summary>
/// <param name="options">Who signs.</param>
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

    /// <summary>Signs it as it is: what is changed after it makes the signature void.</summary>
    /// <param name="mail">The mail.</param>
    public void Sign(MimeMessage mail)
    {
        // What is signed must not be written anew for a server that takes fewer kinds of letters.
        mail.Prepare(EncodingConstraint.SevenBit);
        _signer.Sign(mail, [.. Signed.Where(mail.Headers.Contains)]);
    }
}
