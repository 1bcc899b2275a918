using SkillPlatform.Changes;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

public static class ReviseProposal
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut(
                "/{id:guid}",
                async (
                    Guid id,
                    Proposed body,
                    HttpContext http,
                    Commands commands,
                    Marten.IQuerySession session,
                    Catalogue catalogue,
                    Tallies tallies,
                    TimeProvider time
                ) =>
                {
                    var ct = http.RequestAborted;
                    var page = await session.LoadAsync<ProposalPage>(id, ct);
                    var (skill, around) = await catalogue.Find(page?.Skill.Id.ToString(), body.Changes, ct);
                    var named = body.Skill is null ? skill : (await catalogue.Find(body.Skill, ct)).Skill;
                    var author = Caller.Of(http).Id;
                    var most = (await tallies.LimitsOf(Caller.Of(http), ct))?.RevisionsOfOne;
                    var now = time.GetUtcNow();
                    return await commands.Handle<Proposal>(
                        http,
                        id,
                        body,
                        proposal => Decide(proposal, body, skill, named?.Id, around, author, now, most),
                        done => new Answer(204, Version: done.Version),
                        requireMatch: true,
                        quota: await tallies.For(http, Act.Revision, Form.Characters(body))
                    );
                }
            )
            .Produces(204)
            .WithSummary("A new revision, by the author. Approvals stay only if it does the same.");

    /// <summary>Replaces rationale and changes.</summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="body">The new revision. The skill stays the same; it may be left out.</param>
    /// <param name="skill">The proposal's skill as known here; null if it is yet to be added.</param>
    /// <param name="named">Id of the skill that the body names.</param>
    /// <param name="around">The rest of the catalogue, as known here.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="now">When.</param>
    /// <param name="mostRevisions">How many one proposal may have; null for any number.</param>
    public static Decision Decide(
        Proposal? proposal,
        Proposed body,
        KnownSkill? skill,
        Guid? named,
        Surroundings around,
        string caller,
        DateTimeOffset now,
        int? mostRevisions = null
    )
    {
        if (proposal is null || proposal.IsHiddenFrom(caller))
            return Refusal.NoSuch("proposal");
        if (proposal.Author != caller)
            return Refusal.Forbidden("not-author", "Only its author revises a proposal.");
        if (!State.CanBeRevised(proposal.State))
            return SubmitProposal.Closed(proposal);
        if (proposal.Revision >= mostRevisions)
            return Refusal.Conflicting(
                "too-many-revisions",
                $"The proposal has {proposal.Revision} revisions, as many as one may have. Withdraw it, and propose anew."
            );
        if (body.Skill is not null && named != proposal.Skill.Id)
            return Refusal.Field("/skill", "A proposal stays with its skill.");
        var checkedBody = body with { Skill = skill?.Id.ToString() };
        var most = Most.InPlaceOf(proposal.Changes);
        var (sound, refusal) = SubmitProposal.Check(checkedBody, skill, around, proposal.Skill.Id, most);
        if (sound is not var (subject, why, changes, effect))
            return refusal!;
        if (!ChangeTaxonomy.IsOfTheSame(proposal.Skill, subject))
            return Refusal.Field("/changes", "A proposal stays with what it is about.");
        // What is in conflict was approved against a text that is gone.
        var keeps = proposal.State != State.Conflicted && proposal.Effect == effect;
        return Decision.Of(new ProposalRevised(subject, proposal.Revision + 1, why, changes, keeps, now, effect));
    }
}
