using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Proposals;

/// <summary>
/// Proposals about what skills stand in and whom they are for (decision 0032): about one role, or about a domain with its
/// groups and levels. The reviewers of the domain decide; of a role, those of all domains in which it is required.
/// </summary>
public static class ChangeTaxonomy
{
    /// <summary>All that can be said of it before anybody reviews it: it in its form, or why not. Pure.</summary>
    public static (Sound? Proposal, Refusal? Refusal) Check(
        Proposed body,
        string why,
        IReadOnlyList<Change?> changes,
        Surroundings around
    )
    {
        var parts = changes.Select(Part.Of).ToArray();
        if (body.Skill is not null)
            return (null, Refusal.Field("/skill", "What changes the taxonomy names no skill."));
        if (Array.FindIndex(parts, part => part is null || !IsWith(parts[0], part)) is >= 0 and var other)
            return (
                null,
                Refusal.Field(
                    $"/changes/{other}",
                    "The changes of a proposal are about one skill, one role, or one domain with its groups and levels."
                )
            );
        var course = TaxonomyCourse.Of(around.Places, changes!, around.Standing);
        if (course.Unknown.ToArray() is { Length: > 0 } unknown)
            return (null, Refusal.Fields([.. unknown.Select(u => ($"/changes{u.Pointer}", u.Message))]));
        if (course.Conflicts.Count > 0)
            return (null, Stays(course) ?? SubmitProposal.Changed(course.Conflicts));
        Change[] effective = [.. course.Steps.Where(step => step.HasEffect).Select(step => step.Change)];
        return effective.Length == 0
            ? (null, SubmitProposal.AlreadySo)
            : (new Sound(About(course.Steps, around), why, effective, course.Mark), null);
    }

    // Nobody was faster: it cannot be retired as long as this is so.
    private static Refusal? Stays(TaxonomyCourse course)
    {
        if (course.Conflicts.FirstOrDefault(c => c.Code is "in-use" or "last-level") is not { } conflict)
            return null;
        var kind = course.Steps[conflict.Change].Part.Kind;
        var stands = kind switch
        {
            Part.OfDomains => "groups in it",
            Part.OfGroups => "skills in it",
            _ => $"requirements of this {kind}",
        };
        return SubmitProposal.Changed(course.Conflicts) with
        {
            Code = conflict.Code,
            Detail =
                conflict.Code == "last-level"
                    ? $"“{conflict.Was}” is the last level of its domain."
                    : $"“{conflict.Was}” cannot be retired yet: there are {conflict.Now} {stands}. Move, merge or drop them first.",
        };
    }

    /// <summary>True if a revision is about what the proposal was about before.</summary>
    public static bool IsOfTheSame(Subject before, Subject now) =>
        before.Id == now.Id
        && (before.Part, now.Part) switch
        {
            (null, null) => true,
            ({ } was, { } part) => IsWith(Part.Of(was), Part.Of(part)),
            _ => false,
        };

    private static bool IsWith(Part? first, Part other) =>
        first == other || first?.Within is { } domain && other.Within == domain;

    /// <summary>What a proposal is about; of several parts of a domain, the domain.</summary>
    public static Subject About(IReadOnlyList<TaxonomyStep> steps, Surroundings around)
    {
        var first = steps[0].Part;
        var about = steps.All(step => step.Part == first) ? first : new Part(Part.OfDomains, null, first.Within!);
        var part = about.Called((about == first ? steps[0].Named : around.Places.At(about))!.Name);
        if (first.Kind != Part.OfRoles)
            return new Subject(
                Part.Taxonomy,
                null,
                part.Name,
                first.Within!,
                about.Kind == Part.OfGroups ? about.Slug : "",
                part
            );
        // What nobody requires concerns all: nobody else could have a say.
        string[] domains = around.Uses.GetValueOrDefault(about) is { Length: > 0 } used
            ? used
            : [.. around.Places.Domains.Select(domain => domain.Slug).DefaultIfEmpty("")];
        return new Subject(Part.Taxonomy, null, part.Name, domains[0], "", part, domains);
    }
}
