using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record AdminModel(bool Everything);

/// <summary>What administrators do; moderators find accounts and suspend them.</summary>
public static class AdminPage
{
    public static void Map(WebApplication app) =>
        app.MapGet(
                "/admin",
                (Visit visit) =>
                    visit.Moderates()
                        ? (IResult)Page.Of<AdminView>(new AdminModel(visit.Administers()))
                        : Page.Error(403)
            )
            .RequireAuthorization();

    public static bool Administers(this Visit visit) => visit.Caller?.Is(Roles.Administrator) == true;

    public static bool Moderates(this Visit visit) => visit.Administers() || visit.Caller?.Is(Roles.Moderator) == true;
}
