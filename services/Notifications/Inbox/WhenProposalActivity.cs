using Marten;
using MassTransit;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Notifications;

/// <summary>Tells who follows a proposal what happened to it; whoever takes part begins to follow it.</summary>
public sealed class WhenProposalActivity(IDocumentSession session, TimeProvider time) : IConsumer<ProposalActivity>
{
    public async Task Consume(ConsumeContext<ProposalActivity> context)
    {
        var (activity, ct) = (context.Message, context.CancellationToken);
        // A submission is the first that is heard of a proposal. Should that be wrong, the retry looks first.
        var begins = activity.Kind == "submitted" && context.GetRetryAttempt() == 0;
        var known = begins ? null : await session.LoadAsync<KnownProposal>(activity.ProposalId, ct);
        known = Know(activity, known);
        foreach (var (user, reason) in TakesPart(activity))
            await session.Decide<Watch>(
                Watch.IdOf(user, Topic.OfProposal(activity.ProposalId)),
                watch => StartWatching.Decide(watch, user, Topic.OfProposal(activity.ProposalId), reason),
                starts: begins,
                ct: ct
            );
        // What is no skill tells of its merge itself.
        if (activity is { Kind: "merged", Taxonomy: null })
            await session.TellOfUnchangedMerge(known, time.GetUtcNow(), ct);
        else if (NewsOf(activity, context.MessageId ?? Guid.Empty) is { } news)
            await session.Tell(
                news,
                Readers.TopicsOf(activity),
                time.GetUtcNow(),
                places: activity.Kind == "merged" ? [.. Readers.Succeeded(activity)] : null,
                ct: ct
            );
    }

    /// <summary>Who begins to watch the proposal by what they did.</summary>
    public static IReadOnlyList<(string User, string Reason)> TakesPart(ProposalActivity activity) =>
        activity switch
        {
            { Kind: "submitted" } => [(activity.Author, "author")],
            { Kind: "approved" or "accepted" or "changesRequested" or "rejected", Actor: { } actor } =>
            [
                (actor, "reviewer"),
            ],
            { Kind: "commented", Actor: { } actor } when actor != activity.Author => [(actor, "commenter")],
            _ => [],
        };

    /// <summary>
    /// The news in an activity; none for what needs nobody's attention. A merge is told with its diff when the skill has
    /// changed. Of a comment that names somebody, it is the naming that they hear of.
    /// </summary>
    public static News? NewsOf(ProposalActivity activity, Guid message)
    {
        var kind = activity.Kind switch
        {
            "submitted" => NewsKind.Submitted,
            "approved" => NewsKind.Approved,
            "accepted" => NewsKind.Accepted,
            "reminder" => NewsKind.Reminder,
            "rejected" => NewsKind.Rejected,
            "changesRequested" => NewsKind.ChangesRequested,
            "conflicted" => NewsKind.Conflicted,
            "merged" when activity.Taxonomy is not null => NewsKind.Merged,
            "revised" => NewsKind.Revised,
            "withdrawn" => NewsKind.Withdrawn,
            "commented" => NewsKind.Commented,
            _ => null,
        };
        return kind is null
            ? null
            : new News
            {
                Id =
                    kind == NewsKind.Merged
                        ? News.OfMerge(activity.ProposalId)
                        : Ids.Of("activity", message.ToString()),
                Kind = kind,
                SkillId = activity.Taxonomy is null ? activity.SkillId : null,
                SkillSlug = activity.SkillSlug,
                SkillName = activity.SkillName,
                Part = activity.Taxonomy?.Kind,
                PartKey = activity.Taxonomy is { } part ? $"{part.Kind}/{part.Domain}/{part.Slug}" : null,
                // A role is not of one domain.
                Domain = activity is { Taxonomy.Kind: Part.OfRoles } or { Domain: "" }
                    ? null
                    : new Named(activity.Domain, activity.Domain),
                ProposalId = activity.ProposalId,
                Author = activity.Author,
                Actor = activity.Actor,
                Text = kind == NewsKind.Commented ? null : activity.Text,
                Comment = activity.CommentId,
                Asked = activity.Reviewers ?? [],
                Mentions = activity.Mentioned ?? [],
                Answers = activity.Answered,
                Lines = [.. (activity.Changes ?? []).SelectMany(Wanted)],
                At = activity.At,
            };
    }

