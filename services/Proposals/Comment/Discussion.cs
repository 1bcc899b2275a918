using Marten;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>What is commented on: a proposal that the caller may know of, or a skill. Bound from the route.</summary>
/// <param name="On"><see cref="Proposals.On"/>.</param>
/// <param name="Subject">Id of the proposal or skill; null if there is none for this caller.</param>
/// <param name="Path">Of its comments.</param>
public sealed record Discussion(string On, Guid? Subject, string Path)
{
    /// <summary>Where comments live, on both kinds.</summary>
    public static readonly string[] Routes = ["/{id:guid}/comments", "/discussions/{skill}/comments"];

    public IResult Missing => Refusal.NoSuch(On).AsProblem();

    public bool Holds(Comment? comment) => comment is not null && comment.On == On && comment.Subject == Subject;

    public static async ValueTask<Discussion?> BindAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        if (http.GetRouteValue("skill") is string slug)
        {
            var (skill, _) = await http.RequestServices.GetRequiredService<Catalogue>().Find(slug, ct);
            return new(Proposals.On.Skill, skill?.Id, $"/api/proposals/discussions/{skill?.State.Slug}/comments");
        }
        var id = Guid.Parse((string)http.GetRouteValue("id")!);
        var page = await http.RequestServices.GetRequiredService<IQuerySession>().LoadAsync<ProposalPage>(id, ct);
        return new(Proposals.On.Proposal, page?.IsVisibleTo(http) == true ? id : null, $"/api/proposals/{id}/comments");
    }
}
