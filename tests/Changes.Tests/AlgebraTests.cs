using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using SkillPlatform.Contracts;

namespace SkillPlatform.Changes.Tests;

/// <summary>The laws of changes, each for a thousand skills or more.</summary>
public sealed class AlgebraTests
{
    private static readonly Config Thousand = Config.QuickThrowOnFailure.WithMaxTest(1000);
    private static readonly string[] Roles = ["engineer", "architect", "tester"];
    private static readonly string[] Levels = ["junior", "middle", "senior"];
    private static readonly string[] Texts =
    [
        "",
        "A.",
        "B.",
        "Two\r\nlines",
        "Two\nlines",
        "e\u0301t\u00e9 ",
        "🎯\u200b",
    ];
    private static readonly string[] Words = ["a", "b", "a, b", "C#", "c#", "e\u0301", "é", "x\u00a0y", "x y"];

    private static readonly Surroundings Around = new(
        new Places(
            [
                new("cloud", "Cloud", Named(Levels), Named("serverless", "storage")),
                new("data", "Data", Named(Levels), Named("streams")),
                new("trainees", "Trainees", Named("junior"), Named("steps")),
            ],
            Named(Roles)
        ),
        (_, name) => name == "Taken"
    );

    private static readonly Place[] Places =
    [
        new("cloud", "serverless"),
        new("cloud", "storage"),
        new("data", "streams"),
    ];

    private static readonly Gen<Requirement> Requirement =
        from role in Gen.Elements(Roles)
        from level in Gen.Elements(Levels)
        from mandatory in Gen.Elements(true, false)
        from text in Gen.Elements(Texts)
        select new Requirement(role, level, mandatory, text);

    private static readonly Gen<Said> Skill =
        from name in Gen.Elements(Words)
        from keywords in Gen.Elements(Words).ListOf()
        from place in Gen.Elements(Places)
        from requirements in Requirement.ListOf()
        from about in Gen.Elements(Texts)
        select Said.Of(
            name,
            keywords,
            place,
            requirements.DistinctBy(r => (r.Role, r.Level)),
            version: 7,
            description: about
        );

    private static readonly Gen<Change> Change = Gen.OneOf(
        from r in Requirement
        select (Change)new StateRequirement(r.Role, r.Level, r.Mandatory, r.Description),
        from r in Requirement
        from was in Gen.Elements(Texts)
        select (Change)new RewordRequirement(r.Role, r.Level, was, r.Description),
        from r in Requirement
        select (Change)new MakeMandatory(r.Role, r.Level),
        from r in Requirement
        select (Change)new MakeOptional(r.Role, r.Level, r.Description),
        from r in Requirement
        select (Change)new DropRequirement(r.Role, r.Level, r.Description),
        from was in Gen.Elements(Words)
        from name in Gen.Elements([.. Words, "Taken"])
        select (Change)new RenameSkill(was, name),
        from was in Gen.Elements(Words).ArrayOf()
        from keywords in Gen.Elements(Words).ArrayOf()
        select (Change)new ReplaceKeywords(was, keywords),
        from was in Gen.Elements(Texts)
        from about in Gen.Elements(Texts)
        select (Change)new DescribeSkill(was, about),
        from was in Gen.Elements(Places)
        from to in Gen.Elements([.. Places, new Place("trainees", "steps"), new Place("no", "where")])
        select (Change)new MoveSkill(was, to.Domain, to.Group),
        Gen.Constant((Change)new RetireSkill())
    );

    [Fact]
    public void The_way_between_two_skills_leads_from_one_to_the_other() =>
        Prop.ForAll(
                Skill.ToArbitrary(),
                Skill.ToArbitrary(),
                (a, b) =>
                {
                    var there = Course.Of(a, Difference.Between(a, b), Around);
                    Assert.Empty(there.Conflicts);
                    Equal(b, there.After!);
                    Assert.Empty(Difference.Between(there.After, b));
                    Assert.All(there.Steps, step => Assert.True(step.HasEffect));
                }
            )
            .Check(Thousand);

