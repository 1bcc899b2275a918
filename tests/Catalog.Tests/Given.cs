using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog.Tests;

/// <summary>The beginnings that tests share.</summary>
internal static class Given
{
    public static readonly string[] Levels = ["junior", "middle", "senior"];
    public static readonly string[] Roles = ["developer", "tester", "architect"];

    public static readonly object[] TaxonomyEvents =
    [
        new DomainAdded("engineering", "Engineering", [.. Levels.Select(l => new Named(l, l.ToUpperInvariant()))]),
        new GroupAdded("engineering", "basics", "Basics"),
        new GroupAdded("engineering", "cloud", "Cloud"),
        new DomainAdded("design", "Design", [new("junior", "Junior"), new("master", "Master")]),
        new GroupAdded("design", "craft", "Craft"),
        .. Roles.Select(role => new RoleAdded(role, role.ToUpperInvariant())),
    ];

    public static readonly Taxonomy Taxonomy = TaxonomyEvents.Aggregate(Catalog.Taxonomy.Empty, Catalog.Taxonomy.Fold);

    public static readonly Surroundings Around = new(Taxonomy.Places, (_, _) => false);

    public static Skill? Skill(params object[] events) => events.Aggregate((Skill?)null, Catalog.Skill.Fold);

    /// <summary>Serverless, with one mandatory and one optional requirement.</summary>
    public static readonly object[] Events =
    [
        new SkillAdded("serverless", "Serverless", ["faas", "cloud"], "engineering", "cloud"),
        new RequirementStated("developer", "junior", true, "Knows what a function is."),
        new RequirementStated("developer", "senior", false, "Runs functions for others."),
    ];

    public static ProposalAccepted Accepted(Guid skill, params Change[] changes) =>
        new(
            Guid.CreateVersion7(),
            1,
            skill,
            "author-1",
            "reviewer-1",
            "Because it is so.",
            changes,
            DateTimeOffset.UtcNow
        );
}
