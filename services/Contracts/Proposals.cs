using System.Text.Json.Serialization;

namespace SkillPlatform.Contracts;

/// <summary>
/// The last needed reviewer has approved. Published by Proposals, consumed by Catalog, which applies all changes or none
/// and answers <see cref="ProposalApplied"/> or <see cref="ProposalConflicted"/>.
/// </summary>
/// <param name="ProposalId">The proposal.</param>
/// <param name="Revision">The revision that was approved, 1 upwards.</param>
/// <param name="SkillId">The skill; for <see cref="AddSkill"/> the id the new skill is to have; that of the taxonomy where the changes are of it.</param>
/// <param name="Author">User id of the author.</param>
/// <param name="Reviewer">User id of the reviewer whose approval completed it.</param>
/// <param name="Rationale">Why, in the author's words.</param>
/// <param name="Changes">All operations, in order.</param>
/// <param name="At">When it was accepted, UTC.</param>
public sealed record ProposalAccepted(
    Guid ProposalId,
    int Revision,
    Guid SkillId,
    string Author,
    string Reviewer,
    string Rationale,
    Change[] Changes,
    DateTimeOffset At
);

/// <summary>
/// Something happened to a proposal that people who follow it want to know. Published by Proposals.
/// <c>Kind</c>: <c>submitted, revised, approved, changesRequested, rejected, accepted, merged, conflicted, withdrawn,
/// commented, reminder</c>; readers ignore kinds they do not know.
/// </summary>
/// <param name="ProposalId">The proposal.</param>
/// <param name="Kind">See above.</param>
/// <param name="Revision">The current revision.</param>
/// <param name="SkillId">The skill; for a new skill the id it is to have.</param>
/// <param name="SkillSlug">Slug; null for a skill that does not exist yet.</param>
/// <param name="SkillName">Name of the skill.</param>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Group">Slug of the group.</param>
/// <param name="Author">User id of the proposal's author.</param>
/// <param name="Actor">User id of who did this; null when the platform did.</param>
/// <param name="Text">Rationale or reason of the verdict, as fits the kind; null if there is none.</param>
/// <param name="At">When, UTC.</param>
/// <param name="CommentId">
/// The comment, for <c>commented</c>. Its words can be taken back, so they are not carried: who shows them asks Proposals.
/// </param>
/// <param name="Changes">What it would change, for <c>submitted</c> and <c>revised</c>; null else, but see <paramref name="Taxonomy"/>.</param>
/// <param name="Roles">Slugs of the roles whose requirements it would change; null where that is not known.</param>
/// <param name="Reviewers">
/// User ids of those who are asked for a verdict by this: who may decide and has not. Null where nobody is asked anew.
/// </param>
/// <param name="Mentioned">User ids of those whom the comment names, at most 10; null if nobody.</param>
/// <param name="Answered">User id of who wrote the comment that this one answers; null if it answers none.</param>
/// <param name="Taxonomy">
/// What the proposal is about where that is no skill: then <paramref name="SkillId"/> is that of the taxonomy, its name stands
/// where a skill's would, the group is empty unless it is one, and <c>merged</c> carries the changes, too.
/// </param>
/// <param name="Domains">Slugs of all domains that decide, of a role; null where it is <paramref name="Domain"/> alone.</param>
public sealed record ProposalActivity(
    Guid ProposalId,
    string Kind,
    int Revision,
    Guid SkillId,
    string? SkillSlug,
    string SkillName,
    string Domain,
    string Group,
    string Author,
    string? Actor,
    string? Text,
    DateTimeOffset At,
    Guid? CommentId = null,
    Change[]? Changes = null,
    string[]? Roles = null,
    string[]? Reviewers = null,
    string[]? Mentioned = null,
    string? Answered = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaxonomyPart? Taxonomy = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Domains = null
);

/// <summary>Someone commented on a skill. Published by Proposals.</summary>
/// <param name="CommentId">The comment.</param>
/// <param name="SkillId">The skill.</param>
/// <param name="SkillSlug">Its slug.</param>
/// <param name="SkillName">Its name.</param>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Group">Slug of the group.</param>
/// <param name="Author">User id of who commented.</param>
/// <param name="Text">Null since its words can be taken back: who shows them asks Proposals for <paramref name="CommentId"/>.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Mentioned">User ids of those whom the comment names, at most 10; null if nobody.</param>
/// <param name="Answered">User id of who wrote the comment that this one answers; null if it answers none.</param>
public sealed record SkillCommented(
    Guid CommentId,
    Guid SkillId,
    string SkillSlug,
    string SkillName,
    string Domain,
    string Group,
    string Author,
    string? Text,
    DateTimeOffset At,
    string[]? Mentioned = null,
    string? Answered = null
);
