using Marten;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Stages a piece of news, an inbox entry for each reader, and the mails, into one transaction.</summary>
public static class Telling
{
    /// <summary>Tells whoever should hear of it.</summary>
    /// <param name="session">The consumer's session; its inbox commits.</param>
    /// <param name="news">The news; its id makes telling twice tell once.</param>
    /// <param name="topics">The topics it is told under.</param>
    /// <param name="now">From when on its mails are due.</param>
    /// <param name="skill">Names that were right at the time; null where the message carries none.</param>
    /// <param name="waits">True while the news is not complete: entries are made, but shown and mailed once it is stored.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task Tell(
        this IDocumentSession session,
        News news,
        IReadOnlyList<Topic> topics,
        DateTimeOffset now,
        SkillState? skill = null,
        bool waits = false,
        CancellationToken ct = default
    )
    {
        await session.Tell(news, await session.WatchesOf(topics, ct), now, skill, waits, ct);
    }

    /// <summary>The same, to whom these watches concern.</summary>
    public static async Task Tell(
        this IDocumentSession session,
        News news,
        IReadOnlyList<Watch> watches,
        DateTimeOffset now,
        SkillState? skill,
        bool waits,
        CancellationToken ct
    )
    {
        var told = Readers.Of(news, watches);
        if (told.Count == 0)
            return;
        string[] readers = [.. told.Select(t => t.User)];
        var batch = session.CreateBatchQuery();
        var reading = (
            Before: batch.Query<Notification>().Where(n => n.News == news.Id).Select(n => n.User).ToList(),
            Accounts: batch.LoadMany<Account>().ById(readers),
            Preferences: batch.LoadMany<Preferences>().ById(readers),
            Taxonomy: batch.Load<KnownTaxonomy>(KnownTaxonomy.TheOne)
        );
        await batch.Execute(ct);
        // What another message of the same group has staged is not seen by a query.
        var staged = session
            .PendingChanges.InsertsFor<Notification>()
            .Where(n => n.News == news.Id)
            .Select(n => n.User);
        var users = readers
            .Except([.. await reading.Before, .. staged], StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
        if (users.Count == 0)
            return;
        var accounts = (await reading.Accounts).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var preferences = (await reading.Preferences).ToDictionary(p => p.Id, StringComparer.Ordinal);
        var names = new Names(skill, await reading.Taxonomy);
        if (!waits)
            session.Store(news with { Lines = [.. news.Lines.Select(names.In)] });
        var atOnce = new List<Notification>();
        foreach (var reader in told.Where(t => users.Contains(t.User)))
        {
            if (accounts.GetValueOrDefault(reader.User) is { Erased: true })
                continue;
            var frequency =
                reader.Frequency ?? preferences.GetValueOrDefault(reader.User)?.Frequency ?? Frequencies.Immediate;
            var notification = new Notification
            {
                Id = Ids.At(news.At, "notification", reader.User, news.Id.ToString()),
                User = reader.User,
                News = news.Id,
                Kind = reader.Reason == Reasons.Mentioned ? NewsKind.Mentioned : news.Kind,
                Topic = reader.Topic.ToString(),
                TopicName = names.Of(reader.Topic, news),
                Reason = reader.Reason,
                Token = Unsubscribe.NewToken(),
                Frequency = frequency,
                OfWatch = reader.Frequency is not null,
                At = news.At,
            };
            session.Insert(notification);
            if (frequency == Frequencies.Immediate)
                atOnce.Add(notification);
        }
        session.QueueMails(atOnce, After(news, waits), now);
    }

    // What completes a mail, or makes it needless, is waited for; that long at most.
    private static TimeSpan After(News news, bool waits) =>
        waits ? TimeSpan.FromMinutes(1)
        : news.Kind == NewsKind.Accepted ? TimeSpan.FromSeconds(10)
        : TimeSpan.Zero;

    /// <summary>The watches on topics, stopped ones too. Asked for each change of each skill: plain SQL spares the translation.</summary>
    public static Task<IReadOnlyList<Watch>> WatchesOf(
        this IDocumentSession session,
        IEnumerable<Topic> topics,
        CancellationToken ct
    ) =>
        session.QueryAsync<Watch>(
            "where data ->> 'topic' = any(?)",
            ct,
            (object)topics.Select(topic => topic.ToString()).Distinct(StringComparer.Ordinal).ToArray()
        );

    /// <summary>Those of the watches that are on one of the topics.</summary>
    public static IReadOnlyList<Watch> On(this IReadOnlyList<Watch> watches, IReadOnlyList<Topic> topics) =>
        [.. watches.Where(watch => topics.Contains(Topic.Parse(watch.Topic)))];
}

/// <summary>Names of slugs, from the message where it has them, else from the taxonomy, else the slug.</summary>
public sealed class Names(SkillState? skill, KnownTaxonomy? taxonomy)
{
    public string Of(Topic topic, News news) =>
        topic.Scope switch
        {
            Topic.Skill or Topic.Proposal => news.SkillName,
            Topic.Role => Role(topic.Key),
            Topic.Group => Group(topic.Key),
            Topic.Domain => Domain(topic.Key),
            _ => "",
        };

    public NewsLine In(NewsLine line) =>
        line with
        {
            Role = line.Role is null ? null : Role(line.Role),
            Level = line.Level is null ? null : Level(line.Level),
            Before = line.Kind == "skillMoved" ? Place(line.Before) : line.Before,
            After = line.Kind == "skillMoved" ? Place(line.After) : line.After,
        };

    // A place comes as domain/group, by slug.
    private string? Place(string? place) =>
        place?.Split('/') is [var domain, var group] ? $"{Domain(domain)} › {Group($"{domain}.{group}")}" : place;

    public string Role(string slug) => Find(skill?.Roles, slug) ?? Find(taxonomy?.Roles, slug) ?? slug;

    public string Level(string slug) =>
        Find(skill?.Levels, slug)
        ?? taxonomy?.Domains.Select(d => Find(d.Levels, slug)).FirstOrDefault(name => name is not null)
        ?? slug;

    public string Domain(string slug) =>
        (skill?.Domain.Slug == slug ? skill.Domain.Name : null)
        ?? taxonomy?.Domains.FirstOrDefault(d => d.Slug == slug)?.Name
        ?? slug;

    private string Group(string key)
    {
        var domain = taxonomy?.Domains.FirstOrDefault(d => key.StartsWith(d.Slug + ".", StringComparison.Ordinal));
        var slug = key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return Find(domain?.Groups, slug) ?? (skill?.Group.Slug == slug ? skill.Group.Name : slug);
    }

    private static string? Find(Named[]? all, string slug) => all?.FirstOrDefault(n => n.Slug == slug)?.Name;
}
