using System.Text.Json;

namespace SkillPlatform.Testing;

/// <summary>Catalogue documents for tests, in our own words: the shape of a real profile, any size.</summary>
public static class SampleCatalogue
{
    public static readonly string[] Levels = ["Junior", "Middle", "Senior", "Lead", "Principal"];
    public static readonly string[] Roles =
    [
        "AI Product Engineer",
        "Cloud Engineer",
        "Infrastructure Engineer",
        "Platform Engineer",
    ];

    /// <summary>One skill, four roles, five levels: 20 requirements, of which 16 mandatory.</summary>
    public static string Serverless() => Document("Cloud & Infrastructure", "Serverless", ["Serverless Functions"]);

    /// <summary>Many skills of that shape.</summary>
    public static string Of(int skills, string domain = "Made up") =>
        Document(domain, "Group", Enumerable.Range(1, skills).Select(n => $"Skill {n}"));

    private static string Document(string domain, string group, IEnumerable<string> skills) =>
        JsonSerializer.Serialize(
            new
            {
                source = "made for tests",
                licence = "same as the project",
                levels = Levels,
                roles = Roles,
                domains = new[]
                {
                    new
                    {
                        name = domain,
                        groups = new[]
                        {
                            new
                            {
                                name = group,
                                skills = skills.Select(skill => new
                                {
                                    name = skill,
                                    keywords = new[] { "functions", "events" },
                                    requirements = Levels.SelectMany(
                                        (level, l) =>
                                            Roles.Select(
                                                (role, r) =>
                                                    new
                                                    {
                                                        role,
                                                        level,
                                                        // The first and third role need not know it before Senior.
                                                        mandatory = l >= 2 || r % 2 == 1,
                                                        description = $"At {level}, a {role} knows {skill} well enough for step {l + 1}.",
                                                    }
                                            )
                                    ),
                                }),
                            },
                        },
                    },
                },
            }
        );
}
