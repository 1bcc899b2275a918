using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace SkillPlatform.Catalog;

/// <summary>
/// Where the skills of a document stand in its bytes, and all else of it: found in one pass that keeps no more than a piece of
/// it in memory, so that each skill can be read by itself afterwards.
/// </summary>
public sealed class JsonIndex
{
    public const int Deepest = 64;

    /// <summary>The most that one text, one skill, or all that is no skill may take, in bytes.</summary>
    public const int LargestPiece = 64 * 1024 * 1024;

    private const int Piece = 256 * 1024;
    private static readonly byte[] Bom = [0xEF, 0xBB, 0xBF];

    /// <summary>A skill: the positions of its domain, its group and itself in their lists, and of its bytes.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Entry(int Domain, int Group, int Skill, long Start, int Length);

    private readonly ArrayBufferWriter<byte> _frame = new();
    private readonly List<Entry> _skills = [];
    private readonly int[] _at = [-1, -1, -1];

    // Which of the lists that lead to skills are open: domains, groups, skills.
    private int _open;
    private int _named;
    private long _begun = -1;

    /// <summary>The document with empty lists of skills; up to where it is broken.</summary>
    public byte[] Frame { get; private set; } = [];

    public IReadOnlyList<Entry> Skills => _skills;

    /// <summary>Where it stops being JSON, and the bytes of the skill that it stops in; null where it is whole.</summary>
    public (string Message, Entry? At, byte[] Begun)? Broken { get; private set; }

    /// <param name="document">Its bytes, from the beginning.</param>
    public static JsonIndex Of(Stream document)
    {
        var index = new JsonIndex();
        index.Read(document);
        index.Frame = index._frame.WrittenSpan.ToArray();
        return index;
    }

    private void Read(Stream document)
    {
        var buffer = new byte[Piece];
        var (kept, begin, state) = (0, 0L, new JsonReaderState(new JsonReaderOptions { MaxDepth = Deepest }));
        for (var isFirst = true; ; isFirst = false)
        {
            var read = document.ReadAtLeast(buffer.AsSpan(kept), isFirst ? Bom.Length : 1, throwOnEndOfStream: false);
            var piece = buffer.AsSpan(0, kept + read);
            if (isFirst && piece.StartsWith(Bom))
            {
                piece = piece[Bom.Length..];
                begin = Bom.Length;
            }
            var json = new Utf8JsonReader(piece, isFinalBlock: read == 0, state);
            var written = 0;
            try
            {
                while (json.Read())
                    Token(ref json, begin, piece, ref written);
            }
            catch (JsonException broken)
            {
                Copy(piece, ref written, piece.Length);
                var where = $"line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}";
                Broken = (
                    $"This is not JSON, or nested more than {Deepest} deep: {where}.",
                    _begun < 0 ? null : Current(0, 0),
                    _begun < 0 ? [] : Rest(document, begin, piece)
                );
                return;
            }
            var done = (int)json.BytesConsumed;
            Copy(piece, ref written, done);
            if (read == 0)
                return;
            if (_frame.WrittenCount > LargestPiece || piece.Length - done > LargestPiece)
            {
                Broken = ($"A text, or all that is no skill, has more than {LargestPiece >> 20} MB.", null, []);
                return;
            }
            state = json.CurrentState;
            begin += done;
            kept = piece.Length - done;
            var rest = piece[done..];
            var next = kept + Piece > buffer.Length ? new byte[Math.Max(2 * kept, kept + Piece)] : buffer;
            rest.CopyTo(next);
            buffer = next;
        }
    }

    private void Token(ref Utf8JsonReader json, long begin, ReadOnlySpan<byte> piece, ref int written)
    {
        var depth = json.CurrentDepth;
        if (_begun >= 0)
        {
            if (depth == 6 && json.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                End(begin + json.BytesConsumed);
            return;
        }
        switch (json.TokenType)
        {
            case JsonTokenType.PropertyName when depth == 2 * _open + 1:
                _named = json.ValueTextEquals(Lists(_open)) ? depth : 0;
                return;
            case JsonTokenType.StartArray when depth == 2 * _open + 1 && _named == depth:
                Copy(piece, ref written, (int)json.BytesConsumed);
                _at[_open++] = -1;
                _named = 0;
                return;
            case JsonTokenType.EndArray when _open > 0 && depth == 2 * _open - 1:
                // Of what stands between skills nothing is copied.
                if (_open-- == 3)
                    written = (int)json.TokenStartIndex;
                return;
            case JsonTokenType.EndObject or JsonTokenType.EndArray or JsonTokenType.PropertyName:
                return;
        }
        if (_open == 0 || depth != 2 * _open)
            return;
        _at[_open - 1]++;
        if (_open < 3)
            return;
        _begun = begin + json.TokenStartIndex;
        if (json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            End(begin + json.BytesConsumed);
    }

    private static ReadOnlySpan<byte> Lists(int open) =>
        open switch
        {
            0 => "domains"u8,
            1 => "groups"u8,
            _ => "skills"u8,
        };

    private void End(long end)
    {
        // One more than there may be, for the error to have its place.
        if (_skills.Count <= CatalogDocument.MostSkills)
            _skills.Add(Current(_begun, end - _begun));
        _begun = -1;
    }

    private Entry Current(long start, long length) =>
        new(_at[0], _at[1], _at[2], start, (int)Math.Min(length, int.MaxValue));

    // Skills stay where they are.
    private void Copy(ReadOnlySpan<byte> piece, ref int written, int end)
    {
        if (_open < 3)
            _frame.Write(piece[written..end]);
        written = end;
    }

    private byte[] Rest(Stream document, long begin, ReadOnlySpan<byte> piece)
    {
        var until = begin + piece.Length;
        if (until - _begun > LargestPiece)
            return [];
        var rest = new byte[until - _begun];
        document.Position = _begun;
        document.ReadExactly(rest);
        return rest;
    }
}
