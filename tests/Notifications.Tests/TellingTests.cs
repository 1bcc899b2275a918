using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>From message to mail and inbox, through the real broker, database and SMTP.</summary>
public sealed class TellingTests(Running running) : IClassFixture<Running>
{
    private readonly Story _story = new();

    private string Reader => _story.Person("reader");

    private string Author => _story.Person("author");

    private async Task Begin(string culture = "en")
    {
        await running.Accounts(
            _story.Account("reader", culture),
            _story.Account("author"),
            _story.Account("reviewer"),
            _story.Account("other")
        );
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(Reader, "skill", _story.Slug);
    }

    private static JsonElement[] Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    [Fact]
    public async Task A_review_that_is_due_reaches_whoever_planned_it_and_the_reviewers_once_and_no_watcher()
    {
        await Begin();
        var reviewer = _story.Person("reviewer");
        var due = new ReviewDue(
            _story.Skill,
            _story.Slug,
            "Serverless Functions",
            _story.Domain,
            "compute",
            new DateOnly(2026, 11, 29),
            Author,
            [reviewer, Author],
            DateTimeOffset.UtcNow
        );
        await running.Publish(due, times: 3);
        await running.Publish(due);
        await running.MailsTo(Author, 1);
        await running.MailsTo(reviewer, 1);
        await running.Quiet();
        var mail = Assert.Single(running.MailsTo(Author)).Message;
        Assert.Single(running.MailsTo(reviewer));
        Assert.Empty(running.MailsTo(Reader));
        Assert.Equal("Serverless Functions: due for a review", mail.Subject);
        Assert.Equal("upkeep", mail.Headers["X-SkillPlatform-Reason"]);
        var item = Assert.Single(Items(await running.Get(Author, "/inbox?kind=reviewDue")));
        Assert.Equal(_story.Slug, item.GetProperty("skill").GetProperty("slug").GetString());
    }

    [Fact]
    public async Task A_merge_reaches_the_reader_and_the_author_once_however_often_and_in_whatever_order_it_is_said()
    {
        await Begin("de");
        await running.Publish(_story.Activity("submitted", "author"), times: 5);
        await running.Publish(_story.Activity("accepted", "reviewer"), times: 2);
        await running.Publish(_story.Activity("merged"), times: 5);
        await running.Publish(_story.Changed(), times: 5);
        await running.Publish(_story.Applied(changed: true), times: 5);
        await running.MailsTo(Reader, 1);
        await running.MailsTo(Author, 1);
        await running.Quiet();
        var mail = Assert.Single(running.MailsTo(Reader)).Message;
        var outcome = Assert.Single(running.MailsTo(Author)).Message;
        Assert.Empty(running.MailsTo(_story.Person("reviewer")));
        Assert.Equal("Serverless Functions: Vorschlag", mail.Subject);
        Assert.Contains("AI Product Engineer, Junior", mail.TextBody!);
        Assert.Contains("jetzt Pflicht, war optional", mail.TextBody!);
        Assert.Contains("Vorgeschlagen von The author, geprüft von The reviewer", mail.TextBody!);
        Assert.Contains("Your proposal for “Serverless Functions” was merged.", outcome.TextBody!);
        Assert.Equal("author", outcome.Headers["X-SkillPlatform-Reason"]);

        var item = Assert.Single(Items(await running.Get(Reader, "/inbox")));
        Assert.Equal($"{item.GetProperty("id").GetGuid():n}@skills.example.org", mail.MessageId);
        Assert.Equal("Serverless Functions: ein Vorschlag wurde übernommen", item.GetProperty("title").GetString());
        Assert.Equal(
            "AI Product Engineer, Junior: jetzt Pflicht, war optional",
            item.GetProperty("summary").GetString()
        );
        Assert.Equal(_story.Slug, item.GetProperty("skill").GetProperty("slug").GetString());
    }

