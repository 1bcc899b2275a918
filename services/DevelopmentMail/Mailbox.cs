using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;

namespace SkillPlatform.DevelopmentMail;

/// <summary>The newest mails, oldest first, and their files where there is a folder.</summary>
public sealed class Mailbox
{
    private readonly SortedDictionary<int, Kept> _mails = [];
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly string? _folder;
    private readonly int _keep;
    private int _last;

    public Mailbox(IOptions<Settings> settings, TimeProvider time)
    {
        (_time, _folder, _keep) = (time, settings.Value.Folder, settings.Value.Keep);
        if (string.IsNullOrEmpty(_folder))
        {
            _folder = null;
            return;
        }
        foreach (var file in Directory.CreateDirectory(_folder).EnumerateFiles("*.eml"))
            if (int.TryParse(Path.GetFileNameWithoutExtension(file.Name), CultureInfo.InvariantCulture, out var number))
                _mails[number] = new Kept(Id(number), new DateTimeOffset(file.LastWriteTimeUtc), null, file.FullName);
        _last = _mails.Keys.DefaultIfEmpty().Max();
    }

    /// <summary>Keeps a mail. Its envelope goes before it, as when a server lays a mail into somebody's box (RFC 5321, 4.4).</summary>
    public void Add(string from, IEnumerable<string> to, ReadOnlySequence<byte> text)
    {
        var envelope = $"Return-Path: <{from}>\r\n" + string.Concat(to.Select(one => $"Delivered-To: {one}\r\n"));
        byte[] raw = [.. Encoding.UTF8.GetBytes(envelope), .. text.ToArray(), .. "\r\n"u8];
        var number = Interlocked.Increment(ref _last);
        var file = _folder is null ? null : Path.Combine(_folder, Id(number) + ".eml");
        if (file is not null)
        {
            // Under its name it is complete, whenever the process dies.
            File.WriteAllBytes(file + ".new", raw);
            File.Move(file + ".new", file);
        }
        lock (_lock)
        {
            _mails[number] = new Kept(Id(number), _time.GetUtcNow(), file is null ? raw : null, file);
            while (_mails.Count > _keep)
                Drop(_mails.Keys.First());
        }
    }

    public Mail[] All()
    {
        Kept[] kept;
        lock (_lock)
            kept = [.. _mails.Values];
        return [.. kept.Select(one => one.Read()).OfType<Mail>()];
    }

    public Mail? Find(string id) => Get(id)?.Read();

    public byte[]? Source(string id) => Get(id)?.Source();

    public bool Remove(string id)
    {
        lock (_lock)
            return Number(id) is { } number && Drop(number);
    }

    public void Clear()
    {
        lock (_lock)
            foreach (var number in _mails.Keys.ToArray())
                Drop(number);
    }

    private Kept? Get(string id)
    {
        lock (_lock)
            return Number(id) is { } number ? _mails.GetValueOrDefault(number) : null;
    }

    private bool Drop(int number)
    {
        if (!_mails.Remove(number, out var kept))
            return false;
        if (kept.File is not null)
            File.Delete(kept.File);
        return true;
    }

    private static string Id(int number) => number.ToString("D8", CultureInfo.InvariantCulture);

    private static int? Number(string id) =>
        int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A mail as it came; what it says is read when somebody asks.</summary>
    private sealed record Kept(string Id, DateTimeOffset At, byte[]? Raw, string? File)
    {
        private Mail? _read;

        public Mail? Read() => _read ??= Source() is { } source ? Mail.Of(Id, At, source) : null;

        /// <summary>Null when it was dropped since.</summary>
        public byte[]? Source()
        {
            try
            {
                return Raw ?? System.IO.File.ReadAllBytes(File!);
            }
            catch (FileNotFoundException)
            {
                return null;
            }
        }
    }
}
