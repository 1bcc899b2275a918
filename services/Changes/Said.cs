using System.Collections.Immutable;
using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>Which requirement of a skill: one role at one level.</summary>
/// <param name="Role">Slug.</param>
/// <param name="Level">Slug.</param>
public readonly record struct Cell(string Role, string Level)
{
    /// <summary>The requirement that a change is about; null for what is about the skill.</summary>
    /// <param name="change">The change.</param>
    public static Cell? Of(Change change) =>
        change switch
        {
            StateRequirement c => new Cell(c.Role, c.Level),
            RewordRequirement c => new Cell(c.Role, c.Level),
            MakeMandatory c => new Cell(c.Role, c.Level),
            MakeOptional c => new Cell(c.Role, c.Level),
            DropRequirement c => new Cell(c.Role, c.Level),
            _ => null,
        };
}

/// <summary>What a skill says, in the one form of text: what changes lead from and to.</summary>
/// <param name="Name">The name.</param>
/// <param name="Keywords">A set: their order says nothing.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Requirements">One a cell. Their order says nothing either, but is kept.</param>
/// <param name="Retired">True once retired.</param>
/// <param name="Version">The version that says so; 0 where it has none yet.</param>
/// <param name="Description">What the skill is about; empty where nothing is said.</param>
/// <param name="MergedInto">The skill that it was merged into; retired then.</param>
public sealed record Said(
    string Name,
    ImmutableArray<string> Keywords,
    Place Place,
    ImmutableArray<Requirement> Requirements,
    bool Retired = false,
    long Version = 0,
    string Description = "",
    OtherSkill? MergedInto = null
)
{
    /// <summary>What a stored skill says, whatever form its texts were stored in.</summary>
    /// <param name="name">The name.</param>
    /// <param name="keywords">The keywords.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="requirements">One a cell.</param>
    /// <param name="retired">True once retired.</param>
    /// <param name="version">The version that says so.</param>
    /// <param name="description">What the skill is about.</param>
    /// <param name="mergedInto">The skill that it was merged into.</param>
    public static Said Of(
        string name,
        IEnumerable<string> keywords,
        Place place,
        IEnumerable<Requirement> requirements,
        bool retired = false,
        long version = 0,
        string? description = null,
        OtherSkill? mergedInto = null
    ) =>
        new(
            TextForm.Name(name),
            [.. TextForm.Keywords(keywords)],
            place,
            [.. requirements.Select(Normal.Of)],
            retired,
            version,
            TextForm.Text(description ?? ""),
            mergedInto
        );

    /// <summary>What a state says.</summary>
    /// <param name="state">The state.</param>
    /// <param name="version">Its version.</param>
    public static Said Of(SkillState state, long version = 0) =>
        Of(
            state.Name,
            state.Keywords,
            new Place(state.Domain.Slug, state.Group.Slug),
            state.Requirements,
            state.Retired,
            version,
            state.Description,
            state.MergedInto
        );

    /// <summary>What it says at one cell; null where nothing.</summary>
    /// <param name="role">Slug.</param>
    /// <param name="level">Slug.</param>
    public Requirement? At(string role, string level) =>
        Requirements.FirstOrDefault(r => r.Role == role && r.Level == level);
}

/// <summary>The domains with their levels and groups, and the roles: what changes may name.</summary>
/// <param name="Domains">All domains.</param>
/// <param name="Roles">All roles.</param>
public sealed record Places(IReadOnlyList<DomainTaxonomy> Domains, IReadOnlyList<Named> Roles)
{
    /// <summary>The domain of a slug.</summary>
    /// <param name="slug">Its slug.</param>
    public DomainTaxonomy? Domain(string slug) => Domains.FirstOrDefault(d => d.Slug == slug);

    /// <summary>Those of the roles that are named, in their order, without what is said of them.</summary>
    /// <param name="slugs">Few or many, in any order, each any number of times; one that there is not is left out.</param>
    public Named[] RolesOf(IEnumerable<string> slugs)
    {
        // There may be thousands of roles, and few that ask for a skill.
        var named = slugs.ToHashSet(StringComparer.Ordinal);
        return [.. Roles.Where(role => named.Contains(role.Slug)).Select(role => role.Bare())];
    }

    /// <summary>A part, as it is called; null where there is none of that slug.</summary>
    /// <param name="part">Which.</param>
    public Named? At(Part part) => All(part).FirstOrDefault(named => named.Slug == part.Slug);

    /// <summary>All others of its kind, in the same domain.</summary>
    /// <param name="part">Which.</param>
    public IEnumerable<Named> Beside(Part part) => All(part).Where(named => named.Slug != part.Slug);

