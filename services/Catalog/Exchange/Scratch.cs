namespace SkillPlatform.Catalog;

/// <summary>
/// Bytes that are written one after the other and read in any order: in memory while they are few, else on disk, and gone with this.
/// </summary>
public sealed class Scratch : IDisposable
{
    private const int MostInMemory = 1024 * 1024;
    private readonly MemoryStream _few = new();
    private FileStream? _file;
    private long _length;

    /// <summary>A file of nobody else's, of which nothing is left where that can be, even if the process is killed.</summary>
    public static FileStream File()
    {
        var path = Path.Combine(Path.GetTempPath(), $"catalogue-{Guid.NewGuid():N}");
        var file = new FileStream(
            path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.Delete,
            64 * 1024,
            FileOptions.Asynchronous | FileOptions.DeleteOnClose
        );
        if (!OperatingSystem.IsWindows())
            System.IO.File.Delete(path);
        return file;
    }

    /// <summary>Where they begin.</summary>
    public long Write(ReadOnlySpan<byte> bytes)
    {
        if (_file is null && _length + bytes.Length > MostInMemory)
        {
            _file = File();
            _few.WriteTo(_file);
            _few.SetLength(0);
        }
        ((Stream?)_file ?? _few).Write(bytes);
        _length += bytes.Length;
        return _length - bytes.Length;
    }

    /// <summary>What stands there. Not by two at a time.</summary>
    public byte[] Read(long start, int length)
    {
        if (_file is null)
            return _few.GetBuffer().AsSpan((int)start, length).ToArray();
        _file.Flush();
        var bytes = new byte[length];
        // Past the file's buffer, which would be read whole each time.
        for (var read = 0; read < length; )
            read += RandomAccess.Read(_file.SafeFileHandle, bytes.AsSpan(read), start + read) is > 0 and var more
                ? more
                : throw new EndOfStreamException();
        return bytes;
    }

    public void Dispose() => _file?.Dispose();
}
