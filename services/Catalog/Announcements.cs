using JasperFx.Events;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>The only place where a stored event becomes a public message.</summary>
public static class Announcements
{
    public static async Task<object?> Of(IEvent @event, Around around, CancellationToken ct) =>
        @event.Data switch
        {
            ChangesApplied e => new ProposalApplied(
                e.Proposal,
                e.Revision,
                e.Skill,
                e.Slug,
                e.FromVersion,
                e.Version,
                @event.Timestamp
            ),
            ChangesRefused e => new ProposalConflicted(e.Proposal, e.Revision, e.Conflicts, @event.Timestamp),
            CatalogueImported e => new ImportFinished(
                @event.StreamId,
                Provenance.Of(@event).Author,
                e.Source,
                e.Added,
                e.Changed,
                e.Unchanged,
                @event.Timestamp
            ),
            EditionPublished e => new Contracts.EditionPublished(
                @event.StreamId,
                Edition.Fold(null, @event.StreamId, e)!.Slug,
                e.Name,
                e.Notes,
                e.By,
                e.AsOf,
                e.At
            ),
            // Skill and taxonomy change by commits of many events; the last one speaks for all.
            _ when !@event.EndsCommit() => null,
            _ when Catalog.Taxonomy.IsChangedBy(@event.Data) => await Taxonomy(@event, around, ct),
            _ when Catalog.Skill.IsChangedBy(@event.Data) => Told(await Skill(@event, around, ct)),
            _ when Upkeep.Keeps(@event.Data) => await Kept(@event, around, ct),
            _ => null,
        };

    // An import changes thousands within seconds. Web may miss some during an upgrade: it keeps a page for half a minute at most.
    private static object Told(SkillChanged change) =>
        change.ImportId is null
            ? change
            : new Together(
                change,
                change.Skill.Requirements.Sum(r => r.Description.Length)
                    + change.Changes.Sum(c => (c.Before?.Length ?? 0) + (c.After?.Length ?? 0)),
                InOne,
                ["Notifications", "Proposals"]
            );

    private static SkillsChanged InOne(IReadOnlyList<(Guid Id, object Message)> told) =>
        new([.. told.Select(one => new ChangedSkill(one.Id, (SkillChanged)one.Message))]);

    private static async Task<object> Kept(IEvent last, Around around, CancellationToken ct)
    {
        var events = await around.Stream(last, ct);
        var skill = events.Aggregate((Skill?)null, (state, e) => Catalog.Skill.Fold(state, e.Data))!;
        if (last.Data is not ReviewFellDue due)
            return new SkillKept(
                last.StreamId,
                skill.Slug,
                last.Data is ReviewPlanned ? "reviewPlanned" : "confirmed",
                Provenance.Of(last).Author,
                last.Timestamp
            );
        return new ReviewDue(
            last.StreamId,
            skill.Slug,
            skill.Name,
            skill.Domain,
            skill.Group,
            due.On,
            skill.Review!.By,
            [.. (await around.Once(Account.Reviewers, ct)).Where(a => a.StillReviews(skill.Domain)).Select(a => a.Id)],
            last.Timestamp
        );
    }

    private static async Task<TaxonomyChanged> Taxonomy(IEvent last, Around around, CancellationToken ct)
    {
        var events = await around.Stream(last, ct);
        var taxonomy = events.Aggregate(Catalog.Taxonomy.Empty, (state, e) => Catalog.Taxonomy.Fold(state, e.Data));
        return new TaxonomyChanged(last.Version, [.. taxonomy.Domains], [.. taxonomy.Roles], Retired(taxonomy));
    }

    private static TaxonomyPart[]? Retired(Taxonomy taxonomy)
    {
        if (taxonomy.Retirements == 0)
            return null;
        var gone = taxonomy.RetiredDomains;
        return
        [
            .. taxonomy.RetiredRoles.Select(r => new TaxonomyPart(Part.OfRoles, r.Slug, r.Name)),
            .. gone.Where(d => taxonomy.Domain(d.Slug) is null)
                .Select(d => new TaxonomyPart(Part.OfDomains, d.Slug, d.Name)),
            .. gone.SelectMany(d => d.Groups.Select(g => new TaxonomyPart(Part.OfGroups, g.Slug, g.Name, d.Slug))),
            .. gone.SelectMany(d => d.Levels.Select(l => new TaxonomyPart(Part.OfLevels, l.Slug, l.Name, d.Slug))),
        ];
    }