    /// <summary>The same with another in place of a part.</summary>
    /// <param name="part">Which.</param>
    /// <param name="named">What it is then.</param>
    public Places With(Part part, Named named) =>
        part.Kind == Part.OfRoles
            ? this with
            {
                Roles = Put(Roles, named),
            }
            : this with
            {
                Domains =
                [
                    .. Domains.Select(d =>
                        d.Slug != part.Within ? d
                        : part.Kind == Part.OfDomains ? d with { Name = named.Name, ExternalIds = named.ExternalIds }
                        : part.Kind == Part.OfGroups ? d with { Groups = Put(d.Groups, named) }
                        : d with { Levels = Put(d.Levels, named) }
                    ),
                ],
            };

    /// <summary>The same without a part.</summary>
    /// <param name="part">Which.</param>
    public Places Without(Part part) =>
        part.Kind switch
        {
            Part.OfRoles => this with { Roles = [.. Beside(part)] },
            Part.OfDomains => this with { Domains = [.. Domains.Where(d => d.Slug != part.Slug)] },
            _ => this with
            {
                Domains =
                [
                    .. Domains.Select(d =>
                        d.Slug != part.Domain ? d
                        : part.Kind == Part.OfGroups ? d with { Groups = [.. Beside(part)] }
                        : d with { Levels = [.. Beside(part)] }
                    ),
                ],
            },
        };

    /// <summary>What is put in another order, as it stands now; nothing where there is no such domain.</summary>
    /// <param name="change">The change.</param>
    public Named[] In(Reordering change) =>
        Domain(change.Domain) is not { } domain ? []
        : change is ReorderLevels ? domain.Levels
        : domain.Groups;

    /// <summary>The same with it in the order that is wanted.</summary>
    /// <param name="change">The change.</param>
    public Places With(Reordering change)
    {
        Named[] ordered = [.. In(change).OrderBy(named => Array.IndexOf(change.Order, named.Slug))];
        return this with
        {
            Domains =
            [
                .. Domains.Select(d =>
                    d.Slug != change.Domain ? d
                    : change is ReorderLevels ? d with { Levels = ordered }
                    : d with { Groups = ordered }
                ),
            ],
        };
    }

    private static Named[] Put(IEnumerable<Named> all, Named named) =>
        [.. all.Select(n => n.Slug == named.Slug ? named : n)];

    private IEnumerable<Named> All(Part part) =>
        part.Kind switch
        {
            Part.OfRoles => Roles,
            Part.OfDomains => Domains.Select(d => new Named(d.Slug, d.Name) { ExternalIds = d.ExternalIds }),
            Part.OfGroups => Domain(part.Domain!)?.Groups ?? [],
            _ => Domain(part.Domain!)?.Levels ?? [],
        };

    /// <summary>What a change names that does not exist: the member that names it, the code of the conflict, and a message.</summary>
    /// <param name="skill">The skill at the change's turn; null where the change adds it.</param>
    /// <param name="change">The change.</param>
    public IEnumerable<(string Member, string Code, string Message)> Unknown(Said? skill, Change change) =>
        change switch
        {
            AddSkill c => Place(c.Domain, c.Group)
                .Concat(
                    c.Requirements.SelectMany((r, i) => Cell(c.Domain, new(r.Role, r.Level), $"requirements/{i}/"))
                ),
            MoveSkill c => Place(c.Domain, c.Group).Concat(skill is null ? [] : Lost(skill, c.Domain)),
            MergeSkill { Was: { } into } when skill is not null => Lost(skill, into.Domain)
                .Select(lost => ("into", lost.Item2, lost.Item3)),
            _ when skill is not null && Changes.Cell.Of(change) is { } cell => Cell(skill.Place.Domain, cell, ""),
            _ => [],
        };

    private IEnumerable<(string, string, string)> Cell(string domain, Cell cell, string member)
    {
        if (Roles.All(r => r.Slug != cell.Role))
            yield return ($"{member}role", "unknown-role", $"There is no role \"{cell.Role}\".");
        if (Domain(domain)?.Levels.Any(l => l.Slug == cell.Level) != true)
            yield return ($"{member}level", "unknown-level", $"The skill's domain has no level \"{cell.Level}\".");
    }

    private IEnumerable<(string, string, string)> Place(string domain, string group)
    {
        if (Domain(domain) is not { } known)
            yield return ("domain", "unknown-place", $"There is no domain \"{domain}\".");
        else if (known.Groups.All(g => g.Slug != group))
            yield return ("group", "unknown-place", $"The domain \"{domain}\" has no group \"{group}\".");
    }

    // A domain has levels of its own: what the skill asks at a level that is not among them could not be shown there.
    private IEnumerable<(string, string, string)> Lost(Said skill, string domain) =>
        Domain(domain) is not { } known
            ? []
            : skill
                .Requirements.Select(r => r.Level)
                .Distinct(StringComparer.Ordinal)
                .Where(level => known.Levels.All(l => l.Slug != level))
                .Select(level =>
                    (
                        "domain",
                        "unknown-level",
                        $"The domain \"{domain}\" has no level \"{level}\", which the skill uses."
                    )
                );
}
