using Marten;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A mark, as who made it sees it.</summary>
/// <param name="Skill">As it is called now.</param>
/// <param name="Role">Slug.</param>
/// <param name="Level">Slug.</param>
/// <param name="State"><c>met, partly, not</c>; null where there is a note only.</param>
/// <param name="Note">Empty where there is none.</param>
/// <param name="Version">The skill's version that the marked text began with.</param>
/// <param name="At">When it was made.</param>
public sealed record Marked(
    Named Skill,
    string Role,
    string Level,
    string? State,
    string Note,
    long Version,
    DateTimeOffset At
)
{
    public static async Task<Marked[]> Of(IQuerySession reads, IReadOnlyList<Mark> marks, CancellationToken ct)
    {
        var skills = (
            await reads.LoadManyAsync<KnownSkill>(ct, [.. marks.Select(m => m.Skill).Distinct()])
        ).ToDictionary(skill => skill.Id);
        return
        [
            .. from mark in marks
            let skill = skills.GetValueOrDefault(mark.Skill)
            select new Marked(
                new Named(skill?.Slug ?? "", skill?.Name ?? ""),
                mark.Role,
                mark.Level,
                mark.State,
                mark.Note,
                mark.Since,
                mark.At
            ),
        ];
    }
}

/// <summary><c>GET /me/marks</c>: one's own, all or those of a skill or a role.</summary>
public static class ListMarks
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/me/marks", List).Produces<Page<Marked>>();

    // By id, so that the list is stable while it is read; the order means nothing to the reader.
    private static async Task<IResult> List(
        HttpContext http,
        Paging paging,
        IQuerySession reads,
        string? skill = null,
        string? role = null
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        var query = reads.Query<Mark>().Where(mark => mark.User == user);
        if (skill is not null)
        {
            if (await reads.Find(Topic.Skill, skill, ct) is not { } found)
                return Refusal.NoSuch("skill").AsProblem();
            var id = Guid.Parse(found.Topic.Key);
            query = query.Where(mark => mark.Skill == id);
        }
        if (role is not null)
        {
            if (await reads.Find(Topic.Role, role, ct) is null)
                return Refusal.NoSuch("role").AsProblem();
            query = query.Where(mark => mark.Role == role);
        }
        if (paging.After is [var after] && Guid.TryParse(after, out var last))
            query = query.Where(mark => mark.Id > last);
        var page = paging.Of(
            await query.OrderBy(mark => mark.Id).Take(paging.Limit + 1).ToListAsync(ct),
            mark => [mark.Id.ToString()]
        );
        return TypedResults.Ok(new Page<Marked>(await Marked.Of(reads, page.Items, ct), page.NextCursor));
    }
}
