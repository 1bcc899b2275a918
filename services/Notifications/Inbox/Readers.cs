using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Why a reader is told where no watch says so; else the reason is the scope of the watch.</summary>
public static class Reasons
{
    /// <summary>Named in a comment.</summary>
    public const string Mentioned = "mentioned";

    /// <summary>Asked for a verdict.</summary>
    public const string Review = "review";

    /// <summary>Planned to look at a skill again, or reviews its domain.</summary>
    public const string Upkeep = "upkeep";

    /// <summary>Wrote the comment that was answered.</summary>
    public const string Answered = "answered";

    /// <summary>The proposal is theirs.</summary>
    public const string Author = "author";

    /// <summary>Called for by others, whatever the reader watches: a link in the mail mutes the thread, since it can end no watch.</summary>
    public static bool IsCalled(string reason) => reason is Mentioned or Review or Answered or Upkeep;
}

/// <summary>A reader, the watch that matched, and why the mail comes.</summary>
/// <param name="User">User id.</param>
/// <param name="Topic">What unsubscribing ends or mutes.</param>
/// <param name="Reason">The strongest one.</param>
/// <param name="Frequency">What the watch says; null for as often as the reader's others.</param>
public sealed record Told(string User, Topic Topic, string Reason, string? Frequency = null);

/// <summary>Who is told of what. Pure; the rules are in docs/notifications.md.</summary>
public static class Readers
{
    /// <summary>
    /// Topics under which a piece of news is told. Comments stay with those who watch the very thing; changes of a skill
    /// also reach those who watch what it belongs to; an import tells the wide scopes once, when it has ended.
    /// </summary>
    public static IReadOnlyList<Topic> TopicsOf(SkillChanged change)
    {
        var topics = new List<Topic> { Topic.OfSkill(change.SkillId) };
        if (change.ImportId is not null)
            return topics;
        if (change.ProposalId is { } proposal)
            topics.Add(Topic.OfProposal(proposal));
        if (Absorbed(change) is { } gone)
            topics.Add(Topic.OfSkill(gone.Id));
        topics.AddRange(WideTopicsOf(change));
        return topics;
    }

    /// <summary>The skill that was merged into this one by the change; null for none.</summary>
    public static OtherSkill? Absorbed(SkillChanged change) =>
        change.Changes.FirstOrDefault(c => c.Kind == "skillAbsorbed")?.Other;

    /// <summary>True where another skill's change tells of this one: it is the one that it was merged into.</summary>
    public static bool IsToldElsewhere(SkillChanged change) => change.Changes.Any(c => c.Kind == "skillMerged");

    /// <summary>Topics wider than the skill: role, group, domain, catalogue.</summary>
    public static IReadOnlyList<Topic> WideTopicsOf(SkillChanged change)
    {
        var skill = change.Skill;
        var whole = change.Changes.Any(c =>
            c.Kind is "skillAdded" or "skillRetired" or "skillMerged" or "skillAbsorbed"
        );
        var roles = change.Changes.Select(c => c.Role).OfType<string>();
        if (whole)
            roles = roles.Concat(skill.Roles.Select(role => role.Slug));
        List<Topic> topics =
        [
            .. roles.Distinct(StringComparer.Ordinal).Select(Topic.OfRole),
            Topic.OfGroup(skill.Domain.Slug, skill.Group.Slug),
            Topic.OfDomain(skill.Domain.Slug),
            Topic.Everything,
        ];
        // As the message says it: what came before it may come after it.
        foreach (var moved in change.Changes.Where(c => c.Kind == "skillMoved"))
            if (moved.Before?.Split('/') is [var domain, var group])
                topics.AddRange([Topic.OfGroup(domain, group), Topic.OfDomain(domain)]);
        if (Absorbed(change) is { } gone)
            topics.AddRange([Topic.OfGroup(gone.Domain, gone.Group), Topic.OfDomain(gone.Domain)]);
        return topics.Distinct().ToArray();
    }

    /// <summary>What can be watched and is retired by it, and what takes its place.</summary>
    public static IEnumerable<MovedTopic> Succeeded(ProposalActivity activity) =>
        (activity.Changes ?? [])
            .Select(change =>
                change switch
                {
                    RetireGroup { Into: { } into } c => new MovedTopic(
                        Topic.OfGroup(c.Domain, c.Group).ToString(),
                        Topic.OfGroup(c.Domain, into).ToString()
                    ),
                    RetireRole { Into: { } into } c => new MovedTopic(
                        Topic.OfRole(c.Role).ToString(),
                        Topic.OfRole(into).ToString()
                    ),
                    _ => null,
                }
            )
            .OfType<MovedTopic>();

    /// <summary>The proposal, and what its skill belongs to for those who want to hear of proposals.</summary>
    public static IReadOnlyList<Topic> TopicsOf(ProposalActivity activity) =>
        activity.Taxonomy is { } part
            ?
            [
                Topic.OfProposal(activity.ProposalId),
                .. (activity.Roles ?? []).Select(Topic.OfRole),
                .. part is { Kind: Part.OfGroups, Domain: { } domain }
                    ? [Topic.OfGroup(domain, part.Slug)]
                    : Array.Empty<Topic>(),
                .. (activity.Domains ?? [activity.Domain]).Select(Topic.OfDomain),
                .. Succeeded(activity).SelectMany(moved => new[] { Topic.Parse(moved.From), Topic.Parse(moved.To) }),
                Topic.Everything,
            ]
            :
            [
                Topic.OfProposal(activity.ProposalId),
                Topic.OfSkill(activity.SkillId),
                .. (activity.Roles ?? []).Select(Topic.OfRole),
                .. Places(activity.Domain, activity.Group),
            ];

