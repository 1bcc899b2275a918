using FsCheck;
using FsCheck.Fluent;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog.Tests;

public sealed class ApplyProposalTests
{
    private const string Knows = "Knows what a function is.";
    private const string Runs = "Runs functions for others.";

    private static Outcome When(params Change[] changes) => When(Given.Events, changes);

    private static Outcome When(object[] events, params Change[] changes) =>
        ApplyProposal.Decide(Given.Skill(events), Given.Around, _ => false, changes);

    private static void Then(Outcome outcome, params object[] events)
    {
        Assert.Empty(outcome.Conflicts);
        Assert.Equivalent(events, outcome.Events, strict: true);
    }

    private static void Refused(Outcome outcome, params Conflict[] conflicts)
    {
        Assert.Empty(outcome.Events);
        Assert.Equal(conflicts, outcome.Conflicts);
    }

    [Fact]
    public void A_requirement_is_stated() =>
        Then(
            When(new StateRequirement("tester", "middle", true, "Tests.")),
            new RequirementStated("tester", "middle", true, "Tests.")
        );

    [Fact]
    public void A_requirement_is_reworded() =>
        Then(
            When(new RewordRequirement("developer", "junior", Knows, "Knows more.")),
            new RequirementReworded("developer", "junior", "Knows more.")
        );

    [Fact]
    public void A_requirement_is_made_mandatory_or_optional() =>
        Then(
            When(new MakeMandatory("developer", "senior"), new MakeOptional("developer", "junior")),
            new RequirementMadeMandatory("developer", "senior"),
            new RequirementMadeOptional("developer", "junior")
        );

    [Fact]
    public void A_requirement_is_dropped() =>
        Then(When(new DropRequirement("developer", "junior", Knows)), new RequirementDropped("developer", "junior"));

    [Fact]
    public void A_skill_is_renamed_and_gets_a_slug() =>
        Then(
            When(new RenameSkill("Serverless", "C# on Wheels")),
            new SkillRenamed("C# on Wheels", "c-sharp-on-wheels")
        );

    [Fact]
    public void A_slug_that_another_skill_has_gets_a_number()
    {
        var outcome = ApplyProposal.Decide(
            Given.Skill(Given.Events),
            Given.Around,
            slug => slug == "functions",
            [new RenameSkill("Serverless", "FUNCTIONS")]
        );
        Then(outcome, new SkillRenamed("FUNCTIONS", "functions-2"));
    }

    [Fact]
    public void Keywords_are_replaced_whatever_order_they_were_seen_in() =>
        Then(When(new ReplaceKeywords(["cloud", "faas"], ["functions"])), new KeywordsReplaced(["functions"]));

    [Fact]
    public void A_skill_is_moved() =>
        Then(
            When(new MoveSkill(new("engineering", "cloud"), "engineering", "basics")),
            new SkillMoved("engineering", "basics")
        );

    [Fact]
    public void A_skill_is_retired() => Then(When(new RetireSkill()), new SkillRetired());

    [Fact]
    public void A_skill_is_added_with_its_requirements() =>
        Then(
            When([], new AddSkill("design", "craft", "Inking", ["pen"], [new("tester", "master", true, "Inks.")])),
            new SkillAdded("inking", "Inking", ["pen"], "design", "craft"),
            new RequirementStated("tester", "master", true, "Inks.")
        );

    [Fact]
    public void Changes_see_what_the_ones_before_them_left() =>
        Then(
            When(
                new RewordRequirement("developer", "junior", Knows, "First."),
                new RewordRequirement("developer", "junior", "First.", "Second."),
                new DropRequirement("developer", "senior", Runs),
                new StateRequirement("developer", "senior", true, "Anew.")
            ),
            new RequirementReworded("developer", "junior", "First."),
            new RequirementReworded("developer", "junior", "Second."),
            new RequirementDropped("developer", "senior"),
            new RequirementStated("developer", "senior", true, "Anew.")
        );

    [Fact]
    public void What_is_already_so_makes_no_event() =>
        Then(
            When(
                new StateRequirement("developer", "junior", true, Knows),
                new RewordRequirement("developer", "junior", "something else", Knows),
                new MakeMandatory("developer", "junior"),
                new MakeOptional("developer", "senior"),
                new DropRequirement("tester", "junior", "was"),
                new RenameSkill("Old", "Serverless"),
                new ReplaceKeywords(["other"], ["cloud", "faas"]),
                new MoveSkill(new("design", "craft"), "engineering", "cloud")
            )
        );

