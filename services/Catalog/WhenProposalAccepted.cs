using Marten;
using MassTransit;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>Applies an accepted proposal, or says why not. The inbox commits; a lost race is tried again.</summary>
public sealed class WhenProposalAccepted(IDocumentSession session, NpgsqlDataSource source)
    : IConsumer<ProposalAccepted>
{
    private const long Lock = 0x4170706C79; // "Apply"

    public async Task Consume(ConsumeContext<ProposalAccepted> context)
    {
        var (accepted, ct) = (context.Message, context.CancellationToken);
        // The queue has one reader; where that changes, two for a moment, and this is their order.
        await session.BeginTransactionAsync(ct);
        await session.QueryAsync<int>($"select 1 from pg_advisory_xact_lock({Lock})", ct);
        var application = Application.IdOf(accepted.ProposalId, accepted.Revision);
        if (await session.Events.FetchStreamStateAsync(application, ct) is not null)
            return;
        Provenance.Of(accepted).Stamp(session);
        var slugs = await SlugTaken.Near(session, [.. accepted.Changes.Select(NewName).OfType<string>()], ct);
        var around = await Around(accepted, slugs, ct);
        var (outcome, done) = await session.Decide<Skill, Outcome>(
            accepted.SkillId,
            skill => ApplyProposal.Decide(skill, around, accepted.Changes),
            outcome => Decision.Of(outcome.Events),
            ct: ct
        );
        foreach (var slug in outcome.Events.Select(NewSlug).OfType<string>().Distinct(StringComparer.Ordinal))
            if (!slugs.ContainsKey(slug))
                session.Insert(new SlugTaken { Id = slug, SkillId = accepted.SkillId });
        await session.Decide<Application>(
            application,
            _ => Decision.Of(Answer(accepted, outcome, done)),
            starts: true,
            ct: ct
        );
    }

    private static object Answer(ProposalAccepted accepted, Outcome outcome, Committed done) =>
        outcome is { Conflicts.Count: > 0 } or { Skill: null }
            ? new ChangesRefused(accepted.ProposalId, accepted.Revision, accepted.SkillId, [.. outcome.Conflicts])
            : new ChangesApplied(
                accepted.ProposalId,
                accepted.Revision,
                accepted.SkillId,
                outcome.Skill.Slug,
                done.Before,
                done.Version
            );

    private async Task<Surroundings> Around(
        ProposalAccepted accepted,
        IReadOnlyDictionary<string, Guid> slugs,
        CancellationToken ct
    )
    {
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, ct) ?? Taxonomy.Empty;
        var names = accepted.Changes.Select(NewName).OfType<string>().ToArray();
        var taken = await source.NamesakesOf(accepted.SkillId, names, ct);
        return new Surroundings(
            taxonomy,
            slug => slugs.TryGetValue(slug, out var holder) && holder != accepted.SkillId,
            (domain, name) => taken.Contains((domain, name))
        );
    }

    private static string? NewName(Change change) =>
        change switch
        {
            AddSkill add => add.Name,
            RenameSkill rename => rename.Name,
            _ => null,
        };

    private static string? NewSlug(object @event) =>
        @event switch
        {
            SkillAdded added => added.Slug,
            SkillRenamed renamed => renamed.Slug,
            _ => null,
        };
}
