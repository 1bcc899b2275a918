using System.Net;
using System.Net.Http.Headers;

namespace SkillPlatform.Testing;

/// <summary>A body of so many bytes, which takes no room.</summary>
public sealed class Zeros : HttpContent
{
    private readonly long _length;

    public Zeros(long length, string type = "application/json")
    {
        _length = length;
        Headers.ContentType = new MediaTypeHeaderValue(type);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var zeros = new byte[1 << 20];
        for (var sent = 0L; sent < _length; sent += zeros.Length)
            await stream.WriteAsync(zeros.AsMemory(0, (int)Math.Min(zeros.Length, _length - sent)));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }
}