    private static async Task<SkillChanged> Skill(IEvent last, Around around, CancellationToken ct)
    {
        var events = await around.Stream(last, ct);
        var from = events.LastOrDefault(e => e.Version < last.Version && e.EndsCommit())?.Version ?? 0;
        var changes = new List<Changed>();
        Skill? skill = null;
        foreach (var e in events)
        {
            var before = skill;
            skill = Catalog.Skill.Fold(before, e.Data);
            if (e.Version > from)
                changes.Add(Change(e, before, skill!));
        }
        // Thousands of roles, and nearly always those of the page before.
        var taxonomy = await around.Once(
            (_, token) => around.Services.GetRequiredService<TaxonomyNow>().Read(token),
            ct
        );
        var by = Provenance.Of(last);
        return new SkillChanged(
            last.StreamId,
            from,
            last.Version,
            last.Timestamp,
            by.Author,
            by.Reviewer,
            by.Reason,
            by.Proposal,
            by.Import,
            [.. changes],
            State(skill!, taxonomy),
            by.Import is { } import ? (await around.Load<Import>(import, ct))?.Source ?? "" : null
        );
    }

    private static SkillState State(Skill skill, KnownTaxonomy taxonomy)
    {
        Named[] levels = [.. (taxonomy.Domain(skill.Domain)?.Levels ?? []).Select(level => level.Bare())];
        var roles = taxonomy.RolesOf(skill.Requirements.Keys.Select(c => c.Role));
        return new SkillState(
            skill.Slug,
            skill.Name,
            [.. skill.Keywords],
            taxonomy.DomainNamed(skill.Domain),
            taxonomy.Group(skill.Domain, skill.Group).Bare(),
            levels,
            roles,
            [
                .. skill
                    .Requirements.OrderBy(r => Array.FindIndex(levels, level => level.Slug == r.Key.Level))
                    .ThenBy(r => Array.FindIndex(roles, role => role.Slug == r.Key.Role))
                    .Select(r => new Requirement(r.Key.Role, r.Key.Level, r.Value.Mandatory, r.Value.Description)),
            ],
            skill.Retired,
            skill.Description.Length > 0 ? skill.Description : null,
            skill.ExternalIds.Length > 0 ? [.. skill.ExternalIds] : null,
            skill.MergedInto
        );
    }

    private static Changed Change(IEvent e, Skill? before, Skill after)
    {
        return e.Data switch
        {
            SkillAdded d => Of("skillAdded", null, d.Name),
            SkillRenamed d => Of("skillRenamed", before!.Name, d.Name),
            KeywordsReplaced d => Of("keywordsReplaced", Text(before!.Keywords), Text(d.Keywords)),
            SkillDescribed d => Of("skillDescribed", TextForm.Said(before!.Description), TextForm.Said(d.Description)),
            ExternalIdsReplaced d => Of(
                "externalIdsReplaced",
                SkillExternalId.Text(before!.ExternalIds),
                SkillExternalId.Text(d.ExternalIds)
            ),
            SkillMoved d => Of("skillMoved", $"{before!.Domain}/{before.Group}", $"{d.Domain}/{d.Group}"),
            SkillRetired => Of("skillRetired", before!.Name, null),
            SkillMerged d => Of("skillMerged", before!.Name, d.Name) with { Other = after.MergedInto },
            SkillAbsorbed d => Of("skillAbsorbed", d.Name, before!.Name) with
            {
                Other = new OtherSkill(d.Skill, d.Slug, d.Name, d.Domain, d.Group),
            },
            RequirementStated d => At("requirementStated", d.Role, d.Level),
            RequirementReworded d => At("requirementReworded", d.Role, d.Level),
            RequirementMadeMandatory d => At("requirementMadeMandatory", d.Role, d.Level),
            RequirementMadeOptional d => At("requirementMadeOptional", d.Role, d.Level),
            RequirementDropped d => At("requirementDropped", d.Role, d.Level),
            _ => throw new InvalidOperationException($"{e.EventTypeName} says nothing of a skill."),
        };

        Changed Of(string kind, string? was, string? now) => new(e.Version, kind, null, null, was, now, null, null);

        Changed At(string kind, string role, string level)
        {
            var cell = new Cell(role, level);
            var (was, now) = (before?.Requirements.GetValueOrDefault(cell), after.Requirements.GetValueOrDefault(cell));
            return new Changed(
                e.Version,
                kind,
                role,
                level,
                was?.Description,
                now?.Description,
                was?.Mandatory,
                now?.Mandatory
            );
        }
    }

    private static string Text(IEnumerable<string> keywords) => string.Join(", ", keywords);
}
