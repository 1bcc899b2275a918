using Marten;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>What is left to tell to more readers than one transaction should hold; kept until the last of them has been told.</summary>
/// <param name="Topics">That it is told under.</param>
/// <param name="After">The last user whose watches were looked at, in the database's order.</param>
/// <param name="Moves">Watches that become others as they are told of it; null for none.</param>
/// <param name="Places">Likewise, of what skills stand in.</param>
public sealed record LeftToTell(
    Guid Id,
    News News,
    string[] Topics,
    SkillState? Skill,
    bool Waits,
    string After,
    MovedWatches? Moves = null,
    MovedTopic[]? Places = null
);

/// <summary>Stages a piece of news, an inbox entry for each reader, and the mails, into one transaction.</summary>
public static class Telling
{
    /// <summary>How many watches are looked at in one transaction.</summary>
    public const int AtOnce = 500;

    /// <summary>
    /// Tells whoever should hear of it: those whom it names and the first of those who watch at once, the others chunk by
    /// chunk, each in a transaction of its own (<see cref="Teller"/>).
    /// </summary>
    /// <param name="session">The consumer's session; its inbox commits.</param>
    /// <param name="news">The news; its id makes telling twice tell once.</param>
    /// <param name="topics">The topics it is told under.</param>
    /// <param name="now">From when on its mails are due.</param>
    /// <param name="skill">Names that were right at the time; null where the message carries none.</param>
    /// <param name="waits">True while the news is not complete: entries are made, but shown and mailed once it is stored.</param>
    /// <param name="moves">Watches that become others as they are told of it.</param>
    /// <param name="places">Likewise, of what skills stand in.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task Tell(
        this IDocumentSession session,
        News news,
        IReadOnlyList<Topic> topics,
        DateTimeOffset now,
        SkillState? skill = null,
        bool waits = false,
        MovedWatches? moves = null,
        MovedTopic[]? places = null,
        CancellationToken ct = default
    ) =>
        await session.Tell(
            new LeftToTell(Guid.CreateVersion7(), news, Keys(topics), skill, waits, After: "", moves, places),
            await session.Watchers(news, topics, ct),
            now,
            ct
        );

    /// <summary>The same, where the first watchers have been read already, perhaps with others.</summary>
    public static async Task Tell(
        this IDocumentSession session,
        LeftToTell left,
        Watchers watchers,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var watches = watchers.Watches;
        string[] called = [.. Readers.CalledFor(left.News)];
        var first = left.After.Length == 0;
        // Whom it names hears first, whatever their place in the order.
        if (first && !watchers.AreAll)
            watches =
            [
                .. watches.Concat(await session.WatchesOf(left.Topics, called, ct)).DistinctBy(watch => watch.Id),
            ];
        if (left.Moves is { } moves)
            watches = await session.Move(Topic.OfSkill(moves.From), Topic.OfSkill(moves.To), watches, ct);
        foreach (var place in left.Places ?? [])
            watches = await session.Move(Topic.Parse(place.From), Topic.Parse(place.To), watches, ct);
        var told = Readers.Of(left.News, watches);
        if (!first)
        {
            var users = watches
                .Select(watch => watch.User)
                .Except(called, StringComparer.Ordinal)
                .ToHashSet(StringComparer.Ordinal);
            told = [.. told.Where(reader => users.Contains(reader.User))];
        }
        if (told.Count > 0)
            await session.Tell(left, told, now, ct);
        if (!watchers.AreAll)
            session.Store(left with { After = watchers.Watches[^1].User });
        else if (!first)
            session.Delete(left);
    }

    private static async Task Tell(
        this IDocumentSession session,
        LeftToTell left,
        IReadOnlyList<Told> told,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var (_, news, _, skill, waits, _, _, _) = left;
        string[] readers = [.. told.Select(t => t.User)];
        var batch = session.CreateBatchQuery();
        var reading = (
            Accounts: batch.LoadMany<Account>().ById(readers),
            Preferences: batch.LoadMany<Preferences>().ById(readers),
            Taxonomy: batch.Load<KnownTaxonomy>(KnownTaxonomy.TheOne)
        );
        await batch.Execute(ct);
        var accounts = (await reading.Accounts).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var preferences = (await reading.Preferences).ToDictionary(p => p.Id, StringComparer.Ordinal);
        var names = new Names(skill, await reading.Taxonomy);
        if (!waits)
            session.Store(
                news with
                {
                    Lines = [.. news.Lines.Select(names.In)],
                    Domain = news.Domain is { Slug: var slug } ? new Named(slug, names.Domain(slug)) : null,
                }
            );
        session.Notify(
            news,
            [
                .. told.Where(reader => accounts.GetValueOrDefault(reader.User) is not { Erased: true })
                    .Select(reader => new Notification
                    {
                        Id = Ids.At(news.At, "notification", reader.User, news.Id.ToString()),
                        User = reader.User,
                        News = news.Id,
                        Kind = reader.Reason == Reasons.Mentioned ? NewsKind.Mentioned : news.Kind,
                        Topic = reader.Topic.ToString(),
                        TopicName = names.Of(reader.Topic, news),
                        Reason = reader.Reason,
                        Token = Unsubscribe.NewToken(),
                        Frequency =
                            reader.Frequency
                            ?? preferences.GetValueOrDefault(reader.User)?.Frequency
                            ?? Frequencies.Immediate,
                        OfWatch = reader.Frequency is not null,
                        At = news.At,
                    }),
            ],
            Wait(news, waits),
            now
        );
    }

    // What completes a mail, or makes it needless, is waited for; that long at most.
    private static TimeSpan Wait(News news, bool waits) =>
        waits ? TimeSpan.FromMinutes(1)
        : news.Kind == NewsKind.Accepted ? TimeSpan.FromSeconds(10)
        : TimeSpan.Zero;

    /// <summary>The first watchers of any of the topics.</summary>
    public static Task<Watchers> Watchers(
        this IQuerySession session,
        News news,
        IEnumerable<Topic> topics,
        CancellationToken ct
    ) => session.Watchers(news, Keys(topics), after: "", ct);

    /// <summary>
    /// The next watchers after a user, all watches of each of them. Asked for each change of each skill: plain SQL spares the
    /// translation. Of an import the others are told skill by skill; who has heard already is not looked at again.
    /// </summary>
    public static async Task<Watchers> Watchers(
        this IQuerySession session,
        News news,
        string[] topics,
        string after,
        CancellationToken ct
    )
    {
        const string page = "where data ->> 'topic' = any(?) and data ->> 'user' > ?";
        const string order = "order by data ->> 'user' limit ?";
        var watches = await (
            news.Kind == NewsKind.Imported
                ? session.QueryAsync<Watch>(
                    $"""
                    {page} and not exists (select from mt_doc_notification told
                        where (told.data ->> 'news')::uuid = ? and told.data ->> 'user' = d.data ->> 'user') {order}
                    """,
                    ct,
                    topics,
                    after,
                    news.Id,
                    AtOnce
                )
                : session.QueryAsync<Watch>($"{page} {order}", ct, topics, after, AtOnce)
        );
        if (watches.Count < AtOnce)
            return new Watchers(watches, AreAll: true);
        // There may be more of the last one's.
        Watch[] whole = [.. watches.TakeWhile(watch => watch.User != watches[^1].User)];
        return new Watchers(whole is [] ? watches : whole, AreAll: false);
    }

    private static Task<IReadOnlyList<Watch>> WatchesOf(
        this IQuerySession session,
        string[] topics,
        string[] users,
        CancellationToken ct
    ) => session.QueryAsync<Watch>("where data ->> 'topic' = any(?) and data ->> 'user' = any(?)", ct, topics, users);

    private static string[] Keys(IEnumerable<Topic> topics) =>
        [.. topics.Select(topic => topic.ToString()).Distinct(StringComparer.Ordinal)];
}

