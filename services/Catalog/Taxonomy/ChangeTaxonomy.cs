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
        // An import that puts skills there now is waited for; a later batch looks again.
        if (accepted.Changes.Any(change => change is Retiring))
            await session.QueryAsync<int>(
                "select 1 from mt_doc_taxonomy where id = ? for update",
                ct,
                Taxonomy.StreamId
            );
        var standing = await Standing(session, accepted.Changes, ct);
        var (course, done) = await session.Decide<Taxonomy, TaxonomyCourse>(
            Taxonomy.StreamId,
            taxonomy => TaxonomyCourse.Of((taxonomy ?? Taxonomy.Empty).Places, accepted.Changes, standing),
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

    /// <summary>What stands where something is to be retired.</summary>
    public static async Task<Dictionary<Part, long>> Standing(
        IQuerySession session,
        IEnumerable<Change> changes,
        CancellationToken ct
    )
    {
        var standing = new Dictionary<Part, long>();
        foreach (var part in changes.OfType<Retiring>().Select(Part.Of).OfType<Part>().Distinct())
            standing[part] = part.Kind switch
            {
                Part.OfGroups => await Count(
                    "skill_versions s where s.domain = ? and s.\"group\" = ?",
                    part.Domain!,
                    part.Slug
                ),
                Part.OfLevels => await Count(
                    $"{Requirements} and s.domain = ? and r.level = ?",
                    part.Domain!,
                    part.Slug
                ),
                Part.OfRoles => await Count($"{Requirements} and r.role = ?", part.Slug),
                // Its skills stand in its groups.
                _ => 0,
            };
        return standing;

        async Task<long> Count(string of, params object[] values) =>
            (
                await session.QueryAsync<long>(
                    $"select count(*) from {of} and s.to_version is null and not s.retired",
                    ct,
                    values
                )
            )[0];
    }

    private const string Requirements =
        "requirement_versions r join skill_versions s on s.skill = r.skill where r.to_version is null and r.description is not null";

    /// <summary>What has to happen; nothing where something stands in the way. Pure.</summary>
    public static IReadOnlyList<object> Events(TaxonomyCourse course) =>
        course.Conflicts.Count > 0 ? [] : [.. course.Steps.Where(step => step.HasEffect).Select(step => Event(step))];

    // What was before stands in the event: its history needs no replay.
    private static object Event(TaxonomyStep step)
    {
        var now = step.Named!;
        return step.Change switch
        {
            RenameDomain c => new DomainRenamed(c.Domain, now.Name, c.Name),
            RenameGroup c => new GroupRenamed(c.Domain, c.Group, now.Name, c.Name),
            RenameLevel c => new LevelRenamed(c.Domain, c.Level, now.Name, c.Name),
            RenameRole c => new RoleRenamed(c.Role, now.Name, c.Name),
            DescribeLevel c => new LevelDescribed(c.Domain, c.Level, now.Description ?? "", c.Description),
            DescribeRole c => new RoleDescribed(c.Role, now.Description ?? "", c.Description),
            ReorderLevels c => new LevelsReordered(c.Domain, Bare(step.Before.In(c)), Bare(step.After.In(c))),
            ReorderGroups c => new GroupsReordered(c.Domain, Bare(step.Before.In(c)), Bare(step.After.In(c))),
            RetireDomain c => new DomainRetired(c.Domain, now.Name, c.Undone),
            RetireGroup c => new GroupRetired(c.Domain, c.Group, now.Name, Into(step), c.Undone),
            RetireLevel c => new LevelRetired(c.Domain, c.Level, now.Name, Into(step), c.Undone),
            RetireRole c => new RoleRetired(c.Role, now.Name, Into(step), c.Undone),
            var other => throw new ArgumentOutOfRangeException(
                nameof(step),
                other.GetType().Name,
                "No such operation."
            ),
        };

        static Named? Into(TaxonomyStep step) =>
            ((Retiring)step.Change).Into is { } into ? step.Before.At(step.Part with { Slug = into })!.Bare() : null;

        static Named[] Bare(Named[] all) => [.. all.Select(named => named.Bare())];
    }
}
