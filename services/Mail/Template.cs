using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using MimeKit.Encodings;

namespace SkillPlatform.Mail;

/// <summary>
/// A letter that many readers get, written and encoded once, with places for what is each reader's own. Ten thousand letters
/// about one thing differ in a greeting and a link.
/// </summary>
public sealed class Template
{
    // Nobody can write what stands for a place: it is drawn when the process starts.
    private static readonly string Mark = Guid.NewGuid().ToString("n");
    private readonly string _language;
    private readonly Part _text;
    private readonly Part _html;

    private Template(string language, string text, string html)
    {
        _language = language;
        var places = new Regex($"{Mark}([0-9]){Mark}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        _text = Part.Of(text, places);
        _html = Part.Of(html, places);
    }

    /// <summary>Stands in a body, in one line, for what <see cref="Fill"/> puts there.</summary>
    /// <param name="number">From 0 to 9.</param>
    public static string Place(int number) => $"{Mark}{number}{Mark}";

    /// <summary>Writes and encodes it.</summary>
    /// <param name="body">What it says.</param>
    /// <param name="sender">Who sends it.</param>
    public static Template Of(Body body, Sender sender) =>
        new(
            body.Language,
            PlainText.Of(body),
            Html.Of(body, sender.From.Name is { Length: > 0 } platform ? platform : sender.Origin.IdnHost)
        );

    /// <summary>One reader's letter: text first, then HTML.</summary>
    /// <param name="own">What stands in its places, by their numbers: plain text in one line.</param>
    public MultipartAlternative Fill(params IReadOnlyList<string> own)
    {
        var parts = new MultipartAlternative
        {
            Of("plain", _text.Fill([.. own.Select(Encoded)])),
            Of("html", _html.Fill([.. own.Select(value => Encoded(Html.Encoder.Encode(value)))])),
        };
        parts.Headers.Add("Content-Language", _language);
        return parts;
    }

    private static TextPart Of(string kind, MemoryStream encoded)
    {
        var part = new TextPart(kind)
        {
            Content = new MimeContent(encoded, ContentEncoding.QuotedPrintable),
            ContentTransferEncoding = ContentEncoding.QuotedPrintable,
        };
        part.ContentType.Charset = "utf-8";
        return part;
    }

    private static byte[] Encoded(string text)
    {
        if (text.Length == 0)
            return [];
        var bytes = Encoding.UTF8.GetBytes(text);
        var encoder = new QuotedPrintableEncoder();
        var encoded = new byte[encoder.EstimateOutputLength(bytes.Length) + 2];
        var length = encoder.Flush(bytes, 0, bytes.Length, encoded);
        // What follows goes on in the same line, wherever it is cut.
        if (encoded[length - 1] != '\n')
            (encoded[length], encoded[length + 1], length) = ((byte)'=', (byte)'\n', length + 2);
        return encoded[..length];
    }

    // Pieces that are the same for everybody, and the number of what stands between each two of them.
    private sealed record Part(byte[][] Pieces, int[] Between)
    {
        public static Part Of(string text, Regex places)
        {
            var (pieces, between, from) = (new List<byte[]>(), new List<int>(), 0);
            foreach (Match place in places.Matches(text))
            {
                pieces.Add(Encoded(text[from..place.Index]));
                between.Add(place.Groups[1].ValueSpan[0] - '0');
                from = place.Index + place.Length;
            }
            pieces.Add(Encoded(text[from..]));
            return new Part([.. pieces], [.. between]);
        }

        public MemoryStream Fill(byte[][] own)
        {
            var whole = new byte[Pieces.Sum(piece => piece.Length) + Between.Sum(number => own[number].Length)];
            var at = 0;
            for (var piece = 0; piece < Pieces.Length; piece++)
            {
                Add(Pieces[piece]);
                if (piece < Between.Length)
                    Add(own[Between[piece]]);
            }
            return new MemoryStream(whole, writable: false);

            void Add(byte[] bytes)
            {
                bytes.CopyTo(whole, at);
                at += bytes.Length;
            }
        }
    }
}
