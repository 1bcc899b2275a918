extern alias Catalog;
extern alias Identity;
extern alias Notifications;
extern alias Proposals;

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.Architecture.Tests;

/// <summary>The OpenAPI documents: whole, true to the codes in the sources, and without an error to the tool that lints them.</summary>
public sealed partial class DescriptionTests
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    public static TheoryData<string> Names => ["catalog", "proposals", "notifications", "identity"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_operation_says_what_it_does_what_it_takes_and_what_it_answers(string name)
    {
        var document = JsonNode.Parse(await Document(name))!;
        var groups = document["tags"]!
            .AsArray()
            .ToDictionary(tag => (string)tag!["name"]!, tag => (string?)tag!["description"]);
        var wrong = new List<string>();
        foreach (var (path, method, operation) in Operations(document))
        {
            void Demand(bool holds, string what)
            {
                if (!holds)
                    wrong.Add($"{method} {path}: {what}");
            }

            Demand(Says(operation["operationId"]), "has no name; see openapi.json");
            Demand(Says(operation["summary"]), "has no summary");
            Demand(
                Says(operation["description"]) || !((string)operation["summary"]!).Contains('.'),
                "describes itself twice"
            );
            Demand(
                operation["tags"]?.AsArray() is [{ } tag] && Says(groups.GetValueOrDefault((string)tag!)),
                "is in no group that says what it is for"
            );
            Demand(operation["security"] is JsonArray { Count: > 0 }, "does not say who may call it");
            var parameters = operation["parameters"]?.AsArray() ?? [];
            foreach (var parameter in parameters)
                Demand(Says(parameter!["description"]), $"does not say what {parameter["name"]} is");
            foreach (Match place in Place().Matches(path))
                Demand(
                    parameters.Any(p => (string)p!["name"]! == place.Groups[1].Value && (string)p["in"]! == "path"),
                    $"does not know its {place.Value}"
                );
            foreach (var (type, content) in operation["requestBody"]?["content"]?.AsObject() ?? [])
                Demand(
                    content!["example"] is not null || !type.EndsWith("json", StringComparison.Ordinal),
                    $"has no example of a request of {type}"
                );
            var answers = operation["responses"]!.AsObject();
            Demand(answers.Any(answer => answer.Key[0] is '2' or '3'), "has no success");
            Demand(answers.Any(answer => answer.Key[0] == '4'), "has no problem codes");
            foreach (var (status, answer) in answers)
            foreach (var (type, content) in answer!["content"]?.AsObject() ?? [])
                Demand(
                    content!["example"] is not null || !type.EndsWith("json", StringComparison.Ordinal),
                    $"has no example of an answer {status}"
                );
        }
        Repository.None(wrong, "What an integrator reads first has a gap.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Nothing_is_described_that_is_not_there(string name)
    {
        var document = JsonNode.Parse(await Document(name))!;
        var there = Operations(document)
            .Select(o => Description.Key(o.Method, o.Path))
            .ToHashSet(StringComparer.Ordinal);
        var description = Description.Of(Service(name));
        // Identity has no queues.
        Repository.None(
            description
                .Operations.Where(o => o.Value.Group != "Operation")
                .Select(o => o.Key)
                .Except(there, StringComparer.Ordinal),
            "openapi.json describes what the service does not do."
        );
    }

    [Fact]
    public void Each_problem_code_of_the_sources_is_described()
    {
        string[] services = ["Catalog", "Proposals", "Notifications", "Identity"];
        var known = services
            .SelectMany(service => Description.Of(service).Problems.Keys)
            .ToHashSet(StringComparer.Ordinal);
        Repository.None(
            from file in Repository.Sources([
                .. services.Select(service => $"services/{service}"),
                "services/EventSourcing",
            ])
            from Match code in Code().Matches(Repository.Read(file))
            where !known.Contains(code.Groups[1].Value)
            select $"{file}: {code.Groups[1].Value}",
            "A problem code that openapi.json does not say the meaning of."
        );
    }

    /// <summary>The tool comes from npm; where that is out of reach there is nothing to run.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_linter_with_its_recommended_rules_finds_no_error(string name)
    {
        var tool = await Redocly.Path;
        Assert.SkipWhen(tool is null, "npm, or what it serves, is not in reach");
        var file = Path.Combine(Path.GetTempPath(), $"skillplatform-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, await Document(name));
        try
        {
            var (code, said) = await NpmTool.Run(
                tool!,
                "lint",
                file,
                "--extends",
                "recommended",
                "--format",
                "stylish"
            );
            Assert.True(code == 0, said);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static readonly NpmTool Redocly = new("@redocly/cli", "2.77.0", ".bin/redocly");

    private static bool Says(JsonNode? text) => text is not null && Says((string?)text);

    private static bool Says(string? text) => !string.IsNullOrWhiteSpace(text);

    private static IEnumerable<(string Path, string Method, JsonNode Operation)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key, StringComparer.Ordinal)
        select (path.Key, operation.Key, operation.Value!);

    private static string Service(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static Task<string> Document(string name) =>
        name switch
        {
            "catalog" => Of<Catalog::Program>(name),
            "proposals" => Of<Proposals::Program>(name),
            "notifications" => Of<Notifications::Program>(name),
            _ => Of<Identity::Program>(name),
        };

    // From the host without a request: Identity would ask for its keys before it answers one.
    private static async Task<string> Of<TProgram>(string name)
        where TProgram : class
    {
        await using var host = new Unstarted<TProgram>();
        var documents = host.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1");
        var document = await documents.GetOpenApiDocumentAsync();
        await using var text = new StringWriter();
        document.SerializeAsV31(new OpenApiJsonWriter(text));
        var json = text.ToString();
        if (Environment.GetEnvironmentVariable("SKILLPLATFORM_OPENAPI") is { Length: > 0 } folder)
            await File.WriteAllTextAsync(
                Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}.json"),
                json
            );
        return json;
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Place();

    [GeneratedRegex(
        @"(?:Refusal\s*\.\s*(?:Forbidden|Conflicting)\(|new Refusal\(\s*RefusalKind\.\w+,|new\(\s*RefusalKind\.\w+,)\s*""([a-z-]+)"""
    )]
    private static partial Regex Code();
}
