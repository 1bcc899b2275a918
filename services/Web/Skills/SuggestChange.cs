using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>What the form shows: the requirement as its author sees it, and what they wrote so far.</summary>
public sealed record SuggestModel(
    Skill Skill,
    Requirement Requirement,
    bool Mandatory,
    string Description,
    string Rationale,
    string? Problem
);

/// <summary>Suggest another text, or another binding, for one requirement.</summary>
public static class SuggestChange
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/skills/{slug}/suggest", Get).RequireAuthorization();
        app.MapPost("/skills/{slug}/suggest", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(
        string slug,
        string? role,
        string? level,
        Services services,
        CancellationToken ct
    )
    {
        var skill = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}", ct);
        if (skill.Value is not { } found)
            return Page.Error(skill.Status);
        return found.At(role, level) is { } now
            ? Page.Of<SuggestPage>(new SuggestModel(found, now, now.Mandatory, now.Description, "", null))
            : Page.Error(404);
    }

    private static async Task<IResult> Post(
        string slug,
        [FromForm] string role,
        [FromForm] string level,
        [FromForm] long version,
        [FromForm] bool mandatory,
        [FromForm] string? description,
        [FromForm] string? rationale,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        // The text the author saw, exactly: browsers change line ends, so it does not travel through the form.
        var skill = await services.Get<Skill>("catalog", $"/api/catalog/skills/{slug}?version={version}", ct);
        if (skill.Value is not { } seen)
            return Page.Error(skill.Status);
        if (seen.At(role, level) is not { } was)
            return Page.Error(404);
        var wanted = Lines(description);
        var changes = Changes(was, mandatory, wanted);
        if (changes.Length == 0)
            return Again(visit.T["suggest.nothing"], 422);
        var answer = await services.Send<Created>(
            "proposals",
            HttpMethod.Post,
            $"/api/proposals",
            new
            {
                skill = seen.Slug,
                rationale = Lines(rationale),
                changes,
            },
            ct
        );
        return (answer.Ok, answer.Value?.Id, answer.Location) switch
        {
            (true, { } id, _) => TypedResults.Redirect(visit.To($"/proposals/{id}")),
            (true, null, { } location) => TypedResults.Redirect(visit.To($"/proposals/{location.Split('/')[^1]}")),
            _ => answer.Status is 401 or 403
                ? Page.Error(answer.Status)
                : Again(answer.Problem ?? visit.T["missing.proposals"], answer.Down ? 503 : answer.Status),
        };

        IResult Again(string problem, int status) =>
            Page.Of<SuggestPage>(new SuggestModel(seen, was, mandatory, wanted, Lines(rationale), problem), status);
    }

    public static object[] Changes(Requirement was, bool mandatory, string description)
    {
        var changes = new List<object>();
        if (description != Lines(was.Description))
            changes.Add(
                new
                {
                    op = "rewordRequirement",
                    role = was.Role,
                    level = was.Level,
                    was = was.Description,
                    description,
                }
            );
        if (mandatory != was.Mandatory)
            changes.Add(
                new
                {
                    op = mandatory ? "makeMandatory" : "makeOptional",
                    role = was.Role,
                    level = was.Level,
                }
            );
        return [.. changes];
    }

    private static string Lines(string? text) => (text ?? "").Replace("\r\n", "\n", StringComparison.Ordinal);

    private sealed record Created(Guid? Id);
}
