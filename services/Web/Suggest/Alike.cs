using SkillPlatform.Changes;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>What is like it already, so that nobody writes what is there. Empty where it cannot be read.</summary>
/// <param name="Open">Proposals on the skill that are not over; for a new one, those that add one of such a name.</param>
/// <param name="Skills">Of such a name, where one is added; null where nobody has looked, or could.</param>
public sealed record Alike(OpenProposal[] Open, SkillInList[]? Skills)
{
    private const int MostSkills = 5;

    // Shorter words are in many names.
    private const int Tells = 4;

    /// <summary>Proposals on one requirement.</summary>
    public OpenProposal[] At(string role, string level) =>
        [.. Open.Where(proposal => proposal.Cells?.Contains(new Cell(role, level)) == true)];

    /// <summary>Proposals on the skill itself.</summary>
    public OpenProposal[] OnItself => [.. Open.Where(proposal => proposal.Cells is null or [])];

    public static async Task<Alike> Find(Suggesting about, string name, Services services, CancellationToken ct)
    {
        var open = Unfinished(about, services, ct);
        if (!about.IsNew)
            return new Alike([.. (await open).Where(other => other.Id != about.Proposal?.Id)], null);
        if (string.IsNullOrWhiteSpace(name))
            return new Alike([], null);
        var skills = services.Get<FoundSkills>("catalog", $"/api/catalog/skills?q={name}&limit={MostSkills}", ct);
        return new Alike(
            [
                .. (await open).Where(other =>
                    other.Id != about.Proposal?.Id
                    && other.Head?.Op == "addSkill"
                    && IsAlike(other.SkillName ?? "", name)
                ),
            ],
            (await skills).Value?.Items
        );
    }

    /// <summary>True where one name holds the other, or they share a word that tells something.</summary>
    public static bool IsAlike(string one, string other) =>
        one.Contains(other, StringComparison.OrdinalIgnoreCase)
        || other.Contains(one, StringComparison.OrdinalIgnoreCase)
        || Words(one).Intersect(Words(other), StringComparer.OrdinalIgnoreCase).Any();

    private static IEnumerable<string> Words(string name) =>
        name.Split([' ', '-', '/', ',', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.Length >= Tells);

    private static async Task<IEnumerable<OpenProposal>> Unfinished(
        Suggesting about,
        Services services,
        CancellationToken ct
    )
    {
        var slug = about.IsNew ? null : about.Skill.Slug;
        var lists = await Task.WhenAll(
            new[] { "open", "changesRequested" }.Select(state =>
                services.Get<PageList<OpenProposal>>(
                    "proposals",
                    ((FormattableString)$"/api/proposals?limit={200}&state={state}").With("skill", slug),
                    ct
                )
            )
        );
        return lists.SelectMany(list => list.Value?.Items ?? []);
    }
}
