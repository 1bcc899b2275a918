using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Suggest;

/// <summary>What changes would do, as the preview answers.</summary>
public sealed record Impact(MandatoryCounts Mandatory, Neighbour[] Others, int? Watchers, MergeImpact? Into = null);

/// <summary>What becomes of the skill that another is merged into.</summary>
public sealed record MergeImpact(MandatoryCounts Mandatory, Change[] Changes);

public sealed record MandatoryCounts(int Before, int After, MandatoryCount[] Roles, MandatoryCount[] Levels);

public sealed record MandatoryCount(string Slug, string Name, int Before, int After);

public sealed record Neighbour(Guid Id, Person? Author, string State, string Rationale, Cell[] Requirements);
