using SkillPlatform.Contracts;

namespace SkillPlatform.Changes.Tests;

/// <summary>Two skills made one: what each said is said by the one that remains, or somebody chose that it is not.</summary>
public sealed class MergingTests
{
    private static readonly Named[] Levels = [new("junior", "Junior"), new("senior", "Senior")];

    private static readonly Places Places = new(
        [
            new("cloud", "Cloud", Levels, [new("serverless", "Serverless")]),
            new("data", "Data", Levels, [new("streams", "Streams")]),
            new("trainees", "Trainees", [Levels[0]], [new("steps", "Steps")]),
        ],
        [new("engineer", "Engineer"), new("tester", "Tester")]
    );

    private static readonly Requirement Same = new("tester", "junior", true, "Tests it.");

    private static readonly Said Going = Said.Of(
        "Functions",
        ["faas", "Lambda"],
        new("cloud", "serverless"),
        [
            new("engineer", "junior", true, "Knows functions."),
            new("engineer", "senior", false, "Runs functions."),
            Same,
        ],
        version: 4,
        description: "Small programs."
    );

    private static readonly Said Remaining = Said.Of(
        "Serverless",
        ["cloud", "faas"],
        new("data", "streams"),
        [new("engineer", "junior", false, "Knows serverless."), Same, new("tester", "senior", true, "Breaks it.")],
        version: 9
    );

    private static Surroundings Around(Said? other) =>
        new(Places, (_, _) => false, other is null ? null : new Other(Guid.Empty, "serverless", other));

    private static Course Merge(MergeSkill merge, Said? going = null, Said? other = null) =>
        Course.Of(going ?? Going, [merge], Around(other ?? Remaining));

    [Fact]
    public void The_skill_that_remains_says_what_either_said_and_keeps_its_own_words()
    {
        var course = Merge(new MergeSkill("serverless"));
        Assert.Empty(course.Conflicts);
        Assert.True(course.After!.Retired);
        Assert.Equal("Serverless", course.After.MergedInto?.Name);
        var after = course.Into!.After;
        Assert.Equal(["cloud", "faas", "Lambda"], after.Keywords);
        Assert.Equal("Small programs.", after.Description);
        Assert.Equal(
            [.. Remaining.Requirements, new Requirement("engineer", "senior", false, "Runs functions.")],
            after.Requirements
        );
        Assert.Equal((Remaining.Name, Remaining.Place, 9L), (after.Name, after.Place, after.Version));
    }

    [Fact]
    public void What_is_chosen_replaces_text_and_bindingness_and_only_that()
    {
        var after = Merge(new MergeSkill("serverless", [new("engineer", "junior", Replaces: true)])).Into!.After;
        Assert.Equal(new Requirement("engineer", "junior", true, "Knows functions."), after.At("engineer", "junior"));
        Assert.Equal(Remaining.At("tester", "senior"), after.At("tester", "senior"));
    }

    [Fact]
    public void What_its_author_saw_of_both_is_kept_with_it()
    {
        var seen = Assert.IsType<MergeSkill>(Merge(new MergeSkill("serverless")).Steps[0].Change);
        Assert.Equal((4L, new RemainingSkill("Serverless", "data")), (seen.Version, seen.Was));
        Assert.Equal([new MergedCell("engineer", "junior", false, "Knows serverless.", false)], seen.Cells!);
        // What both say alike nobody has to decide on, and what others do elsewhere is in nobody's way.
        var since = Remaining with
        {
            Keywords = ["other"],
            Requirements = [.. Remaining.Requirements.Where(r => r.Level != "senior")],
        };
        Assert.Empty(Merge(seen, other: since).Conflicts);
    }

    [Fact]
    public void What_changed_since_in_either_is_a_conflict()
    {
        var seen = (MergeSkill)Merge(new MergeSkill("serverless")).Steps[0].Change;
        Conflict One(Said? going = null, Said? other = null)
        {
            var course = Merge(seen, going, other);
            Assert.Null(course.Into);
            return Assert.Single(course.Conflicts);
        }

        var was = Remaining.Requirements[0];
        Assert.Equal(new(0, "changed", "4", "5", "Serverless"), One(going: Going with { Version = 5 }));
        Assert.Equal(
            new(0, "changed", "Knows serverless.", "Knows more.", "Knows functions."),
            One(
                other: Remaining with
                {
                    Requirements = Remaining.Requirements.Replace(was, was with { Description = "Knows more." }),
                }
            )
        );
        Assert.Equal(
            new(0, "changed", "optional", "mandatory", "mandatory"),
            One(
                other: Remaining with
                {
                    Requirements = Remaining.Requirements.Replace(was, was with { Mandatory = true }),
                }
            )
        );
        Assert.Equal(
            new(0, "missing", "Knows serverless.", null, "Knows functions."),
            One(other: Remaining with { Requirements = Remaining.Requirements.Remove(was) })
        );
        Assert.Equal(
            new(0, "exists", null, "Runs it.", "Runs functions."),
            One(
                other: Remaining with
                {
                    Requirements = Remaining.Requirements.Add(new("engineer", "senior", false, "Runs it.")),
                }
            )
        );
        Assert.Equal("changed", One(other: Remaining with { Place = new("cloud", "serverless") }).Code);
        Assert.Equal("retired", One(other: Remaining with { Retired = true }).Code);
    }

    [Fact]
    public void A_skill_that_was_merged_says_so_to_whoever_comes_later()
    {
        var gone = Merge(new MergeSkill("serverless")).After!;
        var late = Course.Of(gone, [new RenameSkill("Functions", "Lambdas")], Around(null));
        Assert.Equal(new(0, "merged", "Functions", "Serverless", "Lambdas"), Assert.Single(late.Conflicts));
        // The same once more is so already; another is not.
        Assert.False(Merge(new MergeSkill("serverless"), gone).Steps[0].HasEffect);
        Assert.Equal("merged", Assert.Single(Merge(new MergeSkill("serverless"), other: gone).Conflicts).Code);
        Assert.Equal(
            "missing",
            Assert.Single(Course.Of(Going, [new MergeSkill("nothing")], Around(null)).Conflicts).Code
        );
    }

    [Fact]
    public void What_the_other_skill_has_no_room_for_is_in_the_way()
    {
        var steps = Remaining with { Place = new("trainees", "steps") };
        var course = Merge(new MergeSkill("serverless"), other: steps);
        Assert.Equal("into", Assert.Single(course.Unknown(Places)).Pointer["/0/".Length..]);
        Assert.Equal("unknown-level", Assert.Single(course.Conflicts).Code);
        var full = Remaining with { Keywords = [.. Enumerable.Range(0, 99).Select(i => $"k{i}")] };
        Assert.Equal(
            "too-many-keywords",
            Assert.Single(Merge(new MergeSkill("serverless"), other: full).Conflicts).Code
        );
    }

    [Fact]
    public void Reviewers_agree_to_what_it_does_to_both()
    {
        string Mark(MergeSkill merge, Said? other = null) => Difference.Mark(Merge(merge, other: other));

        var plain = Mark(new MergeSkill("serverless"));
        Assert.Equal(plain, Mark(new MergeSkill("serverless", [new("engineer", "junior")])));
        Assert.NotEqual(plain, Mark(new MergeSkill("serverless", [new("engineer", "junior", Replaces: true)])));
        Assert.Equal(plain, Mark(new MergeSkill("serverless"), Remaining with { Name = "Other" }));
        Assert.NotEqual(plain, Mark(new MergeSkill("serverless"), Remaining with { Description = "Says something." }));
    }
}
