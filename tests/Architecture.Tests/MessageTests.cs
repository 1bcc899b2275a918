using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SkillPlatform.Contracts;

namespace SkillPlatform.Architecture.Tests;

/// <summary>Messages evolve by addition: what was once approved can still be read, and says the same.</summary>
public sealed class MessageTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Messages =>
        [
            .. typeof(SkillChanged)
                .Assembly.GetExportedTypes()
                .Where(type =>
                    !typeof(Change).IsAssignableFrom(type) && (!IsPart(type) || type == typeof(SkillChanged))
                )
                .Select(type => type.Name)
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_is_written_as_approved_and_read_as_written(string message)
    {
        var type = typeof(SkillChanged).Assembly.GetType($"SkillPlatform.Contracts.{message}", throwOnError: true)!;
        var json = JsonSerializer.Serialize(Sample(type, ""), type, Json);
        Repository.Approve($"messages/{message}", json.Split('\n'), ".json");
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type, Json), type, Json));
    }

    // A type that only occurs inside others.
    private static bool IsPart(Type type) =>
        typeof(SkillChanged)
            .Assembly.GetExportedTypes()
            .SelectMany(other => other.GetProperties())
            .Any(property => property.PropertyType == type || property.PropertyType == type.MakeArrayType());

    private static object Sample(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return $"{name} ü";
        if (type == typeof(bool))
            return true;
        if (type == typeof(int))
            return 2;
        if (type == typeof(long))
            return 3L;
        if (type == typeof(Guid))
            return Guid.Parse("01940000-0000-7000-8000-000000000001");
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 11, 22, 12, 30, 0, TimeSpan.Zero);
        if (type == typeof(DateOnly))
            return new DateOnly(2026, 11, 22);
        if (type.IsArray)
            return Items(type.GetElementType()!, name);
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(p => Sample(p.ParameterType, p.Name!))]);
    }

    // One of each kind where there are kinds.
    private static Array Items(Type element, string name)
    {
        Type[] kinds = [.. element.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType)];
        var items = Array.CreateInstance(element, kinds.Length == 0 ? 1 : kinds.Length);
        for (var i = 0; i < items.Length; i++)
            items.SetValue(Sample(kinds.Length == 0 ? element : kinds[i], name), i);
        return items;
    }
}
