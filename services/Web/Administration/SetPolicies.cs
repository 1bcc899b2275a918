using System.Globalization;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record Policy(string Domain, int Approvals, Person[]? Reviewers);

/// <param name="Policies">Null if they cannot be read at the moment.</param>
public sealed record PoliciesModel(
    PageList<Policy>? Policies,
    Dictionary<string, string> Names,
    bool Done = false,
    string? Problem = null
);

/// <summary>How many approvals a proposal needs, domain by domain.</summary>
public static class SetPolicies
{
    public sealed record Wanted(int Approvals, string[]? Reviewers);

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
        if (policy.Value is not { } now)
            return Page.Error(policy.Status);
        _ = int.TryParse(form["approvals"], NumberStyles.None, CultureInfo.InvariantCulture, out var approvals);
        var set = await services.Send<Policy>(
            "proposals",
            HttpMethod.Put,
            $"/api/proposals/policies/{domain}",
            new Wanted(approvals, now.Reviewers?.Select(person => person.Id).OfType<string>().ToArray()),
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
        await Task.WhenAll(policies, domains);
        var names = ((await domains).Value?.All ?? []).ToDictionary(d => d.Slug, d => d.Name, StringComparer.Ordinal);
        var found = (await policies).Value;
        return Page.Of<PoliciesView>(new PoliciesModel(found, names, done, problem), found is null ? 503 : status);
    }
}
