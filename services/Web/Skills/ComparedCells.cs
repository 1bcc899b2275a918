namespace SkillPlatform.Web.Skills;

/// <summary>A row of two levels beside each other: a role of a skill, or a skill of a role.</summary>
public sealed record ComparedCells(string Name, string Address, Requirement? From, Requirement? To);