    [Fact]
    public void A_skill_that_is_added_says_what_it_was_to_say() =>
        Prop.ForAll(
                Skill.ToArbitrary(),
                skill => Equal(skill, Course.Of(null, Difference.Between(null, skill), Around).After!)
            )
            .Check(Thousand);

    [Fact]
    public void There_is_nothing_between_a_skill_and_itself_in_any_form_and_order() =>
        Prop.ForAll(
                Skill.ToArbitrary(),
                skill =>
                {
                    var other = Said.Of(
                        skill.Name + "\u200b",
                        skill.Keywords.Reverse().Select(k => $" {k.Normalize(System.Text.NormalizationForm.FormD)}"),
                        skill.Place,
                        skill
                            .Requirements.Reverse()
                            .Select(r => r with { Description = r.Description.ReplaceLineEndings("\r\n") + "\r\n" }),
                        version: 9,
                        description: skill.Description.ReplaceLineEndings("\r\n") + "\r\n"
                    );
                    Assert.Empty(Difference.Between(skill, other));
                    Assert.Empty(Difference.Between(other, skill));
                }
            )
            .Check(Thousand);

    [Fact]
    public void Changes_together_do_what_they_do_one_after_the_other() =>
        Prop.ForAll(
                Skill.ToArbitrary(),
                Change.ArrayOf().ToArbitrary(),
                (skill, changes) =>
                {
                    var whole = Course.Of(skill, changes, Around);
                    Equal(
                        whole.After!,
                        changes.Aggregate(skill, (now, change) => Course.Of(now, [change], Around).After!)
                    );
                    var effective = whole.Steps.Where(step => step.HasEffect).Select(step => step.Change);
                    Equal(whole.After!, Course.Of(skill, effective, Around).After!);
                }
            )
            .Check(Thousand);

    [Fact]
    public void A_change_that_is_made_and_made_again_is_made_once() =>
        Prop.ForAll(
                Skill.ToArbitrary(),
                Change.ToArbitrary(),
                (skill, change) =>
                {
                    var once = Course.Of(skill, [change], Around);
                    if (once.Conflicts.Count > 0)
                        return;
                    var twice = Course.Of(once.After, [change], Around);
                    Assert.Empty(twice.Conflicts);
                    Assert.Same(once.After, twice.After);
                }
            )
            .Check(Thousand);

    [Fact]
    public void Keywords_that_several_people_add_and_take_away_are_all_added_and_taken_away() =>
        Prop.ForAll(
                Skill.ToArbitrary(),
                Gen.Elements(Words).ArrayOf().Two().ToArbitrary(),
                (skill, wanted) =>
                {
                    string[] seen = [.. skill.Keywords];
                    var both = Course.Of(
                        skill,
                        [new ReplaceKeywords(seen, wanted.Item1), new ReplaceKeywords(seen, wanted.Item2)],
                        Around
                    );
                    Assert.Empty(both.Conflicts);
                    string[] mine = TextForm.Keywords(wanted.Item1),
                        theirs = TextForm.Keywords(wanted.Item2);
                    string[] expected =
                    [
                        .. seen.Intersect(mine).Intersect(theirs),
                        .. mine.Except(seen).Union(theirs.Except(seen)),
                    ];
                    Assert.Equal(expected.ToHashSet(), [.. both.After!.Keywords]);
                }
            )
            .Check(Thousand);

    [Fact]
    public void Who_agreed_to_one_course_agreed_to_every_way_there_from_what_was_seen() =>
        Prop.ForAll(
                Skill.ToArbitrary(),
                Skill.ToArbitrary(),
                (a, b) =>
                {
                    var way = Difference.Between(a, b);
                    var mark = Difference.Mark(Course.Of(a, way, Around));
                    var round = Course.Of(a, [.. way, .. Difference.Between(b, a), .. way], Around);
                    Assert.Equal(mark, Difference.Mark(round));
                    var other = Course.Of(b, Difference.Between(b, a), Around);
                    Assert.Equal(way.Length == 0, mark == Difference.Mark(other));
                }
            )
            .Check(Thousand);

