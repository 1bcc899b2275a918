using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using SkillPlatform.Testing;
using static Microsoft.Playwright.Assertions;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>
/// What people come for, and how many choices and presses it takes: without scripts, and with them by keyboard alone on a screen
/// of which everything is twice as large. Writing a text is no step, to open the page where one begins is none either.
/// </summary>
public sealed class TheTasksAreShort(RunningPlatform running, RealBrowser browser)
{
    private const string Skill = "/skills/skill-13";
    private const string SkillName = $"{RunningPlatform.BrowsedSkills} 13";
    private const string Role = "Cloud Engineer";
    private const string Gone = "gone@elsewhere.example";

    // Once for all.
    private static Task? _told;
    private static Task? _back;

    [Theory]
    [InlineData("Lead", false, false)]
    [InlineData("Principal", true, true)]
    public async Task For_who_has_no_scripts_and_who_has_no_mouse_and_weak_eyes(
        string level,
        bool scripts,
        bool keyboard
    )
    {
        // 1280 × 1024, of which twice the size leaves the half.
        var (width, height) = keyboard ? (640, 512) : (1280, 1024);
        await (_told ??= SomebodyIsTold());
        var text = $"Is reworded for {level}, in few steps.";
        await using var admin = new Hand(
            new Visitor(await browser.Open(running.Platform, "en", scripts, width: width, height: height), "en"),
            keyboard
        );
        await using var reviewer = new Hand(
            new Visitor(await browser.Open(running.Platform, "en", scripts, width: width, height: height), "en"),
            keyboard
        );
        await Task.WhenAll(admin.SignIn("admin"), reviewer.SignIn("reviewer"));

        await Compares(admin, Skill, "pick.go");
        await Compares(admin, "/roles/cloud-engineer", "past.show");
        var proposal = await Suggests(admin, level, text);
        await Reviews(reviewer, text);
        await SeesTheLastChange(admin, level, text);
        await Undoes(admin, proposal, text);
        await WatchesAGroup(admin);
        await ReadsWhatChanged(admin);
        await MendsAnImport(admin);
        await FindsABouncedMail(admin);
    }

    private static async Task Compares(Hand reader, string page, string go)
    {
        var who = await reader.Begins(page);
        await reader.Chooses(who.Field(who.Says("pick.from")), "Middle");
        await reader.Chooses(who.Field(who.Says("pick.to")), "Senior");
        await reader.Presses(who.Page.Locator("main").GetByRole(AriaRole.Button, Exactly(who.Says(go))));
        var summary = who.Page.GetByRole(AriaRole.Navigation, new() { Name = who.Says("compare.what") });
        await Expect(summary.GetByRole(AriaRole.Link).First).ToBeVisibleAsync();
        await reader.Took(3);
    }

    private static async Task<Uri> Suggests(Hand author, string level, string text)
    {
        var who = await author.Begins(Skill);
        await author.Presses(who.Link(who.Says("skill.suggest-for", Role, level)));
        await author.Writes(who.Field(who.Says("suggest.text-of", Role, level)), text);
        await author.Writes(who.Field(who.Says("suggest.rationale")), text);
        await author.Presses(who.Button(who.Says("suggest.send")));
        await Expect(who.Status(who.Says("proposal.done.submitted"))).ToBeVisibleAsync();
        await author.Took(2);
        return new(who.Page.Url);
    }

    private static async Task Reviews(Hand reviewer, string text)
    {
        var who = await reviewer.Begins("/queue");
        var waiting = who.Page.Locator(".proposals > li").Filter(new() { HasText = text });
        await who.Reads(waiting);
        await reviewer.Presses(waiting.GetByRole(AriaRole.Link));
        await Expect(who.Page.Locator("ins").First).ToBeVisibleAsync();
        await reviewer.Presses(who.Button(who.Says("review.approve")));
        await Expect(who.Status(who.Says("proposal.done.reviewed"))).ToBeVisibleAsync();
        await reviewer.Took(2);
    }

