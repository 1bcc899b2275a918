using System.Globalization;
using SkillPlatform.Testing;
using YamlDotNet.RepresentationModel;

namespace SkillPlatform.AppHost.Tests;

/// <summary>The published manifests, by Kubernetes' own schemas: what is required, of which type, of which values.</summary>
public sealed class SchemaTests
{
    // Of Kubernetes 1.27; what we use of it is older.
    private static readonly NpmTool Models = new("kubernetes-models", "5.1.0", "kubernetes-models/index.js");

    // Says what is wrong with each object of a file, a line each.
    private const string Check = """
        import fs from 'node:fs';
        const [models, file] = process.argv.slice(1);
        for (const one of JSON.parse(fs.readFileSync(file))) {
          const kind = (await import(`${models}/${one.apiVersion}/index.js`))[one.kind];
          try { new kind(one).validate(); } catch (e) { console.log(`${one.kind} ${one.metadata?.name}: ${e.message}`); }
        }
        """;

    [Fact]
    public async Task Every_manifest_is_what_the_schemas_ask_for()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "kubernetes"), "*.yaml");
        var checkedObjects = 0;
        foreach (var file in files.Where(f => Path.GetFileName(f) != "kustomization.yaml"))
        {
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal("", await WhatIsWrong(text));
            checkedObjects += text.Split("\nkind: ").Length - 1;
        }
        Assert.InRange(checkedObjects, 20, 100);
        var wrong = await WhatIsWrong(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: many, selector: {}, template: {}}"
        );
        Assert.Contains("spec/replicas must be integer", wrong, StringComparison.Ordinal);
    }

    private static async Task<string> WhatIsWrong(string manifests)
    {
        var models = await Models.Path;
        Assert.SkipWhen(models is null, "kubernetes-models cannot be had from npm here");
        var stream = new YamlStream();
        stream.Load(new StringReader(manifests));
        var objects = stream.Documents.Select(d => Plain(d.RootNode));
        var file = Path.Combine(Local.NewFolder("manifests"), "objects.json");
        await File.WriteAllTextAsync(file, System.Text.Json.JsonSerializer.Serialize(objects));
        var (_, said) = await NpmTool.Run(
            "node",
            "--input-type=module",
            "-e",
            Check,
            Path.GetDirectoryName(models)!,
            file
        );
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return said.Trim();
    }

    // What is not in quotes is a number or a truth where it looks like one.
    private static object? Plain(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => map.Children.ToDictionary(
                c => ((YamlScalarNode)c.Key).Value!,
                c => Plain(c.Value),
                StringComparer.Ordinal
            ),
            YamlSequenceNode list => list.Children.Select(Plain).ToArray(),
            YamlScalarNode { Style: not YamlDotNet.Core.ScalarStyle.Plain } text => text.Value,
            YamlScalarNode { Value: "true" } => true,
            YamlScalarNode { Value: "false" } => false,
            YamlScalarNode { Value: "" or "null" or "~" } => null,
            YamlScalarNode { Value: { } value }
                when long.TryParse(value, CultureInfo.InvariantCulture, out var number) => number,
            YamlScalarNode text => text.Value,
            _ => throw new NotSupportedException($"{node.NodeType}"),
        };
}