    [Fact]
    public void An_agreement_is_to_keywords_one_by_one_and_to_the_text_that_becomes_mandatory()
    {
        var skill = Said.Of("S", ["z"], Places[0], [new("engineer", "junior", false, "Old.")]);
        Assert.NotEqual(Mark(new ReplaceKeywords([], ["one, two"])), Mark(new ReplaceKeywords([], ["one", "two"])));
        Assert.Equal(Mark(new ReplaceKeywords(["z"], ["z", "a"])), Mark(new ReplaceKeywords([], ["a"])));
        var before = Mark(new MakeMandatory("engineer", "junior"));
        skill = Said.Of("S", ["z"], Places[0], [new("engineer", "junior", false, "New.")]);
        Assert.NotEqual(before, Mark(new MakeMandatory("engineer", "junior")));

        string Mark(Change change) => Difference.Mark(Course.Of(skill, [change], Around));
    }

    [Fact]
    public void What_the_author_did_not_see_is_a_conflict()
    {
        var seen = Said.Of("S", [], Places[0], [new("engineer", "junior", false, "Old.")], version: 3);
        // What is proposed without saying what was seen takes what is so then …
        var drop = Course.Of(seen, [new DropRequirement("engineer", "junior", "Old.")], Around).Steps[0].Change;
        var retire = Course.Of(seen, [new RetireSkill()], Around).Steps[0].Change;
        Assert.Equal(new DropRequirement("engineer", "junior", "Old.", false), drop);
        Assert.Equal(new RetireSkill(3), retire);
        // … and is not what is so later.
        var mandatory = Course.Of(seen, [new MakeMandatory("engineer", "junior")], Around).After! with
        {
            Version = 4,
        };
        Assert.Equal(
            [new Conflict(0, "changed", "optional", "mandatory", null), new Conflict(1, "changed", "3", "4", null)],
            Course.Of(mandatory, [drop, retire], Around).Conflicts
        );
        var reworded = Course.Of(seen, [new RewordRequirement("engineer", "junior", "Old.", "New.")], Around).After;
        Assert.Equal(
            [new Conflict(0, "changed", "Old.", "New.", "mandatory")],
            Course.Of(reworded, [new MakeMandatory("engineer", "junior", "Old.")], Around).Conflicts
        );
        Assert.Empty(Course.Of(reworded, [new MakeMandatory("engineer", "junior")], Around).Conflicts);
    }

    [Fact]
    public void A_keyword_with_a_comma_is_one_keyword()
    {
        var skill = Said.Of("S", ["alerting, monitoring"], Places[0], []);
        var split = Course.Of(
            skill,
            [new ReplaceKeywords(["alerting, monitoring"], ["alerting", "monitoring"])],
            Around
        );
        Assert.Empty(split.Conflicts);
        Assert.Equal(["alerting", "monitoring"], split.After!.Keywords);
        var back = Course.Of(split.After, Difference.Between(split.After, skill), Around);
        Assert.Equal(["alerting, monitoring"], back.After!.Keywords);
    }

    private static void Equal(Said expected, Said actual)
    {
        Assert.Equal(
            (expected.Name, expected.Description, expected.Place, expected.Retired),
            (actual.Name, actual.Description, actual.Place, actual.Retired)
        );
        Assert.Equal(expected.Keywords.ToHashSet(), [.. actual.Keywords]);
        Assert.Equal(expected.Requirements.ToHashSet(), [.. actual.Requirements]);
        Assert.Equal(expected.Requirements.Length, actual.Requirements.Length);
    }

    private static Named[] Named(params string[] slugs) =>
        [.. slugs.Select(slug => new Named(slug, slug.ToUpperInvariant()))];
}
