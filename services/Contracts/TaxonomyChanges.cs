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

/// <summary>Replaces what is said of a level or role as a whole.</summary>
/// <param name="Was">The text the author saw; empty where there was none.</param>
/// <param name="Description">The new text: Markdown, at most 5,000 characters; empty to take it away.</param>
public abstract record Describing(string Was, string Description) : Change;

/// <summary>Says what a level of a domain is about.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Was">The text the author saw.</param>
/// <param name="Description">The new text.</param>
public sealed record DescribeLevel(string Domain, string Level, string Was, string Description)
    : Describing(Was, Description);

/// <summary>Says what a role is about.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Was">The text the author saw.</param>
/// <param name="Description">The new text.</param>
public sealed record DescribeRole(string Role, string Was, string Description) : Describing(Was, Description);

/// <summary>Puts what a domain has of a kind in another order.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Was">Slugs of all there are, in the order the author saw.</param>
public abstract record Reordering(string Domain, string[] Was) : Change
{
    /// <summary>The same slugs, each once, in the order that the author wants.</summary>
    [JsonIgnore]
    public abstract string[] Order { get; }
}

/// <summary>Puts the levels of a domain in another order.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Was">Slugs of its levels in the order the author saw, lowest first.</param>
/// <param name="Levels">The same slugs in the new order.</param>
public sealed record ReorderLevels(string Domain, string[] Was, string[] Levels) : Reordering(Domain, Was)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string[] Order => Levels;
}

/// <summary>Puts the groups of a domain in another order.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Was">Slugs of its groups in the order the author saw.</param>
/// <param name="Groups">The same slugs in the new order.</param>
public sealed record ReorderGroups(string Domain, string[] Was, string[] Groups) : Reordering(Domain, Was)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string[] Order => Groups;
}

/// <summary>
/// Retires a domain, group, level or role in which nothing stands any more: it leaves the lists, and its slug is never another's.
/// Conflicts while something stands in it.
/// </summary>
/// <param name="Was">The name the author saw; what is proposed without it takes what is so then.</param>
/// <param name="Into">
/// Slug of what takes its place, of its kind and in the same domain: its address leads there, who watched it watches that, and
/// documents that name it mean that. Null for nothing.
/// </param>
public abstract record Retiring(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Was,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Into = null
) : Change
{
    /// <summary>
    /// True where it undoes that an import brought it: an import that names it later brings it back. What is retired otherwise
    /// does not come back.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Undone { get; init; }
}

/// <summary>Retires a domain, with its levels, once it has no groups any more.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Was">The name the author saw.</param>
public sealed record RetireDomain(string Domain, string? Was = null) : Retiring(Was);

/// <summary>Retires a group in which no skill stands.</summary>
/// <param name="Domain">Slug of its domain.</param>
/// <param name="Group">Slug of the group.</param>
/// <param name="Was">The name the author saw.</param>
/// <param name="Into">Slug of the group that takes its place.</param>
public sealed record RetireGroup(string Domain, string Group, string? Was = null, string? Into = null)
    : Retiring(Was, Into);

/// <summary>Retires a level at which no skill of the domain requires anything; not the last one.</summary>
/// <param name="Domain">Slug of the domain.</param>
/// <param name="Level">Slug of the level.</param>
/// <param name="Was">The name the author saw.</param>
/// <param name="Into">Slug of the level that takes its place.</param>
public sealed record RetireLevel(string Domain, string Level, string? Was = null, string? Into = null)
    : Retiring(Was, Into);

/// <summary>Retires a role of which no skill requires anything.</summary>
/// <param name="Role">Slug of the role.</param>
/// <param name="Was">The name the author saw.</param>
/// <param name="Into">Slug of the role that takes its place.</param>
public sealed record RetireRole(string Role, string? Was = null, string? Into = null) : Retiring(Was, Into);
