using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>Which part of the taxonomy: a domain, a group or level of one, or a role.</summary>
/// <param name="Kind">One of the kinds below.</param>
/// <param name="Domain">Slug of the domain that has the group or level; null for the others.</param>
/// <param name="Slug">Its slug.</param>
public sealed record Part(string Kind, string? Domain, string Slug)
{
    /// <summary>A domain.</summary>
    public const string OfDomains = "domain";

    /// <summary>A group of a domain.</summary>
    public const string OfGroups = "group";

    /// <summary>A level of a domain.</summary>
    public const string OfLevels = "level";

    /// <summary>A role.</summary>
    public const string OfRoles = "role";

    /// <summary>The id of the taxonomy, where that of a skill stands else: there is one, and its changes apply in one order.</summary>
    public static Guid Taxonomy { get; } = new("01900000-0000-7000-8000-0000746178ff");

    /// <summary>The domain that it is, or is part of; null for a role, which stands in any number of them.</summary>
    public string? Within => Kind == OfDomains ? Slug : Domain;

    /// <summary>What a change is about; null for a change of a skill.</summary>
    /// <param name="change">The change.</param>
    public static Part? Of(Change? change) =>
        change switch
        {
            RenameDomain c => new Part(OfDomains, null, c.Domain),
            RenameGroup c => new Part(OfGroups, c.Domain, c.Group),
            RenameLevel c => new Part(OfLevels, c.Domain, c.Level),
            RenameRole c => new Part(OfRoles, null, c.Role),
            DescribeLevel c => new Part(OfLevels, c.Domain, c.Level),
            DescribeRole c => new Part(OfRoles, null, c.Role),
            Reordering c => new Part(OfDomains, null, c.Domain),
            RetireDomain c => new Part(OfDomains, null, c.Domain),
            RetireGroup c => new Part(OfGroups, c.Domain, c.Group),
            RetireLevel c => new Part(OfLevels, c.Domain, c.Level),
            RetireRole c => new Part(OfRoles, null, c.Role),
            _ => null,
        };

    /// <summary>As others are told of it.</summary>
    /// <param name="part">A part with its name.</param>
    public static Part Of(TaxonomyPart part) => new(part.Kind, part.Domain, part.Slug);

    /// <summary>With its name, for others.</summary>
    /// <param name="name">What it is called.</param>
    public TaxonomyPart Called(string name) => new(Kind, Slug, name, Domain);
}