    public static IReadOnlyList<Topic> TopicsOf(SkillCommented comment) =>
        [Topic.OfSkill(comment.SkillId), .. Places(comment.Domain, comment.Group)];

    private static Topic[] Places(string domain, string group) =>
        [Topic.OfGroup(domain, group), Topic.OfDomain(domain), Topic.Everything];

    /// <summary>
    /// One entry for each reader, with the strongest reason and the narrowest of the watches that match. Nobody is told of
    /// what they did themselves, nor of a thread that they have muted.
    /// </summary>
    /// <param name="news">The news.</param>
    /// <param name="watches">The watches on its topics, stopped ones too.</param>
    public static IReadOnlyList<Told> Of(News news, IReadOnlyList<Watch> watches)
    {
        var thread = Thread(news);
        var onThread = watches
            .Where(w => w.Topic == thread?.ToString())
            .ToDictionary(w => w.User, StringComparer.Ordinal);
        return
        [
            .. Called(news, thread, onThread)
                .Concat(AsAuthor(news, onThread))
                .Concat(Watching(news, watches))
                .Where(told => told.User != news.Actor && onThread.GetValueOrDefault(told.User) is not { Muted: true })
                .DistinctBy(told => told.User, StringComparer.Ordinal),
        ];
    }

    /// <summary>Whom it names, or whose it is: told whether they watch anything or not.</summary>
    public static IEnumerable<string> CalledFor(News news) =>
        [
            .. news.Mentions,
            .. news.Asked,
            .. new[] { news.Answers, news.ProposalId is null ? null : news.Author }.OfType<string>(),
        ];

    private static Topic? Thread(News news) =>
        news.ProposalId is { } proposal ? Topic.OfProposal(proposal)
        : news.SkillId is { } skill ? Topic.OfSkill(skill)
        : null;

    private static IEnumerable<Told> Called(News news, Topic? thread, Dictionary<string, Watch> onThread)
    {
        if (thread is null)
            return [];
        // Whoever looks after a skill is reminded whether they watch it or not.
        if (news.Kind == NewsKind.ReviewDue)
            return news.Asked.Select(user => new Told(user, thread, Reasons.Upkeep));
        // Who said once that they want to hear no more of a proposal is not asked about it either.
        var asked = news.Asked.Where(user => onThread.GetValueOrDefault(user) is not { Active: false });
        return
        [
            .. news.Mentions.Select(user => new Told(user, thread, Reasons.Mentioned)),
            .. asked.Select(user => new Told(user, thread, Reasons.Review)),
            .. news.Answers is { } answered ? [new Told(answered, thread, Reasons.Answered)] : Array.Empty<Told>(),
        ];
    }

    // What became of a proposal its author hears unless they stopped watching it; of a change they hear nothing as a watcher.
    private static IEnumerable<Told> AsAuthor(News news, Dictionary<string, Watch> onThread) =>
        news is { ProposalId: { } proposal, Author: { } author }
        && !(news.Kind == NewsKind.Reminder && news.Asked.Length > 0)
        && onThread.GetValueOrDefault(author) is not { Active: false }
            ?
            [
                new Told(
                    author,
                    Topic.OfProposal(proposal),
                    Reasons.Author,
                    onThread.GetValueOrDefault(author)?.Frequency
                ),
            ]
            : [];

    private static IEnumerable<Told> Watching(News news, IReadOnlyList<Watch> watches) =>
        watches
            .Where(w => w.Active && w.User != news.Author && Wants(w, news) && !AcceptedIt(news, w))
            .GroupBy(w => w.User, StringComparer.Ordinal)
            .Select(matching => matching.MinBy(w => Topic.Parse(w.Topic).Width)!)
            .Select(w => new Told(
                w.User,
                Topic.Parse(w.Topic),
                w.ByHand ? Topic.Parse(w.Topic).Scope : w.Reason,
                w.Frequency
            ));

    // On the way to a merge only its author is told of each step; who follows a proposal hears of the rest.
    private static bool Wants(Watch watch, News news) =>
        news.Kind switch
        {
            NewsKind.Approved or NewsKind.Accepted or NewsKind.Reminder or NewsKind.ReviewDue => false,
            NewsKind.Merged or NewsKind.SkillChanged or NewsKind.Imported or NewsKind.EditionPublished => true,
            // What is said of the very skill belongs to it.
            NewsKind.SkillCommented when news.SkillId is { } skill && watch.Topic == Topic.OfSkill(skill).ToString() =>
                true,
            _ => watch.Follow == Follows.All
                || (news.ProposalId is { } proposal && watch.Topic == Topic.OfProposal(proposal).ToString()),
        };

    // The merge follows from the last reviewer's own approval; told only where they asked for it by hand.
    private static bool AcceptedIt(News news, Watch watch) => watch.User == news.Reviewer && !watch.ByHand;
}
