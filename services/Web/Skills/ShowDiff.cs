using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>What two versions of a skill say otherwise, as the catalogue tells it.</summary>
public sealed record SkillDiff(
    DiffEnd From,
    DiffEnd To,
    DiffCell[] Added,
    DiffCell[] Dropped,
    DiffCell[] BecameMandatory,
    DiffCell[] BecameOptional,
    DiffWords[] Reworded,
    DiffTexts? Renamed,
    DiffPlaces? Moved,
    DiffKeywords? Keywords,
    bool Retired,
    DiffTexts? Described = null
)
{
    public bool IsEmpty =>
        Added.Length + Dropped.Length + BecameMandatory.Length + BecameOptional.Length + Reworded.Length == 0
        && Renamed is null
        && Moved is null
        && Keywords is null
        && Described is null
        && !Retired;
}

public sealed record DiffEnd(long Version, DateTimeOffset At);

public sealed record DiffCell(string Role, string Level, bool? Mandatory, string? Description);

public sealed record DiffWords(string Role, string Level, string Before, string After);

public sealed record DiffTexts(string Before, string After);

public sealed record DiffPlace(string Domain, string Group);

public sealed record DiffPlaces(DiffPlace Before, DiffPlace After);

public sealed record DiffKeywords(string[] Added, string[] Removed);

public sealed record DiffModel(string Slug, Skill? Skill, SkillDiff Diff);

/// <summary>Two versions of a skill, and what differs.</summary>
public static class ShowDiff
{
    public static void Map(WebApplication app) => app.MapGet("/skills/{slug}/diff", Get).AllowAnonymous();

    private static async Task<IResult> Get(
        string slug,
        long? from,
        long? to,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        FormattableString address = $"/api/catalog/skills/{slug}/diff?from={from ?? 1}";
        if (to is { } until)
            address = $"/api/catalog/skills/{slug}/diff?from={from ?? 1}&to={until}";
        var diff = services.Get<SkillDiff>("catalog", address, ct);
        var skill = services.SkillItself(slug, ct);
        await Task.WhenAll(diff, skill);
        if ((await skill).Value is { } found && found.Slug != slug)
            return TypedResults.Redirect(visit.To($"/skills/{found.Slug}/history"), permanent: true);
        return (await diff).Value is { } value
            ? Page.Of<DiffPage>(new DiffModel(slug, (await skill).Value, value))
            : Page.Error((await diff).Status);
    }
}
