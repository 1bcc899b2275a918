using MimeKit;

namespace SkillPlatform.Mail;

/// <summary>
/// Whom a server tells when it cannot deliver: an address of its own for each mail (a variable envelope sender), where the
/// configuration has one, so that whatever comes back names its mail; else the address that mails are from.
/// </summary>
public sealed class ReturnPath
{
    private const string Place = "{id}";
    private readonly MailboxAddress _from;
    private readonly string[]? _around;

    /// <summary>Fails for a pattern that names no mail.</summary>
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

    /// <summary>Where a mail comes back to.</summary>
    /// <param name="mail">Its id.</param>
    public MailboxAddress Of(Guid mail) =>
        _around is [var before, var after] ? new("", $"{before}{mail:n}{after}") : _from;

    /// <summary>The mail that an address was made for; null where it is none of ours.</summary>
    /// <param name="address">Of an envelope.</param>
    public Guid? MailOf(string address) =>
        _around is [var before, var after]
        && address.Length == before.Length + 32 + after.Length
        && address.StartsWith(before, StringComparison.OrdinalIgnoreCase)
        && address.EndsWith(after, StringComparison.OrdinalIgnoreCase)
        && Guid.TryParseExact(address.AsSpan(before.Length, 32), "N", out var mail)
            ? mail
            : null;
}
