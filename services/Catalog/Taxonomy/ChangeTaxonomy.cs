using Marten;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>Applies an accepted proposal about what skills stand in: all of its changes, each against what its author saw, or none.</summary>
public static class ChangeTaxonomy
{
    public static async Task Apply(
        IDocumentSession session,
        ProposalAccepted accepted,
        Guid application,
        CancellationToken ct
    )
    {
        var (course, done) = await session.Decide<Taxonomy, TaxonomyCourse>(
            Taxonomy.StreamId,
            taxonomy => TaxonomyCourse.Of((taxonomy ?? Taxonomy.Empty).Places, accepted.Changes),
            course => Decision.Of(Events(course)),
            ct: ct
        );
        await session.Decide<Application>(
            application,
            _ => Decision.Of(WhenProposalAccepted.Answer(accepted, course.Conflicts, course.Steps[0].Part.Slug, done)),
            starts: true,
            ct: ct
        );
    }

    /// <summary>What has to happen; nothing where something stands in the way. Pure.</summary>
    public static IReadOnlyList<object> Events(TaxonomyCourse course) =>
        course.Conflicts.Count > 0
            ? []
            : [.. course.Steps.Where(step => step.HasEffect).Select(step => Event(step.Change, step.Before!))];

    // What was before stands in the event: its history needs no replay.
    private static object Event(Change change, Named now) =>
        change switch
        {
            RenameDomain c => new DomainRenamed(c.Domain, now.Name, c.Name),
            RenameGroup c => new GroupRenamed(c.Domain, c.Group, now.Name, c.Name),
            RenameLevel c => new LevelRenamed(c.Domain, c.Level, now.Name, c.Name),
            RenameRole c => new RoleRenamed(c.Role, now.Name, c.Name),
            DescribeLevel c => new LevelDescribed(c.Domain, c.Level, now.Description ?? "", c.Description),
            DescribeRole c => new RoleDescribed(c.Role, now.Description ?? "", c.Description),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "No such operation."),
        };
}
