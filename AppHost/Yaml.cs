using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.EventEmitters;

namespace SkillPlatform.AppHost;

/// <summary>Documents made of maps, lists, texts and numbers, in the order they are written down.</summary>
internal static class Yaml
{
    private static readonly ISerializer Serializer = new SerializerBuilder()
        .WithQuotingNecessaryStrings(quoteYaml1_1Strings: true)
        .WithIndentedSequences()
        .DisableAliases()
        .WithEventEmitter(next => new LinesAsLines(next))
        .Build();

    public static string Text(params object[] documents) =>
        $"""
            # Written by ./publish from AppHost/AppHost.cs; change it there.
            {string.Join("---\n", documents.Select(d => Serializer.Serialize(d)))}
            """.TrimEnd() + "\n";

    /// <summary>A map; what is null is left out.</summary>
    public static Dictionary<string, object> Map(params (string Key, object? Value)[] entries) =>
        entries.Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value!, StringComparer.Ordinal);

    public static Dictionary<string, object> Map<T>(IEnumerable<T> from, Func<T, string> key, Func<T, object> value) =>
        from.ToDictionary(key, value, StringComparer.Ordinal);

    // Else a line would be two.
    private sealed class LinesAsLines(IEventEmitter next) : ChainedEventEmitter(next)
    {
        public override void Emit(ScalarEventInfo eventInfo, IEmitter emitter)
        {
            if (eventInfo.Source.Value is string text && text.Contains('\n', StringComparison.Ordinal))
                eventInfo.Style = ScalarStyle.Literal;
            base.Emit(eventInfo, emitter);
        }
    }
}
