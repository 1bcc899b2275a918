using Npgsql;
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
    SkillDiff.BeforeAfter<Contracts.Place>? Moved,
    SkillDiff.KeywordChange? Keywords,
    bool Retired
)
{
    public sealed record End(long Version, DateTimeOffset At);

    public sealed record Whole(string Role, string Level, bool Mandatory, string Description);

    public sealed record BeforeAfter<T>(T Before, T After);

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
        var (old, now) = (Cells(from), Cells(to));
        var kept = now.Where(c => old.ContainsKey(c.Key))
            .Select(c => (Cell: c.Key, Was: old[c.Key], Is: c.Value))
            .ToArray();
        return new SkillDiff(
            new End(from.Version, from.At),
            new End(to.Version, to.At),
            [.. now.Where(c => !old.ContainsKey(c.Key)).Select(c => Of(c.Value))],
            [.. old.Where(c => !now.ContainsKey(c.Key)).Select(c => Of(c.Value))],
            [.. kept.Where(c => c.Was.Mandatory == false && c.Is.Mandatory == true).Select(c => c.Cell)],
            [.. kept.Where(c => c.Was.Mandatory == true && c.Is.Mandatory == false).Select(c => c.Cell)],
            [
                .. kept.Where(c => c.Was.Description != c.Is.Description)
                    .Select(c => new Rewording(
                        c.Cell.Role,
                        c.Cell.Level,
                        c.Was.Description!,
                        c.Is.Description!,
                        WordDiff.Of(c.Was.Description!, c.Is.Description!)
                    )),
            ],
            from.Skill.Name == to.Skill.Name ? null : new(from.Skill.Name, to.Skill.Name),
            Place(from) == Place(to) ? null : new(Place(from), Place(to)),
            Replaced(from.Skill.Keywords, to.Skill.Keywords),
            to.Skill.Retired && !from.Skill.Retired
        );
    }

    private static Dictionary<Cell, RequirementRow> Cells(SkillAt at) =>
        at
            .Requirements.OrderBy(r => r.Level, StringComparer.Ordinal)
            .ThenBy(r => r.Role, StringComparer.Ordinal)
            .ToDictionary(r => new Cell(r.Role, r.Level));

    private static Whole Of(RequirementRow row) => new(row.Role, row.Level, row.Mandatory == true, row.Description!);

    private static Contracts.Place Place(SkillAt at) => new(at.Skill.Domain, at.Skill.Group);

    private static KeywordChange? Replaced(string[] before, string[] after)
    {
        var change = new KeywordChange(
            [.. after.Except(before, StringComparer.Ordinal)],
            [.. before.Except(after, StringComparer.Ordinal)]
        );
        return change is { Added.Count: 0, Removed.Count: 0 } ? null : change;
    }
}
