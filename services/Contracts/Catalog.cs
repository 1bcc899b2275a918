using System.Text.Json.Serialization;

namespace SkillPlatform.Contracts;

/// <summary>A thing with a slug and a name: a role, level, domain or group.</summary>
/// <param name="Slug">Lower-case ASCII, unique among its kind, never reused.</param>
/// <param name="Name">What people read.</param>
public sealed record Named(string Slug, string Name)
{
    /// <summary>What it is about, in Markdown, of a role or level; null where nothing is said, or where it stands in a list only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>What it is in other systems; null where nothing is known, or where it stands in a list only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExternalId[]? ExternalIds { get; init; }

    /// <summary>Slug and name alone.</summary>
    public Named Bare() => Description is null && ExternalIds is null ? this : new Named(Slug, Name);
}

/// <summary>What something is in another system.</summary>
/// <param name="System">The system: <c>esco</c>.</param>
/// <param name="Id">Its id there; one thing's only.</param>
/// <param name="Uri">Where it stands there; null where nowhere.</param>
public sealed record ExternalId(
    string System,
    string Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Uri = null
);

/// <summary>A skill as it stands at one version.</summary>
/// <param name="Slug">The current slug.</param>
/// <param name="Name">The name.</param>
/// <param name="Keywords">The keywords.</param>
/// <param name="Domain">The domain.</param>
/// <param name="Group">The group.</param>
/// <param name="Levels">The domain's levels, lowest first.</param>
/// <param name="Roles">The roles that appear in it.</param>
/// <param name="Requirements">All requirements, by level, then role.</param>
/// <param name="Retired">True once retired.</param>
/// <param name="Description">What the skill is about, in Markdown; null where nothing is said.</param>
/// <param name="ExternalIds">What it is in other systems; null where nothing is known.</param>
/// <param name="MergedInto">The skill that it was merged into, as that was called then; null where it was not.</param>
public sealed record SkillState(
    string Slug,
    string Name,
    string[] Keywords,
    Named Domain,
    Named Group,
    Named[] Levels,
    Named[] Roles,
    Requirement[] Requirements,
    bool Retired,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OtherSkill? MergedInto = null
);

/// <summary>The other one of two skills that were merged, as it was then.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Name">Its name.</param>
/// <param name="Domain">Slug of its domain.</param>
/// <param name="Group">Slug of its group.</param>
public sealed record OtherSkill(Guid Id, string Slug, string Name, string Domain, string Group);

/// <summary>
/// One thing that changed in a skill. <c>Kind</c> is one of <c>skillAdded, skillRenamed, keywordsReplaced,
/// skillDescribed, externalIdsReplaced, skillMoved, skillRetired, skillMerged, skillAbsorbed, requirementStated, requirementReworded, requirementMadeMandatory, requirementMadeOptional,
/// requirementDropped</c>; readers ignore kinds they do not know.
/// </summary>
/// <param name="Version">The skill's version that this change made.</param>
/// <param name="Kind">See above.</param>
/// <param name="Role">Slug, for requirement changes.</param>
/// <param name="Level">Slug, for requirement changes.</param>
/// <param name="Before">What it said before: a text, name, list joined by ", " or place; null when there was nothing.</param>
/// <param name="After">What it says now; null when there is nothing.</param>
/// <param name="MandatoryBefore">For requirement changes, whether it was mandatory; null when it did not exist.</param>
/// <param name="MandatoryAfter">For requirement changes, whether it is; null when it no longer exists.</param>
/// <param name="Other">Of <c>skillMerged</c> the skill that remains, of <c>skillAbsorbed</c> the one that went; else null.</param>
public sealed record Changed(
    long Version,
    string Kind,
    string? Role,
    string? Level,
    string? Before,
    string? After,
    bool? MandatoryBefore,
    bool? MandatoryAfter,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OtherSkill? Other = null
);

