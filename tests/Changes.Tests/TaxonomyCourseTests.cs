using SkillPlatform.Contracts;

namespace SkillPlatform.Changes.Tests;

/// <summary>What changes do to the taxonomy: each against what its author saw, all or nothing.</summary>
public sealed class TaxonomyCourseTests
{
    private static readonly Places Now = new(
        [
            new("sea", "Sea", [new("low", "Low"), new("high", "High")], [new("deck", "Deck"), new("hull", "Hull")]),
            new("air", "Air", [new("low", "Low")], [new("deck", "Deck")]),
        ],
        [new("pilot", "Pilot"), new("mate", "Mate")]
    );

    private static TaxonomyCourse Of(params Change[] changes) => TaxonomyCourse.Of(Now, changes);

    [Fact]
    public void Each_is_renamed_where_it_is_and_its_slug_stays()
    {
        var course = Of(
            new RenameRole("pilot", "Pilot", " Harbour  pilot "),
            new RenameDomain("sea", "Sea", "Ocean"),
            new RenameGroup("sea", "deck", "Deck", "On deck"),
            new RenameLevel("sea", "low", "Low", "Lower")
        );
        Assert.Empty(course.Conflicts);
        Assert.All(course.Steps, step => Assert.True(step.HasEffect));
        Assert.Equal(["pilot Harbour pilot", "mate Mate"], course.After.Roles.Select(r => $"{r.Slug} {r.Name}"));
        var sea = course.After.Domain("sea")!;
        Assert.Equal(("Ocean", "On deck", "Lower"), (sea.Name, sea.Groups[0].Name, sea.Levels[0].Name));
        var air = course.After.Domain("air")!;
        Assert.Equal(("Air", "Deck", "Low"), (air.Name, air.Groups[0].Name, air.Levels[0].Name));
    }

    [Fact]
    public void What_is_so_already_does_nothing_and_what_others_changed_is_a_conflict()
    {
        Assert.False(Assert.Single(Of(new RenameRole("pilot", "Anything", "Pilot")).Steps).HasEffect);
        var course = Of(new RenameRole("mate", "Mate", "First mate"), new RenameRole("pilot", "Helmsman", "Steersman"));
        Assert.Equal(new Conflict(1, "changed", "Helmsman", "Pilot", "Steersman"), Assert.Single(course.Conflicts));
    }

    [Fact]
    public void Names_that_look_the_same_are_taken_among_the_same_kind_in_the_same_domain()
    {
        Assert.Equal("name-taken", Assert.Single(Of(new RenameRole("pilot", "Pilot", "Mate")).Conflicts).Code);
        Assert.Equal("name-taken", Assert.Single(Of(new RenameGroup("sea", "deck", "Deck", "Hull")).Conflicts).Code);
        Assert.Empty(Of(new RenameGroup("air", "deck", "Deck", "Hull")).Conflicts);
        // Names can change places within one proposal, since each applies to what those before it left.
        Assert.Empty(
            Of(
                new RenameRole("pilot", "Pilot", "Nobody"),
                new RenameRole("mate", "Mate", "Pilot"),
                new RenameRole("pilot", "Nobody", "Mate")
            ).Conflicts
        );
    }

    [Fact]
    public void What_is_not_there_is_named_by_its_pointer()
    {
        var course = Of(
            new RenameRole("cook", "Cook", "Chef"),
            new RenameGroup("air", "hull", "Hull", "Skin"),
            new RenameLevel("moon", "low", "Low", "Lower")
        );
        Assert.Equal(["/0/role", "/1/group", "/2/level"], course.Unknown.Select(u => u.Pointer));
        Assert.All(course.Conflicts, conflict => Assert.Equal("missing", conflict.Code));
    }

    [Fact]
    public void A_description_is_held_against_what_its_author_saw_and_an_empty_one_says_nothing()
    {
        var course = Of(new DescribeRole("pilot", "", "Steers.\r\n"), new DescribeLevel("sea", "low", "", "Begins."));
        Assert.Empty(course.Conflicts);
        Assert.Equal("Steers.", course.After.Roles[0].Description);
        Assert.Equal("Begins.", course.After.Domain("sea")!.Levels[0].Description);
        Assert.Null(course.After.Domain("air")!.Levels[0].Description);
        var gone = TaxonomyCourse.Of(course.After, [new DescribeRole("pilot", "Steers.", " ")]);
        Assert.Null(gone.After.Roles[0].Description);
        var late = TaxonomyCourse.Of(course.After, [new DescribeRole("pilot", "", "Leads.")]);
        Assert.Equal(new Conflict(0, "changed", "", "Steers.", "Leads."), Assert.Single(late.Conflicts));
        Assert.Equal(
            "/description",
            Assert.Single(Normal.Errors(new DescribeRole("pilot", "", new string('x', 5001)))).Pointer
        );
    }