    [Fact]
    public async Task An_edition_reaches_whoever_watches_the_catalogue_once_and_not_who_published_it()
    {
        await Begin();
        await running.Watch(Reader, "catalogue", "all");
        await running.Watch(Author, "catalogue", "all");
        var name = _story.Person("2026.2");
        var edition = new EditionPublished(
            Guid.CreateVersion7(),
            "2026-2",
            name,
            "The *second* one.",
            Author,
            DateTimeOffset.UtcNow,
            DateTimeOffset.UtcNow
        );
        await running.Publish(edition, times: 3);
        await Eventually.Holds(() => Task.FromResult(running.MailsTo(Reader).Any(IsOfIt)));
        await running.Quiet();
        var mail = Assert.Single(running.MailsTo(Reader), IsOfIt).Message;
        Assert.DoesNotContain(running.MailsTo(Author), IsOfIt);
        Assert.Contains("The *second* one.", mail.TextBody!);
        Assert.Contains("/editions/2026-2", mail.TextBody!);
        Assert.Equal("catalogue", mail.Headers["X-SkillPlatform-Reason"]);
        var item = Items(await running.Get(Reader, "/inbox?kind=editionPublished"))
            .Single(i => i.GetProperty("title").GetString()!.Contains(name, StringComparison.Ordinal));
        Assert.Equal("2026-2", item.GetProperty("edition").GetProperty("slug").GetString());

        bool IsOfIt(Received mail) => mail.Message.Subject?.Contains(name, StringComparison.Ordinal) == true;
    }

