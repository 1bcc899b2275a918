using Microsoft.Playwright;

namespace SkillPlatform.Testing;

/// <summary>
/// A Chromium of a test's own. Compiled into the projects that have a browser, and not into this one: Playwright's driver would
/// lie beside every test.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly IPlaywright _playwright;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, Browser) = (playwright, browser);

    public IBrowser Browser { get; }

    public static async Task<Chromium> Launch()
    {
        // Bounds what a busy machine may take, as elsewhere; five seconds were too few.
        Assertions.SetDefaultExpectTimeout(30_000);
        var playwright = await Playwright.CreateAsync();
        try
        {
            var browser = await playwright.Chromium.LaunchAsync(
                new()
                {
                    ExecutablePath =
                        Environment.GetEnvironmentVariable("SKILLPLATFORM_CHROMIUM") ?? "/usr/bin/chromium",
                    Args = ["--no-sandbox", "--disable-gpu"],
                }
            );
            return new(playwright, browser);
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }
}
