using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using SkillPlatform.Web.Languages;

namespace SkillPlatform.Web.Tests;

/// <summary>What a reader reads comes from Languages/. Looked for in what the compiler made of pages and code.</summary>
public sealed partial class NoTextInCodeTests
{
    private const BindingFlags All =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    private static readonly string[] ReadAttributes =
    [
        "title",
        "alt",
        "placeholder",
        "aria-label",
        "aria-description",
        "label",
        "Title",
    ];

    // What is there for machines and operators: problem documents, health, logs and errors that nobody but them reads.
    private static readonly string[] NotForReaders =
    [
        "SkillPlatform.Web.Api",
        "SkillPlatform.Web.SignIn",
        "SkillPlatform.Web.Migrations",
        "SkillPlatform.Release",
        "SkillPlatform.Web.Feeds.ShowSitemap",
        "SkillPlatform.Web.Pages.Headers",
        "SkillPlatform.Web.Pages.PageErrors",
        "SkillPlatform.Web.Pages.AllPages",
        // What a link says of itself to search engines.
        "SkillPlatform.Web.Pages.Markdown",
        // Generated.
        "<",
        "Microsoft.",
    ];

    [Fact]
    public void No_page_has_words_of_its_own()
    {
        var found = new List<string>();
        var looked = 0;
        foreach (var page in Types().Where(type => Outermost(type).IsAssignableTo(typeof(IComponent))))
        foreach (var (text, call, before) in Literals(page))
        {
            var read = call?.Name switch
            {
                "AddContent" => text,
                "AddMarkupContent" => Words(text),
                "AddAttribute" or "AddComponentParameter" when ReadAttributes.Contains(before) => text,
                _ => "",
            };
            looked += string.IsNullOrWhiteSpace(read) ? 0 : 1;
            if (Letters().IsMatch(read))
                found.Add($"{Outermost(page).Name}: {read.Trim()}");
        }
        // Signs between words: the search does find what is there.
        Assert.NotEqual(0, looked);
        Assert.Empty(found);
    }

    [Fact]
    public void No_code_behind_a_page_has_sentences()
    {
        var found = Types()
            .Where(type =>
                !Array.Exists(NotForReaders, name => type.FullName!.StartsWith(name, StringComparison.Ordinal))
            )
            // Of an element that has several, class names are words beside each other.
            .SelectMany(type =>
                Literals(type)
                    .Where(literal => literal.Before != "class")
                    .Select(literal => (Outermost(type).Name, literal.Text, literal.Call))
            )
            .Where(found => found.Call is not ConstructorInfo && Sentence().IsMatch(found.Text))
            .Select(found => $"{found.Name}: {found.Text}");
        Assert.Empty(found);
    }

    private static string Words(string html) =>
        string.Join(
            ' ',
            [Tags().Replace(html, " "), .. Attributes().Matches(html).Select(m => m.Groups["read"].Value)]
        );

    private static Type[] Types() => typeof(Texts).Assembly.GetTypes();

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    // Each string a method loads, with the method it is loaded for right after and the string loaded just before.
    private static IEnumerable<(string Text, MethodBase? Call, string Before)> Literals(Type type)
    {
        foreach (var method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
        {
            if (method.GetMethodBody()?.GetILAsByteArray() is not { } il)
                continue;
            var before = "";
            for (var at = 0; at + 4 < il.Length; at++)
            {
                if (il[at] != OpCodes.Ldstr.Value || il[at + 4] != 0x70)
                    continue;
                string text;
                try
                {
                    text = method.Module.ResolveString(BitConverter.ToInt32(il, at + 1));
                }
                catch (ArgumentException)
                {
                    // Not an instruction but a number within one.
                    continue;
                }
                at += 4;
                yield return (text, Called(method, il, at + 1), before);
                before = text;
            }
        }
    }

    private static MethodBase? Called(MethodBase within, byte[] il, int at) =>
        at + 4 < il.Length
        && (il[at] == OpCodes.Call.Value || il[at] == OpCodes.Callvirt.Value || il[at] == OpCodes.Newobj.Value)
            ? within.Module.ResolveMethod(
                BitConverter.ToInt32(il, at + 1),
                within.DeclaringType!.IsGenericType ? within.DeclaringType.GetGenericArguments() : null,
                within.IsGenericMethod ? within.GetGenericArguments() : null
            )
            : null;

    [GeneratedRegex(@"\p{L}", RegexOptions.None, 1000)]
    private static partial Regex Letters();

    [GeneratedRegex(@"\b(title|alt|placeholder|aria-label)=""(?<read>[^""]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Attributes();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"^\p{Lu}?\p{Ll}+[,:]? \p{Ll}+([ .!?…]|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sentence();
}
