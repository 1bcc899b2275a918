using System.Text.Json.Serialization;
using Marten;
using Marten.Patching;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.Mail;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>A skill as an inbox item names it.</summary>
public sealed record ItemSkill(string? Slug, string Name);

/// <summary>A person as an inbox item names them; the name is null once erased, and while it is not known yet.</summary>
public sealed record ItemPerson(string Id, string? Name, bool Erased);

/// <summary>One notification in the language the request asks for (<c>Accept-Language</c>), else the reader's own.</summary>
/// <param name="Id">Also in the mail's <c>Message-ID</c>.</param>
/// <param name="Kind">One of <see cref="NewsKind"/>.</param>
/// <param name="Skill">Null for an import.</param>
/// <param name="Proposal">Id of the proposal, if it is about one.</param>
/// <param name="Title">What the mail has as subject.</param>
/// <param name="Summary">What changed or was said, in one line.</param>
/// <param name="Actor">Who did it; null for the platform.</param>
/// <param name="Text">What they said, whole: a rationale, a verdict, or a comment as it is now; null if nothing.</param>
/// <param name="Reason">One of <see cref="Reasons"/>, <c>reviewer, commenter</c>, or the scope watched.</param>
/// <param name="At">When it happened.</param>
/// <param name="Read">When it was read; null before.</param>
/// <param name="Edition">The edition, if it is about one.</param>
/// <param name="Removed">Who took back the comment that it tells of: <c>author, moderator, erasure</c>; null while it stands.</param>
public sealed record InboxItem(
    Guid Id,
    string Kind,
    ItemSkill? Skill,
    Guid? Proposal,
    string Title,
    string Summary,
    ItemPerson? Actor,
    string? Text,
    string Reason,
    DateTimeOffset At,
    DateTimeOffset? Read,
    string? Removed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Named? Edition = null
);

/// <summary>A page of the inbox, newest first.</summary>
public sealed record InboxPage(IReadOnlyList<InboxItem> Items, string? NextCursor, int UnreadCount);

/// <summary>Which were read: these, or all.</summary>
public sealed record MarkedRead(Guid[]? Ids = null, bool All = false);

/// <summary>How many are left.</summary>
public sealed record Unread(int UnreadCount);

/// <summary><c>GET /inbox</c>, <c>GET /inbox/unread</c> and <c>POST /inbox/read</c></summary>
public static class ReadInbox
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/inbox", Get).Produces<InboxPage>();
        // The number alone: every page shows it.
        api.MapGet(
            "/inbox/unread",
            async (HttpContext http, IQuerySession reads) =>
                new Unread(await Left(reads, Caller.Of(http).Id, http.RequestAborted))
        );
        api.MapPost("/inbox/read", Mark).Produces<Unread>();
    }

    private static async Task<IResult> Get(
        HttpContext http,
        Paging paging,
        IQuerySession reads,
        Comments comments,
        bool? unread = null,
        string? kind = null,
        Guid? digest = null
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        var query = reads.Query<Notification>().Where(n => n.User == user);
        if (unread is { } wanted)
            query = wanted ? query.Where(n => n.Read == null) : query.Where(n => n.Read != null);
        if (kind is not null && !NewsKind.All.Contains(kind, StringComparer.Ordinal))
            return Refusal.Field("/kind", $"One of {string.Join(", ", NewsKind.All)}.").AsProblem();
        if (kind is not null)
            query = query.Where(n => n.Kind == kind);
        if (digest is not null)
            query = query.Where(n => n.Digest == digest);
        if (paging.After is [var after] && Guid.TryParse(after, out var last))
            query = query.Where(n => n.Id < last);
        var notifications = await query.OrderByDescending(n => n.Id).Take(paging.Limit + 1).ToListAsync(ct);
        var page = paging.Of(notifications, n => [n.Id.ToString()]);
        var news = (await reads.LoadManyAsync<News>(ct, [.. page.Items.Select(n => n.News).Distinct()])).ToDictionary(
            n => n.Id
        );
        var said = await comments.Of(news.Values, ct);
        var accounts = await reads.LoadManyAsync<Account>(
            ct,
            [.. news.Values.SelectMany(n => n.People).Distinct(StringComparer.Ordinal)]
        );
        var people = new People(accounts.ToDictionary(a => a.Id, StringComparer.Ordinal));
        var texts = Texts.AskedFor(http) ?? Texts.For((await Preferences.Of(reads, user, ct)).Culture);
        return TypedResults.Ok(
            new InboxPage(
                // News of an import that is still running is not told yet.
                [
                    .. page
                        .Items.Where(n => news.ContainsKey(n.News))
                        .Select(n => Item(n, news[n.News], texts, people, said)),
                ],
                page.NextCursor,
                await Left(reads, user, ct)
            )
        );
    }

    private static InboxItem Item(
        Notification n,
        News news,
        Texts texts,
        People people,
        IReadOnlyDictionary<Guid, Said>? comments
    )
    {
        var said = news.Comment is { } id ? comments?.GetValueOrDefault(id) : null;
        return new(
            n.Id,
            n.Kind,
            news.SkillId is null ? null : new ItemSkill(news.SkillSlug, news.SkillName),
            news.ProposalId,
            Line.One(Wording.Title(texts, news, n.Reason)),
            Wording.Summary(texts, news, n.Reason, people, said),
            people.Item(news.Actor),
            news.Comment is null ? Wording.Reason(texts, news) : said?.Text,
            n.Reason,
            n.At,
            n.Read,
            said?.RemovedBy,
            news.Edition
        );
    }

    private static async Task<IResult> Mark(HttpContext http, MarkedRead read, IDocumentStore store, TimeProvider time)
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        if (read.Ids is null == !read.All)
            return Refusal.Field("/ids", "Either ids, or all: true.").AsProblem();
        if (read.Ids is { Length: > 1000 })
            return Refusal.Field("/ids", "At most 1,000 at once.").AsProblem();
        await using var session = store.LightweightSession();
        var now = time.GetUtcNow();
        // Whose they are is part of the condition: ids of others match nothing.
        if (read.Ids is { } ids)
            session
                .Patch<Notification>(n => n.User == user && n.Read == null && ids.Contains(n.Id))
                .Set(n => n.Read, now);
        else
            session.Patch<Notification>(n => n.User == user && n.Read == null).Set(n => n.Read, now);
        await session.SaveChangesAsync(ct);
        return TypedResults.Ok(new Unread(await Left(session, user, ct)));
    }

    private static async Task<int> Left(IQuerySession reads, string user, CancellationToken ct)
    {
        var unread = reads.Query<Notification>().Where(n => n.User == user && n.Read == null);
        var imports = await unread.Where(n => n.Kind == NewsKind.Imported).Select(n => n.News).ToListAsync(ct);
        var told = imports.Count == 0 ? 0 : (await reads.LoadManyAsync<News>(ct, [.. imports])).Count;
        return await unread.CountAsync(ct) - (imports.Count - told);
    }
}
