using SkillPlatform.Contracts;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>What the form is about, and where it goes.</summary>
/// <param name="Skill">As it is now, or was last; of a skill yet to be added, nothing but what was chosen.</param>
/// <param name="Proposal">The proposal that is revised; null for a new one.</param>
/// <param name="Tag">What was read of it, so that a revision goes over nobody's head.</param>
public sealed record Suggesting(Skill Skill, bool IsNew, Proposal? Proposal = null, string? Tag = null)
{
    public bool IsDraft => Proposal is null or { State: "draft" };
}

/// <summary>The form with all that was written, what it would do once that was asked, and what is wrong.</summary>
/// <param name="Open">The requirement one came for.</param>
/// <param name="Alike">What is like it already.</param>
/// <param name="Moved">Somebody else changed the skill meanwhile.</param>
public sealed record SuggestModel(
    Suggesting About,
    Suggestion Suggestion,
    Tree Tree,
    (string? Role, string? Level) Open = default,
    bool Moved = false,
    IReadOnlyList<Change>? Preview = null,
    Impact? Impact = null,
    string? Problem = null,
    Alike? Alike = null
);
