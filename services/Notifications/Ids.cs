using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SkillPlatform.Notifications;

/// <summary>Ids that follow from what they stand for, so that doing something twice makes one thing.</summary>
public static class Ids
{
    /// <summary>The same parts, the same id.</summary>
    public static Guid Of(params string[] parts) => Shaped(Hash(parts), 0x80);

    /// <summary>As <see cref="Of"/>, but ordered by time as a UUIDv7 is.</summary>
    public static Guid At(DateTimeOffset at, params string[] parts)
    {
        var bytes = Hash(parts);
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, at.ToUnixTimeMilliseconds());
        time[2..].CopyTo(bytes);
        return Shaped(bytes, 0x70);
    }

    private static byte[] Hash(string[] parts) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));

    private static Guid Shaped(byte[] bytes, byte version)
    {
        bytes[6] = (byte)((bytes[6] & 0x0f) | version);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes.AsSpan(0, 16), bigEndian: true);
    }
}
