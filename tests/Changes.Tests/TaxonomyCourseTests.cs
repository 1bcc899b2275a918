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
