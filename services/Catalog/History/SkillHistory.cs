using System.Globalization;
using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>Every change of a skill, or of one requirement, newest first: who, when, why, and what was before.</summary>
public static class SkillHistory
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet(
                "/skills/{slug}/history",
                (HttpContext http, string slug, Paging paging, NpgsqlDataSource source, IQuerySession session) =>
                    Get(http, slug, null, paging, source, session)
            )
            .Produces<Page<ChangeItem>>()
            .ProducesProblem(404)
            .WithSummary("Every change of a skill, newest first.")
            .AllowAnonymous();
        api.MapGet(
                "/skills/{slug}/requirements/{role}/{level}/history",
                (
                    HttpContext http,
                    string slug,
                    string role,
                    string level,
                    Paging paging,
                    NpgsqlDataSource source,
                    IQuerySession session
                ) => Get(http, slug, (role, level), paging, source, session)
            )
            .Produces<Page<ChangeItem>>()
            .ProducesProblem(404)
            .WithSummary("Every change of one requirement, newest first: who last changed this, and why.")
            .AllowAnonymous();
    }

    private static async Task<IResult> Get(
        HttpContext http,
        string slug,
        (string Role, string Level)? cell,
        Paging paging,
        NpgsqlDataSource source,
        IQuerySession session
    )
    {
        var ct = http.RequestAborted;
        var (skill, instead) = await SkillAddress.Find(http, source, slug, ct);
        if (skill is null)
            return instead!;
        long? before = paging.After is { } key ? Version(key) : null;
        var rows = await source.ChangesOf(skill.Skill, cell, before, paging.Limit + 1, ct);
        if (rows.Count == 0 && before is null && cell is not null)
            return Refusal.NoSuch("requirement in this skill").AsProblem();
        var people = await People.Load(session, rows.SelectMany(r => new[] { r.Author, r.Reviewer }), ct);
        var page = paging.Of(
            [.. rows.Select(row => ChangeRows.Item(row, people, named: false))],
            item => [item.Version.ToString(CultureInfo.InvariantCulture)],
            item => Paging.Bytes(item.Before, item.After, item.Reason)
        );
        return TypedResults.Ok(page);
    }

    private static long Version(string[] key) =>
        key is [var text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new BadHttpRequestException("cursor is not one this list gave.");
}
