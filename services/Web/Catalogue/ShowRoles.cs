using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Catalogue;

public sealed record RoleInList(string Slug, string Name, long Skills, long Mandatory, long Optional);

/// <summary>Null where they could not be read.</summary>
public sealed record RolesModel(PageList<RoleInList>? Roles);

/// <summary>All roles, with what is asked of each.</summary>
public static class ShowRoles
{
    public static void Map(WebApplication app) => app.MapGet("/roles", Get).AllowAnonymous();

    /// <summary>What all are called; null where that could not be read.</summary>
    public static async Task<Named[]?> Names(Services services, CancellationToken ct)
    {
        var cache = services.Cache;
        if (cache.Roles is { } kept)
            return kept;
        var since = cache.Now;
        FormattableString address = $"/api/catalog/roles?limit={200}";
        Named[]? all = null;
        string? cursor = null;
        do
        {
            var some = (await services.Get<PageList<Named>>("catalog", address.With("cursor", cursor), ct)).Value;
            if (some is null)
                return all;
            all = [.. all ?? [], .. some.Items];
            cursor = some.NextCursor;
        } while (cursor is not null && all.Length < Most);
        cache.KeepRoles(all, since);
        return all;
    }

    // More than anybody has; a service that always knows of more does not keep us for ever.
    private const int Most = 5000;

    private static async Task<IResult> Get(string? cursor, Services services, CancellationToken ct)
    {
        FormattableString address = $"/api/catalog/roles?limit={100}";
        var roles = await services.Get<PageList<RoleInList>>("catalog", address.With("cursor", cursor), ct);
        return roles.Status is >= 400 and < 500
            ? Page.Error(roles.Status)
            : Page.Of<RolesPage>(new RolesModel(roles.Value), roles.Ok ? 200 : 503);
    }
}
