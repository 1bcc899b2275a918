using System.Globalization;
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
        PastVersions past,
        TimeProvider time
    )
    {
        var ct = http.RequestAborted;
        var (skill, taxonomy) = await catalogue.Find(body.Skill, ct);
        if (skill is null)
            return Refusal.NoSuch("skill").AsProblem();
        if (body.Version < 1 || body.Version > skill.Version)
            return Refusal.Field("/version", $"Between 1 and {skill.Version}.").AsProblem();
        SkillState? made,
            before;
        try
        {
            made = await past.Of(skill.State.Slug, body.Version, ct);
            before = body.Restore || body.Version == 1 ? null : await past.Of(skill.State.Slug, body.Version - 1, ct);
        }
        catch (CatalogueSilentException)
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
            _ => Decide(body, skill, made, before, taxonomy, author, now),
            SubmitProposal.Created,
            starts: true
        );
    }

    /// <summary>A proposal that goes back.</summary>
    /// <param name="body">What is asked.</param>
    /// <param name="skill">The skill as it is.</param>
    /// <param name="made">The skill at the version named.</param>
    /// <param name="before">The skill one version earlier; null at the first.</param>
    /// <param name="taxonomy">The taxonomy.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="now">When.</param>
    public static Decision Decide(
        Revert body,
        KnownSkill skill,
        SkillState made,
        SkillState? before,
        KnownTaxonomy taxonomy,
        string author,
        DateTimeOffset now
    )
    {
        if (skill.State.Retired)
            return Refusal.Conflicting("retired", "The skill is retired.");
        var path =
            body.Restore ? Between(skill.State, made)
            : before is null ? [new RetireSkill()]
            : Between(made, before);
        var changes = Effects.WithEffect(skill.State, path, taxonomy);
        if (changes.Length == 0)
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
            new Proposed(skill.State.Slug, rationale, changes),
            skill,
            taxonomy,
            author,
            Guid.Empty,
            now
        );
    }

    /// <summary>The changes that lead from one state of a skill to another, in an order in which they apply.</summary>
    public static Change[] Between(SkillState from, SkillState to)
    {
        var changes = new List<Change>();
        changes.AddRange(
            from.Requirements.Where(r => to.At(r.Role, r.Level) is null)
                .Select(r => new DropRequirement(r.Role, r.Level, r.Description))
        );
        if (from.Name != to.Name)
            changes.Add(new RenameSkill(from.Name, to.Name));
        if (Effects.Text(from.Keywords) != Effects.Text(to.Keywords))
            changes.Add(new ReplaceKeywords(from.Keywords, to.Keywords));
        if ((from.Domain.Slug, from.Group.Slug) != (to.Domain.Slug, to.Group.Slug))
            changes.Add(new MoveSkill(new Place(from.Domain.Slug, from.Group.Slug), to.Domain.Slug, to.Group.Slug));
        foreach (var wanted in to.Requirements)
            switch (from.At(wanted.Role, wanted.Level))
            {
                case null:
                    changes.Add(new StateRequirement(wanted.Role, wanted.Level, wanted.Mandatory, wanted.Description));
                    break;
                case var there:
                    if (there.Description != wanted.Description)
                        changes.Add(
                            new RewordRequirement(wanted.Role, wanted.Level, there.Description, wanted.Description)
                        );
                    if (there.Mandatory != wanted.Mandatory)
                        changes.Add(
                            wanted.Mandatory
                                ? new MakeMandatory(wanted.Role, wanted.Level)
                                : new MakeOptional(wanted.Role, wanted.Level)
                        );
                    break;
            }
        if (to.Retired && !from.Retired)
            changes.Add(new RetireSkill());
        return [.. changes];
    }
}
