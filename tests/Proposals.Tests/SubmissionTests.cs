using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>What is said of a proposal before anybody reviews it.</summary>
public sealed class SubmissionTests
{
    private static Refusal? Check(params Change[] changes) => Check(new Proposed("functions", "Because.", changes));

    private static Refusal? Check(Proposed body, KnownSkill? skill = null) =>
        SubmitProposal.Check(body, body.Skill is null ? null : skill ?? Given.Known, Given.Around, Guid.Empty).Refusal;

    private static void At(Refusal? refusal, string pointer)
    {
        Assert.NotNull(refusal);
        Assert.Equal(RefusalKind.Invalid, refusal.Kind);
        Assert.Contains(pointer, refusal.Errors!.Keys);
    }

    [Fact]
    public void A_sound_proposal_is_submitted()
    {
        var decision = SubmitProposal.Decide(
            new Proposed("functions", "Because.", [Given.Mandatory, Given.Reword]),
            Given.Known,
            Given.Around,
            Given.Author,
            Guid.Empty,
            Given.Now
        );
        var submitted = Assert.IsType<ProposalSubmitted>(
            Assert.Single(Assert.IsType<Decision.Accepted>(decision).Items)
        );
        Assert.Equal(new Subject(Given.SkillId, "functions", "Functions", "cloud", "serverless"), submitted.Skill);
        Assert.Equal((Given.Author, 1), (submitted.Author, submitted.Revision));
    }

