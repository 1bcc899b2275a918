using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SkillPlatform.Testing;
using static Microsoft.Playwright.Assertions;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>What somebody does who wants a text of the catalogue to be better, in their language, with and without scripts.</summary>
public sealed partial class TheStoryInABrowser(RunningPlatform running, RealBrowser browser)
{
    private const string Role = "Cloud Engineer";

    // Each has a skill of its own, so that none sees what another does.
    public static TheoryData<string, bool, int> Readers =>
        new()
        {
            { "en", true, 1 },
            { "de", true, 2 },
            { "es", true, 3 },
            { "ar", true, 4 },
            { "en", false, 5 },
            { "de", false, 6 },
            { "es", false, 7 },
            { "ar", false, 8 },
        };

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task From_reading_to_a_changed_page_and_out_of_its_mails(string language, bool javaScript, int number)
    {
        var skill = $"{RunningPlatform.BrowsedSkills} {number}";
        var text = $"Explains to a colleague when {skill} fits, and when it does not.";
        var why = $"Who reads about {skill} should know why.";
        await using var author = new Visitor(await browser.Open(running.Platform, language, javaScript), language);
        await author.Go("/");
        await author.ReadsTheirLanguage();
        await author.SignIn("contributor");
        await WantsMailsInTheirLanguage(author, language);

        await Finds(author, skill);
        await Compares(author, skill);
        await author.Button(author.Says("skill.watch")).ClickAsync();
        await Expect(author.Status(author.Says("done.watched"))).ToBeVisibleAsync();
        await Suggests(author, skill, text, why);

        await using var reviewer = new Visitor(await browser.Open(running.Platform, language, javaScript), language);
        await Approves(reviewer, text, why);

        await SeesTheChange(author, skill, text, why);
        await LeavesTheMails(language, javaScript, skill, text);
    }

    private static async Task WantsMailsInTheirLanguage(Visitor author, string language)
    {
        await author.Menu.ClickAsync();
        await author.Link(author.Says("nav.watching")).ClickAsync();
        await author.Link(author.Says("watching.mail")).ClickAsync();
        await author.Field(author.Says("mail.language")).SelectOptionAsync(language);
        await author.Button(author.Says("mail.save")).ClickAsync();
        await Expect(author.Status(author.Says("mail.saved"))).ToBeVisibleAsync();
    }

    private static async Task Finds(Visitor author, string skill)
    {
        await author.Link(author.Says("nav.catalogue")).ClickAsync();
        await author.Field(author.Says("start.search")).FillAsync(skill);
        await author.Button(author.Says("start.find")).ClickAsync();
        await author.Link(skill).ClickAsync();
        await Expect(author.Heading(skill)).ToBeVisibleAsync();
    }

