using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog.Tests;

public sealed class ImportDecisionsTests
{
    private static readonly CatalogDocument.Requirement Junior = new("Engineer", "Junior", true, "Knows.");
    private static readonly CatalogDocument.Requirement Senior = new("Engineer", "Senior", false, "Leads.");

    [Fact]
    public void A_new_catalogue_begins_with_its_roles_domains_and_groups() =>
        Assert.Equivalent(
            new object[]
            {
                new RoleAdded("c-sharp-engineer", "C# Engineer"),
                new RoleAdded("c-sharp-engineer-2", "C Sharp Engineer"),
                new DomainAdded("cloud", "Cloud", [new("low", "Low"), new("low-2", "low"), new("high", "High")]),
                new GroupAdded("cloud", "compute", "Compute"),
            },
            Taxonomy(null, Document(["C# Engineer", "C Sharp Engineer"], ["Low", "low", "High"])),
            strict: true
        );

    [Fact]
    public void What_a_check_would_add_is_told_with_what_may_have_been_meant()
    {
        var there = After(Document(["Engineer", "Pilot"], null));
        var events = Taxonomy(there, Document(["Writer", "Enginer", "Enginers"], null));
        var check = new ChangeSet();
        check.Tell(events, events.Aggregate(there, Catalog.Taxonomy.Fold));
        Assert.Equal(
            [
                ("roleAdded", "Enginer", "Engineer"),
                ("roleAdded", "Enginers", "Engineer"),
                ("roleAdded", "Writer", null),
            ],
            check.Parts.Select(p => (p.Kind, p.Taxonomy.Name, p.Near))
        );
    }

    [Theory]
    [InlineData(null, "Chief mate→Mate", "/roles/0")]
    [InlineData("Cook", "Chief mate→Mate, Mate→Cook", "")]
    public void What_was_retired_and_has_an_id_elsewhere_does_not_come_back_under_another_name(
        string? into,
        string told,
        string errors
    )
    {
        ExternalId[] ids = [new("esco", "r2")];
        var now = new object[]
        {
            new RoleAdded("mate", "Mate"),
            new RoleAdded("cook", "Cook"),
            new DomainAdded("cloud", "Cloud", [new("junior", "Junior")]),
            new TaxonomyIdsReplaced("role", null, "mate", [], ids),
            new RoleRetired("mate", "Mate", into is null ? null : new Named("cook", into)),
        }.Aggregate(Catalog.Taxonomy.Empty, Catalog.Taxonomy.Fold);
        var needs = new CatalogDocument.Skill("S", null, [Junior with { Role = "Chief mate" }]);
        var document = new CatalogDocument(
            null,
            null,
            null,
            [new CatalogDocument.Term("Chief mate", null, ids)],
            [new CatalogDocument.Domain("Cloud", null, [new CatalogDocument.Group("Compute", [needs])])]
        );
        var (present, _, recognised) = document.InPresentNames(now);
        Assert.Equal(told, string.Join(", ", recognised.Select(r => $"{r.Called}→{r.Name}")));
        Assert.Equal(errors, string.Join(' ', document.Retired(now).Select(e => e.Pointer)));
        if (into is not null)
            Assert.Equal(into, present.Domains[0].Groups[0].Skills[0].Requirements[0].Role);
        // Where nothing stands in it, it is left out.
        var (left, _) = (document with { Domains = [] }).InPresentNames(now).Document.WithoutRetired(now);
        Assert.Equal(into is null ? [] : [into], left.Roles.Select(r => r.Name));
    }

    [Fact]
    public void A_domain_without_levels_gets_the_usual_ones()
    {
        var added = Assert.Single(Taxonomy(null, Document([], null)).OfType<DomainAdded>());
        Assert.Equal(CatalogDocument.UsualLevels, added.Levels.Select(l => l.Name));
    }

    [Fact]
    public void What_is_there_already_makes_no_event()
    {
        var document = Document(["Engineer"], ["Low", "High"]);
        Assert.Empty(Taxonomy(After(document), document));
        Assert.Empty(Taxonomy(After(document), Document(["Engineer"], null)));
    }

