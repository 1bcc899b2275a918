using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Marten;
using Microsoft.Extensions.Options;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>A skill's profile, now or at a point in its past. Levels, roles and names of people are always today's.</summary>
public sealed record SkillPage(
    Guid Id,
    string Slug,
    string Name,
    string[] Keywords,
    Named Domain,
    Named Group,
    Named[] Levels,
    Named[] Roles,
    SkillPage.Numbers Counts,
    long Version,
    DateTimeOffset UpdatedAt,
    bool Retired,
    SkillPage.Cells[] Requirements,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Language = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Licence = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Attribution = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null,
    SkillPage.Plan? Review = null
)
{
    /// <summary>Of the last event, whether it changed the skill or not: what <c>If-Match</c> is held against.</summary>
    [JsonIgnore]
    public long Last { get; init; }

    public sealed record Numbers(int Roles, int Levels, int Mandatory, int Optional);

    public sealed record Cells(
        string Role,
        string Level,
        bool Mandatory,
        string Description,
        Origin Since,
        Act? Confirmed
    );

    /// <summary>Found to be still true since it says so. Of the present only: the past stands in the history.</summary>
    public sealed record Act(DateTimeOffset At, Person? By);

    /// <summary>When it is to be looked at again.</summary>
    public sealed record Plan(DateOnly On, Person? By);

    /// <summary>The change that made a requirement say what it says.</summary>
    public sealed record Origin(long Version, DateTimeOffset At, Person? Author, Person? Reviewer, Guid? Proposal);

    public static void Map(IEndpointRouteBuilder api)
    {
        var pages = api.ServiceProvider.GetRequiredService<SkillPages>();
        api.MapGet(
                "/skills/{slug}",
                // Read from the request where the past is asked for; here so that they are documented.
                (HttpContext http, string slug, string? version, string? asOf) =>
                    !http.Request.QueryString.HasValue
                    && !http.Request.Headers.ContainsKey("Accept-Datetime")
                    && pages.Find(slug) is { } page
                        ? Task.FromResult<IResult>(page)
                        : Get(http, slug, pages)
            )
            .Produces<SkillPage>()
            .ProducesProblem(404)
            .ProducesProblem(410)
            .WithSummary("A skill's profile; ?version=, ?asOf= or Accept-Datetime for its past.")
            .AllowAnonymous()
            // The page that is read most often; there is nobody to be signed in for it.
            .ShortCircuit();
    }

    private static async Task<IResult> Get(HttpContext http, string slug, SkillPages pages)
    {
        var (services, ct, generation) = (http.RequestServices, http.RequestAborted, pages.Generation);
        var source = services.GetRequiredService<NpgsqlDataSource>();
        var (skill, instead) = await SkillAddress.Find(http, source, slug, ct);
        if (skill is null)
            return instead!;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var (point, refused) = PointInTime.Of(http.Request, now);
        if (point is null)
            return refused!.AsProblem();
        var isPast = point is not { Version: null, Time: null };
        if (skill.MergedInto is { } into && !isPast)
            return await SkillAddress.Remaining(http, source, into, ct);
        if (skill.Retired && !isPast)
            return Gone(skill).AsProblem();
        if (await At(source, skill.Skill, point, ct) is not { } at)
            return Never(point).AsProblem();
        await using var session = services.GetRequiredService<IDocumentStore>().QuerySession();
        var taxonomy = (await services.GetRequiredService<TaxonomyNow>().Read(ct)).Whole;
        var people = await People.Load(
            session,
            at.Requirements.SelectMany(r => new[] { r.Author, r.Reviewer, r.Confirmed?.By }).Append(at.Kept.Review?.By),
            ct
        );
        var page = isPast ? Of(at.WithoutUpkeep, taxonomy.WithRetired(), people) : Of(at, taxonomy, people);
        if (isPast)
            return Past(http, page, point);
        var options = services.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>();
        var sent = new SentPage(page, options.Value.SerializerOptions);
        pages.Keep(slug, sent, generation);
        return sent;
    }

    private static async Task<SkillAt?> At(
        NpgsqlDataSource source,
        Guid skill,
        PointInTime point,
        CancellationToken ct
    ) =>
        point.Time is not { } time
            ? await source.At(skill, point.Version, ct)
            : await source.At(skill, time, ct) ?? (point.Negotiated ? await source.At(skill, 1, ct) : null);

    /// <summary>The page of a skill at one version.</summary>
    public static SkillPage Of(SkillAt at, Taxonomy taxonomy, People people)
    {
        var skill = at.Skill;
        var domain = taxonomy.Domain(skill.Domain);
        var levels = domain?.Levels ?? [];
        var asked = at.Requirements.Select(r => r.Role).ToHashSet(StringComparer.Ordinal);
        // What a role is about stands on its own page.
        Named[] roles =
        [
            .. taxonomy.Roles.Where(r => asked.Contains(r.Slug)).Select(r => r with { Description = null }),
        ];
        var mandatory = at.Requirements.Count(r => r.Mandatory == true);
        return new SkillPage(
            skill.Skill,
            skill.Slug,
            skill.Name,
            skill.Keywords,
            new Named(skill.Domain, domain?.Name ?? skill.Domain) { ExternalIds = domain?.ExternalIds },
            domain?.Groups.FirstOrDefault(g => g.Slug == skill.Group) ?? new Named(skill.Group, skill.Group),
            levels,
            roles,
            new Numbers(
                roles.Length,
                at.Requirements.Select(r => r.Level).Distinct(StringComparer.Ordinal).Count(),
                mandatory,
                at.Requirements.Count - mandatory
            ),
            at.Version,
            at.At,
            skill.Retired,
            [
                .. at
                    .Requirements.OrderBy(r => Array.FindIndex(levels, level => level.Slug == r.Level))
                    .ThenBy(r => Array.FindIndex(roles, role => role.Slug == r.Role))
                    .Select(r => new Cells(
                        r.Role,
                        r.Level,
                        r.Mandatory == true,
                        r.Description!,
                        new Origin(r.FromVersion, r.FromAt, people.Of(r.Author), people.Of(r.Reviewer), r.Proposal),
                        r.Confirmed is { } confirmed ? new Act(confirmed.At, people.Of(confirmed.By)) : null
                    )),
            ],
            string.IsNullOrEmpty(skill.Description) ? null : skill.Description,
            domain?.Origin?.Language,
            domain?.Origin?.Source,
            domain?.Origin?.Licence,
            domain?.Origin?.Attribution,
            skill.ExternalIds.Length > 0 ? skill.ExternalIds : null,
            at.Kept.Review is { } review ? new Plan(review.On, people.Of(review.By)) : null
        )
        {
            Last = Math.Max(at.Version, at.Kept.Last),
        };
    }

    // RFC 7089: this address is the original and its own time gate; versions are mementos.
    private static SentPage Past(HttpContext http, SkillPage page, PointInTime point)
    {
        var original = http.Request.Path.Value!;
        var headers = http.Response.Headers;
        headers["Memento-Datetime"] = page.UpdatedAt.ToString("r", CultureInfo.InvariantCulture);
        headers.Link = $"<{original}>; rel=\"original timegate\"";
        headers.Vary = "Accept-Datetime";
        if (point.Negotiated)
            headers.ContentLocation = string.Create(CultureInfo.InvariantCulture, $"{original}?version={page.Version}");
        var options = http.RequestServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>();
        return new SentPage(page, options.Value.SerializerOptions);
    }

    private static Refusal Gone(SkillRow skill) =>
        new(
            RefusalKind.Gone,
            "retired",
            $"“{skill.Name}” was retired on {skill.FromAt:yyyy-MM-dd}. Its history stays.",
            Extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["version"] = skill.FromVersion,
                ["history"] = $"{SkillAddress.Prefix}{skill.Slug}/history",
            }
        );

    private static Refusal Never(PointInTime point) =>
        point.Version is null
            ? new Refusal(RefusalKind.NotFound, "not-yet", "The skill was not there yet at that time.")
            : Refusal.NoSuch("version of this skill");
}
