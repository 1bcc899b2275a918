using FsCheck;
using FsCheck.Fluent;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals.Tests;

/// <summary>What is shown of what changes do. What they do is Changes.Tests' to say.</summary>
public sealed class EffectsTests
{
    private static SkillState After(SkillState skill, params Change[] changes) => Given.After(skill, changes);

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
                    Assert.Equal(Given.In(state).Approvals.Order(), page.Approvals.Order());
                }
            )
            .QuickCheckThrowOnFailure();
}