    private static async Task Compares(Visitor author, string skill)
    {
        await author.Field(author.Says("pick.from")).SelectOptionAsync("Middle");
        await author.Field(author.Says("pick.to")).SelectOptionAsync("Senior");
        await author.Button(author.Says("pick.go")).ClickAsync();
        await Expect(author.Heading(author.Says("compare.title", skill, "Middle", "Senior"))).ToBeVisibleAsync();
        var row = author.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Role });
        await Expect(row.Locator("mark").First).ToContainTextAsync("Middle");
        await Expect(row.Locator("mark").Filter(new() { HasText = "Senior" }).First).ToBeVisibleAsync();
        await Expect(row).ToContainTextAsync(author.Says("compare.reworded"));
        await author.Link(author.Says("compare.back")).ClickAsync();
    }

    private static async Task Suggests(Visitor author, string skill, string text, string why)
    {
        await author.Link(author.Says("skill.suggest")).ClickAsync();
        await Expect(author.Heading(author.Says("suggest.title", skill))).ToBeVisibleAsync();
        await author.Page.Locator("#r-cloud-engineer--middle > summary").ClickAsync();
        await author.Field(author.Says("suggest.text-of", Role, "Middle")).FillAsync(text);
        await author.Field(author.Says("suggest.rationale")).FillAsync(why);
        await author.Button(author.Says("suggest.preview")).ClickAsync();
        var preview = author.Page.GetByRole(
            AriaRole.Region,
            new() { Name = author.Says("suggest.preview-title"), Exact = true }
        );
        await Expect(preview.Locator("ins").First).ToBeVisibleAsync();
        await Expect(preview)
            .ToContainTextAsync(author.Says("op.rewordRequirement", author.Named(Role), author.Named("Middle")));
        await Expect(preview).ToContainTextAsync(why);
        await author.Button(author.Says("suggest.send")).First.ClickAsync();
        await Expect(author.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(skill);
        await Expect(author.Page.GetByText(author.Says("turn.open.mine"))).ToBeVisibleAsync();
    }

    private static async Task Approves(Visitor reviewer, string text, string why)
    {
        await reviewer.Go("/");
        await reviewer.SignIn("reviewer");
        await reviewer.Counted(reviewer.Says("nav.queue")).ClickAsync();
        var waiting = reviewer.Page.Locator(".proposals > li").Filter(new() { HasText = why });
        await reviewer.Reads(waiting);
        await waiting.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(reviewer.Page.Locator("ins").First).ToBeVisibleAsync();
        await reviewer.Button(reviewer.Says("review.approve")).ClickAsync();
        await Expect(reviewer.Status(reviewer.Says("proposal.done.reviewed"))).ToBeVisibleAsync();
        await reviewer.Reads(reviewer.Page.GetByText(reviewer.Says("turn.merged")));
    }

    private static async Task SeesTheChange(Visitor author, string skill, string text, string why)
    {
        await author.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = skill }).ClickAsync();
        var row = author.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = text });
        await author.Reads(row);
        await Expect(row).ToContainTextAsync(Role);
        await author.Link(author.Says("history.all")).ClickAsync();
        await Expect(author.Heading(author.Says("history.title", skill))).ToBeVisibleAsync();
        var change = author.Page.Locator("li[id^=v]").Filter(new() { HasText = why });
        await Expect(change).ToContainTextAsync($"{author.Says("history.by")} Contributor");
        await Expect(change).ToContainTextAsync($"{author.Says("history.accepted-by")} Reviewer");
        await change.GetByText(author.Says("history.show")).ClickAsync();
        await Expect(change.Locator("ins").First).ToBeVisibleAsync();
    }

    private async Task LeavesTheMails(string language, bool javaScript, string skill, string text)
    {
        var mails = await Eventually.Get(
            () =>
                Task.FromResult(
                    running
                        .Mails.Received.Where(mail =>
                            mail.To.Contains("contributor@example.org", StringComparer.Ordinal)
                            && (mail.Message.TextBody ?? "").Contains(text, StringComparison.Ordinal)
                        )
                        .ToArray()
                ),
            found => found.Length > 0
        );
        var mail = mails[^1].Message;
        var links = Addresses().Matches(mail.TextBody!).Select(match => match.Value).ToArray();
        // Who reads mails is at another computer, and not signed in.
        await using var reader = new Visitor(await browser.Open(running.Platform, language, javaScript), language);
        Assert.Contains(reader.Says("mail:link.stop"), mail.TextBody, StringComparison.Ordinal);
        await reader.Page.GotoAsync(Assert.Single(links, link => link.Contains("/skills/", StringComparison.Ordinal)));
        await reader.ReadsTheirLanguage();
        await Expect(reader.Heading(skill)).ToBeVisibleAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = text })).ToBeVisibleAsync();

        await reader.Page.GotoAsync(
            Assert.Single(links, link => link.Contains("/unsubscribe/", StringComparison.Ordinal))
        );
        await reader.ReadsTheirLanguage();
        await reader.Button(reader.Says("mail:page.button")).ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Status)).ToContainTextAsync(skill);
        await Expect(reader.Button(reader.Says("mail:page.button"))).ToHaveCountAsync(0);
    }

    [GeneratedRegex(@"https?://\S+", RegexOptions.None, 1000)]
    private static partial Regex Addresses();
}