    [Fact]
    public void A_draft_is_drafted() =>
        Assert.IsType<ProposalDrafted>(
            Assert.Single(
                Assert
                    .IsType<Decision.Accepted>(
                        SubmitProposal.Decide(
                            new Proposed("functions", "Because.", [Given.Mandatory], Draft: true),
                            Given.Known,
                            Given.Around,
                            Given.Author,
                            Guid.Empty,
                            Given.Now
                        )
                    )
                    .Items
            )
        );

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("\0")]
    public void A_rationale_is_text(string? rationale) =>
        At(Check(new Proposed("functions", rationale, [Given.Mandatory])), "/rationale");

    [Fact]
    public void Half_a_surrogate_pair_is_no_text()
    {
        At(Check(new Proposed("functions", "x\ud800", [Given.Mandatory])), "/rationale");
        At(Check(new Proposed("functions", "x\udc00y", [Given.Mandatory])), "/rationale");
        Assert.Null(Check(new Proposed("functions", "x\ud83d\ude00", [Given.Mandatory])));
    }

    [Fact]
    public void A_rationale_has_a_length() =>
        At(Check(new Proposed("functions", new string('x', 5_001), [Given.Mandatory])), "/rationale");

    [Fact]
    public void There_are_changes()
    {
        At(Check(new Proposed("functions", "Because.")), "/changes");
        At(Check(), "/changes");
        At(Check([.. Enumerable.Repeat(Given.Mandatory, 101)]), "/changes");
        At(Check(Given.Mandatory, null!), "/changes/1");
    }

    [Fact]
    public void What_does_not_exist_is_pointed_at()
    {
        At(Check(new MakeMandatory("nobody", "junior")), "/changes/0/role");
        At(Check(Given.Mandatory, new MakeMandatory("engineer", "guru")), "/changes/1/level");
        At(Check(new MoveSkill(new("cloud", "serverless"), "nowhere", "x")), "/changes/0/domain");
        At(Check(new MoveSkill(new("cloud", "serverless"), "data", "x")), "/changes/0/group");
        At(
            Check(
                new Proposed(
                    null,
                    "Because.",
                    [new AddSkill("cloud", "storage", "S", [], [new("engineer", "guru", true, "x")])]
                )
            ),
            "/changes/0/requirements/0/level"
        );
    }

    [Fact]
    public void A_domain_without_the_levels_of_the_skill_is_no_place_for_it() =>
        At(Check(new MoveSkill(new("cloud", "serverless"), "trainees", "first-steps")), "/changes/0/domain");

    [Fact]
    public void A_skill_is_merged_into_another_that_is_there_and_has_room_for_it()
    {
        Refusal? Merge(SkillState? other, params Change[] more) =>
            SubmitProposal
                .Check(
                    new Proposed("functions", "Because.", [new MergeSkill("other"), .. more]),
                    Given.Known,
                    Given.Around with
                    {
                        Other = other is null ? null : new Other(Guid.Empty, "other", Said.Of(other, 2)),
                    },
                    Guid.Empty
                )
                .Refusal;
        var streams = Given.Skill("other", "Other", "data");
        Assert.Null(Merge(streams));
        At(Merge(null), "/changes/0/into");
        At(Merge(streams with { Retired = true }), "/changes/0/into");
        var gone = streams with { Retired = true, MergedInto = new(Guid.Empty, "third", "Third", "data", "streams") };
        Assert.Contains("Third", Merge(gone)!.Errors!["/changes/0/into"][0]);
        At(Merge(streams with { Keywords = [.. Enumerable.Range(0, 99).Select(i => $"k{i}")] }), "/changes/0/into");
        At(
            Merge(streams with { Domain = new("trainees", "Trainees"), Group = new("first-steps", "First steps") }),
            "/changes/0/into"
        );
        At(Merge(streams, Given.Mandatory), "/changes/0");
    }

    [Fact]
    public void A_skill_that_was_merged_takes_no_proposal_and_nothing_of_it_is_reverted()
    {
        var gone = Given.Known with
        {
            State = Given.Skill() with
            {
                Retired = true,
                MergedInto = new OtherSkill(Guid.Empty, "other", "Other", "data", "streams"),
            },
        };
        var refusal = Check(new Proposed("functions", "Because.", [Given.Mandatory]), gone);
        Assert.Equal((RefusalKind.Conflict, "merged"), (refusal!.Kind, refusal.Code));
        Assert.Contains("“Other” (other)", refusal.Detail);
        var revert = RevertChange.Decide(
            new Revert("functions", 2),
            gone,
            Given.Skill(),
            Given.Skill(),
            Given.Around,
            Given.Author,
            Given.Now
        );
        Assert.Equal("merged", Assert.IsType<Decision.Refused>(revert).Refusal.Code);
    }

    [Fact]
    public void Lengths_and_characters_are_pointed_at()
    {
        At(Check(new StateRequirement("architect", "senior", true, new string('x', 10_001))), "/changes/0/description");
        At(Check(new RenameSkill("Functions", new string('x', 201))), "/changes/0/name");
        At(Check(new RenameSkill("Functions", "\u3164\u202e")), "/changes/0/name");
        At(Check(new ReplaceKeywords([], [.. Enumerable.Range(0, 101).Select(i => $"k{i}")])), "/changes/0/keywords");
        At(Check(new ReplaceKeywords([], [new string('x', 101)])), "/changes/0/keywords/0");
        At(Check(new DescribeSkill("", new string('x', 10_001))), "/changes/0/description");
        At(Check(new DescribeSkill("", "\r\n ")), "/changes");
        Assert.Null(
            Check(new StateRequirement("architect", "senior", true, string.Concat(Enumerable.Repeat("🎯", 10_000))))
        );
        Assert.Null(Check(new RenameSkill("Functions", string.Concat(Enumerable.Repeat("𠮷", 200)))));
    }

    [Fact]
    public void What_is_written_takes_its_form_on_the_way_in()
    {
        var (sound, _) = SubmitProposal.Check(
            new Proposed(
                "functions",
                "Because\r\nof this.\n",
                [
                    new RenameSkill("Functions\u200b", " Caf\u0065\u0301\u00a0 functions\u202e"),
                    new ReplaceKeywords(["lambda"], ["lambda", "x\u200b", "x"]),
                    new StateRequirement("architect", "senior", true, "\r\n"),
                ]
            ),
            Given.Known,
            Given.Around,
            Guid.Empty
        );
        Assert.Equal("Because\nof this.", sound!.Rationale);
        Assert.Equivalent(
            new Change[]
            {
                new RenameSkill("Functions", "Café functions"),
                new ReplaceKeywords(["lambda"], ["lambda", "x"]),
                new StateRequirement("architect", "senior", true, ""),
            },
            sound.Changes
        );
    }

    [Fact]
    public void What_leaves_no_trace_is_no_change()
    {
        At(
            Check(new RewordRequirement("engineer", "junior", "Deploys a function.", "Deploys\u200b a function.\r\n")),
            "/changes"
        );
        At(Check(new RenameSkill("Functions", "Functions\u200e ")), "/changes");
        At(Check(new ReplaceKeywords(["faas", "lambda"], ["lambda ", "faas"])), "/changes");
    }

    [Fact]
    public void What_was_seen_is_kept_with_what_is_wanted_and_what_does_nothing_is_left_out()
    {
        var (sound, _) = SubmitProposal.Check(
            new Proposed(
                "functions",
                "Because.",
                [
                    new MakeOptional("engineer", "junior"),
                    new DropRequirement("engineer", "middle", "Measures a function."),
                    new RetireSkill(),
                ]
            ),
            Given.Known,
            Given.Around,
            Guid.Empty
        );
        Assert.Equal(
            [new DropRequirement("engineer", "middle", "Measures a function.", true), new RetireSkill(3)],
            sound!.Changes
        );
    }

    [Fact]
    public void A_name_that_looks_like_anothers_is_refused()
    {
        var conflicts = Check(new RenameSkill("Functions", "Taken"))!.Extensions!["conflicts"]!;
        Assert.Equal("name-taken", Assert.Single((IEnumerable<Conflict>)conflicts).Code);
    }

    [Fact]
    public void A_new_skill_comes_alone_and_names_none()
    {
        var add = new AddSkill("cloud", "storage", "Buckets", ["s3"], [new("engineer", "junior", true, "Stores.")]);
        Assert.Null(Check(new Proposed(null, "Because.", [add])));
        At(Check(new Proposed("functions", "Because.", [add])), "/skill");
        At(Check(new Proposed(null, "Because.", [add, Given.Mandatory])), "/changes/0");
        At(Check(new Proposed(null, "Because.", [Given.Mandatory])), "/skill");
        At(
            Check(
                new Proposed(null, "Because.", [add with { Requirements = [add.Requirements[0], add.Requirements[0]] }])
            ),
            "/changes/0/requirements/1"
        );
    }

    [Fact]
    public void Another_text_than_the_author_saw_is_a_conflict_with_both_texts()
    {
        var refusal = Check(Given.Mandatory, new RewordRequirement("engineer", "junior", "Old.", "New."))!;
        Assert.Equal((RefusalKind.Conflict, "changed"), (refusal.Kind, refusal.Code));
        Assert.Equal(
            new Conflict(1, "changed", "Old.", "Deploys a function.", "New."),
            Assert.Single((IEnumerable<Conflict>)refusal.Extensions!["conflicts"]!)
        );
    }

    [Fact]
    public void A_proposal_that_changes_nothing_is_none()
    {
        At(Check(new MakeMandatory("architect", "junior")), "/changes");
        At(Check(Given.Mandatory, new MakeOptional("engineer", "junior")), "/changes");
        At(Check(new ReplaceKeywords(["x"], ["lambda", "faas"])), "/changes");
    }

    [Fact]
    public void Unknown_and_retired_skills_are_refused()
    {
        Assert.Equal(
            "not-found",
            SubmitProposal
                .Check(new Proposed("nothing", "Because.", [Given.Mandatory]), null, Given.Around, Guid.Empty)
                .Refusal!.Code
        );
        var retired = Given.Known with { State = Given.Known.State with { Retired = true } };
        Assert.Equal("retired", Check(new Proposed("functions", "Because.", [Given.Mandatory]), retired)!.Code);
    }

    [Fact]
    public void Changes_build_on_each_other() =>
        Assert.Null(
            Check(
                new StateRequirement("architect", "senior", false, "Leads."),
                new MakeMandatory("architect", "senior"),
                new RewordRequirement("architect", "senior", "Leads.", "Leads well.")
            )
        );
}
