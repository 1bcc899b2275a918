using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>
/// Finds the skill an address names. Old slugs lead to the new address, the rest of it kept; a skill that was merged into
/// another leads there, but for what it was and how it came to it.
/// </summary>
public static class SkillAddress
{
    public const string Prefix = "/api/catalog/skills/";

    public static async Task<(SkillRow? Skill, IResult? Instead)> Find(
        HttpContext http,
        NpgsqlDataSource source,
        string slug,
        CancellationToken ct
    )
    {
        if (slug.Length > Slugs.Longest || slug.Contains('\0', StringComparison.Ordinal))
            return (null, Refusal.NoSuch("skill").AsProblem());
        if (await source.Named(slug, ct) is not { } skill)
            return (null, Refusal.NoSuch("skill").AsProblem());
        if (skill.Slug == slug)
            return (skill, null);
        var rest = http.Request.Path.Value![(Prefix.Length + slug.Length)..];
        return (null, MovedTo($"{Prefix}{skill.Slug}{rest}{http.Request.QueryString}"));
    }

    /// <summary>By id, for whoever keeps no slugs: leads to the address.</summary>
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet(
                "/skills/by-id/{id:guid}",
                async Task<IResult> (Guid id, NpgsqlDataSource source, CancellationToken ct) =>
                    await source.Current(id, ct) is { } skill
                        ? MovedTo(Prefix + skill.Slug)
                        : Refusal.NoSuch("skill").AsProblem()
            )
            .Produces(308)
            .WithSummary("Leads to the skill with this id.")
            .AllowAnonymous();

    /// <summary>Leads to the skill that this one was merged into.</summary>
    public static async Task<IResult> Remaining(
        HttpContext http,
        NpgsqlDataSource source,
        Guid into,
        CancellationToken ct
    ) =>
        await source.Current(into, ct) is { } skill
            ? MovedTo($"{Prefix}{skill.Slug}{http.Request.QueryString}")
            : Refusal.NoSuch("skill").AsProblem();

    public static RedirectHttpResult MovedTo(string address) =>
        TypedResults.Redirect(address, permanent: true, preserveMethod: true);
}
