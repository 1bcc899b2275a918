using System.Text.Json.Serialization;
using Marten;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>How many requirements are mandatory, before and after.</summary>
public sealed record Count(string Slug, string Name, int Before, int After);

/// <summary>Mandatory requirements in all, by role and by level.</summary>
public sealed record Counts(int Before, int After, IEnumerable<Count> Roles, IEnumerable<Count> Levels);

/// <summary>Another unfinished proposal on the same requirements.</summary>
public sealed record Neighbour(
    Guid Id,
    Person Author,
    string State,
    int Revision,
    string Rationale,
    IEnumerable<Cell> Requirements
);

/// <summary>What a proposal would do if it were applied now.</summary>
/// <param name="Skill">The skill as it would be; null if it cannot be told.</param>
/// <param name="Mandatory">Mandatory requirements before and after.</param>
/// <param name="Others">Other unfinished proposals touching the same requirements.</param>
/// <param name="Watchers">How many people watch the skill; null if that is not known at the moment.</param>
/// <param name="Conflicts">What would stand in the way.</param>
/// <param name="Into">What would become of the skill that it is merged into; null where it is merged into none.</param>
public sealed record Preview(
    SkillState? Skill,
    Counts Mandatory,
    IEnumerable<Neighbour> Others,
    int? Watchers,
    IEnumerable<Conflict> Conflicts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PreviewOfMerge? Into = null
);

/// <summary>What would become of a skill that another is merged into.</summary>
/// <param name="Skill">The skill as it would be.</param>
/// <param name="Mandatory">Its mandatory requirements before and after.</param>
/// <param name="Changes">What changes in it.</param>
public sealed record PreviewOfMerge(SkillState Skill, Counts Mandatory, Change[] Changes);

