namespace SkillPlatform.Changes;

/// <summary>What stands in parts of the taxonomy once skills have changed that are to change first.</summary>
public static class Vacated
{
    /// <summary>What stands there after courses that are without conflict: others do not happen.</summary>
    /// <param name="courses">What becomes of skills.</param>
    /// <param name="now">What stands there: see <see cref="Surroundings.Standing"/>.</param>
    public static Dictionary<Part, long> By(IEnumerable<Course> courses, IReadOnlyDictionary<Part, long> now)
    {
        var then = new Dictionary<Part, long>(now);
        foreach (var course in courses.Where(course => course.Conflicts.Count == 0))
        {
            Count(course.Before, -1);
            Count(course.After, 1);
        }
        return then;

        void Count(Said? skill, int by)
        {
            foreach (var part in Of(skill).Where(then.ContainsKey))
                then[part] += by;
        }
    }

    // Each of its requirements at a level and of a role, itself in a group.
    private static IEnumerable<Part> Of(Said? skill)
    {
        if (skill is null or { Retired: true })
            yield break;
        yield return new Part(Part.OfGroups, skill.Place.Domain, skill.Place.Group);
        foreach (var requirement in skill.Requirements)
        {
            yield return new Part(Part.OfLevels, skill.Place.Domain, requirement.Level);
            yield return new Part(Part.OfRoles, null, requirement.Role);
        }
    }
}
