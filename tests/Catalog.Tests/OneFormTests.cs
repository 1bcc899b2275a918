using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog.Tests;

/// <summary>Whatever an import accepts can be proposed on, reworded, dropped, reverted and imported again.</summary>
public sealed class OneFormTests
{
    private static readonly Config Thousand = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static readonly string[] Pieces =
    [
        "a",
        "B",
        "C#",
        " ",
        "\r\n",
        "\n",
        "\u00a0",
        "e\u0301",
        "\u200b",
        "\u202e",
        "\u2066",
        "\u3164",
        "🎯",
        "𠮷",
        ",",
        "- ",
        new string('x', 4_000),
        string.Concat(Enumerable.Repeat("🎯", 90)),
        string.Concat(Enumerable.Repeat("🎯", 5_000)),
    ];

    private static readonly Gen<string> Text = Gen.Elements(Pieces).ListOf().Select(string.Concat);

    private static readonly Gen<string> Word = Gen.Elements(Pieces[..^3]).ListOf().Select(string.Concat);

    private static readonly Gen<CatalogDocument> Document =
        from name in Word
        from place in Word
        from role in Word
        from keywords in Word.ArrayOf()
        from texts in Text.Two()
        select new CatalogDocument(
            null,
            null,
            null,
            [$"R{role}"],
            [
                new(
                    "D",
                    null,
                    [
                        new(
                            $"G{place}",
                            [
                                new(
                                    $"S{name}",
                                    [.. keywords.Select(k => $"k{k}")],
                                    [
                                        new($"R{role}", "Junior", true, texts.Item1),
                                        new($"R{role}", "Senior", false, texts.Item2),
                                    ]
                                ),
                            ]
                        ),
                    ]
                ),
            ]
        );

    [Fact]
    public void What_an_import_accepts_can_be_proposed_on() =>
        Prop.ForAll(
                Document.ToArbitrary(),
                sent =>
                {
                    var (document, errors) = Read(sent);
                    if (document is null)
                    {
                        Assert.All(errors.All, e => Assert.StartsWith("At most", e.Message, StringComparison.Ordinal));
                        return;
                    }
                    var taxonomy = ImportDecisions
                        .Decide(Taxonomy.Empty, document)
                        .Aggregate(Taxonomy.Empty, Taxonomy.Fold);
                    var skill = Imported(null, document, taxonomy);
                    var around = new Surroundings(taxonomy.Places, (_, _) => false);
                    var says = skill.Says;
                    foreach (var r in says.Requirements)
                    {
                        Merges(
                            new RewordRequirement(
                                r.Role,
                                r.Level,
                                r.Description,
                                r.Description.Length > 0 ? "" : "New."
                            )
                        );
                        Merges(new DropRequirement(r.Role, r.Level, r.Description));
                        Merges(r.Mandatory ? new MakeOptional(r.Role, r.Level) : new MakeMandatory(r.Role, r.Level));
                    }
                    Merges(new RenameSkill(says.Name, "Another"));
                    Merges(new ReplaceKeywords([.. says.Keywords], ["another"]));
                    Merges(new StateRequirement(says.Requirements[0].Role, "middle", true, ""));

                    // The first import of the same document over what was stored in no form says "unchanged".
                    var stored = Imported(null, sent, taxonomy);
                    Assert.Empty(
                        ImportDecisions.Decide(stored, "s", WholeDocument.Wanted(document, taxonomy).Single().Says)
                    );

                    void Merges(Change change)
                    {
                        Assert.Empty(Normal.Errors(Normal.Of(change)));
                        var course = Course.Of(says, [change], around);
                        var merged = ApplyProposal.Decide(skill, around, _ => false, [change]);
                        Assert.Empty(merged.Conflicts);
                        Assert.Single(merged.Events);
                        // What was previewed is what was merged, and there is a way back.
                        Assert.Empty(Difference.Between(course.After, merged.Skill!.Says));
                        var back = Difference.Between(merged.Skill.Says, says);
                        Assert.All(back, c => Assert.Empty(Normal.Errors(c)));
                        var reverted = ApplyProposal.Decide(merged.Skill, around, _ => false, back);
                        Assert.Empty(reverted.Conflicts);
                        Assert.Empty(
                            ImportDecisions.Decide(
                                reverted.Skill,
                                "s",
                                WholeDocument.Wanted(document, taxonomy).Single().Says
                            )
                        );
                    }
                }
            )
            .Check(Thousand);

    [Fact]
    public void What_looks_the_same_is_found_again()
    {
        var now = Given
            .TaxonomyEvents.Append(new RoleAdded("tester-2", "Site\u00a0Tester"))
            .Aggregate(Taxonomy.Empty, Taxonomy.Fold);
        var (document, _) = Read(
            new(
                null,
                null,
                null,
                ["Site Tester", "DEVELOPER\u200b"],
                [new("Engineering ", ["JUNIOR\u2060"], [new("Cloud\ufe0e", [])])]
            )
        );
        Assert.DoesNotContain(ImportDecisions.Decide(now, document!), e => e is not LevelsReplaced);
    }

    private static (CatalogDocument? Document, DocumentErrors Errors) Read(CatalogDocument document) =>
        WholeDocument.Read(JsonSerializer.SerializeToUtf8Bytes(document, JsonSerializerOptions.Web), _ => null);

    private static Skill Imported(Skill? now, CatalogDocument document, Taxonomy taxonomy) =>
        ImportDecisions
            .Decide(now, "s", WholeDocument.Wanted(document, taxonomy).Single().Says)
            .Aggregate(now, Skill.Fold)!;
}