    [Fact]
    public void A_requirement_that_changed_meanwhile_conflicts_with_both_texts() =>
        Refused(
            When(
                new RewordRequirement("developer", "junior", "Old text.", "Wanted."),
                new DropRequirement("developer", "senior", "Old too.")
            ),
            new Conflict(0, "changed", "Old text.", Knows, "Wanted."),
            new Conflict(1, "changed", "Old too.", Runs, null)
        );

    [Fact]
    public void A_requirement_that_is_gone_conflicts() =>
        Refused(
            When(
                new RewordRequirement("tester", "junior", "Was.", "Wanted."),
                new MakeMandatory("tester", "junior"),
                new MakeOptional("tester", "junior")
            ),
            new Conflict(0, "missing", "Was.", null, "Wanted."),
            new Conflict(1, "missing", "optional", null, "mandatory"),
            new Conflict(2, "missing", "mandatory", null, "optional")
        );

    [Fact]
    public void A_requirement_that_someone_else_stated_conflicts() =>
        Refused(
            When(new StateRequirement("developer", "junior", false, Knows)),
            new Conflict(0, "exists", null, Knows, Knows)
        );

    [Fact]
    public void Unknown_roles_levels_and_places_conflict() =>
        Refused(
            When(
                new StateRequirement("wizard", "junior", true, "a"),
                new StateRequirement("tester", "master", true, "b"),
                new MoveSkill(new("engineering", "cloud"), "engineering", "nowhere"),
                new MoveSkill(new("engineering", "cloud"), "design", "craft")
            ),
            new Conflict(0, "unknown-role", null, null, "a"),
            new Conflict(1, "unknown-level", null, null, "b"),
            new Conflict(2, "unknown-place", "engineering/cloud", "engineering/cloud", "engineering/nowhere"),
            new Conflict(3, "unknown-level", "engineering/cloud", "engineering/cloud", "design/craft")
        );

    [Fact]
    public void A_name_that_was_taken_or_changed_conflicts()
    {
        var around = Given.Around with { IsTaken = (place, name) => (place.Domain, name) == ("engineering", "Taken") };
        var outcome = ApplyProposal.Decide(
            Given.Skill(Given.Events),
            around,
            _ => false,
            [new RenameSkill("Serverless", "Taken"), new RenameSkill("Old", "New")]
        );
        Refused(
            outcome,
            new Conflict(0, "name-taken", "Serverless", "Serverless", "Taken"),
            new Conflict(1, "changed", "Old", "Serverless", "New")
        );
        var add = new AddSkill("engineering", "cloud", "Taken", [], []);
        Refused(
            ApplyProposal.Decide(null, around, _ => false, [add]),
            new Conflict(0, "name-taken", null, "Taken", "Taken")
        );
    }

    [Fact]
    public void A_place_that_changed_conflicts_and_keywords_do_not() =>
        Refused(
            When(new ReplaceKeywords(["old"], ["new"]), new MoveSkill(new("engineering", "basics"), "design", "craft")),
            new Conflict(1, "changed", "engineering/basics", "engineering/cloud", "design/craft")
        );

    [Fact]
    public void A_retired_skill_takes_no_change_but_may_be_retired_again()
    {
        object[] retired = [.. Given.Events, new SkillRetired()];
        Refused(
            When(retired, new RewordRequirement("developer", "junior", Knows, "New.")),
            new Conflict(0, "retired", Knows, null, "New.")
        );
        Then(When(retired, new RetireSkill()));
    }

    [Fact]
    public void A_skill_that_is_not_there_cannot_change_and_one_that_is_cannot_be_added()
    {
        Refused(When([], new RetireSkill()), new Conflict(0, "missing", null, null, null));
        Refused(
            When(new AddSkill("engineering", "cloud", "Serverless", [], [])),
            new Conflict(0, "exists", null, "Serverless", "Serverless")
        );
    }

