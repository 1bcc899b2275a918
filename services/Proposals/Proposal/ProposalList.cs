using System.Text.Json.Serialization;
using Marten;
using Marten.Linq.MatchesSql;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A proposal in a list: its number, null for a draft, what it changes first, and of its requirements the first.</summary>
public sealed record ProposalSummary(
    Guid Id,
    string? Skill,
    Guid SkillId,
    string SkillName,
    string Domain,
    string Group,
    Person Author,
    string State,
    int Revision,
    string Rationale,
    int Changes,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long? Number,
    Headline? Head,
    Cell[] Cells,
    Guid? Batch = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaxonomyPart? Taxonomy = null
);

/// <summary>What a list is narrowed to. <c>me</c> is the caller.</summary>
/// <param name="Skill">Slug, current or former, or id.</param>
/// <param name="State">A state.</param>
/// <param name="Author"><c>me</c>, a user id, or a name as it is shown.</param>
/// <param name="Reviewer"><c>me</c>: what I may review or have reviewed.</param>
/// <param name="Turn"><c>me</c>: what waits for me, to review or to revise.</param>
/// <param name="Domain">Slug of the domain of the skill, or of the one it is to move to.</param>
/// <param name="CreatedAfter">Begun then or later.</param>
/// <param name="CreatedBefore">Begun before.</param>
/// <param name="Number">The one of that number.</param>
/// <param name="Id">These alone; more than a page has are not asked for at once.</param>
public readonly record struct ProposalFilter(
    string? Skill,
    string? State,
    string? Author,
    string? Reviewer,
    string? Turn,
    string? Domain,
    DateTimeOffset? CreatedAfter,
    DateTimeOffset? CreatedBefore,
    long? Number,
    Guid[]? Id = null
);

/// <summary>What waits for the caller.</summary>
/// <param name="Count">To review or to revise.</param>
public sealed record Turn(int Count);

