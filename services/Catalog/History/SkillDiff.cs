using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>What a skill says otherwise at one version than at another.</summary>
public sealed record SkillDiff(
    SkillDiff.End From,
    SkillDiff.End To,
    IReadOnlyList<SkillDiff.Whole> Added,
    IReadOnlyList<SkillDiff.Whole> Dropped,
    IReadOnlyList<Cell> BecameMandatory,
    IReadOnlyList<Cell> BecameOptional,
    IReadOnlyList<SkillDiff.Rewording> Reworded,
    SkillDiff.BeforeAfter<string>? Renamed,
    SkillDiff.BeforeAfter<Place>? Moved,
    SkillDiff.KeywordChange? Keywords,
    bool Retired,
    SkillDiff.TextChange? Described = null
)
{
    public sealed record End(long Version, DateTimeOffset At);

    public sealed record Whole(string Role, string Level, bool Mandatory, string Description);

    public sealed record BeforeAfter<T>(T Before, T After);

    /// <param name="Words">As <see cref="WordDiff"/> gives them.</param>
    public sealed record TextChange(string Before, string After, IReadOnlyList<DiffPiece> Words);

    public sealed record KeywordChange(IReadOnlyList<string> Added, IReadOnlyList<string> Removed);

    /// <param name="Words">As <see cref="WordDiff"/> gives them.</param>
    public sealed record Rewording(
        string Role,
        string Level,
        string Before,
        string After,
        IReadOnlyList<DiffPiece> Words
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/skills/{slug}/diff", Get)
            .Produces<SkillDiff>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .WithSummary("What changed between two versions of a skill; to is the latest if absent.")
            .AllowAnonymous();

    private static async Task<IResult> Get(HttpContext http, string slug, long from, long? to, NpgsqlDataSource source)
    {
        var ct = http.RequestAborted;
        var (skill, instead) = await SkillAddress.Find(http, source, slug, ct);
        if (skill is null)
            return instead!;
        var (old, @new) = (await source.At(skill.Skill, from, ct), await source.At(skill.Skill, to, ct));
        return old is null || @new is null
            ? Refusal.NoSuch("version of this skill").AsProblem()
            : TypedResults.Ok(Of(old, @new));
    }

    public static SkillDiff Of(SkillAt from, SkillAt to)
    {
        var changes = Difference
            .Between(Says(from), Says(to))
            .OrderBy(c => Cell.Of(c)?.Level, StringComparer.Ordinal)
            .ThenBy(c => Cell.Of(c)?.Role, StringComparer.Ordinal)
            .ToArray();
        return new SkillDiff(
            new End(from.Version, from.At),
            new End(to.Version, to.At),
            [.. Only<StateRequirement>().Select(c => new Whole(c.Role, c.Level, c.Mandatory, c.Description))],
            [.. Only<DropRequirement>().Select(c => new Whole(c.Role, c.Level, c.WasMandatory == true, c.Was))],
            [.. Only<MakeMandatory>().Select(c => new Cell(c.Role, c.Level))],
            [.. Only<MakeOptional>().Select(c => new Cell(c.Role, c.Level))],
            [
                .. Only<RewordRequirement>()
                    .Select(c => new Rewording(
                        c.Role,
                        c.Level,
                        c.Was,
                        c.Description,
                        WordDiff.Of(c.Was, c.Description)
                    )),
            ],
            One<RenameSkill, BeforeAfter<string>>(c => new(c.Was, c.Name)),
            One<MoveSkill, BeforeAfter<Place>>(c => new(c.Was, new Place(c.Domain, c.Group))),
            One<ReplaceKeywords, KeywordChange>(c =>
                new([.. c.Keywords.Except(c.Was, TextForm.Looks)], [.. c.Was.Except(c.Keywords, TextForm.Looks)])
            ),
            Only<RetireSkill>().Any() || Only<MergeSkill>().Any(),
            One<DescribeSkill, TextChange>(c => new(c.Was, c.Description, WordDiff.Of(c.Was, c.Description)))
        );

        IEnumerable<T> Only<T>() => changes.OfType<T>();

        TShown? One<T, TShown>(Func<T, TShown> shown)
            where TShown : class => Only<T>().Select(shown).SingleOrDefault();
    }

    private static Said Says(SkillAt at) =>
        Said.Of(
            at.Skill.Name,
            at.Skill.Keywords,
            new Place(at.Skill.Domain, at.Skill.Group),
            at.Requirements.Select(r => new Requirement(r.Role, r.Level, r.Mandatory == true, r.Description!)),
            at.Skill.Retired,
            description: at.Skill.Description
        );
}
