using SkillPlatform.Web.Accounts;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

/// <param name="Domains">Null if they cannot be read at the moment.</param>
public sealed record OneAccountModel(
    Account Account,
    string? Tag,
    DomainInTree[]? Domains,
    bool Administers,
    bool Done = false,
    string? Problem = null
)
{
    /// <summary>Meant for a domain, and none.</summary>
    public string? Typed { get; init; }
}

/// <summary>One account: its roles and the domains it reviews in, and whether it is suspended.</summary>
public static class ChangeAccount
{
    public static readonly string[] Roles = ["contributor", "reviewer", "moderator", "administrator"];

    public sealed record Wanted(string[] Roles, string[] ReviewerScopes);

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/accounts/{id:guid}", Get).RequireAuthorization();
        app.MapPost("/admin/accounts/{id:guid}/roles", SetRoles).RequireAuthorization();
        app.MapPost("/admin/accounts/{id:guid}/suspension", Suspend).RequireAuthorization();
    }

    private static Task<IResult> Get(Guid id, string? done, Services services, Visit visit, CancellationToken ct) =>
        visit.Moderates()
            ? Show(id, services, visit, done is not null, null, 200, ct)
            : Task.FromResult<IResult>(Page.Error(403));

    private static async Task<IResult> SetRoles(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        string[] roles = [.. form["role"].OfType<string>()];
        // Only reviewers have domains; who takes the role away need not clear each box.
        var domains = (await Domains.Read(services, ct)).Value?.All ?? [];
        var scopes = PickSome.Read(form, "scope", domains.Select(d => new Named(d.Slug, d.Name)), out var unknown);
        if (!roles.Contains("reviewer", StringComparer.Ordinal))
            scopes = [];
        else if (unknown is not null && visit.Administers())
            return await Show(id, services, visit, false, visit.T["accounts.no-such-domain"], 422, ct, unknown);
        return await Change(
            id,
            services,
            visit,
            () =>
                services.Send<Account>(
                    "identity",
                    HttpMethod.Put,
                    $"/api/identity/accounts/{id}/roles",
                    new Wanted(roles, scopes),
                    ct,
                    form["tag"].ToString()
                ),
            ct
        );
    }

    private static Task<IResult> Suspend(
        Guid id,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    ) =>
        Change(
            id,
            services,
            visit,
            () =>
                services.Send<Account>(
                    "identity",
                    form["suspend"] == "true" ? HttpMethod.Post : HttpMethod.Delete,
                    $"/api/identity/accounts/{id}/suspension",
                    null,
                    ct
                ),
            ct
        );

    private static async Task<IResult> Change(
        Guid id,
        Services services,
        Visit visit,
        Func<Task<Answer<Account>>> change,
        CancellationToken ct
    )
    {
        if (!visit.Moderates())
            return Page.Error(403);
        var changed = await change();
        return changed.Ok
            ? TypedResults.Redirect(visit.To($"/admin/accounts/{id}") + "?done=changed")
            : await Show(id, services, visit, false, visit.Why(changed, "admin.missing"), changed.Shown(), ct);
    }

    private static async Task<IResult> Show(
        Guid id,
        Services services,
        Visit visit,
        bool done,
        string? problem,
        int status,
        CancellationToken ct,
        string? typed = null
    )
    {
        var account = services.Get<Account>("identity", $"/api/identity/accounts/{id}", ct);
        var domains = Domains.Read(services, ct);
        await Task.WhenAll(account, domains);
        var found = await account;
        return found.Value is { } one
            ? Page.Of<OneAccountView>(
                new OneAccountModel(one, found.Tag, (await domains).Value?.All, visit.Administers(), done, problem)
                {
                    Typed = typed,
                },
                status
            )
            : Page.Error(found.Status);
    }
}
