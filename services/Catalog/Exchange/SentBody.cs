using System.Security.Cryptography;

namespace SkillPlatform.Catalog;

/// <summary>The bytes of a document that was sent: on disk, since they may be more than memory, and gone with this.</summary>
public sealed class SentBody : IAsyncDisposable
{
    // ENOSPC, as Unix calls it.
    private const int NoSpace = 28;

    private SentBody(Stream content, string hash) => (Content, Hash) = (content, hash);

    /// <summary>From the beginning, as often as one likes.</summary>
    public Stream Content { get; }

    /// <summary>SHA-256, in hexadecimal digits.</summary>
    public string Hash { get; }

    public long Length => Content.Length;

    public static SentBody Of(byte[] bytes) =>
        new(new MemoryStream(bytes, writable: false), Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>A file that is there, and stays.</summary>
    public static async Task<SentBody> Of(string path)
    {
        var file = File.OpenRead(path);
        var hash = await SHA256.HashDataAsync(file);
        return new SentBody(file, Convert.ToHexStringLower(hash));
    }

    /// <summary>
    /// What a request brings; null where there is no room for it. The server refuses a longer body than it takes with 413 before
    /// it has arrived.
    /// </summary>
    public static async Task<SentBody?> Of(HttpContext http)
    {
        var ct = http.RequestAborted;
        var file = Scratch.File();
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[64 * 1024];
            for (int read; (read = await http.Request.Body.ReadAsync(buffer, ct)) > 0; )
            {
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }
            await file.FlushAsync(ct);
            return new SentBody(file, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch (Exception e)
        {
            await Give();
            if (IsFull(e))
                return null;
            throw;
        }

        // What is still to be written cannot be, and is not wanted.
        async Task Give()
        {
            try
            {
                await file.DisposeAsync();
            }
            catch (IOException) { }
        }
    }

    /// <summary>Whether there was no room on the disk.</summary>
    public static bool IsFull(Exception e) => e is IOException { HResult: NoSpace };

    /// <summary>All at once, of what is small enough to be kept.</summary>
    public async Task<byte[]> Bytes(CancellationToken ct)
    {
        var bytes = new byte[Content.Length];
        Content.Position = 0;
        await Content.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
