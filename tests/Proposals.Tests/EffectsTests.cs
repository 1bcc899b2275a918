using FsCheck;
using FsCheck.Fluent;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals.Tests;

/// <summary>What changes do to a skill, for any changes.</summary>
public sealed class EffectsTests
{
    private static readonly string[] Texts = ["A.", "B.", "Deploys a function."];

    private static Gen<Change> Change =>
        from role in Gen.Elements("engineer", "architect")
        from level in Gen.Elements("junior", "middle", "senior")
        from mandatory in Gen.Elements(true, false)
        from was in Gen.Elements(Texts)
        from text in Gen.Elements(Texts)
        from kind in Gen.Choose(0, 7)
        select kind switch
        {
            0 => (Change)new StateRequirement(role, level, mandatory, text),
            1 => new RewordRequirement(role, level, was, text),
            2 => new MakeMandatory(role, level),
            3 => new MakeOptional(role, level),
            4 => new DropRequirement(role, level, was),
            5 => new RenameSkill("Functions", text),
            6 => new ReplaceKeywords(["lambda", "faas"], [text]),
            _ => new MoveSkill(new("cloud", "serverless"), "data", "streams"),
        };

    private static Arbitrary<Change[]> Changes => Change.ArrayOf().ToArbitrary();

    private static SkillState After(SkillState skill, params Change[] changes) =>
        Effects.Of(skill, changes, Given.Taxonomy).After!;

    [Fact]
    public void A_skill_is_folded_change_by_change() =>
        Prop.ForAll(
                Changes,
                changes =>
                {
                    var whole = After(Given.Skill(), changes);
                    var step = changes.Aggregate(Given.Skill(), (skill, change) => After(skill, change));
                    Assert.Empty(Effect.Between(whole, step));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_way_between_two_states_leads_there_without_conflict() =>
        Prop.ForAll(
                Changes,
                Changes,
                (one, other) =>
                {
                    var (from, to) = (After(Given.Skill(), one), After(Given.Skill(), other));
                    var there = Effects.Of(from, RevertChange.Between(from, to), Given.Taxonomy);
                    Assert.Empty(there.Conflicts);
                    Assert.Empty(Effect.Between(there.After, to));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Leaving_out_what_has_no_effect_has_no_effect() =>
        Prop.ForAll(
                Changes,
                changes =>
                {
                    var kept = Effects.WithEffect(Given.Skill(), changes, Given.Taxonomy);
                    Assert.Empty(Effect.Between(After(Given.Skill(), changes), After(Given.Skill(), kept)));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Sameness_is_an_equivalence() =>
        Prop.ForAll(
                Changes,
                Changes,
                (one, other) =>
                {
                    var skill = Given.Skill();
                    Assert.True(Effects.Same(skill, one, one, Given.Taxonomy));
                    Assert.Equal(
                        Effects.Same(skill, one, other, Given.Taxonomy),
                        Effects.Same(skill, other, one, Given.Taxonomy)
                    );
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Another_text_seen_is_another_change()
    {
        var skill = Given.Skill();
        Change one = new RewordRequirement("engineer", "junior", "A.", "C."),
            other = new RewordRequirement("engineer", "junior", "B.", "C.");
        Assert.False(Effects.Same(skill, [one], [other], Given.Taxonomy));
        Assert.True(Effects.Same(skill, [one, Given.Mandatory], [Given.Mandatory, one], Given.Taxonomy));
        Assert.True(Effects.Same(skill, [one], [one, one], Given.Taxonomy));
    }

    [Fact]
    public void New_skills_are_the_same_whatever_the_order_of_their_requirements()
    {
        Requirement a = new("engineer", "junior", true, "A."),
            b = new("engineer", "middle", true, "B.");
        Change[] one = [new AddSkill("cloud", "storage", "Buckets", ["x", "y"], [a, b])],
            other = [new AddSkill("cloud", "storage", "Buckets", ["y", "x"], [b, a])],
            third = [new AddSkill("cloud", "storage", "Buckets", ["y", "x"], [b])];
        Assert.True(Effects.Same(null, one, other, Given.Taxonomy));
        Assert.False(Effects.Same(null, one, third, Given.Taxonomy));
    }

    [Fact]
    public void Requirements_stand_by_level_then_role()
    {
        var after = After(
            Given.Skill(),
            new StateRequirement("architect", "middle", true, "x"),
            new StateRequirement("engineer", "senior", true, "x")
        );
        Assert.Equal(
            [
                ("junior", "engineer"),
                ("junior", "architect"),
                ("middle", "engineer"),
                ("middle", "architect"),
                ("senior", "engineer"),
            ],
            after.Requirements.Select(r => (r.Level, r.Role))
        );
    }

    [Fact]
    public void Mandatory_requirements_are_counted_before_and_after()
    {
        var counts = PreviewProposal.Mandatory(Given.Skill(), After(Given.Skill(), Given.Mandatory));
        Assert.Equal((2, 3), (counts.Before, counts.After));
        Assert.Contains(new Count("engineer", "Engineer", 1, 2), counts.Roles);
        Assert.Contains(new Count("junior", "Junior", 1, 2), counts.Levels);
        Assert.Contains(new Count("senior", "Senior", 0, 0), counts.Levels);
    }

    [Fact]
    public void Any_legal_history_folds_to_the_same_in_state_and_page() =>
        Prop.ForAll(
                Gen.Elements(Given.Histories.Keys.ToArray()).ToArbitrary(),
                state =>
                {
                    var events = Given.Histories[state];
                    var page = events
                        .Select((e, i) => (e, i))
                        .Aggregate((ProposalPage?)null, (p, x) => ProposalPage.Fold(p, Given.Id, x.i + 1, x.e))!;
                    Assert.Equal((state, events.Length), (page.State, (int)page.Version));
                    Assert.Equal(Given.In(state).Submitted, page.Submitted);
                    Assert.Equal(Given.In(state).Revision, page.Revision);
                    Assert.Equal(events.Length, page.Timeline.Count);
                }
            )
            .QuickCheckThrowOnFailure();
}
