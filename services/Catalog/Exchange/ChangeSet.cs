using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marten;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>What of a skill would change. <c>Id</c> is null for one that would be added.</summary>
public sealed record SkillDiffers(Guid? Id, string Name, Change[] Changes);

/// <summary>What of a role, domain, group or level an import would change, as histories tell it; or that it would add one.</summary>
/// <param name="Near">Of one that would be added: what there is already that may have been meant.</param>
public sealed record PartDiffers(
    TaxonomyPart Taxonomy,
    string Kind,
    string? Before,
    string? After,
    string? Near = null
);

/// <summary>
/// What a file would change, skill by skill, each change with what its author saw: made by an import that is only checked,
/// by the upload of a contributor, or to undo an import. Whoever asked for it proposes it, or lets it be.
/// </summary>
public sealed class ChangeSet
{
    /// <summary>As many as reviewers can be asked to look at under one reason.</summary>
    public const int Most = 300;

    public const int LargestBytes = 16 * 1024 * 1024;
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>So many files of a person, to be proposed, are kept; the oldest are forgotten.</summary>
    public const int MostOfOne = 20;

    public Guid Id { get; set; }
    public string? By { get; set; }
    public string? Source { get; set; }
    public DateTimeOffset At { get; set; }

    /// <summary>The import that it undoes; null where it comes from a file.</summary>
    public Guid? Undoes { get; set; }

    public List<SkillDiffers> Skills { get; set; } = [];

    /// <summary>Further skills that differ; what of them is not kept.</summary>
    public int More { get; set; }

    /// <summary>What of the taxonomy an import would change: the first of it. A file that is proposed leaves it alone.</summary>
    public List<PartDiffers> Parts { get; set; } = [];

    public int MoreParts { get; set; }

    /// <summary>What leads back from what an import made of the taxonomy, for each role and domain.</summary>
    public List<Change[]> Back { get; set; } = [];

    public static void Configure(StoreOptions options) =>
        options.Schema.For<ChangeSet>().DocumentAlias("change_set").Index(s => s.At);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/changesets/{id:guid}", Get)
            .Produces<ChangeSetPage>()
            .WithSummary("What a file would change, skill by skill, as far as it is compared; for whoever sent it.");

    public void Add(SkillDiffers skill)
    {
        if (Skills.Count < Most)
            Skills.Add(skill);
        else
            More++;
    }

    /// <param name="events">What would happen to the taxonomy.</param>
    /// <param name="then">As it would be.</param>
    public void Tell(IEnumerable<object> events, Taxonomy then)
    {
        var (all, added) = (new List<PartDiffers>(), new List<(string Kind, Part Part)>());
        foreach (var @event in events)
            if (TaxonomyRows.Told(@event) is var (kind, part, before, after))
                all.Add(new(part.Called(then.Places.At(part)!.Name), kind, before, after));
            else if (Added(@event) is var (how, one))
                added.Add((how, one));
        var isNew = added.Select(a => a.Part).ToHashSet();
        // What may be a slip of the pen first.
        var first = added
            .Take(Most)
            .Select(a => (a.Kind, a.Part, then.Places.At(a.Part)!.Name))
            .Select(a => new PartDiffers(
                a.Part.Called(a.Name),
                a.Kind,
                null,
                null,
                Near.Of(
                    a.Name,
                    then.Places.Beside(a.Part)
                        .Where(n => !isNew.Contains(a.Part with { Slug = n.Slug }))
                        .Select(n => n.Name)
                )
            ))
            .OrderBy(a => a.Near is null);
        MoreParts = Math.Max(0, all.Count + added.Count - Most);
        Parts = [.. first.Concat(all).Take(Most)];
    }

    private static (string Kind, Part Part)? Added(object @event) =>
        @event switch
        {
            RoleAdded role => ("roleAdded", new Part(Part.OfRoles, null, role.Slug)),
            DomainAdded domain => ("domainAdded", new Part(Part.OfDomains, null, domain.Slug)),
            GroupAdded group => ("groupAdded", new Part(Part.OfGroups, group.Domain, group.Slug)),
            _ => null,
        };

