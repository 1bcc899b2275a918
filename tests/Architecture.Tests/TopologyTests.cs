using System.Text.RegularExpressions;

namespace SkillPlatform.Architecture.Tests;

/// <summary>
/// The topology is written twice, for containers and without (docs/decisions/0004-without-containers.md); a process must
/// not be able to tell who started it.
/// </summary>
public sealed partial class TopologyTests
{
    private static readonly string AppHost = Repository.Read("AppHost/AppHost.cs");
    private static readonly string Run = string.Concat(Repository.Files("*.sh", "scripts").Select(Repository.Read));

    [Fact]
    public void Both_give_the_same_settings()
    {
        static string[] Settings(string text) =>
            [
                .. Setting()
                    .Matches(text)
                    .Select(m => m.Value)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ];
        // In Development both sides of the secret know it, and there is an administrator.
        string[] published = ["Identity__WebClientSecret", "Identity__Administrator"];
        Assert.Equal(Settings(AppHost).Except(published, StringComparer.Ordinal), Settings(Run));
    }

    [Fact]
    public void The_AppHost_starts_every_service_with_its_database()
    {
        foreach (var service in Repository.Services)
        {
            var name = service.ToLowerInvariant();
            Assert.Contains($"AddProject<Projects.{service}>(\"{name}\"", AppHost, StringComparison.Ordinal);
            Assert.Contains($"AddDatabase(\"{name}-db\", \"{name}\")", AppHost, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"\b(?:Identity|Web|Smtp)__\w+")]
    private static partial Regex Setting();
}
