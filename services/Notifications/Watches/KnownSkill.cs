using JasperFx;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>What this service needs to know of a skill; the highest version wins.</summary>
public sealed class KnownSkill : ILongVersioned
{
    public Guid Id { get; set; }
    public string Slug { get; set; } = "";
    public string Name { get; set; } = "";
    public Named Domain { get; set; } = new("", "");
    public Named Group { get; set; } = new("", "");
    public long Version { get; set; }
}

/// <summary>Slugs are never given to another skill, so an old one goes on naming its skill.</summary>
public sealed class KnownSlug
{
    public string Id { get; set; } = "";
    public Guid Skill { get; set; }
}

/// <summary>Domains, groups and roles; one document, the highest version wins.</summary>
public sealed class KnownTaxonomy : ILongVersioned
{
    public const string TheOne = "taxonomy";

    public string Id { get; set; } = TheOne;
    public DomainTaxonomy[] Domains { get; set; } = [];
    public Named[] Roles { get; set; } = [];
    public long Version { get; set; }
}