    [Fact]
    public void Levels_take_the_stated_order_and_none_is_lost()
    {
        var now = After(Document([], ["Low", "Middle", "High"]));
        var events = Taxonomy(now, Document([], ["High", "Peak", "Low"]));
        var replaced = Assert.IsType<LevelsReplaced>(Assert.Single(events));
        Assert.Equal(["High", "Peak", "Low", "Middle"], replaced.Levels.Select(l => l.Name));
        var then = Catalog.Taxonomy.Fold(now, replaced);
        Assert.Empty(Taxonomy(then, Document([], ["High", "Peak", "Low"])));
    }

    [Fact]
    public void A_usual_level_joins_a_domain_of_its_own_levels_only_where_it_is_needed()
    {
        var now = After(Document([], ["Own"]));
        var skill = new CatalogDocument.Skill("Lambda", [], [Junior]);
        var replaced = Assert.IsType<LevelsReplaced>(
            Assert.Single(Taxonomy(now, Document(["Engineer"], null, skill)).Skip(1))
        );
        Assert.Equal(["Own", "Junior"], replaced.Levels.Select(l => l.Name));
    }

    [Fact]
    public void A_new_skill_is_added_with_its_requirements() =>
        Assert.Equivalent(
            new object[]
            {
                new SkillAdded("lambda", "Lambda", ["faas"], "cloud", "compute"),
                new RequirementStated("engineer", "junior", true, "Knows."),
                new RequirementStated("engineer", "senior", false, "Leads."),
            },
            Decide(null, Skill(["faas"], Junior, Senior)),
            strict: true
        );

    [Fact]
    public void A_skill_that_is_so_already_makes_no_event() =>
        Assert.Empty(Decide(Given(Skill(["faas"], Junior, Senior)), Skill(["faas"], Senior, Junior)));

    [Fact]
    public void A_skill_becomes_as_the_document_says() =>
        Assert.Equivalent(
            new object[]
            {
                new KeywordsReplaced(["faas", "events"]),
                new RequirementReworded("engineer", "junior", "Knows more."),
                new RequirementMadeOptional("engineer", "junior"),
                new RequirementStated("engineer", "lead", true, "Decides."),
                new RequirementDropped("engineer", "senior"),
            },
            Decide(
                Given(Skill(["faas"], Junior, Senior)),
                Skill(
                    ["faas", "events"],
                    Junior with
                    {
                        Mandatory = false,
                        Description = "Knows more.",
                    },
                    new("Engineer", "Lead", true, "Decides.")
                )
            ),
            strict: true
        );

    [Fact]
    public void A_skill_that_stands_in_another_group_is_moved()
    {
        var now = Given(Skill([]));
        var moved = Decide(now with { Group = "elsewhere" }, Skill([]));
        Assert.Equal([new SkillMoved("cloud", "compute")], moved);
    }

    [Fact]
    public void Deciding_twice_adds_nothing()
    {
        var wanted = Skill(["x"], Senior);
        var events = Decide(Given(Skill(["faas"], Junior, Senior)), wanted);
        var then = events.Aggregate(Given(Skill(["faas"], Junior, Senior)), (s, e) => Catalog.Skill.Fold(s, e)!);
        Assert.Empty(Decide(then, wanted));
    }

    private static CatalogDocument.Skill Skill(string[] keywords, params CatalogDocument.Requirement[] requirements) =>
        new("Lambda", keywords, requirements);

    private static CatalogDocument Document(string[] roles, string[]? levels, params CatalogDocument.Skill[] skills) =>
        new(
            "test",
            null,
            null,
            [.. roles],
            [new("Cloud", levels is null ? null : [.. levels], [new("Compute", skills)])]
        );

    private static IReadOnlyList<object> Taxonomy(Taxonomy? now, CatalogDocument document) =>
        ImportDecisions.Decide(now ?? Catalog.Taxonomy.Empty, document);

    private static Taxonomy After(CatalogDocument document) =>
        Taxonomy(null, document).Aggregate(Catalog.Taxonomy.Empty, Catalog.Taxonomy.Fold);

    private static object[] Decide(Skill? now, CatalogDocument.Skill skill)
    {
        var document = Document(["Engineer"], null, skill);
        return ImportDecisions.Decide(now, "lambda", WholeDocument.Wanted(document, After(document)).Single().Says);
    }

    private static Skill Given(CatalogDocument.Skill skill) =>
        Decide(null, skill).Aggregate((Skill?)null, Catalog.Skill.Fold)!;
}