/// <summary>
/// A skill changed: once for each commit, whether of a proposal (all its operations together) or of an import.
/// Published by Catalog; <c>MessageId</c> is the id of the commit's last stored event. Carries the state after, so that a
/// reader that missed or reordered messages only has to keep the highest version.
/// </summary>
/// <param name="SkillId">The skill's id.</param>
/// <param name="FromVersion">Version before the commit; 0 for a new skill.</param>
/// <param name="Version">Version after it.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Author">User id of who asked for it; null if unknown.</param>
/// <param name="Reviewer">User id of who accepted it last; null for an import.</param>
/// <param name="Reason">The rationale; of an import, in English that it was one. People are told in their own words, by <paramref name="ImportSource"/>.</param>
/// <param name="ProposalId">The proposal, if it came from one.</param>
/// <param name="ImportId">The import, if it came from one.</param>
/// <param name="Changes">What changed, in order.</param>
/// <param name="Skill">The skill after it.</param>
/// <param name="ImportSource">
/// Of an import, its file's name, or where its document says it is from; empty where nothing is said. Null for what no import
/// changed, and from the releases before.
/// </param>
public sealed record SkillChanged(
    Guid SkillId,
    long FromVersion,
    long Version,
    DateTimeOffset At,
    string? Author,
    string? Reviewer,
    string? Reason,
    Guid? ProposalId,
    Guid? ImportId,
    Changed[] Changes,
    SkillState Skill,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImportSource = null
);

/// <summary>
/// Skills that an import changed, told in one instead of by as many <see cref="SkillChanged"/>: the same, in the order of their commits.
/// Published by Catalog. Some of them may come again in another one, or alone; who must not take them twice knows them by their ids.
/// </summary>
/// <param name="Skills">Which, at least two.</param>
public sealed record SkillsChanged(ChangedSkill[] Skills);

/// <summary>One of several that are told in one.</summary>
/// <param name="Id">Of the commit's last stored event; the <c>MessageId</c> of what is told alone.</param>
/// <param name="Change">What is told.</param>
public sealed record ChangedSkill(Guid Id, SkillChanged Change);

/// <summary>
/// The catalogue has applied a proposal, wholly. Published by Catalog, after (not necessarily delivered after) the
/// <see cref="SkillChanged"/> of the same commit; also when every change was already so and nothing had to change.
/// </summary>
/// <param name="ProposalId">The proposal.</param>
/// <param name="Revision">The revision that was applied, 1 upwards.</param>
/// <param name="SkillId">The skill, also when the proposal added it.</param>
/// <param name="Slug">The skill's slug after it; of the taxonomy, that of the part that its first change was about.</param>
/// <param name="FromVersion">Version before.</param>
/// <param name="Version">Version after; equal to <paramref name="FromVersion"/> if nothing had to change.</param>
/// <param name="At">When, UTC.</param>
public sealed record ProposalApplied(
    Guid ProposalId,
    int Revision,
    Guid SkillId,
    string Slug,
    long FromVersion,
    long Version,
    DateTimeOffset At
);

/// <summary>Why one change of a proposal could not be applied.</summary>
/// <param name="Change">Index into the proposal's changes, 0 upwards.</param>
/// <param name="Code">Stable: <c>changed</c>, <c>missing</c>, <c>exists</c>, <c>unknown-role</c>, <c>unknown-level</c>, <c>unknown-place</c>, <c>retired</c>, <c>merged</c>, <c>name-taken</c>, <c>too-many-keywords</c>, <c>in-use</c>, <c>last-level</c>.</param>
/// <param name="Was">What the author saw, as text; null if nothing.</param>
/// <param name="Now">What is there now; null if nothing.</param>
/// <param name="Wanted">What the author wants; null if nothing.</param>
public sealed record Conflict(int Change, string Code, string? Was, string? Now, string? Wanted);

/// <summary>The catalogue applied nothing of a proposal, since the skill had changed under it. Published by Catalog.</summary>
/// <param name="ProposalId">The proposal.</param>
/// <param name="Revision">The revision that was tried.</param>
/// <param name="Conflicts">At least one.</param>
/// <param name="At">When, UTC.</param>
public sealed record ProposalConflicted(Guid ProposalId, int Revision, Conflict[] Conflicts, DateTimeOffset At);

