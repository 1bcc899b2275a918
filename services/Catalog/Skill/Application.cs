using System.Buffers.Binary;
using System.Security.Cryptography;
using JasperFx.Events;
using Marten.Events.Aggregation;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>All changes of a proposal stand in the skill, or already did.</summary>
public sealed record ChangesApplied(
    Guid Proposal,
    int Revision,
    Guid Skill,
    string Slug,
    long FromVersion,
    long Version
);

/// <summary>None of the changes was applied.</summary>
public sealed record ChangesRefused(Guid Proposal, int Revision, Guid Skill, Conflict[] Conflicts);

/// <summary>
/// What came of one revision of a proposal: a stream of one event, written with the skill's own events, so that the answer
/// is announced whatever happens, and an acceptance that comes twice finds it answered.
/// </summary>
public sealed record Application(bool Applied)
{
    public Guid Id { get; init; }

    /// <summary>The same for the same revision, so that it needs no look-up.</summary>
    public static Guid IdOf(Guid proposal, int revision)
    {
        Span<byte> key = stackalloc byte[20];
        proposal.TryWriteBytes(key, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(key[16..], revision);
        var id = SHA256.HashData(key).AsSpan(0, 16);
        // RFC 9562, version 8: made by a rule of our own.
        id[6] = (byte)(id[6] & 0x0f | 0x80);
        id[8] = (byte)(id[8] & 0x3f | 0x80);
        return new Guid(id, bigEndian: true);
    }

    public static Application? Fold(Application? state, object @event) =>
        @event switch
        {
            ChangesApplied => new Application(true),
            ChangesRefused => new Application(false),
            _ => state,
        };
}

public sealed class ApplicationFold : SingleStreamProjection<Application, Guid>
{
    public ApplicationFold() => Name = "application";

    public override Application? Evolve(Application? snapshot, Guid id, IEvent e) =>
        Application.Fold(snapshot, e.Data) is { } application ? application with { Id = id } : null;
}
