using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>Somebody at a browser, who reads what stands there in their language and knows no address.</summary>
public sealed class Visitor(IPage page, string language) : IAsyncDisposable
{
    private readonly Words _words = Words.In(language);

    public IPage Page => page;

    public string Says(string key, params object[] values) => _words[key, values];

    /// <summary>A name as it stands in a sentence: kept from turning one that runs from right to left.</summary>
    public string Named(string name) => _words.RightToLeft ? $"\u2068{name}\u2069" : name;

    public Task Go(string path) => page.GotoAsync($"/{language}{path}");

    public ILocator Link(string name) => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    /// <summary>A link that ends with how many wait behind it, while any do.</summary>
    public ILocator Counted(string name) =>
        page.GetByRole(
            AriaRole.Link,
            new()
            {
                NameRegex = new Regex($@"^{Regex.Escape(name)}(\s.*)?$", RegexOptions.None, TimeSpan.FromSeconds(1)),
            }
        );

    public ILocator Button(string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Field(string label) => page.GetByLabel(label, new() { Exact = true });

    public ILocator Heading(string text) => page.GetByRole(AriaRole.Heading, new() { Name = text, Exact = true });

    /// <summary>What a page says has just been done.</summary>
    public ILocator Status(string text) => page.GetByRole(AriaRole.Status).Filter(new() { HasText = text });

    /// <summary>By the link at the top of a page and the form of the service that knows passwords.</summary>
    public async Task SignIn(string name)
    {
        await Link(Says("signin")).ClickAsync();
        await ReadsTheirLanguage();
        await Field(Says("identity:Field.Email")).FillAsync($"{name}@example.org");
        await Field(Says("identity:Field.Password")).FillAsync(Testing.SignIn.Password);
        await Button(Says("identity:SignIn.Submit")).ClickAsync();
        await Assertions.Expect(Menu).ToBeVisibleAsync();
        await ReadsTheirLanguage();
    }

    /// <summary>What is theirs, folded at the head of each page: only for who is signed in.</summary>
    public ILocator Menu => page.Locator(".menu > summary");

    public async Task ReadsTheirLanguage()
    {
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("dir", _words.Direction);
    }

    /// <summary>Loads the page again until something stands there: what is merged elsewhere arrives by message.</summary>
    public Task Reads(ILocator wanted) =>
        Eventually.Holds(async () =>
        {
            if (await wanted.CountAsync() > 0)
                return true;
            // No faster than a person, who does not keep the machine from what they wait for.
            await Task.Delay(250);
            await page.ReloadAsync();
            return false;
        });

    /// <summary>By keyboard alone: to a field with Tab, and in it.</summary>
    public async Task Writes(ILocator field, string text)
    {
        await Reaches(field);
        await page.Keyboard.TypeAsync(text);
    }

    /// <summary>By keyboard alone: to a link or button with Tab, and on it.</summary>
    public async Task Presses(ILocator target, string key = "Enter")
    {
        await Reaches(target);
        await page.Keyboard.PressAsync(key);
    }

    /// <summary>With Tab alone, and one sees on the way where one is.</summary>
    public async Task Reaches(ILocator target)
    {
        await Assertions.Expect(target).ToHaveCountAsync(1);
        await Assertions.Expect(target).ToBeVisibleAsync();
        await using var element = await target.ElementHandleAsync();
        for (var steps = 0; steps < 250; steps++)
        {
            var seen = await page.EvaluateAsync<string>(Focus, element);
            if (seen == "reached")
                return;
            Assert.True(seen == "elsewhere", $"One cannot see that this has the focus: {seen}");
            await page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"Tab does not reach {target}");
    }

    /// <summary>Whether an element has the focus; or else the one that has, if one cannot see that it has.</summary>
    private const string Focus = """
        target => {
            const element = document.activeElement;
            if (element === document.body) return 'elsewhere';
            const style = getComputedStyle(element), box = element.getBoundingClientRect();
            const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
            const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0;
            if (!marked || !inside) return element.outerHTML.slice(0, 200);
            return element === target ? 'reached' : 'elsewhere';
        }
        """;

    public async ValueTask DisposeAsync() => await page.Context.DisposeAsync();
}
