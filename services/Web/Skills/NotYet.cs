using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>A skill that was asked for as of a day on which it was not there yet.</summary>
/// <param name="Skill">As it began.</param>
/// <param name="Day">That was asked for.</param>
public sealed record NotYet(Skill Skill, string Day)
{
    /// <summary>Null where it is not for that reason that there is nothing.</summary>
    public static async Task<NotYet?> Of(
        Services services,
        string slug,
        string asOf,
        int status,
        CancellationToken ct
    ) =>
        status == 404
        && (await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}?version={1}", ct)).Value
            is { UpdatedAt: not null } began
            ? new NotYet(began, asOf)
            : null;
}