    [Fact]
    public async Task Who_watches_a_skill_that_is_merged_into_another_hears_once_and_watches_the_other()
    {
        await Begin();
        var (both, other) = (_story.Person("other"), _story.Person("reviewer"));
        await running.Watch(both, "skill", _story.Slug);
        var remains = new Story();
        await running.Publish(remains.Changed(proposal: false));
        await running.Watch(both, "skill", remains.Slug);
        await running.Watch(other, "skill", remains.Slug);
        var gone = _story.Changed();
        var kept = remains.Changed();
        var went = new OtherSkill(gone.SkillId, _story.Slug, "Serverless Functions", _story.Domain, "compute");
        kept = kept with
        {
            ProposalId = gone.ProposalId,
            Author = gone.Author,
            Reviewer = null,
            Changes =
            [
                new(2, "skillAbsorbed", null, null, "Old functions", "Functions", null, null, went),
                .. kept.Changes,
            ],
        };
        gone = gone with
        {
            Changes = [new(2, "skillMerged", null, null, "Old functions", "Functions", null, null)],
            Skill = gone.Skill with { Retired = true },
        };
        await running.Publish(gone, times: 2);
        await running.Publish(kept, times: 2);
        await running.MailsTo(Reader, 1);
        await running.MailsTo(both, 1);
        await running.MailsTo(other, 1);
        await running.Quiet();
        var mail = Assert.Single(running.MailsTo(Reader)).Message;
        Assert.Single(running.MailsTo(both));
        Assert.Contains("“Old functions” was merged into it", mail.TextBody!);
        Assert.Equal([remains.Slug], await Watched(Reader));
        Assert.Equal([remains.Slug], await Watched(both));

        // From then on they hear of the other one, and the way out of the letter is out of that.
        await running.Publish(
            kept with
            {
                Version = kept.Version + 1,
                FromVersion = kept.Version,
                ProposalId = Guid.CreateVersion7(),
                Changes = kept.Changes[1..],
            }
        );
        await running.MailsTo(Reader, 2);

        async Task<string[]> Watched(string who) =>
            [.. Items(await running.Get(who, "/watches?scope=skill")).Select(w => w.GetProperty("key").GetString()!)];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_merge_that_changed_nothing_is_told_whichever_message_comes_first(bool appliedFirst)
    {
        await Begin();
        object[] messages = [_story.Applied(changed: false), _story.Activity("merged")];
        foreach (var message in appliedFirst ? messages : messages.Reverse())
        {
            await running.Publish(message, times: 2);
            await running.Quiet();
        }
        var mail = Assert.Single(await running.MailsTo(Author, 1)).Message;
        Assert.Contains("Everything it proposed was so already", mail.TextBody!);
        Assert.Empty(running.MailsTo(Reader));
    }

    [Fact]
    public async Task A_renamed_role_is_told_to_who_watches_it_and_their_watch_goes_by_its_new_name()
    {
        await Begin("de");
        var taxonomy = _story.Taxonomy(DateTimeOffset.UtcNow.Ticks);
        await running.Publish(taxonomy);
        await running.Watch(Reader, "role", _story.Role);
        var renamed = new Named(_story.Role, "Platform Engineer");
        await running.Publish(
            _story.Activity("merged") with
            {
                SkillId = Changes.Part.Taxonomy,
                SkillSlug = null,
                SkillName = "AI Product Engineer",
                Group = "",
                Taxonomy = new TaxonomyPart("role", _story.Role, "AI Product Engineer"),
                Domains = [_story.Domain],
                Roles = [_story.Role],
                Changes = [new RenameRole(_story.Role, "AI Product Engineer", renamed.Name)],
            },
            times: 3
        );
        await running.Publish(_story.Applied(changed: false) with { SkillId = Changes.Part.Taxonomy });
        await running.Publish(taxonomy with { Version = taxonomy.Version + 1, Roles = [renamed] });
        await running.MailsTo(Reader, 1);
        await running.MailsTo(Author, 1);
        await running.Quiet();
        var mail = Assert.Single(running.MailsTo(Reader)).Message;
        Assert.Single(running.MailsTo(Author));
        Assert.Contains("Rolle von „AI Product Engineer“ in „Platform Engineer“ umbenannt", mail.TextBody!);
        Assert.Equal("role", mail.Headers["X-SkillPlatform-Reason"]);
        var item = Assert.Single(Items(await running.Get(Reader, "/inbox")));
        Assert.Equal(JsonValueKind.Null, item.GetProperty("skill").ValueKind);
        var watch = await running.Get(Reader, $"/watches/role/{_story.Role}");
        Assert.Equal("Platform Engineer", watch.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Who_watches_a_role_that_is_retired_watches_what_takes_its_place()
    {
        await Begin();
        var taxonomy = _story.Taxonomy(DateTimeOffset.UtcNow.Ticks);
        var other = new Named($"{_story.Role}-other", "Platform Engineer");
        await running.Publish(taxonomy with { Roles = [.. taxonomy.Roles, other] });
        await running.Watch(Reader, "role", _story.Role);
        await running.Publish(
            _story.Activity("merged") with
            {
                SkillId = Changes.Part.Taxonomy,
                SkillSlug = null,
                SkillName = "AI Product Engineer",
                Group = "",
                Taxonomy = new TaxonomyPart("role", _story.Role, "AI Product Engineer"),
                Domains = [_story.Domain],
                Roles = [_story.Role],
                Changes = [new RetireRole(_story.Role, "AI Product Engineer", other.Slug)],
            },
            times: 2
        );
        var mail = (await running.MailsTo(Reader, 1))[0].Message;
        Assert.Contains(
            "role “AI Product Engineer” retired: “Platform Engineer” takes its place",
            mail.TextBody!.ReplaceLineEndings(" ")
        );
        var watch = await running.Get(Reader, $"/watches/role/{other.Slug}");
        Assert.Equal("Platform Engineer", watch.GetProperty("name").GetString());
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await running.As(Reader).GetAsync($"/api/notifications/watches/role/{_story.Role}")).StatusCode
        );
    }

    [Fact]
    public async Task One_click_ends_this_watch_and_no_other_without_any_sign_in()
    {
        await Begin();
        await running.Publish(_story.Taxonomy(DateTimeOffset.UtcNow.Ticks));
        await running.Watch(Reader, "domain", _story.Domain);
        await running.Publish(_story.Changed());
        var mail = (await running.MailsTo(Reader, 1))[0].Message;
        Assert.Equal("skill", mail.Headers["X-SkillPlatform-Reason"]);
        var link = new Uri(mail.Headers["List-Unsubscribe"]!.Trim('<', '>')).AbsolutePath;

        using var anyone = running.As(null);
        var page = await anyone.GetAsync(link);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<form method=\"post\">", html);
        Assert.Contains(" dir=\"ltr\"", html);
        Assert.DoesNotContain("<script", html);
        Assert.Equal(
            HttpStatusCode.OK,
            (await running.As(Reader).GetAsync($"/api/notifications/watches/skill/{_story.Slug}")).StatusCode
        );

        using var oneClick = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var empty = new FormUrlEncodedContent([]);
        foreach (var body in new HttpContent?[] { oneClick, empty, null })
            Assert.Equal(HttpStatusCode.OK, (await anyone.PostAsync(link, body)).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await running.As(Reader).GetAsync($"/api/notifications/watches/skill/{_story.Slug}")).StatusCode
        );

