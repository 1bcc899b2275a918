using Microsoft.Playwright;
using SkillPlatform.Testing;
using static Microsoft.Playwright.Assertions;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>The way of a change with Tab, Enter, Space and letters, and one always sees where one is.</summary>
public sealed class ByKeyboardAlone(RunningPlatform running, RealBrowser browser)
{
    private const string Skill = $"{RunningPlatform.BrowsedSkills} 9";
    private const string Why = "Written without a mouse.";
    private const string Text = "Finds every button by hand.";

    [Fact]
    public async Task From_reading_to_a_changed_page_and_out_of_its_mails()
    {
        await using var author = new Visitor(await browser.Open(running.Platform), "en");
        await author.Go("/");
        await Skips(author);
        await SignsIn(author, "reader");
        await Finds(author);
        await Compares(author);
        await author.Presses(author.Button(author.Says("skill.watch")), "Space");
        await Expect(author.Status(author.Says("done.watched"))).ToBeVisibleAsync();
        await Suggests(author);

        await using var reviewer = new Visitor(await browser.Open(running.Platform), "en");
        await Approves(reviewer);

        await SeesTheChange(author);
        await LeavesTheMails();
    }

    [Fact]
    public async Task What_a_form_lacks_is_said_at_its_field_in_the_words_of_the_page()
    {
        await using var visitor = new Visitor(await browser.Open(running.Platform, "ja"), "ja");
        await visitor.Go("/");
        await visitor.Presses(visitor.Link(visitor.Says("signin")));
        var password = visitor.Field(visitor.Says("identity:Field.Password"));
        await visitor.Writes(password, Testing.SignIn.Password);
        await visitor.Page.Keyboard.PressAsync("Enter");
        // The address is missing: one is there at once, and is told.
        var email = visitor.Field(visitor.Says("identity:Field.Email"));
        await Expect(email).ToBeFocusedAsync();
        await Expect(email).ToHaveAccessibleDescriptionAsync(visitor.Says("identity:Form.fill"));
        await visitor.Page.Keyboard.TypeAsync("reader");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Page.GetByText(visitor.Says("identity:Form.email"))).ToBeVisibleAsync();
        await visitor.Page.Keyboard.TypeAsync("@example.org");
        await Expect(visitor.Page.GetByText(visitor.Says("identity:Form.email"))).ToHaveCountAsync(0);
        // What was typed elsewhere is still there.
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Menu).ToBeVisibleAsync();

        await visitor.Go("/account/delete");
        await visitor.Page.Locator("main form button").ClickAsync();
        await Expect(visitor.Page.GetByText(visitor.Says("form.tick"))).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText(visitor.Says("form.fill"))).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("main form input[type=checkbox]")).ToBeFocusedAsync();
    }

    private static async Task Finds(Visitor author)
    {
        await author.Writes(author.Field(author.Says("start.search")), Skill);
        await author.Presses(author.Button(author.Says("start.find")));
        await author.Presses(author.Link(Skill));
        await Expect(author.Heading(Skill)).ToBeVisibleAsync();
    }

    private static async Task Compares(Visitor author)
    {
        await author.Writes(author.Field(author.Says("pick.from")), "Middle");
        await author.Writes(author.Field(author.Says("pick.to")), "Senior");
        await author.Presses(author.Button(author.Says("pick.go")));
        await Expect(author.Heading(author.Says("compare.title", Skill, "Middle", "Senior"))).ToBeVisibleAsync();
        await Expect(author.Page.Locator("mark").Filter(new() { HasText = "Senior" }).First).ToBeVisibleAsync();
        await author.Presses(author.Link(author.Says("compare.back")));
        await Expect(author.Heading(Skill)).ToBeVisibleAsync();
    }

    private static async Task Suggests(Visitor author)
    {
        await author.Presses(author.Page.Locator("a.button[href$='/suggest']"));
        await author.Presses(author.Page.Locator("#r-cloud-engineer--middle > summary"), "Space");
        var text = author.Field(author.Says("suggest.text-of", "Cloud Engineer", "Middle"));
        await author.Presses(text, "Control+A");
        await author.Writes(text, Text);
        await author.Writes(author.Field(author.Says("suggest.rationale")), Why);
        await author.Presses(author.Button(author.Says("suggest.preview")));
        await Expect(author.Page.Locator("#preview ins").First).ToBeVisibleAsync();
        await author.Presses(author.Button(author.Says("suggest.send")).First);
        await Expect(author.Page.GetByText(author.Says("turn.open.mine"))).ToBeVisibleAsync();
    }

    private static async Task Approves(Visitor reviewer)
    {
        await reviewer.Go("/");
        await SignsIn(reviewer, "reviewer");
        await reviewer.Presses(reviewer.Counted(reviewer.Says("nav.queue")));
        await Expect(reviewer.Heading(reviewer.Says("proposals.queue"))).ToBeVisibleAsync();
        var waiting = reviewer.Page.Locator(".proposals > li").Filter(new() { HasText = Why });
        await reviewer.Reads(waiting);
        await reviewer.Presses(waiting.GetByRole(AriaRole.Link));
        await reviewer.Presses(reviewer.Button(reviewer.Says("review.approve")));
        await Expect(reviewer.Status(reviewer.Says("proposal.done.reviewed"))).ToBeVisibleAsync();
        await reviewer.Reads(reviewer.Page.GetByText(reviewer.Says("turn.merged")));
    }

    private static async Task SeesTheChange(Visitor author)
    {
        await author.Presses(
            author.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = Skill })
        );
        await Expect(author.Heading(Skill)).ToBeVisibleAsync();
        await author.Reads(author.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Text }));
        await author.Presses(author.Link(author.Says("history.all")));
        await Expect(author.Heading(author.Says("history.title", Skill))).ToBeVisibleAsync();
        var change = author.Page.Locator("li[id^=v]").Filter(new() { HasText = Why });
        await author.Presses(change.GetByText(author.Says("history.show")), "Space");
        await Expect(change.Locator("ins").First).ToBeVisibleAsync();
    }

    private async Task LeavesTheMails()
    {
        var mail = await Eventually.Get(
            () =>
                Task.FromResult(
                    running.Mails.Received.LastOrDefault(mail =>
                        mail.To.Contains("reader@example.org", StringComparer.Ordinal)
                        && (mail.Message.TextBody ?? "").Contains(Text, StringComparison.Ordinal)
                    )
                ),
            found => found is not null
        );
        var html = mail!.Message.HtmlBody!;
        // Opened in a browser of their own, as a mail program shows it.
        await using var reader = new Visitor(await browser.Open(running.Platform), "en");
        await reader.Page.SetContentAsync(html);
        await reader.Presses(reader.Link(reader.Says("mail:link.skill")));
        await Expect(reader.Heading(Skill)).ToBeVisibleAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Text })).ToBeVisibleAsync();

        await reader.Page.GotoAsync("about:blank");
        await reader.Page.SetContentAsync(html);
        await reader.Presses(reader.Link(reader.Says("mail:link.stop")));
        await reader.Presses(reader.Button(reader.Says("mail:page.button")));
        await Expect(reader.Page.GetByRole(AriaRole.Status)).ToContainTextAsync(Skill);
    }

    private static async Task Skips(Visitor visitor)
    {
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Expect(visitor.Link(visitor.Says("skip"))).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Page.Locator("main")).ToBeFocusedAsync();
        await visitor.Page.ReloadAsync();
    }

    private static async Task SignsIn(Visitor visitor, string name)
    {
        await visitor.Presses(visitor.Link(visitor.Says("signin")));
        await visitor.Writes(visitor.Field(visitor.Says("identity:Field.Email")), $"{name}@example.org");
        await visitor.Writes(visitor.Field(visitor.Says("identity:Field.Password")), Testing.SignIn.Password);
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Menu).ToBeVisibleAsync();
    }
}
