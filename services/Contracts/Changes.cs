using System.Text.Json.Serialization;

namespace SkillPlatform.Contracts;

/// <summary>
/// One operation on a skill, or on what skills stand in, as its author wrote it. <c>Was</c> is the value the author saw; the catalogue refuses the
/// operation when that value has changed since. Roles, levels, domains and groups are named by slug.
/// JSON: an object with the discriminator <c>op</c>, camelCase.
/// Source: Proposals, which checks the form; Catalog decides whether it still applies.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(StateRequirement), "stateRequirement")]
[JsonDerivedType(typeof(RewordRequirement), "rewordRequirement")]
[JsonDerivedType(typeof(MakeMandatory), "makeMandatory")]
[JsonDerivedType(typeof(MakeOptional), "makeOptional")]
[JsonDerivedType(typeof(DropRequirement), "dropRequirement")]
[JsonDerivedType(typeof(RenameSkill), "renameSkill")]
[JsonDerivedType(typeof(ReplaceKeywords), "replaceKeywords")]
[JsonDerivedType(typeof(DescribeSkill), "describeSkill")]
[JsonDerivedType(typeof(MoveSkill), "moveSkill")]
[JsonDerivedType(typeof(AddSkill), "addSkill")]
[JsonDerivedType(typeof(RetireSkill), "retireSkill")]
[JsonDerivedType(typeof(MergeSkill), "mergeSkill")]
[JsonDerivedType(typeof(RenameDomain), "renameDomain")]
[JsonDerivedType(typeof(RenameGroup), "renameGroup")]
[JsonDerivedType(typeof(RenameLevel), "renameLevel")]
[JsonDerivedType(typeof(RenameRole), "renameRole")]
[JsonDerivedType(typeof(DescribeLevel), "describeLevel")]
[JsonDerivedType(typeof(DescribeRole), "describeRole")]
[JsonDerivedType(typeof(ReorderLevels), "reorderLevels")]
[JsonDerivedType(typeof(ReorderGroups), "reorderGroups")]
[JsonDerivedType(typeof(RetireDomain), "retireDomain")]
[JsonDerivedType(typeof(RetireGroup), "retireGroup")]
[JsonDerivedType(typeof(RetireLevel), "retireLevel")]
[JsonDerivedType(typeof(RetireRole), "retireRole")]
public abstract record Change;

/// <summary>States a requirement that did not exist when the author looked. Conflicts if there is one now.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Level">Slug of a level of the skill's domain.</param>
/// <param name="Mandatory">Mandatory, else optional.</param>
/// <param name="Description">Markdown, at most 10,000 characters; may be empty.</param>
public sealed record StateRequirement(string Role, string Level, bool Mandatory, string Description) : Change;

/// <summary>Replaces the text of a requirement.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Was">The text the author saw.</param>
/// <param name="Description">The new text: Markdown, at most 10,000 characters; may be empty.</param>
public sealed record RewordRequirement(string Role, string Level, string Was, string Description) : Change;

/// <summary>Makes an optional requirement mandatory. Nothing happens if it already is.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Was">The text the author saw; without it, any text will do.</param>
public sealed record MakeMandatory(
    string Role,
    string Level,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Was = null
) : Change;

/// <summary>Makes a mandatory requirement optional. Nothing happens if it already is.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Was">The text the author saw; without it, any text will do.</param>
public sealed record MakeOptional(
    string Role,
    string Level,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Was = null
) : Change;

/// <summary>Drops a requirement.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Was">The text the author saw.</param>
/// <param name="WasMandatory">Whether the author saw it mandatory; what is proposed without it takes what is so then.</param>
public sealed record DropRequirement(
    string Role,
    string Level,
    string Was,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? WasMandatory = null
) : Change;

/// <summary>Renames the skill; the old slug goes on answering with a redirect.</summary>
/// <param name="Was">The name the author saw.</param>
/// <param name="Name">The new name, at most 200 characters.</param>
public sealed record RenameSkill(string Was, string Name) : Change;

