using Microsoft.Playwright;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

/// <summary>In a real browser with an authenticator of its own.</summary>
public sealed class PasskeyTests(Running running)
{
    [Fact]
    public async Task A_passkey_is_added_named_used_and_removed()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        await using var chromium = await Chromium.Launch();
        var context = await chromium.Browser.NewContextAsync(
            new BrowserNewContextOptions { BaseURL = running.Authority, Locale = "en-GB" }
        );
        var page = await context.NewPageAsync();
        var devtools = await context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["options"] = new
                {
                    protocol = "ctap2",
                    transport = "internal",
                    hasResidentKey = true,
                    hasUserVerification = true,
                    isUserVerified = true,
                    automaticPresenceSimulation = true,
                },
            }
        );

        await page.GotoAsync("/sign-in?returnUrl=%2Fpasskeys");
        await page.GetByLabel("Email address").FillAsync(address);
        await page.GetByLabel("Password").FillAsync(DevelopmentAccounts.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.GetByLabel("Name of the passkey").FillAsync("Laptop");
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByText("This is not your password.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("added on")).Not.ToBeVisibleAsync();
        await page.GetByLabel("Name of the passkey").FillAsync("Laptop");
        await page.GetByLabel("Password").FillAsync(DevelopmentAccounts.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByText("added on")).ToBeVisibleAsync();
        await Eventually.Holds(() =>
            Task.FromResult(
                running.Mail.Received.Any(m =>
                    m.To.Contains(address, StringComparer.OrdinalIgnoreCase)
                    && m.Message.Subject?.StartsWith("A passkey was added", StringComparison.Ordinal) == true
                )
            )
        );
        await page.GetByLabel("Name of the passkey").First.FillAsync("Old laptop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Name of the passkey").First).ToHaveValueAsync("Old laptop");

        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await page.GotoAsync("/sign-in/passkey");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByText(address)).ToBeVisibleAsync();

        // The password is asked for again; a passkey does for it, here and for some minutes.
        await page.GotoAsync("/passkeys");
        await page.GetByLabel("Password").First.FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Old laptop" }).ClickAsync();
        await Assertions.Expect(page.GetByText("This is not your password.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Use a passkey instead" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByText("You have shown a passkey").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("Password")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Old laptop" }).ClickAsync();
        await Assertions.Expect(page.GetByText("You have no passkey yet.")).ToBeVisibleAsync();
        await Eventually.Holds(() =>
            Task.FromResult(
                running.Mail.Received.Any(m =>
                    m.To.Contains(address, StringComparer.OrdinalIgnoreCase)
                    && m.Message.Subject?.StartsWith("A passkey was removed", StringComparison.Ordinal) == true
                )
            )
        );
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await page.GotoAsync("/sign-in/passkey");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_signs_nobody_in()
    {
        using var browser = new Browser(running.Authority);
        using var answer = await browser.Fill("/sign-in/passkey", ("credential", "{}"));
        Assert.Contains(
            "The passkey could not be used",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }
}
