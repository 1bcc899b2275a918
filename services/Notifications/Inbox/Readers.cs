using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>A reader, the watch that matched, and why the mail comes.</summary>
public sealed record Told(string User, Topic Topic, string Reason);

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
        topics.AddRange(WideTopicsOf(change));
        return topics;
    }

    /// <summary>Topics wider than the skill: role, group, domain, catalogue.</summary>
    public static IReadOnlyList<Topic> WideTopicsOf(SkillChanged change)
    {
        var skill = change.Skill;
        var whole = change.Changes.Any(c => c.Kind is "skillAdded" or "skillRetired");
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
        return topics.Distinct().ToArray();
    }

    /// <summary>
    /// One entry for each reader, with the narrowest of the watches that match. Nobody is told of what they did
    /// themselves; the author hears what became of the proposal unless they stopped watching it.
    /// </summary>
    /// <param name="news">The news.</param>
    /// <param name="watches">The watches on its topics, stopped ones too.</param>
    public static IReadOnlyList<Told> Of(News news, IReadOnlyList<Watch> watches)
    {
        var told = watches
            .Where(w => w.Active && w.User != news.Author && w.User != news.Actor && !AcceptedIt(news, w))
            .GroupBy(w => w.User, StringComparer.Ordinal)
            .Select(matching => matching.MinBy(w => Topic.Parse(w.Topic).Width)!)
            .Select(w => new Told(w.User, Topic.Parse(w.Topic), w.ByHand ? Topic.Parse(w.Topic).Scope : w.Reason))
            .ToList();
        if (
            news is { ProposalId: { } proposal, Author: { } author }
            && author != news.Actor
            && !watches.Any(w => w.User == author && w.Topic == Topic.OfProposal(proposal).ToString() && !w.Active)
        )
            told.Add(new Told(author, Topic.OfProposal(proposal), "author"));
        return told;
    }

    // The merge follows from the last reviewer's own approval; told only where they asked for it by hand.
    private static bool AcceptedIt(News news, Watch watch) => watch.User == news.Reviewer && !watch.ByHand;
}
