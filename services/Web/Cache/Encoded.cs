using System.IO.Compression;
using System.Security.Cryptography;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Web.Cache;

/// <summary>Bytes with what a client may want instead of them: the same compressed, or nothing if it has them already.</summary>
public sealed class Encoded(byte[] plain)
{
    private readonly Lazy<byte[]> _brotli = new(() =>
        Compress(plain, to => new BrotliStream(to, CompressionLevel.Optimal))
    );
    private readonly Lazy<byte[]> _gzip = new(() =>
        Compress(plain, to => new GZipStream(to, CompressionLevel.Optimal))
    );

    /// <summary>Changes whenever the bytes do; without quotes.</summary>
    public string Tag { get; } = Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 12));

    public Task Send(HttpContext http, string contentType)
    {
        var (request, response) = (http.Request, http.Response);
        var accepted = request.Headers.AcceptEncoding.ToString();
        // A weak comparison would do for 304, yet each encoding is other bytes, so each has a tag of its own.
        var (body, encoding) =
            Accepts(accepted, "br") ? (_brotli.Value, "br")
            : Accepts(accepted, "gzip") ? (_gzip.Value, "gzip")
            : (plain, null);
        if (!response.Headers.Vary.ToString().Contains("Accept-Encoding", StringComparison.Ordinal))
            response.Headers.Append("Vary", "Accept-Encoding");
        if (Reading.NotModified(http, encoding is null ? Tag : $"{Tag}-{encoding}"))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        if (encoding is not null)
            response.Headers.ContentEncoding = encoding;
        return HttpMethods.IsHead(request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    // By hand, for this is asked on the hottest page: an encoding that is named, unless by ";q=0".
    private static bool Accepts(ReadOnlySpan<char> accepted, string encoding)
    {
        foreach (var range in accepted.Split(','))
            if (accepted[range].Trim() is var item && item.StartsWith(encoding, StringComparison.OrdinalIgnoreCase))
                return item[encoding.Length..] is not (";q=0" or ";q=0.0");
        return false;
    }

    private static byte[] Compress(byte[] bytes, Func<Stream, Stream> with)
    {
        using var to = new MemoryStream();
        using (var stream = with(to))
            stream.Write(bytes);
        return to.ToArray();
    }
}
