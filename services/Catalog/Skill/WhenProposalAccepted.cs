using Marten;
using MassTransit;
using Npgsql;
using SkillPlatform.Changes;
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
        if (accepted.SkillId == Part.Taxonomy)
        {
            await ChangeTaxonomy.Apply(session, accepted, application, ct);
            return;
        }
        var names = await Names(accepted, ct);
        var slugs = await SlugTaken.Near(session, names, ct);
        var other = await Remaining(accepted, ct);
        var around = await Around(accepted, names, slugs, ct) with
        {
            Other = other is null ? null : new Other(other.Id, other.Slug, other.Says),
        };
        var (outcome, done) = await session.Decide<Skill, Outcome>(
            accepted.SkillId,
            skill => ApplyProposal.Decide(skill, around, IsTaken, accepted.Changes, other),
            outcome => Decision.Of(outcome.Events),
            ct: ct
        );
        foreach (var slug in outcome.Events.Select(NewSlug).OfType<string>().Distinct(StringComparer.Ordinal))
            if (!slugs.ContainsKey(slug))
                session.Insert(new SlugTaken { Id = slug, SkillId = accepted.SkillId });
        if (outcome.Into.Count > 0)
        {
            // One that has changed since it was read loses the race, and all is decided again.
            session.Stage<Skill>(other!.Id, other.Version, outcome.Into);
            session.Store([
                .. outcome.Skill!.ExternalIds.Select(id => new SkillExternalId
                {
                    Id = SkillExternalId.Key(id),
                    SkillId = other.Id,
                }),
            ]);
        }
        await session.Decide<Application>(
            application,
            _ => Decision.Of(Answer(accepted, outcome.Conflicts, outcome.Skill?.Slug, done)),
            starts: true,
            ct: ct
        );

        bool IsTaken(string slug) => slugs.TryGetValue(slug, out var holder) && holder != accepted.SkillId;
    }

    /// <summary>What the proposal came to, for whoever sent it.</summary>
    /// <param name="slug">Of what it changed; null where there is none.</param>
    internal static object Answer(
        ProposalAccepted accepted,
        IReadOnlyList<Conflict> conflicts,
        string? slug,
        Committed done
    ) =>
        conflicts.Count > 0 || slug is null
            ? new ChangesRefused(accepted.ProposalId, accepted.Revision, accepted.SkillId, [.. conflicts])
            : new ChangesApplied(
                accepted.ProposalId,
                accepted.Revision,
                accepted.SkillId,
                slug,
                done.Before,
                done.Version
            );

    // The skill that the proposal merges its own into, by the slug that it has or had.
    private async Task<Skill?> Remaining(ProposalAccepted accepted, CancellationToken ct) =>
        accepted.Changes is [MergeSkill merge]
        && await session.LoadAsync<SlugTaken>(merge.Into, ct) is { SkillId: var id }
        && id != accepted.SkillId
            ? (await session.Events.FetchForWriting<Skill>(id, ct)).Aggregate
            : null;

    private async Task<Surroundings> Around(
        ProposalAccepted accepted,
        string[] names,
        IReadOnlyDictionary<string, Guid> slugs,
        CancellationToken ct
    )
    {
        var taxonomy = await session.LoadAsync<Taxonomy>(Taxonomy.StreamId, ct) ?? Taxonomy.Empty;
        var lookalikes = names.SelectMany(name => SlugTaken.Lookalikes(slugs, name)).ToArray();
        var others = await source.NamesakesOf(accepted.SkillId, names, lookalikes, ct);
        return new Surroundings(
            taxonomy.Places,
            (place, name) =>
                others.Any(o =>
                    o.Domain == place.Domain && o.Group == place.Group && TextForm.Looks.Equals(o.Name, name)
                )
        );
    }

    // All names that the skill may have in the end: one that is moved must not meet a namesake either.
    private async Task<string[]> Names(ProposalAccepted accepted, CancellationToken ct)
    {
        string[] names = [.. accepted.Changes.Select(NewName).OfType<string>().Select(TextForm.Name)];
        return
            accepted.Changes.Any(change => change is MoveSkill)
            && await session.LoadAsync<SkillEntry>(accepted.SkillId, ct) is { } entry
            ? [.. names, entry.Name]
            : names;
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