    /// <summary>A change as it would be told once it is made.</summary>
    private static IEnumerable<NewsLine> Wanted(Change change) =>
        change switch
        {
            StateRequirement c => [Cell("requirementStated", c.Role, c.Level, null, c.Description, null, c.Mandatory)],
            RewordRequirement c => [Cell("requirementReworded", c.Role, c.Level, c.Was, c.Description)],
            MakeMandatory c => [Cell("requirementMadeMandatory", c.Role, c.Level, c.Was, c.Was, false, true)],
            MakeOptional c => [Cell("requirementMadeOptional", c.Role, c.Level, c.Was, c.Was, true, false)],
            DropRequirement c => [Cell("requirementDropped", c.Role, c.Level, c.Was, null, c.WasMandatory)],
            RenameSkill c => [Whole("skillRenamed", c.Was, c.Name)],
            ReplaceKeywords c => [Whole("keywordsReplaced", string.Join(", ", c.Was), string.Join(", ", c.Keywords))],
            DescribeSkill c => [Whole("skillDescribed", TextForm.Said(c.Was), TextForm.Said(c.Description))],
            MoveSkill c => [Whole("skillMoved", $"{c.Was.Domain}/{c.Was.Group}", $"{c.Domain}/{c.Group}")],
            Renaming c => [Whole($"{Part.Of(c)!.Kind}Renamed", c.Was, c.Name)],
            Describing c => [Whole($"{Part.Of(c)!.Kind}Described", TextForm.Said(c.Was), TextForm.Said(c.Description))],
            Retiring c => [Retired(c, Part.Of(c)!)],
            ReorderLevels c => [Reordered("levelsReordered", c)],
            ReorderGroups c => [Reordered("groupsReordered", c)],
            RetireSkill => [Whole("skillRetired", null, null)],
            MergeSkill c => [Whole("skillMerged", null, c.Was?.Name ?? c.Into)],
            AddSkill c =>
            [
                Whole("skillAdded", null, c.Name),
                .. c.Description is { } said ? [Whole("skillDescribed", null, said)] : Array.Empty<NewsLine>(),
                .. c.Requirements.Select(r =>
                    Cell("requirementStated", r.Role, r.Level, null, r.Description, null, r.Mandatory)
                ),
            ],
            // One that is not known yet.
            _ => [],
        };

    private static NewsLine Cell(
        string kind,
        string role,
        string level,
        string? before,
        string? after,
        bool? mandatoryBefore = null,
        bool? mandatoryAfter = null
    ) => new(kind, role, level, before, after, mandatoryBefore, mandatoryAfter);

    private static NewsLine Retired(Retiring change, Part part) =>
        Whole(
            $"{part.Kind}Retired",
            change.Was,
            change.Into is { } into && part.Domain is { } domain ? $"{domain}/{into}" : change.Into
        );

    private static NewsLine Reordered(string kind, Reordering change) =>
        Whole(
            kind,
            string.Join('/', change.Was.Prepend(change.Domain)),
            string.Join('/', change.Order.Prepend(change.Domain))
        );

    private static NewsLine Whole(string kind, string? before, string? after) =>
        new(kind, null, null, before, after, null, null);

    private KnownProposal Know(ProposalActivity activity, KnownProposal? known)
    {
        var merged = activity.Kind == "merged" ? activity.At : known?.Merged;
        if (known?.Author is not null && known.Merged == merged)
            return known;
        var now = new KnownProposal
        {
            Id = activity.ProposalId,
            Skill = activity.SkillId,
            SkillName = activity.SkillName,
            Domain = activity.Domain,
            Group = activity.Group,
            Author = activity.Author,
            Merged = merged,
            Unchanged = known?.Unchanged ?? false,
        };
        session.UpdateRevision(now, (known?.Version ?? 0) + 1);
        return now;
    }
}
