using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record Ages(long HalfYear, long Year, long TwoYears, long Older)
{
    /// <summary>By their names in addresses.</summary>
    public (string Age, long Count)[] All =>
        [("halfYear", HalfYear), ("year", Year), ("twoYears", TwoYears), ("older", Older)];
}

public sealed record Week(DateOnly From, long Count);

public sealed record DomainKept(
    string Slug,
    string Name,
    long Requirements,
    Ages Ages,
    long NeverReviewed,
    long ReviewsDue,
    long ReviewsPlanned,
    Week[] Changes
);

public sealed record Kept(DateTimeOffset At, DomainKept[] Domains);

public sealed record DomainOpen(
    string Slug,
    long Open,
    long Week,
    long Month,
    long Older,
    long ChangesRequested,
    long Conflicted
);

public sealed record Waiting(Guid Id, string SkillName, string Domain, string State, DateTimeOffset CreatedAt);

/// <param name="MedianHours">Null without any.</param>
public sealed record WeekOfDecisions(DateOnly From, long Decided, double? MedianHours);

/// <param name="MedianHours">Null without any.</param>
public sealed record ReviewerLoad(Person? Person, long Waiting, long Reviews, double? MedianHours);

/// <param name="Reviewers">Null for whom it is none of their business.</param>
public sealed record Open(
    DomainOpen[] Domains,
    Waiting[] Oldest,
    WeekOfDecisions[]? Weeks = null,
    ReviewerLoad[]? Reviewers = null
);

/// <param name="Kept">Null if it cannot be read at the moment, as the other.</param>
/// <param name="From">How many rows of each table went before.</param>
public sealed record OverviewModel(Kept? Kept, Open? Open, int From)
{
    private const int Rows = 50;

    /// <summary>Where the tables go on; null where all end here.</summary>
    public int? Next =>
        new[] { Kept?.Domains.Length, Open?.Domains.Length, Open?.Reviewers?.Length }.Max() > From + Rows
            ? From + Rows
            : null;

    public T[] Part<T>(T[] all) => [.. all.Skip(From).Take(Rows)];
}

public sealed record OldRequirement(
    Named Skill,
    Named Domain,
    Named Role,
    Named Level,
    DateTimeOffset At,
    bool Confirmed,
    Person? By
);

/// <param name="Requirements">Null if they cannot be read at the moment.</param>
public sealed record OldModel(PageList<OldRequirement>? Requirements, OldFilter Filter);

/// <summary>Which ones; what is not said is all.</summary>
public readonly record struct OldFilter(string? Domain, string? Age, bool? Never, string? Cursor);

/// <summary>What is old, disputed and never reviewed, for whoever looks after the catalogue.</summary>
public static class ShowOverview
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/overview", Get).RequireAuthorization();
        app.MapGet("/admin/overview/requirements", Old).RequireAuthorization();
    }

    private static bool Looks(Visit visit) => visit.Moderates() || visit.Caller?.Is(Roles.Reviewer) == true;

    private static async Task<IResult> Get(int? from, Services services, Visit visit, CancellationToken ct)
    {
        if (!Looks(visit))
            return Page.Error(403);
        var kept = services.Get<Kept>("catalog", $"/api/catalog/overview", ct);
        var open = services.Get<Open>("proposals", $"/api/proposals/overview", ct);
        await Task.WhenAll(kept, open);
        var model = new OverviewModel((await kept).Value, (await open).Value, Math.Max(0, from ?? 0));
        return Page.Of<OverviewView>(model, model is { Kept: null, Open: null } ? 503 : 200);
    }

    private static async Task<IResult> Old(
        [AsParameters] OldFilter filter,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!Looks(visit))
            return Page.Error(403);
        FormattableString address = $"/api/catalog/overview/requirements?limit={50}";
        var old = await services.Get<PageList<OldRequirement>>(
            "catalog",
            address
                .With("domain", filter.Domain)
                .With("age", filter.Age)
                .With("neverReviewed", filter.Never == true ? "true" : null)
                .With("cursor", filter.Cursor),
            ct
        );
        return old.Value is null && !old.Down
            ? Page.Error(old.Status)
            : Page.Of<OldView>(new OldModel(old.Value, filter), old.Value is null ? 503 : 200);
    }
}
