using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SkillPlatform.Architecture.Tests;

public sealed partial class ReferenceTests
{
    private static string Project(string service) => $"services/{service}/{service}.csproj";

    [Fact]
    public void Contracts_reference_nothing()
    {
        Assert.Empty(Repository.References("services/Contracts/Contracts.csproj", "PackageReference"));
        Assert.Empty(Repository.References("services/Contracts/Contracts.csproj", "ProjectReference"));
    }

    [Fact]
    public void What_a_change_does_is_decided_without_anything_around()
    {
        Assert.Empty(Repository.References("services/Changes/Changes.csproj", "PackageReference"));
        Assert.Equal(["Contracts"], Repository.References("services/Changes/Changes.csproj", "ProjectReference"));
    }

    [Fact]
    public void The_kernel_knows_no_service_and_no_message() =>
        Assert.Empty(Repository.References("services/EventSourcing/EventSourcing.csproj", "ProjectReference"));

    [Fact]
    public void Services_meet_in_messages_and_reference_none_of_each_other()
    {
        string[] allowed = ["Changes", "Contracts", "EventSourcing", "Mail", "Rendering", "ServiceDefaults"];
        foreach (var service in Repository.Services)
            Assert.Subset(
                allowed.ToHashSet(StringComparer.Ordinal),
                Repository.References(Project(service), "ProjectReference").ToHashSet(StringComparer.Ordinal)
            );
    }

    [Fact]
    public void What_is_shown_and_sent_is_made_without_any_service()
    {
        Assert.Equal(["Changes"], Repository.References("services/Rendering/Rendering.csproj", "ProjectReference"));
        Assert.Equal(["Changes", "Rendering"], Repository.References("services/Mail/Mail.csproj", "ProjectReference"));
    }

    [Fact]
    public void The_development_mail_server_knows_nothing_of_the_platform() =>
        Assert.Empty(Repository.References(Project("DevelopmentMail"), "ProjectReference"));

    [Fact]
    public void Web_holds_no_events()
    {
        Assert.DoesNotContain("EventSourcing", Repository.References(Project("Web"), "ProjectReference"));
        Assert.DoesNotContain("Marten", Repository.References(Project("Web"), "PackageReference"));
        Repository.None(
            Repository
                .Sources("services/Web")
                .Where(file => Regex.IsMatch(Repository.Read(file), @"\b(Marten|JasperFx)\b")),
            "Web reads the services' answers and messages, never their stores."
        );
    }

    [Fact]
    public void MassTransit_stays_behind_few_files()
    {
        string[] allowed =
        [
            "ServiceDefaults/Messaging.cs",
            "ServiceDefaults/ErrorQueues.cs",
            "ServiceDefaults/Broker.cs",
            "services/EventSourcing/Inbox.cs",
            "services/EventSourcing/Relay.cs",
            "services/Catalog/Api.cs",
            // A queue for each process, since each has its own cache.
            "services/Web/Cache/Evictions.cs",
        ];
        Repository.None(
            Repository
                .Sources("services", "ServiceDefaults")
                .Where(file => MassTransit().IsMatch(Repository.Read(file)))
                .Where(file => !allowed.Contains(file, StringComparer.Ordinal))
                .Where(file => !Consumer().IsMatch(file)),
            "MassTransit may have to be replaced (docs/decisions/0001-masstransit-8.md); only consumers, what registers them and these may know it: "
                + string.Join(", ", allowed)
        );
        Repository.None(
            Repository
                .Files("*.csproj", "services", "ServiceDefaults")
                .Where(file =>
                    Repository.Read(file).Contains("<Using Include=\"MassTransit", StringComparison.Ordinal)
                ),
            "A global using would hide where MassTransit is known."
        );
    }

    [Fact]
    public void Only_the_AppHost_and_its_test_need_Aspire() =>
        Repository.None(
            Repository
                .Files("*.csproj", "services", "ServiceDefaults", "tests", "benchmarks")
                .Where(project => !project.Contains("AppHost.Tests", StringComparison.Ordinal))
                .Where(project =>
                    Repository.Read(project).Contains("\"Aspire.", StringComparison.Ordinal)
                    || Repository.Read(project).Contains("AppHost.csproj", StringComparison.Ordinal)
                ),
            "Everything else builds and is tested where the Aspire packages are out of reach."
        );

    [Fact]
    public void The_solution_lists_every_project()
    {
        var solution = Repository.Read("SkillPlatform.sln").Replace('\\', '/');
        Repository.None(
            Repository
                .Files("*.csproj", "AppHost", "ServiceDefaults", "services", "tests", "benchmarks")
                .Where(project => !solution.Contains(project, StringComparison.Ordinal)),
            "What the solution does not list is neither built nor tested."
        );
    }

    [Theory]
    [InlineData("services/Changes/Changes.csproj")]
    [InlineData("services/Contracts/Contracts.csproj")]
    [InlineData("services/EventSourcing/EventSourcing.csproj")]
    [InlineData("services/Mail/Mail.csproj")]
    [InlineData("services/Rendering/Rendering.csproj")]
    [InlineData("ServiceDefaults/ServiceDefaults.csproj")]
    public void What_others_build_on_is_documented(string project)
    {
        // With the documentation file, a public member without a docstring is CS1591, and a warning is an error.
        Assert.Equal(
            "true",
            XDocument.Parse(Repository.Read(project)).Descendants("GenerateDocumentationFile").Single().Value
        );
        Assert.DoesNotContain("CS1591", Repository.Read(".editorconfig"), StringComparison.Ordinal);
        Assert.DoesNotContain("CS1591", Repository.Read(project), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\bMassTransit\b(?!"")")]
    private static partial Regex MassTransit();

    [GeneratedRegex(@"^services/[^/]+/([^/]+/)?(When[A-Z]\w+|Consumers|Program)\.cs$")]
    private static partial Regex Consumer();
}