/// <summary>
/// The domains, groups and roles there are, whole, after any of them changed. Published by Catalog.
/// Readers keep the highest <paramref name="Version"/>.
/// </summary>
/// <param name="Version">Grows with every change.</param>
/// <param name="Domains">All domains.</param>
/// <param name="Roles">All roles.</param>
/// <param name="Retired">What was among them and is no more; null where nothing was.</param>
public sealed record TaxonomyChanged(
    long Version,
    DomainTaxonomy[] Domains,
    Named[] Roles,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaxonomyPart[]? Retired = null
);

/// <summary>A domain with its levels and groups.</summary>
/// <param name="Slug">Slug.</param>
/// <param name="Name">Name.</param>
/// <param name="Levels">Lowest first.</param>
/// <param name="Groups">In the order of the catalogue document.</param>
/// <param name="Origin">Where its texts are from; null where nothing is known of that.</param>
/// <param name="ExternalIds">What it is in other systems; null where nothing is known.</param>
public sealed record DomainTaxonomy(
    string Slug,
    string Name,
    Named[] Levels,
    Named[] Groups,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Origin? Origin = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExternalId[]? ExternalIds = null
);

/// <summary>Where the texts of a domain are from, and in which language they are; null is what is not known.</summary>
/// <param name="Language">As BCP 47 writes it: <c>en</c>, <c>pt-BR</c>.</param>
/// <param name="Source">What they were taken from.</param>
/// <param name="Licence">Under which they may be used.</param>
/// <param name="Attribution">Whom to name, in Markdown.</param>
public sealed record Origin(
    string? Language = null,
    string? Source = null,
    string? Licence = null,
    string? Attribution = null
);

/// <summary>An import of a catalogue document has ended. Published by Catalog.</summary>
/// <param name="ImportId">The import.</param>
/// <param name="By">User id of the administrator; null for the start catalogue.</param>
/// <param name="Source">The document's source.</param>
/// <param name="Added">Skills added.</param>
/// <param name="Changed">Skills changed.</param>
/// <param name="Unchanged">Skills left as they were.</param>
/// <param name="At">When, UTC.</param>
public sealed record ImportFinished(
    Guid ImportId,
    string? By,
    string? Source,
    int Added,
    int Changed,
    int Unchanged,
    DateTimeOffset At
);

/// <summary>
/// Somebody looked after a skill and changed nothing: it was confirmed, or a review was planned. Published by Catalog. Pages
/// that say so are old now; watchers and copies have nothing to do.
/// </summary>
/// <param name="SkillId">The skill.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Kind"><c>confirmed</c> or <c>reviewPlanned</c>; readers take a kind they do not know for either.</param>
/// <param name="By">User id of who did.</param>
/// <param name="At">When, UTC.</param>
public sealed record SkillKept(Guid SkillId, string Slug, string Kind, string? By, DateTimeOffset At);

/// <summary>The day has come on which a skill was to be looked at again. Published by Catalog, once for each day planned.</summary>
/// <param name="SkillId">The skill.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Name">Its name.</param>
/// <param name="Domain">Slug of its domain.</param>
/// <param name="Group">Slug of its group.</param>
/// <param name="On">The day.</param>
/// <param name="PlannedBy">User id of who planned it.</param>
/// <param name="Reviewers">User ids of the domain's reviewers, as they are now.</param>
/// <param name="At">When it was told, UTC.</param>
public sealed record ReviewDue(
    Guid SkillId,
    string Slug,
    string Name,
    string Domain,
    string Group,
    DateOnly On,
    string PlannedBy,
    string[] Reviewers,
    DateTimeOffset At
);

/// <summary>What the catalogue said at one moment has a name, for ever. Published by Catalog.</summary>
/// <param name="EditionId">The edition.</param>
/// <param name="Slug">What stands in its address.</param>
/// <param name="Name">Its name.</param>
/// <param name="Notes">What is worth saying of it, in Markdown; null for nothing.</param>
/// <param name="By">User id of the administrator.</param>
/// <param name="AsOf">The moment, UTC.</param>
/// <param name="At">When it was published, UTC.</param>
public sealed record EditionPublished(
    Guid EditionId,
    string Slug,
    string Name,
    string? Notes,
    string By,
    DateTimeOffset AsOf,
    DateTimeOffset At
);