/// <summary>Watches of some users, stopped ones too, by users.</summary>
/// <param name="AreAll">False where there are more.</param>
public sealed record Watchers(IReadOnlyList<Watch> Watches, bool AreAll)
{
    /// <summary>Those of the watches that are on one of the topics.</summary>
    public IReadOnlyList<Watch> On(IReadOnlyList<Topic> topics) =>
        [.. Watches.Where(watch => topics.Contains(Topic.Parse(watch.Topic)))];
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
            Cell = line.Role is null ? null : $"{line.Role}/{line.Level}",
            Role = line.Role is null ? null : Role(line.Role),
            Level = line.Level is null ? null : Level(line.Level),
            Before =
                line.Kind == "skillMoved" ? Place(line.Before)
                : line.Kind.EndsWith("Reordered", StringComparison.Ordinal) && line.Before is { } was
                    ? Ordered(line.Kind, was)
                : line.Before,
            After =
                line.Kind == "skillMoved" ? Place(line.After)
                : line.Kind.EndsWith("Retired", StringComparison.Ordinal) && line.After is { } into
                    ? Into(line.Kind, into)
                : line.Kind.EndsWith("Reordered", StringComparison.Ordinal) ? Ordered(line.Kind, line.After!)
                : line.After,
        };

    // As domain/slug, but for roles.
    private string Into(string kind, string into) =>
        into.Split('/') is [_, _] and var slugs
            ? Order(slugs, domain => kind == "levelRetired" ? domain.Levels : domain.Groups)
            : Role(into);

    private string Ordered(string kind, string slugs) =>
        Order(slugs.Split('/'), domain => kind == "levelsReordered" ? domain.Levels : domain.Groups);

    // As domain/one/other, by slug.
    private string Order(string[] slugs, Func<DomainTaxonomy, Named[]> of)
    {
        var all = taxonomy?.Domains.Where(d => d.Slug == slugs[0]).Select(of).FirstOrDefault();
        return string.Join(", ", slugs.Skip(1).Select(slug => Find(all, slug) ?? slug));
    }

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
