using System.Globalization;
using SkillPlatform.Web.Accounts;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record Policy(
    string Domain,
    int Approvals,
    Person[]? Reviewers,
    int RemindAfterDays = 7,
    string? Name = null
);

/// <param name="Policies">Null if they cannot be read at the moment.</param>
public sealed record PoliciesModel(PageList<Policy>? Policies, string? Q, bool First, bool Done);

/// <param name="Name">Of the domain.</param>
/// <param name="Choices">Who may be named for it: its reviewers, and whoever is named already.</param>
/// <param name="Reviewers">False where the others cannot be read at the moment.</param>
/// <param name="Typed">Meant for a reviewer, and none.</param>
public sealed record PolicyModel(
    Policy Policy,
    string Name,
    Named[] Choices,
    bool Reviewers,
    string? Problem,
    string? Typed
)
{
    public string[] Chosen => [.. (Policy.Reviewers ?? []).Select(person => person.Id).OfType<string>()];
}

/// <summary>How many approvals a proposal needs, and of whom: all domains in one table, and a form for each.</summary>
public static class SetPolicies
{
    public sealed record Wanted(int Approvals, string[]? Reviewers, int RemindAfterDays);

    /// <summary>0 for never.</summary>
    public static readonly int[] Reminders = [0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90];

    public static string Reminder(Texts t, int days) =>
        days == 0 ? t["policy.remind-never"] : t.Count("policy.remind-days", days);

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/policies", All).RequireAuthorization();
        app.MapGet("/admin/policies/{domain}", Get).RequireAuthorization();
        app.MapPost("/admin/policies/{domain}", Post).RequireAuthorization();
    }

    private static async Task<IResult> All(
        string? q,
        string? cursor,
        string? done,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var policies = await services.Get<PageList<Policy>>(
            "proposals",
            ((FormattableString)$"/api/proposals/policies?limit={50}").With("q", q).With("cursor", cursor),
            ct
        );
        return policies.Down || policies.Ok
            ? Page.Of<PoliciesView>(
                new PoliciesModel(policies.Value, q, string.IsNullOrEmpty(cursor), done is not null),
                policies.Ok ? 200 : 503
            )
            : Page.Error(policies.Status);
    }

    private static Task<IResult> Get(string domain, Services services, Visit visit, CancellationToken ct) =>
        visit.Administers() ? Show(domain, services, visit, null, 200, ct) : Task.FromResult<IResult>(Page.Error(403));

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
        // Asked for only where somebody was typed.
        var choices =
            form[PickSome.MoreOf("reviewer")].ToString().Trim().Length > 0
                ? await Choices(policy.Value, services, visit, ct)
                : [];
        var named = PickSome.Read(form, "reviewer", choices ?? [], out var unknown);
        if (unknown is not null)
            return await Show(domain, services, visit, visit.T["policy.no-such-reviewer"], 422, ct, unknown);
        _ = int.TryParse(form["approvals"], NumberStyles.None, CultureInfo.InvariantCulture, out var approvals);
        if (!int.TryParse(form["remind"], NumberStyles.None, CultureInfo.InvariantCulture, out var remind))
            remind = policy.Value.RemindAfterDays;
        var set = await services.Send<Policy>(
            "proposals",
            HttpMethod.Put,
            $"/api/proposals/policies/{domain}",
            // Nobody named: everybody who reviews in the domain.
            new Wanted(approvals, named.Length > 0 ? named : null, remind),
            ct,
            policy.Tag
        );
        return set.Ok
            ? TypedResults.Redirect(visit.To($"/admin/policies") + "?done=set")
            : await Show(domain, services, visit, visit.Why(set, "admin.missing"), set.Shown(), ct);
    }

    private static async Task<IResult> Show(
        string domain,
        Services services,
        Visit visit,
        string? problem,
        int status,
        CancellationToken ct,
        string? typed = null
    )
    {
        var policy = await services.Get<Policy>("proposals", $"/api/proposals/policies/{domain}", ct);
        if (policy.Value is not { } found)
            return Page.Error(policy.Status);
        var domains = Domains.Read(services, ct);
        var choices = await Choices(found, services, visit, ct);
        return Page.Of<PolicyView>(
            new PolicyModel(
                found,
                Array.Find((await domains).Value?.All ?? [], d => d.Slug == domain)?.Name ?? domain,
                choices ?? Theirs(found, [], visit),
                choices is not null,
                problem,
                typed
            ),
            status
        );
    }

    // Null where the accounts do not answer.
    private static async Task<Named[]?> Choices(Policy policy, Services services, Visit visit, CancellationToken ct)
    {
        FormattableString address = $"/api/identity/accounts?role=reviewer&limit={200}";
        var (all, cursor) = (new List<Account>(), (string?)null);
        do
        {
            var some = (await services.Get<PageList<Account>>("identity", address.With("cursor", cursor), ct)).Value;
            if (some is null)
                return null;
            all.AddRange(some.Items);
            cursor = some.NextCursor;
        } while (cursor is not null && all.Count < 5000);
        return Theirs(policy, all, visit);
    }

    private static Named[] Theirs(Policy policy, IEnumerable<Account> reviewers, Visit visit) =>
        [
            .. reviewers
                .Where(account =>
                    account.ReviewerScopes.Contains("*", StringComparer.Ordinal)
                    || account.ReviewerScopes.Contains(policy.Domain, StringComparer.Ordinal)
                )
                .Select(account => new Named($"{account.Id}", $"{account.Name} ({account.Email})"))
                .UnionBy(
                    (policy.Reviewers ?? [])
                        .Where(person => person.Id is not null)
                        .Select(person => new Named(person.Id!, Person.In(visit.T, person))),
                    choice => choice.Slug,
                    StringComparer.Ordinal
                ),
        ];
}
