using System.Text.RegularExpressions;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>An administrator says what an account may do. Whoever is signed in with it signs in again.</summary>
public static partial class ChangeRoles
{
    public sealed record Wanted(string[] Roles, string[]? ReviewerScopes = null);

    private static readonly string[] Known = [Roles.Administrator, Roles.Contributor, Roles.Moderator, Roles.Reviewer];

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/accounts/{id:guid}/roles", Put).RequireAuthorization(Roles.Administrator).Produces<AccountBody>();

    private static Task<IResult> Put(HttpContext http, Guid id, Wanted wanted, AccountApi accounts)
    {
        var by = Caller.Of(http).Id;
        return accounts.Change(
            http,
            id,
            account => Decide(account, wanted, by),
            account => (account.Roles, account.ReviewerScopes) = Settled(wanted),
            endSessions: true,
            requireMatch: true
        );
    }

    public static Decision Decide(Account account, Wanted wanted, string by)
    {
        var errors = wanted
            .Roles.Select((role, i) => (Pointer: $"/roles/{i}", Wrong: !Known.Contains(role, StringComparer.Ordinal)))
            .Where(e => e.Wrong)
            .Select(e => (e.Pointer, $"A role is one of {string.Join(", ", Known)}."))
            .Concat(
                (wanted.ReviewerScopes ?? [])
                    .Select(
                        (scope, i) => (Pointer: $"/reviewerScopes/{i}", Wrong: scope != "*" && !Slug().IsMatch(scope))
                    )
                    .Where(e => e.Wrong)
                    .Select(e => (e.Pointer, "A scope is the slug of a domain, or *."))
            )
            .ToArray();
        if (errors.Length > 0)
            return Refusal.Fields(errors);
        var (roles, scopes) = Settled(wanted);
        if (roles.Contains(Roles.Reviewer, StringComparer.Ordinal) != scopes.Length > 0)
            return Refusal.Field("/reviewerScopes", "Reviewers have scopes, and nobody else has.");
        if (account.Subject == by && !roles.Contains(Roles.Administrator, StringComparer.Ordinal))
            return Refusal.Conflicting("own-role", "Another administrator has to take this role from you.");
        return
            roles.SequenceEqual(account.Roles, StringComparer.Ordinal)
            && scopes.SequenceEqual(account.ReviewerScopes, StringComparer.Ordinal)
            ? Decision.Nothing
            : Decision.Of(new AccountRolesChanged(roles, scopes, by));
    }

    // Every account is a contributor's; the order says nothing.
    private static (string[] Roles, string[] Scopes) Settled(Wanted wanted) =>
        (
            [.. wanted.Roles.Append(Roles.Contributor).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. (wanted.ReviewerScopes ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
        );

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Slug();
}
