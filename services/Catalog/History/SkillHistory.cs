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
                (
                    HttpContext http,
                    string slug,
                    string? role,
                    string? level,
                    Paging paging,
                    NpgsqlDataSource source,
                    IQuerySession session
                ) => Get(http, slug, role, level, mustBe: false, paging, source, session)
            )
            .Produces<Page<ChangeItem>>()
            .ProducesProblem(404)
            .WithSummary("Every change of a skill, newest first; of a role or a level of it alone where one is named.")
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
                ) => Get(http, slug, role, level, mustBe: true, paging, source, session)
            )
            .Produces<Page<ChangeItem>>()
            .ProducesProblem(404)
            .WithSummary("Every change of one requirement, newest first: who last changed this, and why.")
            .AllowAnonymous();
    }

    private static async Task<IResult> Get(
        HttpContext http,
        string slug,
        string? role,
        string? level,
        bool mustBe,
        Paging paging,
        NpgsqlDataSource source,
        IQuerySession session
    )
    {
        var ct = http.RequestAborted;
        if ($"{role}{level}".Contains('\0', StringComparison.Ordinal))
            throw new BadHttpRequestException("role and level are slugs.");
        var (skill, instead) = await SkillAddress.Find(http, source, slug, ct);
        if (skill is null)
            return instead!;
        long? before = paging.After is { } key ? Version(key) : null;
        var rows = await source.ChangesOf(skill.Skill, role, level, before, paging.Limit + 1, ct);
        if (rows.Count == 0 && before is null && mustBe)
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