        await running.Publish(_story.Next().Changed());
        var second = (await running.MailsTo(Reader, 2))[1].Message;
        Assert.Equal("domain", second.Headers["X-SkillPlatform-Reason"]);

        using var wrong = await anyone.PostAsync("/api/notifications/unsubscribe/" + new string('a', 32), null);
        Assert.Equal(HttpStatusCode.NotFound, wrong.StatusCode);
        Assert.Equal("application/problem+json", wrong.Content.Headers.ContentType!.MediaType);
        anyone.DefaultRequestHeaders.Add("Accept", "text/html");
        anyone.DefaultRequestHeaders.Add("Accept-Language", "ar");
        var gone = await anyone.GetAsync("/api/notifications/unsubscribe/" + new string('a', 32));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", await gone.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Who_takes_part_follows_the_proposal_and_hears_of_what_others_do()
    {
        await Begin();
        await running.Publish(_story.Activity("submitted", "author"));
        // What is tried again comes late: then those who have come since are told of the submission, too.
        await running.Quiet();
        var comment = running.Proposals.Says("What about <b>edge</b> cases?");
        await running.Publish(_story.Activity("commented", "other", comment: comment));
        var toAuthor = (await running.MailsTo(Author, 1))[0].Message;
        Assert.Contains("The other commented on your proposal", toAuthor.TextBody!);
        Assert.Contains("Comment: What about <b>edge</b> cases?", toAuthor.TextBody!);
        Assert.Contains("&lt;b&gt;edge", toAuthor.HtmlBody!);
        await running.Publish(_story.Activity("changesRequested", "reviewer", "Say which."));
        var toOther = (await running.MailsTo(_story.Person("other"), 1))[0].Message;
        Assert.Equal("commenter", toOther.Headers["X-SkillPlatform-Reason"]);
        Assert.Equal(toAuthor.InReplyTo, toOther.InReplyTo);
        await running.Publish(_story.Activity("revised", "author"));
        var toReviewer = (await running.MailsTo(_story.Person("reviewer"), 1))[0].Message;
        Assert.Contains("revised a proposal", toReviewer.TextBody!);
        await running.Quiet();
        Assert.Equal(2, running.MailsTo(Author).Length);
        Assert.Empty(running.MailsTo(Reader));
        var watches = Items(await running.Get(Author, "/watches"));
        Assert.Contains(watches, w => w.GetProperty("key").GetString() == _story.Proposal.ToString());
    }

    [Fact]
    public async Task What_is_taken_back_is_gone_from_the_inbox_the_database_and_waiting_mails()
    {
        await Begin();
        await running.Watch(Reader, "skill", _story.Slug, follow: "all");
        using var reader = running.As(Reader);
        Task Quiet(object? hours) =>
            reader.PutAsJsonAsync(
                "/api/notifications/preferences",
                new
                {
                    frequency = "immediate",
                    culture = "en",
                    timeZone = "UTC",
                    quietHours = hours,
                }
            );
        await Quiet(new { from = "00:00", to = "23:59" });
        var removed = running.Proposals.Says("a secret that slipped out");
        var edited = running.Proposals.Says("before the edit");
        await running.Publish(_story.Commented(removed, "other"));
        await running.Publish(_story.Commented(edited, "other"));
        var before = await Eventually.Get(() => running.Get(Reader, "/inbox"), page => Items(page).Length == 2);
        Assert.Contains(Items(before), item => Summary(item) == "a secret that slipped out");
        // While Proposals does not answer, the inbox says less.
        running.Proposals.IsSilent = true;
        Assert.All(
            Items(await running.Get(Reader, "/inbox")),
            item => Assert.StartsWith("The other commented", Summary(item))
        );

        running.Proposals.Removed(removed, "author");
        running.Proposals.Edited(edited, "after the edit");
        await Quiet(null);
        // Both, and again: what was put off until the quiet hours' end may be noted as such only now.
        await Eventually.Holds(async () =>
        {
            await running.Sql(
                $"update mail set next_attempt = now() where user_id = '{Reader}' and last_error is null"
            );
            return await running.Count(
                    $"select count(*) from mail where user_id = '{Reader}' and last_error like '%not known at the moment%'"
                ) == 2;
        });
        running.Proposals.IsSilent = false;
        var mail = (await running.MailsTo(Reader, 1))[0].Message;
        Assert.Contains("Comment: after the edit", mail.TextBody!);
        await running.Quiet();
        Assert.Single(running.MailsTo(Reader));
        var after = Items(await running.Get(Reader, "/inbox"));
        Assert.Contains(after, item => Summary(item) == "after the edit");
        var trace = Assert.Single(after, item => item.GetProperty("removed").GetString() == "author");
        Assert.Equal("Removed by its author.", Summary(trace));
        foreach (var words in new[] { "a secret that slipped out", "before the edit", "after the edit" })
            Assert.Empty(await Traces.In(running.Database, words));
    }

