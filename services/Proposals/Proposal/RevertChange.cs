using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>What to go back on.</summary>
/// <param name="Skill">Slug, current or former, or id.</param>
/// <param name="Version">The version whose change is undone; with <c>restore</c>, the version to go back to as a whole.</param>
/// <param name="Restore">True to restore the whole skill as it was at that version.</param>
/// <param name="Rationale">Why; said after which version is reverted.</param>
public sealed record Revert(string Skill, long Version, bool Restore = false, string? Rationale = null);

public static class RevertChange
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/reverts", Post)
            .Produces<ProposalWritten>(201)
            .WithSummary("Proposes to undo one change of a skill, or to restore an old version of it.");

    private static async Task<IResult> Post(
        Revert body,
        HttpContext http,
        Commands commands,
        Catalogue catalogue,
        Profiles profiles,
        Tallies tallies,
        TimeProvider time
    )
    {
        var ct = http.RequestAborted;
        var (skill, around) = await catalogue.Find(body.Skill, null, ct);
        if (skill is null)
            return Refusal.NoSuch("skill").AsProblem();
        if (body.Version < 1 || body.Version > skill.Version)
            return Refusal.Field("/version", $"Between 1 and {skill.Version}.").AsProblem();
        SkillState? made,
            before;
        try
        {
            made = await profiles.Of(skill.State.Slug, body.Version, ct);
            before =
                body.Restore || body.Version == 1 ? null : await profiles.Of(skill.State.Slug, body.Version - 1, ct);
        }
        catch (NeighbourSilentException)
        {
            http.Response.Headers.RetryAfter = "5";
            return TypedResults.Problem("The catalogue's history cannot be read at the moment.", statusCode: 503);
        }
        if (made is null || (before is null && !body.Restore && body.Version > 1))
            return Refusal.NoSuch("version").AsProblem();
        var (author, now) = (Caller.Of(http).Id, time.GetUtcNow());
        return await commands.Handle<Proposal>(
            http,
            Guid.CreateVersion7(now),
            body,
            _ => Decide(body, skill, made, before, around, author, now),
            SubmitProposal.Created,
            starts: true,
            quota: await tallies.For(http, Act.Proposal)
        );
    }

    /// <summary>A proposal that goes back.</summary>
    /// <param name="body">What is asked.</param>
    /// <param name="skill">The skill as it is.</param>
    /// <param name="made">The skill at the version named.</param>
    /// <param name="before">The skill one version earlier; null at the first.</param>
    /// <param name="around">The rest of the catalogue, as known here.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="now">When.</param>
    public static Decision Decide(
        Revert body,
        KnownSkill skill,
        SkillState made,
        SkillState? before,
        Surroundings around,
        string author,
        DateTimeOffset now
    )
    {
        if (SubmitProposal.Retired(skill.State) is { } gone)
            return gone;
        Change[] path =
            body.Restore ? Difference.Between(skill.Says, Said.Of(made))
            : before is null ? [new RetireSkill()]
            : Difference.Between(Said.Of(made), Said.Of(before));
        var course = Course.Of(skill.Says, path, around);
        if (course.Conflicts.Count == 0 && !course.Steps.Any(step => step.HasEffect))
            return Refusal.Conflicting(
                "nothing-to-revert",
                string.Create(CultureInfo.InvariantCulture, $"Nothing of version {body.Version} is left to revert.")
            );
        var rationale = string.Create(
            CultureInfo.InvariantCulture,
            $"{(body.Restore ? "Restores" : "Reverts")} version {body.Version} of {skill.State.Name}."
        );
        if (!string.IsNullOrWhiteSpace(body.Rationale))
            rationale += "\n\n" + body.Rationale;
        return SubmitProposal.Decide(
            new Proposed(skill.State.Slug, rationale, path),
            skill,
            around,
            author,
            Guid.Empty,
            now,
            most: Most.ByThePlatform
        );
    }
}
