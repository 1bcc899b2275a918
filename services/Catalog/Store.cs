using JasperFx.Events.Projections;
using Marten;

namespace SkillPlatform.Catalog;

/// <summary>What the catalogue stores, by names that never change.</summary>
public static class Store
{
    /// <summary>What release 1 cannot read.</summary>
    public static bool IsNew(object @event) =>
        @event
            is SkillMerged
                or SkillAbsorbed
                or DomainRenamed
                or GroupRenamed
                or LevelRenamed
                or RoleRenamed
                or LevelDescribed
                or RoleDescribed
                or TaxonomyIdsReplaced
                or LevelsReordered
                or GroupsReordered
                or DomainRetired
                or GroupRetired
                or LevelRetired
                or RoleRetired;

    public static void Configure(StoreOptions options)
    {
        var events = options.Events;
        events.MapEventType<SkillAdded>("skill_added");
        events.MapEventType<RequirementStated>("requirement_stated");
        events.MapEventType<RequirementReworded>("requirement_reworded");
        events.MapEventType<RequirementMadeMandatory>("requirement_made_mandatory");
        events.MapEventType<RequirementMadeOptional>("requirement_made_optional");
        events.MapEventType<RequirementDropped>("requirement_dropped");
        events.MapEventType<SkillRenamed>("skill_renamed");
        events.MapEventType<KeywordsReplaced>("keywords_replaced");
        events.MapEventType<SkillDescribed>("skill_described");
        events.MapEventType<ExternalIdsReplaced>("external_ids_replaced");
        events.MapEventType<SkillMoved>("skill_moved");
        events.MapEventType<SkillRetired>("skill_retired");
        events.MapEventType<SkillMerged>("skill_merged");
        events.MapEventType<SkillAbsorbed>("skill_absorbed");
        events.MapEventType<SkillConfirmed>("skill_confirmed");
        events.MapEventType<RequirementConfirmed>("requirement_confirmed");
        events.MapEventType<ReviewPlanned>("review_planned");
        events.MapEventType<ReviewFellDue>("review_fell_due");
        events.MapEventType<DomainAdded>("domain_added");
        events.MapEventType<LevelsReplaced>("levels_replaced");
        events.MapEventType<GroupAdded>("group_added");
        events.MapEventType<RoleAdded>("role_added");
        events.MapEventType<DomainOriginStated>("domain_origin_stated");
        events.MapEventType<DomainRenamed>("domain_renamed");
        events.MapEventType<GroupRenamed>("group_renamed");
        events.MapEventType<LevelRenamed>("level_renamed");
        events.MapEventType<RoleRenamed>("role_renamed");
        events.MapEventType<LevelDescribed>("level_described");
        events.MapEventType<RoleDescribed>("role_described");
        events.MapEventType<TaxonomyIdsReplaced>("taxonomy_ids_replaced");
        events.MapEventType<LevelsReordered>("levels_reordered");
        events.MapEventType<GroupsReordered>("groups_reordered");
        events.MapEventType<DomainRetired>("domain_retired");
        events.MapEventType<GroupRetired>("group_retired");
        events.MapEventType<LevelRetired>("level_retired");
        events.MapEventType<RoleRetired>("role_retired");
        events.MapEventType<ChangesApplied>("changes_applied");
        events.MapEventType<ChangesRefused>("changes_refused");

        options.Projections.Add(new SkillFold(), ProjectionLifecycle.Live);
        options.Projections.Add(new ApplicationFold(), ProjectionLifecycle.Live);
        options.Projections.Add(new TaxonomyFold(), ProjectionLifecycle.Inline);
        Versions.Register(options);
        options.Schema.For<Taxonomy>().DocumentAlias("taxonomy");
        SlugTaken.Configure(options);
        options.Schema.For<SkillExternalId>().DocumentAlias("skill_external_id");
        SkillEntry.Configure(options);
        SearchIndex.Register(options);
        Import.Configure(options);
        Edition.Configure(options);
        // Two messages about one account at once: the one that commits second looks again.
        options.Schema.For<Account>().DocumentAlias("account").UseOptimisticConcurrency(true);
    }
}