/// <summary>
/// Adds and takes away keywords: those that only <c>Keywords</c> has, and those that only <c>Was</c> has. Keywords are a set:
/// what others add or take away meanwhile stays so.
/// </summary>
/// <param name="Was">The keywords the author saw, in any order.</param>
/// <param name="Keywords">The keywords the author wants, at most 100 of at most 100 characters.</param>
public sealed record ReplaceKeywords(string[] Was, string[] Keywords) : Change;

/// <summary>Replaces what is said of the skill as a whole.</summary>
/// <param name="Was">The text the author saw; empty where there was none.</param>
/// <param name="Description">The new text: Markdown, at most 10,000 characters; empty to take it away.</param>
public sealed record DescribeSkill(string Was, string Description) : Change;

/// <summary>Where a skill stands.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Group">Slug of the group within it.</param>
public sealed record Place(string Domain, string Group);

/// <summary>Moves the skill to another group.</summary>
/// <param name="Was">The place the author saw.</param>
/// <param name="Domain">Slug of the new domain.</param>
/// <param name="Group">Slug of the new group.</param>
public sealed record MoveSkill(Place Was, string Domain, string Group) : Change;

/// <summary>A requirement of a skill at one role and level.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Mandatory">Mandatory, else optional.</param>
/// <param name="Description">Markdown, at most 10,000 characters; may be empty.</param>
public sealed record Requirement(string Role, string Level, bool Mandatory, string Description);

/// <summary>Adds a skill. Always the only change of its proposal.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Group">Slug of the group.</param>
/// <param name="Name">Name, at most 200 characters.</param>
/// <param name="Keywords">Keywords, at most 100 of at most 100 characters.</param>
/// <param name="Requirements">The requirements it starts with.</param>
/// <param name="Description">What the skill is about: Markdown, at most 10,000 characters.</param>
public sealed record AddSkill(
    string Domain,
    string Group,
    string Name,
    string[] Keywords,
    Requirement[] Requirements,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description = null
) : Change;

/// <summary>Retires the skill: it leaves the lists, its page says so, its history stays.</summary>
/// <param name="Version">The version the author saw; what is proposed without it takes the latest. Conflicts if there is a later one.</param>
public sealed record RetireSkill(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Version = null
) : Change;

/// <summary>
/// Merges the skill into another one, which then says what either said, and is where the old address leads. Always the only
/// change of its proposal. What only the skill that goes has is added: requirements, keywords, ids elsewhere, and its
/// description where the other has none.
/// </summary>
/// <param name="Into">Slug of the skill that remains, current or former.</param>
/// <param name="Cells">What the author decided where both say something, and what they saw there; what is not named stays as the skill that remains has it.</param>
/// <param name="Was">The skill that remains, as the author saw it; what is proposed without it takes what is so then. Conflicts if it stands in another domain now, or states a requirement otherwise than the skill that goes which <c>cells</c> does not name.</param>
/// <param name="Version">The version of the skill that goes that the author saw; without it, the latest. Conflicts if there is a later one.</param>
public sealed record MergeSkill(
    string Into,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MergedCell[]? Cells = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RemainingSkill? Was = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Version = null
) : Change;

/// <summary>What becomes of a requirement that two skills state which are merged.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Replaces">True where what the skill that goes says replaces what the other one says; else that stays.</param>
/// <param name="Was">The text of the skill that remains, as the author saw it; without it, the one it has then.</param>
/// <param name="WasMandatory">Whether it was mandatory there; likewise.</param>
public sealed record MergedCell(
    string Role,
    string Level,
    bool Replaces = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Was = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? WasMandatory = null
);

/// <summary>A skill that another is merged into, as the author saw it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Domain">Slug of its domain, whose reviewers decide too.</param>
public sealed record RemainingSkill(string Name, string Domain);
