using System.Globalization;
using System.Text;
using SkillPlatform.Changes;
using SkillPlatform.Rendering;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Mine;

/// <summary>A mark beside what it is of.</summary>
/// <param name="Now">Null where the requirement is not there any more, or cannot be read.</param>
/// <param name="Gone">True where it is known not to be there.</param>
/// <param name="Role">Its name.</param>
/// <param name="Level">Likewise.</param>
public sealed record MarkedText(Mark Mark, RoleItem? Now, bool Gone, string Role, string Level)
{
    public bool Moved => Gone || !Mark.IsOf(Now?.Since?.Version);
}

/// <param name="Then">Of those shown whose text is another one: the text that was marked.</param>
/// <param name="Next">Where the next page begins; null on the last one.</param>
public sealed record MarksModel(
    MarkedText[] All,
    MarkedText[] Shown,
    IReadOnlyDictionary<Mark, Requirement?> Then,
    int? Next,
    bool Missing
);

/// <summary>All that one has marked: first what says something else now, with the difference.</summary>
public static class ShowMarks
{
    private const int OnePage = 20;

    // Nobody has so many; each is a list to read.
    private const int MostRoles = 20;

    public static void Map(WebApplication app)
    {
        app.MapGet("/my-marks", Get).RequireAuthorization();
        app.MapGet("/my-marks.csv", Csv).RequireAuthorization();
    }

    private static async Task<IResult> Get(int? from, Services services, Visit visit, CancellationToken ct)
    {
        var (all, missing) = await Read(services, visit, ct);
        var shown = all.Skip(Math.Max(from ?? 0, 0)).Take(OnePage).ToArray();
        var then = await Task.WhenAll(
            shown
                .Where(text => text is { Moved: true, Gone: false })
                .Select(async text =>
                    (text.Mark, Then: await MarkRequirement.Then(services, text.Mark, text.Now?.Since?.Version, ct))
                )
        );
        var next = Math.Max(from ?? 0, 0) + OnePage;
        return Page.Of<MarksPage>(
            new MarksModel(
                all,
                shown,
                then.ToDictionary(t => t.Mark, t => t.Then),
                next < all.Length ? next : null,
                missing
            ),
            missing ? 503 : 200
        );
    }

    private static async Task<(MarkedText[] All, bool Missing)> Read(
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var tree = Tree.Read(services, ct);
        var marks = await Marks.Read(services, visit, ct);
        var roles = (
            await Task.WhenAll(
                marks
                    .All.Select(mark => mark.Role)
                    .Distinct(StringComparer.Ordinal)
                    .Take(MostRoles)
                    .Select(async role => (role, (await ShowRole.Whole(services, role, null, null, ct)).Value))
            )
        ).ToDictionary(read => read.role, read => read.Value, StringComparer.Ordinal);
        var items = roles
            .Values.OfType<Role>()
            .SelectMany(role => role.Items.Select(item => (Key: (item.Skill.Slug, role.Slug, item.Level.Slug), item)))
            .DistinctBy(item => item.Key)
            .ToDictionary(item => item.Key, item => item.item);
        var names = await tree;
        return (
            [
                .. marks
                    .All.Select(mark =>
                    {
                        var role = roles.GetValueOrDefault(mark.Role);
                        var now = items.GetValueOrDefault((mark.Skill.Slug, mark.Role, mark.Level));
                        return new MarkedText(
                            mark,
                            now,
                            // Of a list that was cut, nobody knows.
                            now is null
                                && role is { NextCursor: null },
                            role?.Name ?? names.Role(mark.Role) ?? mark.Role,
                            now?.Level.Name ?? names.Level(mark.Level) ?? mark.Level
                        );
                    })
                    .OrderByDescending(text => text.Moved)
                    .ThenBy(text => text.Role, Texts.ByName)
                    .ThenBy(text => text.Mark.Skill.Name, Texts.ByName)
                    .ThenBy(text => text.Level, Texts.ByName),
            ],
            marks.Missing
        );
    }

    private static async Task<IResult> Csv(Services services, Visit visit, HttpContext http, CancellationToken ct)
    {
        var (all, missing) = await Read(services, visit, ct);
        if (missing)
            return Page.Error(503);
        var t = visit.T;
        var table = new StringBuilder("\uFEFF");
        Row(
            t["skill.role"],
            t["pick.level"],
            t["roles.skill"],
            t["skill.binding"],
            t["skill.description"],
            t["mark.mine"],
            t["mark.note"],
            t["mark.moved"]
        );
        foreach (var text in all)
            Row(
                text.Role,
                text.Level,
                text.Mark.Skill.Name,
                text.Now is null ? "" : t[text.Now.Mandatory ? "mandatory" : "optional"],
                text.Now?.Description ?? "",
                t[text.Mark.Says],
                text.Mark.Note,
                text.Gone ? t["mark.gone"]
                    : text.Moved ? t["mark.moved"]
                    : ""
            );
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.File(Encoding.UTF8.GetBytes(table.ToString()), "text/csv; charset=utf-8", "marks.csv");

        void Row(params string[] cells) => table.AppendJoin(',', cells.Select(Cell)).Append("\r\n");
    }

    private static string Cell(string text) =>
        $"\"{SheetCell.Neutral(text).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