    private static async Task SeesTheLastChange(Hand reader, string level, string text)
    {
        var who = await reader.Begins(Skill);
        await who.Reads(who.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = text }));
        await reader.Presses(who.Link(who.Says("skill.cell-history", Role, level)));
        await Expect(who.Page.Locator("main ins").First).ToBeVisibleAsync();
        await reader.Took(1);
    }

    private static async Task Undoes(Hand author, Uri proposal, string text)
    {
        var who = await author.Begins(proposal.AbsolutePath["/en".Length..]);
        await who.Reads(who.Page.GetByText(who.Says("turn.merged")));
        await author.Presses(who.Page.Locator(".turn").GetByRole(AriaRole.Link, Exactly(who.Says("history.undo"))));
        // What is taken back is seen before it is sent, and after.
        await Expect(who.Page.Locator("main")).ToContainTextAsync(text);
        await author.Writes(who.Field(who.Says("suggest.rationale")), $"Back again: {text}");
        await author.Presses(who.Button(who.Says("suggest.send")));
        await Expect(who.Status(who.Says("proposal.done.submitted"))).ToBeVisibleAsync();
        await Expect(who.Page.Locator("main del").First).ToBeVisibleAsync();
        await author.Took(2);
    }

    private async Task WatchesAGroup(Hand reader)
    {
        await running.Admin.Send(HttpMethod.Delete, "/api/notifications/watches/group/seen-in-a-browser.group");
        var who = await reader.Begins(Skill);
        await reader.Presses(who.Page.Locator(".crumbs").GetByRole(AriaRole.Link, Exactly("Group")));
        await reader.Presses(who.Page.GetByRole(AriaRole.Button, new() { Name = who.Says("skill.watch") }));
        await Expect(who.Status(who.Says("told.watched"))).ToBeVisibleAsync();
        await Expect(who.Page.GetByRole(AriaRole.Button, new() { Name = who.Says("skill.unwatch") }))
            .ToBeVisibleAsync();
        await reader.Took(2);
    }

    private static async Task ReadsWhatChanged(Hand reader)
    {
        var who = await reader.Begins("/changes");
        await reader.Dates(who.Field(who.Says("changes.since")), DateTime.UtcNow.AddMonths(-1));
        await reader.Chooses(who.Field(who.Says("skill.domain")), RunningPlatform.BrowsedDomain);
        await reader.Presses(who.Page.Locator("main").GetByRole(AriaRole.Button, Exactly(who.Says("past.show"))));
        // An import is one line, however much came with it.
        var added = who.Says("changes.added", who.Says("skills.other", RunningPlatform.Browsed));
        await Expect(who.Page.Locator(".history > li").Filter(new() { HasText = added })).ToHaveCountAsync(1);
        await reader.Took(2);
    }

    private static async Task MendsAnImport(Hand administrator)
    {
        string[] headings =
        [
            "domain",
            "levels",
            "group",
            "skill",
            "keywords",
            "role",
            "level",
            "mandatory",
            "description",
        ];
        string[][] rows =
        [
            ["Mended", "Low\nHigh", "Group", "Knots", "rope", "Sailor", "Low", "true", "Ties one."],
            ["Mended", "", "Group", "Knots", "", "Sailor", "Higher", "true", "Ties two."],
            ["Mended", "", "Group", "Splices", "", "Sailor", "Low", "perhaps", "Sees one."],
            ["Mended", "", "Group", "Splices", "", "Sailor", "", "true", "Makes one."],
            ["Mended", "", "Group", "Sails", "canvas", "Sailor", "Low", "true", "Folds one."],
            ["Mended", "", "Group", "Sails", "sheets", "Sailor", "High", "true", "Sets one."],
            ["Mended", "", "Group", "Oars", "", "Sailor", "Topmost", "true", "Rows."],
        ];
        // Where the page says that something is wrong, and what stands there in place of it.
        (int Row, string Column, string Right)[] wrong =
        [
            (1, "level", "High"),
            (2, "mandatory", "false"),
            (3, "level", "High"),
            (5, "keywords", ""),
            (6, "level", "Low"),
        ];
        var who = await administrator.Begins("/admin/import");
        await Uploads(administrator, Csv(headings, rows));
        var told = who.Page.Locator("table[aria-labelledby=errors] tbody tr");
        await Expect(told).ToHaveCountAsync(wrong.Length);
        foreach (var (row, column, right) in wrong)
        {
            // As a spreadsheet counts: the heading is the first row.
            var place = told.Filter(new() { HasText = $"{who.Says("place.row-at", row + 2)} " });
            await Expect(place).ToContainTextAsync(who.Says("place.column", column));
            rows[row][Array.IndexOf(headings, column)] = right;
        }
        await Uploads(administrator, Csv(headings, rows));
        await Expect(who.Button(who.Says("import.run"))).ToBeVisibleAsync();
        await Expect(told).ToHaveCountAsync(0);
        // Twice a file and a press.
        await administrator.Took(4);
    }

    private static async Task Uploads(Hand administrator, string csv)
    {
        var who = administrator.Who;
        await administrator.Gives(who.Field(who.Says("import.file")), "skills.csv", csv);
        await administrator.Presses(who.Button(who.Says("import.start")));
    }

    private static string Csv(string[] headings, string[][] rows) =>
        string.Join("\r\n", rows.Prepend(headings).Select(row => string.Join(',', row.Select(cell => $"\"{cell}\""))));

    private async Task FindsABouncedMail(Hand administrator)
    {
        await (_back ??= ItComesBack());
        var who = await administrator.Begins("/admin");
        await administrator.Presses(who.Link(who.Says("admin.mails")));
        await administrator.Presses(who.Link(who.Says("mails.bounced")));
        await Expect(who.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Gone }).First)
            .ToContainTextAsync("no such user");
        await administrator.Took(2);
    }

    // Somebody whose address will be gone.
    private async Task SomebodyIsTold()
    {
        using var somebody = await running.Registered("Gone Elsewhere", Gone);
        var (status, body, _) = await somebody.Send(HttpMethod.Put, "/api/notifications/watches/skill/skill-13");
        Assert.True(status is >= 200 and < 300, $"{status} {body}");
    }

    // What their server says of the first mail: after it there are no more.
    private async Task ItComesBack()
    {
        var mail = await Eventually.Get(
            () =>
                Task.FromResult(
                    running.Mails.Received.FirstOrDefault(mail =>
                        mail.To.Contains(Gone, StringComparer.Ordinal)
                        && (mail.Message.TextBody ?? "").Contains(SkillName, StringComparison.Ordinal)
                    )
                ),
            found => found is not null
        );
        using var report = new StringContent(
            $"""
            From: mailer-daemon@elsewhere.example
            To: notifications@example.org
            Subject: Undelivered
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

            --=_b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; elsewhere.example

            Final-Recipient: rfc822; {Gone}
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 no such user

            --=_b
            Content-Type: text/rfc822-headers

            Message-ID: <{mail!.Message.MessageId}>

            --=_b--

            """.ReplaceLineEndings("\r\n"),
            Encoding.ASCII,
            "message/rfc822"
        );
        using var told = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(running.Platform["Notifications"], "/api/notifications/bounces")
        )
        {
            Content = report,
        };
        told.Headers.Authorization = new("Bearer", RunningPlatform.BounceSecret);
        using var client = new HttpClient();
        using var answer = await client.SendAsync(told);
        answer.EnsureSuccessStatusCode();
    }

    private static LocatorGetByRoleOptions Exactly(string name) => new() { Name = name, Exact = true };

    /// <summary>Somebody at work, whose choices and presses are counted: with a mouse, or with none.</summary>
    private sealed class Hand(Visitor who, bool keyboard) : IAsyncDisposable
    {
        private int _steps;

        public Visitor Who => who;

        public async Task SignIn(string name)
        {
            await who.Go("/");
            await who.SignIn(name);
        }

        public async Task<Visitor> Begins(string path)
        {
            _steps = 0;
            await who.Go(path);
            await Fits();
            return who;
        }

        public async Task Presses(ILocator target)
        {
            _steps++;
            if (keyboard)
                await who.Presses(target);
            else
                await target.ClickAsync();
        }

        public async Task Chooses(ILocator list, string option)
        {
            _steps++;
            if (keyboard)
                await who.Writes(list, option);
            else
                await list.SelectOptionAsync(option);
        }

        public async Task Writes(ILocator field, string text)
        {
            if (!keyboard)
            {
                await field.FillAsync(text);
                return;
            }
            await who.Presses(field, "Control+A");
            await who.Page.Keyboard.TypeAsync(text);
        }

        public async Task Dates(ILocator field, DateTime day)
        {
            var written = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (keyboard)
                await who.Writes(field, day.ToString("MMddyyyy", CultureInfo.InvariantCulture));
            else
                await field.FillAsync(written);
            await Expect(field).ToHaveValueAsync(written);
        }

        /// <summary>What asks for the file is the reader's own system.</summary>
        public async Task Gives(ILocator field, string name, string content)
        {
            _steps++;
            if (keyboard)
                await who.Reaches(field);
            await field.SetInputFilesAsync(
                new FilePayload
                {
                    Name = name,
                    MimeType = "text/csv",
                    Buffer = Encoding.UTF8.GetBytes(content),
                }
            );
        }

        public async Task Took(int most)
        {
            Assert.InRange(_steps, 1, most);
            await Fits();
        }

        private async Task Fits() =>
            Assert.Equal(
                0,
                await who.Page.EvaluateAsync<int>(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
            );

        public ValueTask DisposeAsync() => who.DisposeAsync();
    }
}
