using System.Buffers.Binary;

namespace SkillPlatform.Identity;

/// <summary>
/// A mail that is to be sent. Holds no link: that is made when it is sent, and whether there is an account behind the
/// address is asked only then, so that a request takes the same way for known and unknown addresses.
/// </summary>
public sealed class Letter
{
    public const string Confirm = "confirm";
    public const string Again = "again";
    public const string Reset = "reset";
    public const string Known = "known";
    public const string Move = "move";
    public const string Moving = "moving";
    public const string Passkey = "passkey";
    public const string PasskeyGone = "passkey-gone";
    public const string Password = "password";
    public const string SecondOn = "second-on";
    public const string SecondOff = "second-off";
    public const string Codes = "codes";

    /// <summary>What the owner has to hear of, whoever did it: how one signs in has changed.</summary>
    public static IReadOnlyList<string> Secured { get; } = [Passkey, PasskeyGone, Password, SecondOn, SecondOff, Codes];

    /// <summary>Likewise, before it changes.</summary>
    public static bool IsOwed(string kind) => kind == Moving || Secured.Contains(kind, StringComparer.Ordinal);

    public static IReadOnlyList<string> Kinds { get; } = [Confirm, Again, Reset, Known, Move, Moving, .. Secured];

    /// <summary>Of version 7: it holds when it was asked for.</summary>
    public Guid Id { get; set; }

    public DateTimeOffset At =>
        DateTimeOffset.FromUnixTimeMilliseconds(
            BinaryPrimitives.ReadInt64BigEndian(Id.ToByteArray(bigEndian: true)) >> 16
        );

    /// <summary>One of <see cref="Kinds"/>.</summary>
    public string Kind { get; set; } = "";

    public string Address { get; set; } = "";

    /// <summary>Whose, where the address is not theirs yet, or may not be any more; else it is found by the address.</summary>
    public Guid? Account { get; set; }

    /// <summary>Of the page that asked for it.</summary>
    public string Culture { get; set; } = "en";

    public int Attempts { get; set; }

    /// <summary>Not sent before; moved ahead while a replica tries.</summary>
    public DateTimeOffset Due { get; set; }
}