    private static async Task<IResult> Get(HttpContext http, Guid id, IQuerySession session)
    {
        var (ct, caller) = (http.RequestAborted, Caller.Of(http));
        var import = await session.LoadAsync<Import>(id, ct);
        var set = await session.LoadAsync<ChangeSet>(id, ct);
        if (
            (import is null && set is null)
            || ((set?.By ?? import?.By) != caller.Id && !caller.Is(Roles.Administrator))
            || import is { DryRun: false }
        )
            return Refusal.NoSuch("change set").AsProblem();
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, ct) ?? Taxonomy.Empty;
        var now = (
            await ImportWorker.Fold(session, [.. (set?.Skills ?? []).Select(s => s.Id).OfType<Guid>()], ct)
        ).ToDictionary(s => s.Id, s => s.Skill with { Version = s.Version, Changed = s.Version });
        var skills = (set?.Skills ?? [])
            .Select(s => Now(s, s.Id is { } known ? now.GetValueOrDefault(known) : null, taxonomy.Places))
            .OfType<SkillChanges>()
            .ToArray();
        if (set is { Back.Count: > 0 })
            skills = [.. skills, .. await WhatTheyStandIn(set, now, taxonomy.Places, session, ct)];
        var people = await People.Load(session, [set?.By ?? import?.By], ct);
        return TypedResults.Ok(
            ChangeSetPage.Of(id, import, set, skills, people) with
            {
                TakesBack = set?.Undoes is { } undone && await UndoOrigin.Any(session, undone, ct),
            }
        );
    }

    // Each as those before it leave it, and after the skills. What stays is told.
    private static async Task<List<SkillChanges>> WhatTheyStandIn(
        ChangeSet set,
        Dictionary<Guid, Skill> skills,
        Places places,
        IQuerySession session,
        CancellationToken ct
    )
    {
        var standing = Vacated.By(
            from differs in set.Skills
            let skill = differs.Id is { } id ? skills.GetValueOrDefault(id) : null
            where skill is { Retired: false }
            select Of(differs, skill, places),
            await ChangeTaxonomy.Standing(session, set.Back.SelectMany(changes => changes), ct)
        );
        var back = new List<SkillChanges>();
        foreach (var all in set.Back)
        {
            var (changes, kept) = UndoTaxonomy.ToDo(all, places, standing);
            foreach (var part in kept)
                set.Parts.Add(new(part.Called(places.At(part)!.Name), $"{part.Kind}Kept", null, null));
            if (changes.Length == 0)
                continue;
            var course = TaxonomyCourse.Of(places, changes, standing);
            places = course.After;
            if (course.Conflicts.Count > 0 || course.Steps.Any(step => step.HasEffect))
                back.Add(Told(course));
        }
        return back;
    }

    // Of several parts of a domain, it is about the domain.
    private static SkillChanges Told(TaxonomyCourse course)
    {
        var first = course.Steps[0].Part;
        var part = course.Steps.All(s => s.Part == first) ? first : new Part(Part.OfDomains, null, first.Within!);
        var name = course.Steps[0].Before.At(part)!.Name;
        return new SkillChanges(
            null,
            name,
            [.. course.Steps.Select(step => step.Change)],
            [.. course.Conflicts],
            part.Called(name)
        );
    }

    // Whether a name is taken is told where it is proposed.
    private static Course Of(SkillDiffers differs, Skill? skill, Places places) =>
        Course.Of(skill?.Says, differs.Changes, new Surroundings(places, (_, _) => false));

    /// <summary>What is left to do of it, and what stands in the way by now; null where it is done. Pure.</summary>
    public static SkillChanges? Now(SkillDiffers differs, Skill? skill, Places places)
    {
        if (differs.Id is not null && skill is null or { Retired: true })
            return null;
        var course = Of(differs, skill, places);
        return course.Conflicts.Count == 0 && !course.Steps.Any(step => step.HasEffect)
            ? null
            : new SkillChanges(skill?.Slug, skill?.Name ?? differs.Name, differs.Changes, [.. course.Conflicts]);
    }
}

/// <param name="Skill">Slug; null for one that would be added, and for what skills stand in.</param>
/// <param name="Name">What it is called now.</param>
/// <param name="Changes">As a proposal takes them.</param>
/// <param name="Conflicts">Where somebody was faster.</param>
/// <param name="Taxonomy">The role, domain, group or level that changes; absent for a skill.</param>
public sealed record SkillChanges(
    string? Skill,
    string Name,
    Change[] Changes,
    Conflict[] Conflicts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaxonomyPart? Taxonomy = null
);

public sealed record ChangeSetPage(
    Guid Id,
    string State,
    string? Source,
    TableForm? Form,
    Person? By,
    int Done,
    int Total,
    int Unchanged,
    int More,
    ImportError[] Errors,
    IReadOnlyList<Recognised> Recognised,
    SkillChanges[] Skills,
    Guid? Undoes,
    DateTimeOffset CreatedAt,
    IReadOnlyList<PartDiffers> Taxonomy,
    int MoreTaxonomy,
    Guid? Table
)
{
    /// <summary>True where an import is undone that also brought ids elsewhere, or where texts are from: no proposal takes that back.</summary>
    public bool TakesBack { get; init; }

    public static ChangeSetPage Of(Guid id, Import? import, ChangeSet? set, SkillChanges[] skills, People people) =>
        new(
            id,
            import?.State ?? Import.Finished,
            import?.Source ?? set?.Source,
            import?.Form,
            people.Of(set?.By ?? import?.By),
            import?.Done ?? skills.Length,
            import?.Total ?? skills.Length,
            (import?.Unchanged ?? 0) + (set?.Skills.Count ?? 0) - skills.Count(s => s.Taxonomy is null),
            set?.More ?? 0,
            import?.Errors ?? [],
            import?.Recognised ?? [],
            skills,
            set?.Undoes,
            import?.CreatedAt ?? set!.At,
            set?.Parts ?? [],
            set?.MoreParts ?? 0,
            import?.Table
        );
}
