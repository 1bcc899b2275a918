using Microsoft.AspNetCore.Authorization;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>All that the skill asks for was found to be still true.</summary>
public sealed record SkillConfirmed;

/// <summary>One requirement was found to be still true.</summary>
public sealed record RequirementConfirmed(string Role, string Level);

/// <param name="On">When the skill is to be looked at again; null for no longer.</param>
/// <param name="By">User id of who said so, and is reminded.</param>
public sealed record ReviewPlanned(DateOnly? On, string By);

/// <summary>The day that was planned has come, and was told.</summary>
public sealed record ReviewFellDue(DateOnly On);

/// <summary>When a skill is to be looked at again.</summary>
/// <param name="Told">True once it was due and said so.</param>
public sealed record Review(DateOnly On, string By, bool Told = false);

/// <summary>
/// What keeps a skill without changing it. These events stand in its stream and are counted there, so that nobody confirms
/// what changed under their eyes; but the skill's version stays that of its last change, so that no proposal, watcher or copy
/// takes for new what says the same.
/// </summary>
public static class Upkeep
{
    public static bool Keeps(object @event) =>
        @event is SkillConfirmed or RequirementConfirmed or ReviewPlanned or ReviewFellDue;

    /// <summary>Who sees how the catalogue is kept.</summary>
    public static void Looks(AuthorizationPolicyBuilder policy) =>
        policy.RequireRole(Roles.Reviewer, Roles.Moderator, Roles.Administrator);

    public static Review? Fold(Review? review, object @event) =>
        @event switch
        {
            ReviewPlanned { On: { } on, By: var by } => new Review(on, by),
            ReviewPlanned => null,
            ReviewFellDue => review is null ? null : review with { Told = true },
            _ => review,
        };
}
