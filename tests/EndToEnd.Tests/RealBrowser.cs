using Microsoft.Playwright;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(SkillPlatform.EndToEnd.Tests.RealBrowser))]

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>One Chromium for all tests; each person in a test has a context, and so cookies, of their own.</summary>
public sealed class RealBrowser : IAsyncLifetime
{
    private Chromium? _chromium;

    public async ValueTask InitializeAsync() => _chromium = await Chromium.Launch();

    /// <summary>A page of somebody who has just opened a browser; disposing of its context closes it.</summary>
    public async Task<IPage> Open(
        Platform platform,
        string language = "en",
        bool javaScript = true,
        ColorScheme colours = ColorScheme.Light,
        int width = 1280,
        int height = 900
    )
    {
        var context = await _chromium!.Browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = platform.Web.ToString(),
                Locale = language,
                JavaScriptEnabled = javaScript,
                ColorScheme = colours,
                ViewportSize = new() { Width = width, Height = height },
            }
        );
        return await context.NewPageAsync();
    }

    public ValueTask DisposeAsync() => _chromium?.DisposeAsync() ?? ValueTask.CompletedTask;
}