    [Fact]
    public void A_new_skill_with_a_wrong_requirement_is_not_added() =>
        Refused(
            When([], new AddSkill("design", "craft", "Inking", [], [new("tester", "senior", true, "x")])),
            new Conflict(0, "unknown-level", null, null, "x")
        );

    [Fact]
    public void One_conflict_refuses_everything()
    {
        var outcome = When(
            new MakeMandatory("developer", "senior"),
            new RewordRequirement("developer", "junior", "Old.", "New."),
            new RetireSkill()
        );
        Refused(outcome, new Conflict(1, "changed", "Old.", Knows, "New."));
        Assert.Equal(Given.Skill(Given.Events)!.Requirements, outcome.Skill!.Requirements);
    }

    // Properties: whatever people propose.

    private static readonly Gen<string> Text = Gen.Elements(Knows, Runs, "Other.", "- listed\n- 🦊");

    private static Gen<Change> Op(Gen<string> role) =>
        Gen.OneOf(
            from r in role
            from l in Gen.Elements(Given.Levels)
            from m in Gen.Elements(true, false)
            from t in Text
            select (Change)new StateRequirement(r, l, m, t),
            from r in role
            from l in Gen.Elements(Given.Levels)
            from w in Text
            from t in Text
            select (Change)new RewordRequirement(r, l, w, t),
            from r in role
            from l in Gen.Elements(Given.Levels)
            select (Change)new MakeMandatory(r, l),
            from r in role
            from l in Gen.Elements(Given.Levels)
            select (Change)new MakeOptional(r, l),
            from r in role
            from l in Gen.Elements(Given.Levels)
            from w in Text
            select (Change)new DropRequirement(r, l, w)
        );

    private static readonly Gen<Change> Any = Gen.Frequency(
        (10, Op(Gen.Elements(Given.Roles))),
        (1, Gen.Elements("A", "B").Two().Select(n => (Change)new RenameSkill(n.Item1, n.Item2))),
        (1, Gen.Constant((Change)new MoveSkill(new("engineering", "cloud"), "engineering", "basics"))),
        (1, Gen.Constant((Change)new ReplaceKeywords(["faas", "cloud"], ["x"])))
    );

    private static Skill Applied(Skill skill, IEnumerable<Change> changes) =>
        changes.Aggregate(
            skill,
            (state, change) => ApplyProposal.Decide(state, Given.Around, _ => false, [change]).Skill!
        );

    private static string Shape(Skill skill) =>
        $"{skill.Name}|{string.Join(',', skill.Keywords)}|{skill.Group}|"
        + string.Join(';', skill.Requirements.Select(r => $"{r.Key}={r.Value}").Order(StringComparer.Ordinal));

    [Fact]
    public void Any_history_folds_to_the_state_its_decisions_saw() =>
        Prop.ForAll(
                Any.ListOf().Select(list => list.ToArray()).ToArbitrary(),
                changes =>
                {
                    var (skill, events) = (Given.Skill(Given.Events)!, new List<object>(Given.Events));
                    foreach (var change in changes)
                    {
                        var outcome = ApplyProposal.Decide(skill, Given.Around, _ => false, [change]);
                        events.AddRange(outcome.Events);
                        skill = outcome.Skill!;
                    }
                    return Shape(skill) == Shape(Given.Skill([.. events])!);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void What_was_applied_and_is_applied_again_changes_nothing() =>
        Prop.ForAll(
                Any.ToArbitrary(),
                change =>
                {
                    var once = ApplyProposal.Decide(Given.Skill(Given.Events), Given.Around, _ => false, [change]);
                    var twice = ApplyProposal.Decide(once.Skill, Given.Around, _ => false, [change]);
                    return once.Conflicts.Count > 0 || twice is { Events.Count: 0, Conflicts.Count: 0 };
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Proposals_on_different_requirements_commute() =>
        Prop.ForAll(
                (
                    from one in Op(Gen.Constant("developer")).ListOf()
                    from other in Op(Gen.Constant("tester")).ListOf()
                    select (One: one.ToArray(), Other: other.ToArray())
                ).ToArbitrary(),
                both =>
                {
                    var skill = Given.Skill(Given.Events)!;
                    return Shape(Applied(Applied(skill, both.One), both.Other))
                        == Shape(Applied(Applied(skill, both.Other), both.One));
                }
            )
            .QuickCheckThrowOnFailure();
}
