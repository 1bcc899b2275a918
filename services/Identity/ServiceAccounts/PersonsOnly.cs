using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>What is about somebody's own account, or makes others: no service account gets there, whatever its scopes.</summary>
internal static class PersonsOnly
{
    public static T ForPersons<T>(this T routes)
        where T : IEndpointConventionBuilder =>
        routes.RequireAuthorization(policy => policy.RequireAuthenticatedUser().AddRequirements(new IsPerson()));
}
