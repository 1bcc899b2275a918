using System.Text.Json.Serialization;

namespace SkillPlatform.Contracts;

/// <summary>What skills stand in, or whom they are for: a domain, a group or level of one, or a role.</summary>
/// <param name="Kind"><c>domain</c>, <c>group</c>, <c>level</c> or <c>role</c>.</param>
/// <param name="Slug">Its slug; a rename leaves it as it is.</param>
/// <param name="Name">What people read.</param>
/// <param name="Domain">Slug of the domain that has the group or level; null for the others.</param>
public sealed record TaxonomyPart(
    string Kind,
    string Slug,
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Domain = null
);

/// <summary>Gives a domain, group, level or role another name. Its slug stays: it is what everything else knows it by.</summary>
/// <param name="Was">The name the author saw.</param>
/// <param name="Name">The new name, at most 200 characters.</param>
public abstract record Renaming(string Was, string Name) : Change;

/// <summary>Renames a domain.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Was">The name the author saw.</param>
/// <param name="Name">The new name.</param>
public sealed record RenameDomain(string Domain, string Was, string Name) : Renaming(Was, Name);

/// <summary>Renames a group.</summary>
/// <param name="Domain">Slug of its domain.</param>
/// <param name="Group">Slug of the group.</param>
/// <param name="Was">The name the author saw.</param>
/// <param name="Name">The new name.</param>
public sealed record RenameGroup(string Domain, string Group, string Was, string Name) : Renaming(Was, Name);

/// <summary>Renames a level of a domain.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Was">The name the author saw.</param>
/// <param name="Name">The new name.</param>
public sealed record RenameLevel(string Domain, string Level, string Was, string Name) : Renaming(Was, Name);

/// <summary>Renames a role.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Was">The name the author saw.</param>
/// <param name="Name">The new name.</param>
public sealed record RenameRole(string Role, string Was, string Name) : Renaming(Was, Name);