public static class PreviewProposal
{
    // Of as many of the newest that are not done with.
    private const int MostOthers = 50;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/{id:guid}/preview", OfSaved)
            .AllowAnonymous()
            .Produces<Preview>()
            .WithSummary("What a proposal would do if it were applied now.");
        api.MapPost("/preview", OfUnsaved)
            .Produces<Preview>()
            .WithSummary("What changes would do, before they are proposed.");
    }

    private static async Task<IResult> OfSaved(
        Guid id,
        HttpContext http,
        IQuerySession session,
        ProposalLog log,
        Catalogue catalogue,
        Watchers watchers
    )
    {
        var ct = http.RequestAborted;
        if (await session.LoadAsync<ProposalPage>(id, ct) is not { } page || !page.IsVisibleTo(http))
            return Refusal.NoSuch("proposal").AsProblem();
        var changes = (await log.Revision(page, page.Revision, ct))!.Changes;
        var (skill, around) = await catalogue.Find(page.Skill.Id.ToString(), changes, ct);
        // A skill that a proposal added is there once it is merged; its preview stays that of an addition.
        var now = changes is [AddSkill] ? null : skill;
        return await Answer(now, skill?.Id, changes, around, id, session, watchers, ct);
    }

    private static async Task<IResult> OfUnsaved(
        Proposed body,
        HttpContext http,
        IQuerySession session,
        Catalogue catalogue,
        Watchers watchers
    )
    {
        var ct = http.RequestAborted;
        var (skill, around) = await catalogue.Find(body.Skill, body.Changes, ct);
        // Nobody has to say why to see what would be.
        var (_, refusal) = SubmitProposal.Check(
            body with
            {
                Rationale = string.IsNullOrWhiteSpace(body.Rationale) ? "-" : body.Rationale,
            },
            skill,
            around,
            Guid.Empty,
            // What the platform proposed itself is revised in the same form, however long it is.
            most: Most.ByThePlatform
        );
        return refusal is { Kind: not RefusalKind.Conflict }
            ? refusal.AsProblem()
            : await Answer(skill, skill?.Id, body.Changes!, around, null, session, watchers, ct);
    }

    private static async Task<IResult> Answer(
        KnownSkill? now,
        Guid? skill,
        Change[] changes,
        Surroundings around,
        Guid? self,
        IQuerySession session,
        Watchers watchers,
        CancellationToken ct
    )
    {
        if (changes.Length > 0 && changes.All(change => Part.Of(change) is not null))
            return await OfTaxonomy(changes, around, self, session, ct);
        var watching = now is null ? Task.FromResult<int?>(0) : watchers.Of(now.State.Slug, ct);
        var course = Course.Of(now?.Says, changes, around);
        var after = course.After?.Shown(now?.State, around.Places);
        return TypedResults.Ok(
            new Preview(
                after,
                Mandatory(now?.State, after),
                skill is { } id ? await Others(id, self, Touching(changes), session, ct) : [],
                await watching,
                course.Conflicts,
                course.Into is { } into ? Of(into, around.Places) : null
            )
        );
    }

    private static PreviewOfMerge Of(Into into, Places places)
    {
        var (before, after) = (Shown(into.Before), Shown(into.After));
        return new PreviewOfMerge(
            after,
            Mandatory(before, after),
            Difference.Between(into.Before with { Version = 0 }, into.After with { Version = 0 })
        );

        SkillState Shown(Said says) => says.Shown(null, places) with { Slug = into.Skill.Slug };
    }

    // No skill says anything else than before.
    private static async Task<IResult> OfTaxonomy(
        Change[] changes,
        Surroundings around,
        Guid? self,
        IQuerySession session,
        CancellationToken ct
    )
    {
        var parts = changes.Select(Part.Of).OfType<Part>().ToHashSet();
        var others = await Others(
            Part.Taxonomy,
            self,
            p => p.Skill.Part is { } part && parts.Contains(Part.Of(part)) ? [] : null,
            session,
            ct
        );
        return TypedResults.Ok(
            new Preview(
                null,
                new Counts(0, 0, [], []),
                others,
                null,
                TaxonomyCourse.Of(around.Places, changes, around.Standing).Conflicts
            )
        );
    }

    /// <summary>Mandatory requirements of two states of a skill, counted.</summary>
    public static Counts Mandatory(SkillState? before, SkillState? after)
    {
        var (had, has) = (Only(before), Only(after));
        return new Counts(
            had.Length,
            has.Length,
            By(before?.Roles, after?.Roles, r => r.Role),
            By(before?.Levels, after?.Levels, r => r.Level)
        );

        static Requirement[] Only(SkillState? skill) => [.. (skill?.Requirements ?? []).Where(r => r.Mandatory)];

        Count[] By(Named[]? one, Named[]? other, Func<Requirement, string> key) =>
            [
                .. (one ?? [])
                    .Concat(other ?? [])
                    .DistinctBy(n => n.Slug, StringComparer.Ordinal)
                    .Select(n => new Count(
                        n.Slug,
                        n.Name,
                        had.Count(r => key(r) == n.Slug),
                        has.Count(r => key(r) == n.Slug)
                    )),
            ];
    }

    private static Func<ProposalPage, Cell[]?> Touching(Change[] changes)
    {
        // Whatever is proposed for a skill that goes can no longer be done.
        if (changes.Any(change => change is MergeSkill))
            return page => page.Cells;
        var cells = changes.Select(Cell.Of).OfType<Cell>().ToHashSet();
        return page => page.Cells.Intersect(cells).ToArray() is { Length: > 0 } same ? same : null;
    }

    // What they have in common with it; null where nothing.
    private static async Task<IEnumerable<Neighbour>> Others(
        Guid skill,
        Guid? self,
        Func<ProposalPage, Cell[]?> touching,
        IQuerySession session,
        CancellationToken ct
    )
    {
        var pages = await session
            .Query<ProposalPage>()
            .Where(p => p.Skill.Id == skill && p.Submitted)
            .Where(p => p.State.IsOneOf(State.Open, State.ChangesRequested, State.Conflicted, State.Accepted))
            .OrderByDescending(p => p.Id)
            .Take(200)
            .ToListAsync(ct);
        var others = pages
            .Where(p => p.Id != self)
            .Select(p => (Page: p, Cells: touching(p)))
            .Where(p => p.Cells is not null)
            .Take(MostOthers)
            .ToArray();
        var people = await People.Load(session, others.Select(p => p.Page.Author), ct);
        return others.Select(p => new Neighbour(
            p.Page.Id,
            people[p.Page.Author]!,
            p.Page.State,
            p.Page.Revision,
            p.Page.Rationale,
            p.Cells!
        ));
    }

    /// <summary>What a skill would say, as a state with its names: requirements by level, then role.</summary>
    public static SkillState Shown(this Said skill, SkillState? before, Places places)
    {
        var domain = places.Domain(skill.Place.Domain)!;
        var roles = places.RolesOf(skill.Requirements.Select(r => r.Role));
        return new SkillState(
            before?.Slug ?? "",
            skill.Name,
            [.. skill.Keywords],
            new Named(domain.Slug, domain.Name),
            domain.Groups.FirstOrDefault(g => g.Slug == skill.Place.Group)
                ?? before?.Group
                ?? new Named(skill.Place.Group, skill.Place.Group),
            domain.Levels,
            roles,
            [
                .. skill
                    .Requirements.OrderBy(r => Array.FindIndex(domain.Levels, l => l.Slug == r.Level))
                    .ThenBy(r => Array.FindIndex(roles, role => role.Slug == r.Role)),
            ],
            skill.Retired,
            skill.Description.Length > 0 ? skill.Description : null,
            before?.ExternalIds
        );
    }
}
