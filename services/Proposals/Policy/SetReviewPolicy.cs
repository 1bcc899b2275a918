using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>A domain's review policy, as an administrator sets it.</summary>
/// <param name="Approvals">How many reviewers have to approve, 1 to 10.</param>
/// <param name="Reviewers">User ids of who may review, of those that are reviewers of the domain; absent for all of them.</param>
/// <param name="RemindAfterDays">After how many days whoever a proposal waits for is reminded, 1 to 90; 0 for never; absent: 7.</param>
public sealed record PolicyWanted(int Approvals, string[]? Reviewers = null, int? RemindAfterDays = null);

public static class SetReviewPolicy
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut(
                "/policies/{domain}",
                async (
                    string domain,
                    PolicyWanted body,
                    HttpContext http,
                    Commands commands,
                    IQuerySession session,
                    Catalogue catalogue,
                    TimeProvider time
                ) =>
                {
                    var (_, taxonomy) = await catalogue.Find(null, http.RequestAborted);
                    var id = ReviewPolicy.IdOf(domain);
                    var exists = await session.LoadAsync<ReviewPolicy>(id, http.RequestAborted) is not null;
                    var (caller, now) = (Caller.Of(http).Id, time.GetUtcNow());
                    return await commands.Handle<ReviewPolicy>(
                        http,
                        id,
                        body,
                        policy =>
                            taxonomy.Domain(domain) is null
                                ? Refusal.NoSuch("domain")
                                : Decide(policy, domain, body, caller, now),
                        done => new Answer(204, Version: done.Version),
                        requireMatch: exists
                    );
                }
            )
            .RequireAuthorization(Roles.Administrator)
            .Produces(204)
            .WithSummary("Sets the review policy of a domain. Counts from the next review on.");

    public static Decision Decide(
        ReviewPolicy? policy,
        string domain,
        PolicyWanted body,
        string caller,
        DateTimeOffset now
    )
    {
        var errors = new List<(string, string)>();
        if (body.Approvals is < 1 or > 10)
            errors.Add(("/approvals", "Between 1 and 10."));
        for (var i = 0; i < body.Reviewers?.Length; i++)
            errors.Text($"/reviewers/{i}", body.Reviewers[i], 100);
        if (body.Reviewers is { } named && named.Distinct(StringComparer.Ordinal).Count() < body.Approvals)
            errors.Add(("/reviewers", "At least as many reviewers as approvals."));
        if (body.RemindAfterDays is < 0 or > 90)
            errors.Add(("/remindAfterDays", "Between 0 (never) and 90."));
        if (errors.Count > 0)
            return Refusal.Fields(errors);
        var reviewers = body.Reviewers?.Distinct(StringComparer.Ordinal).ToArray();
        return
            policy is not null
            && policy.Approvals == body.Approvals
            && policy.RemindAfterDays == (body.RemindAfterDays ?? ReviewPolicy.DefaultRemindAfterDays)
            && (policy.Reviewers ?? []).SequenceEqual(reviewers ?? [])
            && policy.Reviewers is null == reviewers is null
            ? Decision.Nothing
            : Decision.Of(new ReviewPolicySet(domain, body.Approvals, reviewers, caller, now, body.RemindAfterDays));
    }
}
