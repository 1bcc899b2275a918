using System.Text;
using MimeKit;

namespace SkillPlatform.DevelopmentMail;

public sealed record Person(string Address, string Name);

public sealed record Attachment(string? FileName, string ContentType);

/// <summary>What a mail says, decoded.</summary>
/// <param name="Time">When it came.</param>
/// <param name="Date">When it says it was written; else when it came.</param>
/// <param name="Bcc">To whom it went as well.</param>
/// <param name="Headers">By lower-case name; what stands there more than once is joined.</param>
/// <param name="Size">In bytes.</param>
public sealed record Mail(
    string Id,
    DateTimeOffset Time,
    DateTimeOffset Date,
    string Subject,
    Person[] From,
    Person[] To,
    Person[] Cc,
    Person[] Bcc,
    string? Text,
    string? Html,
    Attachment[] Attachments,
    IReadOnlyDictionary<string, string> Headers,
    int Size
)
{
    public static Mail Of(string id, DateTimeOffset at, byte[] source)
    {
        try
        {
            using var stream = new MemoryStream(source);
            using var message = MimeMessage.Load(stream);
            var to = Addresses(message.To);
            var cc = Addresses(message.Cc);
            var seen = to.Concat(cc).Select(one => one.Address).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var delivered = message
                .Headers.Where(header => header.Field == "Delivered-To")
                .Select(header => header.Value);
            return new Mail(
                id,
                at,
                message.Headers.Contains(HeaderId.Date) ? message.Date : at,
                message.Subject ?? "",
                Addresses(message.From),
                to,
                cc,
                [.. delivered.Where(one => !seen.Contains(one)).Select(one => new Person(one, ""))],
                message.TextBody,
                message.HtmlBody,
                [.. message.Attachments.Select(Attached)],
                message
                    .Headers.GroupBy(header => header.Field.ToLowerInvariant(), StringComparer.Ordinal)
                    .ToDictionary(
                        h => h.Key,
                        h => string.Join(", ", h.Select(one => one.Value)),
                        StringComparer.Ordinal
                    ),
                source.Length
            );
        }
        catch (FormatException e)
        {
            var text = Encoding.UTF8.GetString(source);
            var none = new Dictionary<string, string>(StringComparer.Ordinal);
            return new Mail(
                id,
                at,
                at,
                $"Not a mail: {e.Message}",
                [],
                [],
                [],
                [],
                text,
                null,
                [],
                none,
                source.Length
            );
        }
    }

    private static Person[] Addresses(InternetAddressList list) =>
        [.. list.Mailboxes.Select(one => new Person(one.Address, one.Name ?? ""))];

    private static Attachment Attached(MimeEntity entity) =>
        new(entity.ContentDisposition?.FileName ?? entity.ContentType.Name, entity.ContentType.MimeType);
}
