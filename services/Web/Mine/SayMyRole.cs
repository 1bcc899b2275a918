using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Mine;

/// <param name="Tree">What there is to choose from.</param>
/// <param name="Role">What the form begins with.</param>
/// <param name="Level">Likewise.</param>
/// <param name="Problem">What is wrong with what was sent.</param>
public sealed record SayMyRoleModel(Tree Tree, string? Role, string? Level, string? Problem);

/// <summary>
/// Say once which role and level one is at, and have it forgotten: for one's account, or for this browser where one is not
/// signed in.
/// </summary>
public static class SayMyRole
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/my-role", Get).AllowAnonymous();
        app.MapPost("/my-role", Post).AllowAnonymous();
    }

    private static async Task<IResult> Get(
        string? role,
        string? level,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        await visit.AskMyRole(services);
        return Page.Of<SayMyRolePage>(
            new SayMyRoleModel(
                await Tree.Read(services, ct),
                role ?? visit.MyRole?.Role,
                level ?? visit.MyRole?.Level,
                null
            )
        );
    }

    private static async Task<IResult> Post(
        [FromForm] string? role,
        [FromForm] string? level,
        [FromForm(Name = "do")] string? action,
        HttpContext http,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var tree = await Tree.Read(services, ct);
        if (action == "forget")
        {
            if (visit.SignedIn && await Tell(services, HttpMethod.Delete, null, ct) is { Ok: false } kept)
                return Page.Of<SayMyRolePage>(
                    new SayMyRoleModel(tree, role, level, visit.Why(kept, "account.missing")),
                    kept.Shown()
                );
            MyRole.Remember(http, null);
            return TypedResults.Redirect(visit.To($"/my-role"));
        }
        var mine = MyRole.Of(Pick.Slug(role, tree.Roles), Pick.Slug(level, tree.Levels));
        if (mine is null || tree.Level(mine.Level) is null || tree.Role(mine.Role) is null)
            return Page.Of<SayMyRolePage>(new SayMyRoleModel(tree, role, level, visit.T["mine.choose"]), 422);
        if (visit.SignedIn && await Tell(services, HttpMethod.Put, mine, ct) is { Ok: false } refused)
            return Page.Of<SayMyRolePage>(
                new SayMyRoleModel(tree, role, level, visit.Why(refused, "account.missing")),
                refused.Shown()
            );
        // What the account knows, the browser need not: the next to use it may be somebody else.
        MyRole.Remember(http, visit.SignedIn ? null : mine);
        return TypedResults.Redirect(visit.To($"/roles/{mine.Role}?level={mine.Level}"));
    }

    private static Task<Answer<MyRole>> Tell(
        Services services,
        HttpMethod method,
        MyRole? mine,
        CancellationToken ct
    ) => services.Send<MyRole>("notifications", method, $"/api/notifications/me/role", mine, ct);
}
