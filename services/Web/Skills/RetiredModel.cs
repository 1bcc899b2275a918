using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Skills;

/// <summary>What is left of a skill that was retired.</summary>
public sealed record RetiredModel(string Slug, PageList<HistoryEntry> History, CellNames Names);