    [Fact]
    public async Task A_submission_is_told_to_whom_it_asks_and_the_acceptance_only_where_no_merge_follows()
    {
        await Begin();
        var reviewer = _story.Person("reviewer");
        await running.Publish(
            _story.Activity("submitted", "author", "Everybody deploys now.") with
            {
                Reviewers = [reviewer, _story.Person("other")],
                Changes = [new RewordRequirement(_story.Role, "junior", "Deploys.", "Deploys alone.")],
            },
            times: 3
        );
        var mail = (await running.MailsTo(reviewer, 1))[0].Message;
        Assert.Equal("review", mail.Headers["X-SkillPlatform-Reason"]);
        Assert.Contains("It is your turn to review it.", mail.TextBody!);
        Assert.Contains("Why: Everybody deploys now.", mail.TextBody!);
        Assert.Contains("What it would change:", mail.TextBody!);
        Assert.Contains("Deploys alone.", mail.TextBody!);
        var item = Assert.Single(Items(await running.Get(reviewer, "/inbox?kind=proposalSubmitted")));
        Assert.Equal("review", item.GetProperty("reason").GetString());
        Assert.Equal(Author, item.GetProperty("actor").GetProperty("id").GetString());
        Assert.Equal("Everybody deploys now.", item.GetProperty("text").GetString());

        await running.Publish(_story.Activity("accepted", "reviewer"));
        await running.Publish(_story.Changed());
        await running.MailsTo(Author, 1);
        await running.Quiet();
        Assert.Contains("was merged", Assert.Single(running.MailsTo(Author)).Message.TextBody!);
        Assert.Equal(
            ["accepted", "proposalMerged"],
            Items(await running.Get(Author, "/inbox"))
                .Select(entry => entry.GetProperty("kind").GetString())
                .Order(StringComparer.Ordinal)
        );
        Assert.Single(running.MailsTo(reviewer));
        Assert.Single(running.MailsTo(_story.Person("other")));
        Assert.Empty(Items(await running.Get(Author, "/inbox?kind=proposalSubmitted")));
        using var client = running.As(Author);
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (await client.GetAsync("/api/notifications/inbox?kind=nonsense")).StatusCode
        );
    }

    [Fact]
    public async Task A_muted_thread_is_silent_until_it_is_unmuted()
    {
        await Begin();
        await running.Publish(_story.Activity("submitted", "author"));
        await running.Quiet();
        using var reader = running.As(Reader);
        var path = $"/api/notifications/mutes/proposal/{_story.Proposal}";
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await reader.PutAsync(path, null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync(path)).StatusCode);
        await running.Publish(_story.Changed());
        await running.MailsTo(Author, 1);
        await running.Quiet();
        Assert.Empty(running.MailsTo(Reader));
        Assert.Empty(Items(await running.Get(Reader, "/inbox")));
        Assert.Equal(HttpStatusCode.NoContent, (await reader.DeleteAsync(path)).StatusCode);
        await running.Publish(_story.Changed());
        Assert.Single(await running.MailsTo(Reader, 1));
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await reader.PutAsync($"/api/notifications/mutes/proposal/{Guid.NewGuid()}", null)).StatusCode
        );
    }

    [Fact]
    public async Task Who_is_named_in_a_comment_hears_of_being_named()
    {
        await Begin();
        var comment = running.Proposals.Says("@The reader, what do *you* think?");
        await running.Publish(_story.Activity("commented", "other", comment: comment) with { Mentioned = [Reader] });
        var mail = (await running.MailsTo(Reader, 1))[0].Message;
        Assert.Equal("mentioned", mail.Headers["X-SkillPlatform-Reason"]);
        Assert.Contains("The other mentioned you", mail.TextBody!);
        Assert.Contains("what do <em>you</em> think?", mail.HtmlBody!);
        Assert.Equal(
            "mentioned",
            Assert.Single(Items(await running.Get(Reader, "/inbox"))).GetProperty("kind").GetString()
        );
    }

    private static string Summary(JsonElement item) => item.GetProperty("summary").GetString()!;

    [Fact]
    public async Task An_import_tells_the_wide_scopes_once_when_it_has_ended()
    {
        await Begin();
        var other = _story.Person("other");
        await running.Watch(other, "catalogue", "all");
        await running.Publish(_story.Taxonomy(DateTimeOffset.UtcNow.Ticks + 1));
        await running.Watch(other, "role", _story.Role);
        var import = Guid.CreateVersion7();
        var told = Enumerable
            .Range(0, 20)
            .Select(_ => new Contracts.ChangedSkill(
                Guid.CreateVersion7(),
                _story.Changed(proposal: false, import: import)
            ))
            .ToArray();
        foreach (var one in told[..10])
            await running.Publish(one.Change, one.Id, times: 1);
        // In one, and some of them again.
        await running.Publish(new Contracts.SkillsChanged(told[8..16]), times: 2);
        await running.Publish(new Contracts.SkillsChanged(told[12..]));
        await running.MailsTo(Reader, 20);
        Assert.Empty(running.MailsTo(other));
        await running.Publish(
            new Contracts.ImportFinished(import, null, "ESCO", 20, 1300, 50, DateTimeOffset.UtcNow),
            times: 3
        );
        var mail = (await running.MailsTo(other, 1))[0].Message;
        await running.Publish(_story.Changed(proposal: false, import: import));
        await running.MailsTo(Reader, 21);
        await running.Quiet();
        Assert.Single(running.MailsTo(other));
        Assert.Equal("Catalogue import: ESCO", mail.Subject);
        Assert.Contains("Skills added: 20, changed: 1,300, left as they were: 50", mail.TextBody!);
        Assert.Contains($"/changes?import={import}", mail.TextBody!);
        Assert.Equal("role", mail.Headers["X-SkillPlatform-Reason"]);
    }

    [Fact]
    public async Task Who_is_erased_leaves_nothing_behind_and_does_not_come_back()
    {
        await Begin();
        await running.Publish(_story.Changed());
        await running.MailsTo(Reader, 1);
        await running.Publish(new Contracts.AccountErased(Reader, 9, DateTimeOffset.UtcNow));
        await Eventually.Holds(async () => await Kept() == (0, 0));
        await running.Publish(_story.Account("reader", version: 5));
        using (var old = running.As(Reader))
        using (var again = await old.PutAsync($"/api/notifications/watches/skill/{_story.Slug}", null))
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, again.StatusCode);
        await running.Publish(_story.Next().Changed());
        await running.MailsTo(Author, 2);
        await running.Quiet();
        Assert.Single(running.MailsTo(Reader));
        Assert.Equal((0, 0), await Kept());

        async Task<(int Told, int Watched)> Kept()
        {
            await using var session = running.Services.GetRequiredService<IDocumentStore>().QuerySession();
            return (
                await session.Query<Notification>().CountAsync(told => told.User == Reader),
                await session.Query<Watch>().CountAsync(watch => watch.User == Reader && watch.Active)
            );
        }
    }

    [Fact]
    public async Task A_late_account_still_gets_the_mail()
    {
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(Reader, "skill", _story.Slug);
        await running.Publish(_story.Changed());
        await running.Accounts(_story.Account("reader"), _story.Account("author"), _story.Account("reviewer"));
        Assert.Single(await running.MailsTo(Reader, 1));
    }

    [Fact]
    public async Task The_highest_version_of_an_account_wins_whatever_the_order()
    {
        var old = _story.Account("reader", version: 3) with { Email = "old@example.org" };
        await running.Accounts(
            _story.Account("reader", version: 7),
            _story.Account("author"),
            _story.Account("reviewer")
        );
        await running.Publish(old);
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(Reader, "skill", _story.Slug);
        await running.Quiet();
        await running.Publish(_story.Changed());
        Assert.Single(await running.MailsTo(Reader, 1));
    }
}
