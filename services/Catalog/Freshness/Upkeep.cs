using Microsoft.AspNetCore.Authorization;
using SkillPlatform.EventSourcing;
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
    /// <summary>How far ahead a review is planned at most.</summary>
    private const int MostYears = 10;

    public static bool Keeps(object @event) =>
        @event is SkillConfirmed or RequirementConfirmed or ReviewPlanned or ReviewFellDue;

    /// <summary>Who sees how the catalogue is kept.</summary>
    public static void Looks(AuthorizationPolicyBuilder policy) =>
        policy.RequireRole(Roles.Reviewer, Roles.Moderator, Roles.Administrator);

    /// <summary>Who may keep some of it; <see cref="May"/> says of which skill.</summary>
    public static void Acts(AuthorizationPolicyBuilder policy)
    {
        Looks(policy);
        policy.AddRequirements(new IsPerson());
    }

    /// <summary>Who keeps a skill: a reviewer of its domain, a moderator, an administrator; never a program.</summary>
    public static Refusal? May(Skill? skill, Caller caller) =>
        skill is null ? Refusal.NoSuch("skill")
        : caller.IsService ? Refusal.Forbidden("service-account", "A service account confirms nothing.")
        : !caller.Reviews(skill.Domain) && !caller.Is(Roles.Moderator) && !caller.Is(Roles.Administrator)
            ? Refusal.Forbidden("not-reviewer", "You are not a reviewer of the skill's domain.")
        : skill.Retired ? new Refusal(RefusalKind.Gone, "retired", "The skill is retired.")
        : null;

    /// <summary>What is wrong with a day to look at a skill again; null for nothing.</summary>
    public static string? Planned(DateOnly? on, DateOnly today) =>
        on <= today ? "Must be a day to come."
        : on > today.AddYears(MostYears) ? $"Must be within {MostYears} years."
        : null;

    public static Review? Fold(Review? review, object @event) =>
        @event switch
        {
            ReviewPlanned { On: { } on, By: var by } => new Review(on, by),
            ReviewPlanned => null,
            ReviewFellDue => review is null ? null : review with { Told = true },
            _ => review,
        };
}
