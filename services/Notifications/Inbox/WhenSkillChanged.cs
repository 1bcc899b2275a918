using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Tells who watches a skill, or what it belongs to, that it changed; the author of a proposal that it is merged.</summary>
public sealed class WhenSkillChanged(IDocumentSession session, TimeProvider time)
    : IConsumer<SkillChanged>,
        IConsumer<SkillsChanged>
{
    public Task Consume(ConsumeContext<SkillChanged> context)
    {
        Keep(context.Message);
        return Tell(context.Message, context.CancellationToken);
    }

    public async Task Consume(ConsumeContext<SkillsChanged> context)
    {
        var (changes, ct) = (context.Message.Skills.Select(s => s.Change).ToArray(), context.CancellationToken);
        foreach (var change in changes)
            Keep(change);
        // Nobody watches most of what is imported: one look instead of as many.
        var topics = changes.SelectMany(change =>
            (Topic[])[.. Readers.TopicsOf(change), .. Readers.WideTopicsOf(change)]
        );
        if ((await session.Watchers(NewsOf(changes[0]), topics, ct)).Watches.Count > 0)
            foreach (var change in changes)
                await Tell(change, ct);
    }

    private void Keep(SkillChanged change)
    {
        session.TryUpdateRevision(Known(change), change.Version);
        session.Store(new KnownSlug { Id = change.Skill.Slug, Skill = change.SkillId });
    }

    private async Task Tell(SkillChanged change, CancellationToken ct)
    {
        // Of two skills that were merged one letter tells: what was gained, and by whom.
        if (Readers.IsToldElsewhere(change))
            return;
        var narrow = Readers.TopicsOf(change);
        var wide = change.ImportId is null ? [] : Readers.WideTopicsOf(change);
        var watchers = await session.Watchers(NewsOf(change), [.. narrow, .. wide], ct);
        var moves = Readers.Absorbed(change) is { } gone ? new MovedWatches(gone.Id, change.SkillId) : null;
        await Tell(NewsOf(change), narrow, waits: false);
        if (change.ImportId is { } import && watchers.On(wide).Count > 0)
        {
            // One entry for the whole import, made by the first of its skills that concerns the reader; it is shown and mailed
            // once the import has ended and its numbers are known.
            var ended = await session.LoadAsync<News>(import, ct);
            var news =
                ended
                ?? new News
                {
                    Id = import,
                    Kind = NewsKind.Imported,
                    Author = change.Author,
                    At = change.At,
                };
            await Tell(news, wide, waits: ended is null);
        }

        // Where they are few, all have been read at once.
        Task Tell(News news, IReadOnlyList<Topic> topics, bool waits) =>
            watchers.AreAll
                ? session.Tell(
                    new LeftToTell(Guid.CreateVersion7(), news, [], change.Skill, waits, After: "", moves),
                    watchers with
                    {
                        Watches = watchers.On(topics),
                    },
                    time.GetUtcNow(),
                    ct
                )
                : session.Tell(news, topics, time.GetUtcNow(), change.Skill, waits, moves, ct: ct);
    }

    private static KnownSkill Known(SkillChanged change) =>
        new()
        {
            Id = change.SkillId,
            Slug = change.Skill.Slug,
            Name = change.Skill.Name,
            Domain = change.Skill.Domain,
            Group = change.Skill.Group,
        };

    public static News NewsOf(SkillChanged change) =>
        new()
        {
            Id = change.ProposalId is { } proposal
                ? News.OfMerge(proposal)
                : Ids.Of("changed", change.SkillId.ToString(), $"{change.Version}"),
            Kind = change.ProposalId is null ? NewsKind.SkillChanged : NewsKind.Merged,
            SkillId = change.SkillId,
            SkillSlug = change.Skill.Slug,
            SkillName = change.Skill.Name,
            Domain = change.Skill.Domain,
            Group = change.Skill.Group,
            ProposalId = change.ProposalId,
            Author = change.Author,
            Reviewer = change.Reviewer,
            Text = change.ImportSource is null ? change.Reason : null,
            ImportSource = change.ImportSource,
            Version = change.Version,
            At = change.At,
            Lines =
            [
                .. change.Changes.Select(c => new NewsLine(
                    c.Kind,
                    c.Role,
                    c.Level,
                    c.Before,
                    c.After,
                    c.MandatoryBefore,
                    c.MandatoryAfter
                )),
            ],
        };
}
