using Marten;
using MassTransit;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>
/// A proposal whose changes all were already so merges without a changed skill; then, and only then, the merge is told from
/// here or from the activity, whichever comes second.
/// </summary>
public sealed class WhenProposalApplied(IDocumentSession session, TimeProvider time) : IConsumer<ProposalApplied>
{
    public async Task Consume(ConsumeContext<ProposalApplied> context)
    {
        var (applied, ct) = (context.Message, context.CancellationToken);
        if (applied.Version != applied.FromVersion || applied.SkillId == Part.Taxonomy)
            return;
        var known = await session.LoadAsync<KnownProposal>(applied.ProposalId, ct);
        var revision = (known?.Version ?? 0) + 1;
        known ??= new KnownProposal { Id = applied.ProposalId, Skill = applied.SkillId };
        known.Unchanged = true;
        session.UpdateRevision(known, revision);
        await session.TellOfUnchangedMerge(known, time.GetUtcNow(), ct);
    }
}

public static class UnchangedMerge
{
    public static async Task TellOfUnchangedMerge(
        this IDocumentSession session,
        KnownProposal known,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (known is not { Unchanged: true, Merged: { } at })
            return;
        var skill = await session.LoadAsync<KnownSkill>(known.Skill, ct);
        await session.Tell(
            new News
            {
                Id = News.OfMerge(known.Id),
                Kind = NewsKind.Merged,
                SkillId = known.Skill,
                SkillSlug = skill?.Slug,
                SkillName = skill?.Name ?? known.SkillName,
                ProposalId = known.Id,
                Author = known.Author,
                At = at,
            },
            [Topic.OfProposal(known.Id)],
            now,
            ct: ct
        );
    }
}
