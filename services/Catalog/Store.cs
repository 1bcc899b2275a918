using JasperFx.Events.Projections;
using Marten;

namespace SkillPlatform.Catalog;

/// <summary>What the catalogue stores, by names that never change.</summary>
public static class Store
{
    public static void Configure(StoreOptions options)
    {
        var events = options.Events;
        events.MapEventType<SkillAdded>("skill-added");
        events.MapEventType<RequirementStated>("requirement-stated");
        events.MapEventType<RequirementReworded>("requirement-reworded");
        events.MapEventType<RequirementMadeMandatory>("requirement-made-mandatory");
        events.MapEventType<RequirementMadeOptional>("requirement-made-optional");
        events.MapEventType<RequirementDropped>("requirement-dropped");
        events.MapEventType<SkillRenamed>("skill-renamed");
        events.MapEventType<KeywordsReplaced>("keywords-replaced");
        events.MapEventType<SkillMoved>("skill-moved");
        events.MapEventType<SkillRetired>("skill-retired");
        events.MapEventType<DomainAdded>("domain-added");
        events.MapEventType<LevelsReplaced>("levels-replaced");
        events.MapEventType<GroupAdded>("group-added");
        events.MapEventType<RoleAdded>("role-added");
        events.MapEventType<ChangesApplied>("changes-applied");
        events.MapEventType<ChangesRefused>("changes-refused");

        options.Projections.Add(new SkillFold(), ProjectionLifecycle.Live);
        options.Projections.Add(new ApplicationFold(), ProjectionLifecycle.Live);
        options.Projections.Add(new TaxonomyFold(), ProjectionLifecycle.Inline);
        Versions.Register(options);
        options.Schema.For<Taxonomy>().DocumentAlias("taxonomy");
        options.Schema.For<SlugTaken>().DocumentAlias("slug_taken");
        SkillEntry.Configure(options);
        Import.Configure(options);
        // Two messages about one account at once: the one that commits second looks again.
        options.Schema.For<Account>().DocumentAlias("account").UseOptimisticConcurrency(true);
    }
}
