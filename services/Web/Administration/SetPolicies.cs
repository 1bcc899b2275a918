using System.Globalization;
using SkillPlatform.Web.Accounts;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record Policy(string Domain, int Approvals, Person[]? Reviewers, int RemindAfterDays = 7);

/// <param name="Policies">Null if they cannot be read at the moment.</param>
/// <param name="Reviewers">Of any domain; null if they cannot be read at the moment.</param>
public sealed record PoliciesModel(
    PageList<Policy>? Policies,
    Dictionary<string, string> Names,
    Account[]? Reviewers,
    bool Done = false,
    string? Problem = null
)
{
    /// <summary>Who may be named for a domain: its reviewers, and whoever is named already.</summary>
    public IEnumerable<(Person Person, string? Email, bool Named)> Choices(Policy policy)
    {
        var named = (policy.Reviewers ?? []).Where(person => person.Id is not null).ToArray();
        var theirs = (Reviewers ?? []).Where(account =>
            account.ReviewerScopes.Contains("*", StringComparer.Ordinal)
            || account.ReviewerScopes.Contains(policy.Domain, StringComparer.Ordinal)
        );
        return theirs
            .Select(a => (new Person(a.Id, a.Name), (string?)a.Email, Array.Exists(named, person => person.Id == a.Id)))
            .UnionBy(
                named.Select(person => (person, (string?)null, true)),
                choice => choice.Item1.Id,
                StringComparer.Ordinal
            );
    }
}

/// <summary>How many approvals a proposal needs, and of whom, domain by domain.</summary>
public static class SetPolicies
{
    public sealed record Wanted(int Approvals, string[]? Reviewers, int RemindAfterDays);

    /// <summary>0 for never.</summary>
    public static readonly int[] Reminders = [0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90];

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/policies", Get).RequireAuthorization();
        app.MapPost("/admin/policies/{domain}", Post).RequireAuthorization();
    }

    private static Task<IResult> Get(string? done, Services services, Visit visit, CancellationToken ct) =>
        visit.Administers()
            ? Show(services, done is not null, null, 200, ct)
            : Task.FromResult<IResult>(Page.Error(403));

    private static async Task<IResult> Post(
        string domain,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var policy = await services.Get<Policy>("proposals", $"/api/proposals/policies/{domain}", ct);
        if (policy.Value is null)
            return Page.Error(policy.Status);
        _ = int.TryParse(form["approvals"], NumberStyles.None, CultureInfo.InvariantCulture, out var approvals);
        if (!int.TryParse(form["remind"], NumberStyles.None, CultureInfo.InvariantCulture, out var remind))
            remind = policy.Value.RemindAfterDays;
        var set = await services.Send<Policy>(
            "proposals",
            HttpMethod.Put,
            $"/api/proposals/policies/{domain}",
            // Nobody named: everybody who reviews in the domain.
            new Wanted(
                approvals,
                form["reviewer"] is { Count: > 0 } named ? [.. named.OfType<string>()] : null,
                remind
            ),
            ct,
            policy.Tag
        );
        return set.Ok
            ? TypedResults.Redirect(visit.To($"/admin/policies") + "?done=set")
            : await Show(services, false, visit.Why(set, "admin.missing"), set.Shown(), ct);
    }

    private static async Task<IResult> Show(
        Services services,
        bool done,
        string? problem,
        int status,
        CancellationToken ct
    )
    {
        var policies = services.Get<PageList<Policy>>("proposals", $"/api/proposals/policies", ct);
        var domains = services.Get<Domains>("catalog", $"/api/catalog/domains", ct);
        var reviewers = services.Get<PageList<Account>>(
            "identity",
            $"/api/identity/accounts?role=reviewer&limit={200}",
            ct
        );
        await Task.WhenAll(policies, domains, reviewers);
        var names = ((await domains).Value?.All ?? []).ToDictionary(d => d.Slug, d => d.Name, StringComparer.Ordinal);
        var found = (await policies).Value;
        return Page.Of<PoliciesView>(
            new PoliciesModel(found, names, (await reviewers).Value?.Items, done, problem),
            found is null ? 503 : status
        );
    }
}
