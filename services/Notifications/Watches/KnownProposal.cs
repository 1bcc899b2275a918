using JasperFx;

namespace SkillPlatform.Notifications;

/// <summary>What this service needs to know of a proposal.</summary>
public sealed class KnownProposal : ILongVersioned
{
    public Guid Id { get; set; }
    public Guid Skill { get; set; }
    public string SkillName { get; set; } = "";
    public string Domain { get; set; } = "";
    public string Group { get; set; } = "";
    public string? Author { get; set; }

    /// <summary>When Proposals said it was merged; null before.</summary>
    public DateTimeOffset? Merged { get; set; }

    /// <summary>True once Catalog said that nothing had to change: then no changed skill will tell of the merge.</summary>
    public bool Unchanged { get; set; }

    public long Version { get; set; }
}
