namespace SkillPlatform.Notifications;

/// <summary>What the changes of a skill come to, or of what skills stand in, and what else happened around it.</summary>
/// <param name="Name">Its name, as it is last.</param>
/// <param name="Slug">Its slug; null where it has none yet.</param>
/// <param name="Lines">The net effect of all changes.</param>
/// <param name="Activity">What happened to proposals, and comments; newest first.</param>
public sealed record DigestSkill(string Name, string? Slug, NewsLine[] Lines, IReadOnlyList<DigestNews> Activity)
{
    /// <summary>What it asks of a reader: mandatory before all else, then what is gone, then words.</summary>
    public int Weight =>
        Lines
            .Select(line =>
                line switch
                {
                    { Kind: "requirementMadeMandatory" } or { Kind: "requirementStated", MandatoryAfter: true } => 4,
                    {
                        Kind: "requirementDropped"
                            or "skillRetired"
                            or "skillAdded"
                            or "skillAbsorbed"
                            or "roleRetired"
                            or "levelRetired"
                            or "groupRetired"
                            or "domainRetired"
                            or "requirementStated"
                    } => 3,
                    { Kind: "requirementReworded" or "requirementMadeOptional" or "skillDescribed" } => 2,
                    _ => 1,
                }
            )
            .DefaultIfEmpty(0)
            .Max();
}

/// <summary>The skills of a domain, the most important first.</summary>
/// <param name="Name">Empty where it is not known.</param>
/// <param name="Skills">In order.</param>
public sealed record DigestDomain(string Name, IReadOnlyList<DigestSkill> Skills);

/// <summary>What a digest says: what is different now from what it was. Pure.</summary>
/// <param name="Domains">In order of importance.</param>
/// <param name="Imports">One for each import.</param>
public sealed record DigestContents(IReadOnlyList<DigestDomain> Domains, IReadOnlyList<DigestNews> Imports)
{
    public bool IsEmpty => Domains.Count == 0 && Imports.Count == 0;

    public IEnumerable<DigestSkill> Skills => Domains.SelectMany(domain => domain.Skills);

    public static DigestContents Of(IReadOnlyCollection<DigestNews> told)
    {
        var skills = told.Where(n => About(n.News) is not null)
            .GroupBy(n => About(n.News), StringComparer.Ordinal)
            .Select(about => (About: about.Select(n => n.News).ToArray(), Skill: Skill([.. about])))
            .Where(about => about.Skill.Lines.Length > 0 || about.Skill.Activity.Count > 0)
            .ToList();
        return new DigestContents(
            [
                .. skills
                    .GroupBy(
                        about =>
                            // Where it stands now, should it have been moved.
                            about.About.OrderBy(n => n.At).LastOrDefault(n => n.Domain is not null)?.Domain!.Name
                            ?? "",
                        about => about.Skill,
                        StringComparer.Ordinal
                    )
                    .Select(domain => new DigestDomain(
                        domain.Key,
                        [
                            .. domain
                                .OrderByDescending(skill => skill.Weight)
                                .ThenBy(skill => skill.Name, StringComparer.InvariantCulture),
                        ]
                    ))
                    // What stands in no domain has no heading: below another's it would seem to be that one's.
                    .OrderByDescending(domain => domain.Name.Length == 0)
                    .ThenByDescending(domain => domain.Skills[0].Weight)
                    .ThenBy(domain => domain.Name, StringComparer.InvariantCulture),
            ],
            [.. told.Where(n => About(n.News) is null)]
        );
    }

    // A skill, or what skills stand in or are for.
    private static string? About(News news) => news.SkillId?.ToString() ?? news.PartKey;

    private static DigestSkill Skill(DigestNews[] about)
    {
        var last = about.MaxBy(n => n.News.At)!.News;
        var changes = about
            .Select(n => n.News)
            .Where(n => n.Kind is NewsKind.Merged or NewsKind.SkillChanged)
            .DistinctBy(n => n.Id)
            .OrderBy(n => n.Version)
            .ThenBy(n => n.At);
        return new DigestSkill(
            last.SkillName,
            last.SkillSlug,
            NetEffect.Of(changes.SelectMany(n => n.Lines)),
            [
                .. about
                    // A merge is told by what it changed; what changed nothing in the end is not told at all.
                    .Where(n => n.News.Kind is not (NewsKind.SkillChanged or NewsKind.Merged or NewsKind.Accepted))
                    .OrderByDescending(n => n.News.At),
            ]
        );
    }
}