public static class ProposalList
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/", Get)
            .AllowAnonymous()
            .Produces<Page<ProposalSummary>>()
            .WithSummary("Proposals, newest first. Drafts are seen by their authors only.");
        // The number alone: every page shows it.
        api.MapGet("/turn", Turn).Produces<Turn>().WithSummary("How many proposals wait for the caller.");
    }

    private static async Task<Turn> Turn(HttpContext http, IQuerySession session, Catalogue catalogue)
    {
        var (caller, ct) = (Caller.Of(http), http.RequestAborted);
        var domains = await Reviewable(session, caller, catalogue, ct);
        return new Turn(await Waiting(session.Query<ProposalPage>(), caller.Id, domains).CountAsync(ct));
    }

    private static async Task<IResult> Get(
        [AsParameters] ProposalFilter filter,
        Paging paging,
        HttpContext http,
        IQuerySession session,
        Catalogue catalogue,
        ProposalLog log
    )
    {
        var ct = http.RequestAborted;
        var caller = Caller.Of(http.User);
        if (Refused(filter, caller) is { } refusal)
            return refusal.AsProblem();
        var query = Visible(session.Query<ProposalPage>(), caller);
        if (filter.Skill is { } slug)
        {
            if ((await catalogue.Find(slug, ct)).Skill is not { } skill)
                return TypedResults.Ok(new Page<ProposalSummary>([], null));
            query = query.Where(p => p.Skill.Id == skill.Id);
        }
        if (filter.State is { } state)
            query = query.Where(p => p.State == state);
        if (filter.Author is { } author)
        {
            var wanted = author == "me" ? [caller!.Id] : await Named(session, author, ct);
            query = query.Where(p => p.Author.IsOneOf(wanted));
        }
        if (filter.Domain is { } domain)
            query = query.Where(p =>
                p.Skill.Domain == domain || p.MovesTo == domain || p.MatchesSql(DecidedBy, (object)new[] { domain })
            );
        if (filter.CreatedAfter is { } from)
            query = query.Where(p => p.CreatedAt >= from);
        if (filter.CreatedBefore is { } until)
            query = query.Where(p => p.CreatedAt < until);
        if (filter.Number is { } number)
        {
            var numbered = await log.Numbered(number, ct) ?? Guid.Empty;
            query = query.Where(p => p.Id == numbered);
        }
        if (filter.Id is { Length: > 0 } ids)
            query = query.Where(p => p.Id.IsOneOf(ids));
        if (filter.Reviewer is not null || filter.Turn is not null)
        {
            var domains = await Reviewable(session, caller!, catalogue, ct);
            if (filter.Reviewer is not null)
                query = Reviewing(query, caller!.Id, domains);
            if (filter.Turn is not null)
                query = Waiting(query, caller!.Id, domains);
        }
        if (paging.AfterId is { } after)
            query = query.Where(p => p.MatchesSql("d.id < ?", after));
        var pages = await query.OrderByDescending(p => p.Id).Take(paging.Limit + 1).ToListAsync(ct);
        var people = await People.Load(session, pages.Select(p => p.Author), ct);
        var numbers = await log.Numbers(pages.Select(p => p.Id), ct);
        return TypedResults.Ok(paging.Of([.. pages.Select(p => Summary(p, people, numbers))], p => [p.Id.ToString()]));
    }

    // An id, and whoever is called so: people know each other by names.
    private static async Task<string[]> Named(IQuerySession session, string author, CancellationToken ct) =>
        [
            author,
            .. await session
                .Query<Account>()
                .Where(a => a.MatchesSql("lower(d.data ->> 'name') = lower(?)", author))
                .Select(a => a.Id)
                .Take(100)
                .ToListAsync(ct),
        ];

    // A role may stand in any number of domains.
    private const string DecidedBy = "coalesce(jsonb_exists_any(d.data -> 'skill' -> 'domains', ?), false)";

    private static Refusal? Refused(ProposalFilter filter, Caller? caller)
    {
        var errors = new List<(string, string)>();
        if (filter.State is { } state && !Proposals.State.All.Contains(state, StringComparer.Ordinal))
            errors.Add(("/state", $"One of {string.Join(", ", Proposals.State.All)}."));
        if (filter.Author is { } author && !TextForm.IsText(author))
            errors.Add(("/author", "This is no text."));
        if (filter.Domain is { } domain && !TextForm.IsText(domain))
            errors.Add(("/domain", "This is no text."));
        if (filter.Reviewer is not (null or "me"))
            errors.Add(("/reviewer", "Only me."));
        if (filter.Turn is not (null or "me"))
            errors.Add(("/turn", "Only me."));
        if (errors.Count > 0)
            return Refusal.Fields(errors);
        return caller is null && (filter.Author == "me" || filter.Reviewer is not null || filter.Turn is not null)
            ? new Refusal(RefusalKind.NotSignedIn, "not-signed-in", "Sign in: only then is there a \"me\".")
            : null;
    }

    private static IQueryable<ProposalPage> Visible(IQueryable<ProposalPage> query, Caller? caller)
    {
        var me = caller?.Id ?? "";
        return query.Where(p => p.Submitted || p.Author == me);
    }

    // The domains whose proposals the caller may decide on.
    private static async Task<string[]> Reviewable(
        IQuerySession session,
        Caller caller,
        Catalogue catalogue,
        CancellationToken ct
    )
    {
        if (!caller.Is(Roles.Reviewer))
            return [];
        var deciders = new Deciders(
            await ReviewPolicies.Load(session, ct),
            (await People.Load(session, [caller.Id], ct)).Known
        );
        var (_, taxonomy) = await catalogue.Find(null, ct);
        return [.. taxonomy.Domains.Select(d => d.Slug).Where(domain => deciders.May(caller, domain))];
    }

    private static IQueryable<ProposalPage> Reviewing(IQueryable<ProposalPage> query, string me, string[] domains) =>
        query.Where(p =>
            (
                p.Author != me
                && (
                    p.Skill.Domain.IsOneOf(domains)
                    || p.MovesTo!.IsOneOf(domains)
                    || p.MatchesSql(DecidedBy, (object)domains)
                )
            ) || p.Reviewers.Contains(me)
        );

    private static IQueryable<ProposalPage> Waiting(IQueryable<ProposalPage> query, string me, string[] domains) =>
        query.Where(p =>
            (
                p.State == Proposals.State.Open
                && p.Author != me
                && (
                    p.Skill.Domain.IsOneOf(domains)
                    || p.MovesTo!.IsOneOf(domains)
                    || p.MatchesSql(DecidedBy, (object)domains)
                )
                && !p.Reviewed.Contains(me)
            )
            || (
                p.Author == me && (p.State == Proposals.State.ChangesRequested || p.State == Proposals.State.Conflicted)
            )
        );

    private const int MostCells = 20;

    public static ProposalSummary Summary(ProposalPage page, People people, Dictionary<Guid, long> numbers) =>
        new(
            page.Id,
            page.Skill.Slug,
            page.Skill.Id,
            page.Skill.Name,
            page.Skill.Domain,
            page.Skill.Group,
            people[page.Author]!,
            page.State,
            page.Revision,
            page.Rationale,
            page.Changes,
            page.CreatedAt,
            page.UpdatedAt,
            numbers.TryGetValue(page.Id, out var number) ? number : null,
            page.Head,
            [.. page.Cells.Take(MostCells)],
            page.Batch,
            page.Skill.Part
        );
}