    [Fact]
    public void Levels_and_groups_are_put_in_another_order_if_they_are_those_its_author_saw()
    {
        var course = Of(
            new ReorderLevels("sea", ["low", "high"], ["high", "low"]),
            new ReorderGroups("sea", ["deck", "hull"], ["hull", "deck"]),
            new RenameLevel("sea", "low", "Low", "Lower")
        );
        Assert.Empty(course.Conflicts);
        var sea = course.After.Domain("sea")!;
        Assert.Equal(["High", "Lower"], sea.Levels.Select(l => l.Name));
        Assert.Equal(["Hull", "Deck"], sea.Groups.Select(g => g.Name));
        Assert.Equal(Now.Domain("air"), course.After.Domain("air"));
        var again = TaxonomyCourse.Of(course.After, [new ReorderLevels("sea", ["low", "high"], ["high", "low"])]);
        Assert.False(Assert.Single(again.Steps).HasEffect);
        Assert.Empty(again.Conflicts);
        // One that came meanwhile has no place in it.
        var late = Of(new ReorderGroups("sea", ["deck"], ["deck"]));
        Assert.Equal(new Conflict(0, "changed", "Deck", "Deck, Hull", "Deck"), Assert.Single(late.Conflicts));
        Assert.Equal(["/0/domain"], Of(new ReorderLevels("moon", [], [])).Unknown.Select(u => u.Pointer));
    }

    [Fact]
    public void An_order_names_each_once()
    {
        Assert.Empty(Normal.Errors(new ReorderLevels("sea", ["low", "high"], ["high", "low"])));
        string[][] others =
        [
            ["low"],
            ["low", "low"],
            ["low", "high", "high"],
            ["low", "mid"],
            [null!],
        ];
        foreach (var other in others)
        {
            Assert.Equal(
                "/levels",
                Assert.Single(Normal.Errors(new ReorderLevels("sea", ["low", "high"], other))).Pointer
            );
            Assert.Equal("/groups", Assert.Single(Normal.Errors(new ReorderGroups("sea", ["a", "b"], other))).Pointer);
        }
        Assert.NotEmpty(Normal.Errors(new ReorderLevels("sea", ["low", "low"], ["low", "low"])));
    }

    [Fact]
    public void What_nothing_stands_in_is_retired_and_a_domain_after_its_groups()
    {
        var course = Of(new RetireRole("mate"), new RetireGroup("air", "deck", "Deck"), new RetireDomain("air"));
        Assert.Empty(course.Conflicts);
        Assert.Equal(["pilot"], course.After.Roles.Select(r => r.Slug));
        Assert.Equal(["sea"], course.After.Domains.Select(d => d.Slug));
        // What its author saw is filled in.
        Assert.Equal(new RetireRole("mate", "Mate"), course.Steps[0].Change);
        var sea = Of(new RetireLevel("sea", "low"), new RetireGroup("sea", "hull")).After.Domain("sea")!;
        Assert.Equal("high", Assert.Single(sea.Levels).Slug);
        Assert.Equal("deck", Assert.Single(sea.Groups).Slug);
    }

    [Fact]
    public void What_something_stands_in_stays_and_so_does_the_last_level()
    {
        var deck = new Part(Part.OfGroups, "sea", "deck");
        var standing = new Dictionary<Part, long> { [deck] = 12 };
        var course = TaxonomyCourse.Of(Now, [new RetireGroup("sea", "hull"), new RetireGroup("sea", "deck")], standing);
        Assert.Equal(new Conflict(1, "in-use", "Deck", "12", null), Assert.Single(course.Conflicts));
        Assert.Equal(new Conflict(0, "in-use", "Air", "1", null), Assert.Single(Of(new RetireDomain("air")).Conflicts));
        Assert.Equal("last-level", Assert.Single(Of(new RetireLevel("air", "low")).Conflicts).Code);
        Assert.Equal("changed", Assert.Single(Of(new RetireRole("mate", "First mate")).Conflicts).Code);
        Assert.Equal("missing", Assert.Single(Of(new RetireRole("cook")).Conflicts).Code);
        // Only another of its kind takes its place.
        Assert.Empty(Of(new RetireRole("mate", Into: "pilot")).Conflicts);
        foreach (var into in new[] { "mate", "cook" })
            Assert.Equal("/0/into", Assert.Single(Of(new RetireRole("mate", Into: into)).Unknown).Pointer);
        Assert.Equal("/0/into", Assert.Single(Of(new RetireGroup("sea", "hull", Into: "low")).Unknown).Pointer);
    }

    [Fact]
    public void Approvals_hold_for_what_does_the_same()
    {
        var mark = Of(new RenameRole("pilot", "Pilot", "Helmsman")).Mark;
        Assert.Equal(
            mark,
            Of(new RenameRole("mate", "Mate", "Mate"), new RenameRole("pilot", "Pilot", "Helmsman ")).Mark
        );
        Assert.NotEqual(mark, Of(new RenameRole("pilot", "Pilot", "Steersman")).Mark);
    }
}
