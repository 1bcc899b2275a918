using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>The way to a merge: first the other skill is found, then each requirement that both have is decided on.</summary>
/// <param name="Query">What was looked for.</param>
/// <param name="Found">What was found; null before anything was looked for, or where the catalogue does not answer.</param>
/// <param name="Into">The skill that remains; null until it is chosen.</param>
/// <param name="Taken">The requirements where what the skill that goes says is to replace what the other one says.</param>
public sealed record MergeModel(
    Suggesting About,
    string? Query,
    Named[]? Found,
    Skill? Into,
    IReadOnlySet<Cell> Taken,
    string Rationale,
    bool Moved = false,
    string? Problem = null
)
{
    private readonly Said _goes = About.Skill.Says;
    private readonly Said? _remains = Into?.Says;

    public Skill Going => About.Skill;

    /// <summary>What both state otherwise, by pairs.</summary>
    public IEnumerable<(Contracts.Requirement Goes, Contracts.Requirement Remains)> Differing =>
        from goes in _goes.Requirements
        let remains = _remains!.At(goes.Role, goes.Level)
        where remains is not null && remains != goes
        select (goes, remains);

    public IEnumerable<Contracts.Requirement> Added =>
        _goes.Requirements.Where(r => _remains!.At(r.Role, r.Level) is null);

    public string[] Keywords => [.. _goes.Keywords.Except(_remains!.Keywords, TextForm.Looks)];

    /// <summary>Levels that the other skill's domain does not have.</summary>
    public string[] Lost =>
        [
            .. Going
                .Requirements.Select(r => r.Level)
                .Distinct(StringComparer.Ordinal)
                .Where(level => !Array.Exists(Into!.Levels, l => l.Slug == level))
                .Select(Going.LevelName),
        ];

    public MergeSkill Change =>
        new(
            Into!.Slug,
            [
                .. Differing.Select(pair => new MergedCell(
                    pair.Goes.Role,
                    pair.Goes.Level,
                    Taken.Contains(new(pair.Goes.Role, pair.Goes.Level)),
                    pair.Remains.Description,
                    pair.Remains.Mandatory
                )),
            ],
            new RemainingSkill(Into.Name, Into.Domain.Slug),
            Going.Version
        );
}

/// <summary>Suggest that a skill be merged into another one.</summary>
public static class MergeInto
{
    private const int Most = 20;

    public static void Map(WebApplication app)
    {
        app.MapGet("/skills/{slug}/merge", Get).RequireAuthorization();
        app.MapPost("/skills/{slug}/merge", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(
        string slug,
        string? q,
        string? into,
        Guid? proposal,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var (about, status) = await About(slug, proposal, services, visit, ct);
        if (about is null)
            return Page.Error(status);
        var other = string.IsNullOrEmpty(into) ? null : await Other(into, about.Skill, services, ct);
        var found =
            string.IsNullOrWhiteSpace(q) || other is not null
                ? null
                : (await services.Get<PageList<Named>>("catalog", $"/api/catalog/skills?q={q}&limit={Most}", ct))
                    .Value
                    ?.Items;
        var was = about.Proposal?.Changes is [MergeSkill merge] ? merge.Cells ?? [] : [];
        return Page.Of<MergeView>(
            new MergeModel(
                about,
                q,
                found?.Where(skill => skill.Slug != about.Skill.Slug).ToArray(),
                other,
                was.Where(cell => cell.Replaces).Select(cell => new Cell(cell.Role, cell.Level)).ToHashSet(),
                about.Proposal?.Rationale ?? "",
                Problem: !string.IsNullOrEmpty(into) && other is null ? visit.T["merge.no-such"] : null
            )
        );
    }

    private static async Task<IResult> Post(
        string slug,
        IFormCollection form,
        Guid? proposal,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var (about, status) = await About(slug, proposal, services, visit, ct);
        if (about is null)
            return Page.Error(status);
        if (await Other(form["into"].ToString(), about.Skill, services, ct) is not { } into)
            return Page.Error(404);
        var taken = into
            .Requirements.Where(r => form[$"keep:{r.Role}:{r.Level}"] == "going")
            .Select(r => new Cell(r.Role, r.Level))
            .ToHashSet();
        var model = new MergeModel(about, null, null, into, taken, form["rationale"].ToString());
        // What one decided on is what one saw: where either has changed, it is shown again with all that was chosen.
        if (!Saw("version", about.Skill.Version) || !Saw("intoVersion", into.Version))
            return Again(model with { Moved = true }, 409);
        if (string.IsNullOrWhiteSpace(model.Rationale))
            return Again(model with { Problem = visit.T["suggest.no-rationale"] }, 422);
        var sent = new SuggestForm.Sent(about.Skill.Slug, model.Rationale, [model.Change], Draft: false);
        var (id, refused, code, _) = await SuggestForm.Send(about, form["tag"], sent, services, visit, ct);
        return id is { } written
            ? TypedResults.Redirect(visit.To($"/proposals/{written}") + "?done=submitted")
            : Again(model with { Problem = refused }, code);

        bool Saw(string name, long version) =>
            long.TryParse(form[name], CultureInfo.InvariantCulture, out var seen) && seen == version;

        static IResult Again(MergeModel model, int answer) => Page.Of<MergeView>(model, answer);
    }

    private static async Task<(Suggesting?, int)> About(
        string slug,
        Guid? proposal,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (proposal is { } revised)
        {
            var (about, status) = await ReviseProposal.Find(revised, services, visit, ct);
            if (about is { IsNew: false, Skill.Retired: false })
                return (about, 200);
            return (null, about is null ? status : 410);
        }
        var skill = await SuggestForm.Last(slug, services, ct);
        if (skill.Value is { Retired: false } now)
            return (new Suggesting(now, IsNew: false), 200);
        return (null, skill.Value is null ? skill.Status : 410);
    }

    private static async Task<Skill?> Other(string slug, Skill going, Services services, CancellationToken ct)
    {
        var found = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct);
        return found.Value is { } other && other.Slug != going.Slug ? other : null;
    }
}
