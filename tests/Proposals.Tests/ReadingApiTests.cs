using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Proposals.Tests;

/// <summary>Lists, previews, reverts, comments and policies.</summary>
public sealed class ReadingApiTests(ProposalsHost host)
{
    private const string Root = "/api/proposals";

    private static async Task<Guid> Submit(HttpClient author, string skill, string role = "engineer")
    {
        var answer = await author.PostAsJsonAsync(
            Root,
            new
            {
                skill,
                rationale = "Because.",
                changes = new object[]
                {
                    role == "engineer"
                        ? new
                        {
                            op = "makeMandatory",
                            role,
                            level = "junior",
                        }
                        : new
                        {
                            op = "makeOptional",
                            role,
                            level = "junior",
                        },
                },
            }
        );
        await answer.Is(HttpStatusCode.Created);
        return (await answer.Json()).GetProperty("id").GetGuid();
    }

    private static async Task<JsonElement[]> Items(HttpClient client, string query)
    {
        var answer = await client.GetAsync($"{Root}?{query}");
        await answer.Is(HttpStatusCode.OK);
        return [.. (await answer.Json()).GetProperty("items").EnumerateArray()];
    }

    private static async Task<Guid[]> Ids(HttpClient client, string query) =>
        [.. (await Items(client, query)).Select(item => item.GetProperty("id").GetGuid())];

    [Fact]
    public async Task A_list_is_read_page_by_page_newest_first()
    {
        var skill = await host.Skill();
        using var author = host.As("list-author");
        using var anyone = host.As(null);
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Insert(0, await Submit(author, skill.Skill.Slug));
        var read = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await (await anyone.GetAsync($"{Root}?skill={skill.Skill.Slug}&limit=2&cursor={cursor}")).Json();
            read.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid()));
            cursor = page.GetProperty("nextCursor").GetString();
        } while (cursor is not null);
        Assert.Equal(ids, read);
        Assert.Equal(ids, await Ids(author, "author=me"));
        Assert.Equal(ids, await Ids(anyone, "author=list-author&state=open"));
        Assert.Empty(await Ids(anyone, $"skill={skill.Skill.Slug}&state=merged"));
        Assert.Empty(await Ids(anyone, "skill=nothing"));
    }

    [Fact]
    public async Task Each_has_a_number_for_ever_and_says_what_it_changes_first()
    {
        var skill = await host.Skill();
        using var author = host.As("numbered-author");
        using var anyone = host.As(null);
        var first = await Submit(author, skill.Skill.Slug);
        var second = await Submit(author, skill.Skill.Slug);
        var items = await Items(anyone, $"skill={skill.Skill.Slug}");
        var numbers = items.Select(i => i.GetProperty("number").GetInt64()).ToArray();
        Assert.True(numbers[0] > numbers[1] && numbers[1] > 0);
        var head = items[0].GetProperty("head");
        Assert.Equal("makeMandatory", head.GetProperty("op").GetString());
        Assert.Equal("engineer", head.GetProperty("role").GetString());
        Assert.Equal("junior", head.GetProperty("level").GetString());
        Assert.Equal([second], await Ids(anyone, $"number={numbers[0]}"));
        Assert.Empty(await Ids(anyone, "number=999999999"));
        Assert.Equal([second], await Ids(anyone, $"id={second}&id={Guid.NewGuid()}"));
        Assert.Equal(HttpStatusCode.NoContent, (await author.PostAsync($"{Root}/{first}/withdrawal", null)).StatusCode);
        var one = await (await anyone.GetAsync($"{Root}/{first}")).Json();
        Assert.Equal(numbers[1], one.GetProperty("number").GetInt64());
        // As an older version of the service left it.
        await using (var session = host.Store.LightweightSession())
        {
            await using var command = session.Connection!.CreateCommand();
            command.CommandText = "update mt_doc_proposal_page set data = data - 'head' where id = @id";
            command.Parameters.Add(new Npgsql.NpgsqlParameter("id", second));
            await command.ExecuteNonQueryAsync();
        }
        await ProposalPage.Renew(host.Services, TestContext.Current.CancellationToken);
        Assert.Equal(
            "makeMandatory",
            (await Items(anyone, $"number={numbers[0]}"))[0].GetProperty("head").GetProperty("op").GetString()
        );
    }

    [Fact]
    public async Task A_list_is_narrowed_by_domain_author_and_age()
    {
        var skill = await host.Skill();
        await host.Say(
            new AccountChanged("named-author", 1, "Nadia Narrow", "n@example.org", "en", "UTC", [], [], true)
        );
        using var author = host.As("named-author");
        using var anyone = host.As(null);
        var id = await Submit(author, skill.Skill.Slug);
        await Eventually.Holds(async () => (await Ids(anyone, "author=nadia narrow")).SequenceEqual([id]));
        Assert.Empty(await Ids(anyone, "author=Nadia%"));
        Task<Guid[]> Mine(string query) => Ids(anyone, $"author=named-author&{query}");
        Assert.Equal([id], await Mine("domain=cloud"));
        Assert.Empty(await Mine("domain=data"));
        var now = Uri.EscapeDataString(DateTimeOffset.UtcNow.AddMinutes(1).ToString("O"));
        Assert.Equal([id], await Mine($"createdBefore={now}"));
        Assert.Empty(await Mine($"createdAfter={now}"));
    }

    [Fact]
    public async Task Whose_turn_it_is()
    {
        var skill = await host.Skill();
        using var author = host.Reviewer("turn-author", "cloud");
        using var reviewer = host.Reviewer("turn-reviewer", "cloud");
        using var elsewhere = host.Reviewer("turn-elsewhere", "data");
        var id = await Submit(author, skill.Skill.Slug);
        Task<Guid[]> Turn(HttpClient client, string what = "turn") =>
            Ids(client, $"{what}=me&skill={skill.Skill.Slug}");

        Assert.Equal([id], await Turn(reviewer));
        Assert.Empty(await Turn(author));
        Assert.Empty(await Turn(elsewhere));
        Assert.Equal([id], await Turn(reviewer, "reviewer"));
        Assert.Empty(await Turn(author, "reviewer"));
        await (
            await reviewer.PostAsJsonAsync(
                $"{Root}/{id}/reviews",
                new
                {
                    revision = 1,
                    verdict = "requestChanges",
                    comment = "Say more.",
                }
            )
        ).Is(HttpStatusCode.NoContent);
        Assert.Empty(await Turn(reviewer));
        Assert.Equal([id], await Turn(author));
        Assert.Equal([id], await Turn(reviewer, "reviewer"));
    }

    [Fact]
    public async Task An_unchanged_page_is_not_sent_twice_and_a_new_name_changes_it()
    {
        var skill = await host.Skill();
        using var author = host.As("etag-author");
        var id = await Submit(author, skill.Skill.Slug);
        async Task<HttpStatusCode> Again(string tag)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"{Root}/{id}");
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            return (await author.SendAsync(request)).StatusCode;
        }

        var tag = (await author.GetAsync($"{Root}/{id}")).Headers.ETag!;
        Assert.False(tag.IsWeak);
        Assert.Equal(HttpStatusCode.NotModified, await Again(tag.Tag));
        await host.Say(new AccountChanged("etag-author", 1, "Eta", "e@example.org", "en", "UTC", [], [], true));
        await Eventually.Holds(async () => await Again(tag.Tag) == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_preview_shows_what_would_be()
    {
        var skill = await host.Skill();
        using var author = host.As("preview-author");
        var id = await Submit(author, skill.Skill.Slug);
        var other = await Submit(author, skill.Skill.Slug);
        await Submit(author, skill.Skill.Slug, "architect");
        // The first answer of a neighbour may take longer than a preview waits for it.
        var preview = await Eventually.Get(
            async () => await (await author.GetAsync($"{Root}/{id}/preview")).Json(),
            p => p.GetProperty("watchers").ValueKind == JsonValueKind.Number
        );
        Assert.Equal(2, preview.GetProperty("mandatory").GetProperty("before").GetInt32());
        Assert.Equal(3, preview.GetProperty("mandatory").GetProperty("after").GetInt32());
        Assert.Equal(7, preview.GetProperty("watchers").GetInt32());
        Assert.Equal(other, Assert.Single(preview.GetProperty("others").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(skill.Skill.Slug, preview.GetProperty("skill").GetProperty("slug").GetString());

        host.Catalog.Silent[skill.Skill.Slug] = true;
        var unsaved = await author.PostAsJsonAsync(
            $"{Root}/preview",
            new { skill = skill.Skill.Slug, changes = new object[] { new { op = "retireSkill" } } }
        );
        await unsaved.Is(HttpStatusCode.OK);
        preview = await unsaved.Json();
        Assert.Equal(JsonValueKind.Null, preview.GetProperty("watchers").ValueKind);
        Assert.True(preview.GetProperty("skill").GetProperty("retired").GetBoolean());
    }

    [Fact]
    public async Task What_the_platform_proposed_itself_can_be_previewed_however_long_it_is()
    {
        var skill = await host.Skill();
        using var author = host.As("long-preview");
        string Name(int i) => i % 2 == 0 ? skill.Skill.Name : $"{skill.Skill.Name} again";
        var preview = await author.PostAsJsonAsync(
            $"{Root}/preview",
            new
            {
                skill = skill.Skill.Slug,
                changes = Enumerable.Range(0, 101).Select(i => (Change)new RenameSkill(Name(i), Name(i + 1))),
            }
        );
        await preview.Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_version_is_reverted_by_a_proposal()
    {
        var skill = await host.Skill();
        var slug = skill.Skill.Slug;
        var before = skill.Skill with
        {
            Requirements = [.. skill.Skill.Requirements.Where(r => r.Role != "architect")],
        };
        host.Catalog.Profiles[(slug, 3)] = skill.Skill;
        host.Catalog.Profiles[(slug, 2)] = before;
        using var author = host.As("reverter");
        var answer = await author.PostAsJsonAsync($"{Root}/reverts", new { skill = slug, version = 3 });
        await answer.Is(HttpStatusCode.Created);
        var id = (await answer.Json()).GetProperty("id").GetGuid();
        var page = await (await author.GetAsync($"{Root}/{id}")).Json();
        Assert.Equal("open", page.GetProperty("state").GetString());
        Assert.Equal("dropRequirement", page.GetProperty("changes")[0].GetProperty("op").GetString());
        await (
            await author.PostAsJsonAsync(
                $"{Root}/reverts",
                new
                {
                    skill = slug,
                    version = 3,
                    restore = true,
                }
            )
        ).Is(HttpStatusCode.Conflict, "nothing-to-revert");
        await (await author.PostAsJsonAsync($"{Root}/reverts", new { skill = slug, version = 9 })).Is(
            HttpStatusCode.UnprocessableEntity,
            "validation"
        );
        await (await author.PostAsJsonAsync($"{Root}/reverts", new { skill = "nothing", version = 1 })).Is(
            HttpStatusCode.NotFound,
            "not-found"
        );
        host.Catalog.Silent[slug] = true;
        var silent = await author.PostAsJsonAsync($"{Root}/reverts", new { skill = slug, version = 3 });
        await silent.Is(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(silent.Headers.RetryAfter);
    }

    [Fact]
    public async Task Comments_are_answered_edited_removed_and_erased()
    {
        var skill = await host.Skill();
        using var one = host.As("commenter-1");
        using var two = host.As("commenter-2");
        using var moderator = host.As("moderator", "moderator");
        var id = await Submit(one, skill.Skill.Slug);
        var path = $"{Root}/{id}/comments";
        var posted = await one.PostAsJsonAsync(path, new { text = "Why?" });
        await posted.Is(HttpStatusCode.Created);
        var first = (await posted.Json()).GetProperty("id").GetGuid();
        var told = await host.Hears<ProposalActivity>(a => a.ProposalId == id && a.Kind == "commented");
        Assert.Equal((null, (Guid?)first, "commenter-1"), (told.Text, told.CommentId, told.Actor));
        var answered = await two.PostAsJsonAsync(
            path,
            new { text = "\nBecause.\r\nOf cafe\u0301s. ", replyTo = first }
        );
        await answered.Is(HttpStatusCode.Created);
        var second = (await answered.Json()).GetProperty("id").GetGuid();
        await (await two.PostAsJsonAsync(path, new { text = "?", replyTo = Guid.Empty })).Is(
            HttpStatusCode.UnprocessableEntity
        );

        await (await Put(one, $"{path}/{first}", null)).Is(HttpStatusCode.PreconditionRequired);
        await (await Put(two, $"{path}/{first}", "\"1\"")).Is(HttpStatusCode.Forbidden, "not-author");
        await (await Put(one, $"{path}/{first}", "\"1\"")).Is(HttpStatusCode.NoContent);
        await (await Put(one, $"{path}/{first}", "\"1\"")).Is(HttpStatusCode.PreconditionFailed);
        await (await two.DeleteAsync($"{path}/{first}")).Is(HttpStatusCode.Forbidden, "not-author");
        await (await moderator.DeleteAsync($"{path}/{first}")).Is(HttpStatusCode.NoContent);
        await (await moderator.DeleteAsync($"{path}/{first}")).Is(HttpStatusCode.NoContent);
        await (await moderator.DeleteAsync($"{Root}/{Guid.Empty}/comments/{first}")).Is(HttpStatusCode.NotFound);

        var list = (await (await one.GetAsync(path)).Json()).GetProperty("items");
        Assert.Equal(JsonValueKind.Null, list[0].GetProperty("text").ValueKind);
        Assert.Equal("moderator", list[0].GetProperty("removed").GetProperty("by").GetString());
        Assert.Equal("Because.\nOf caf\u00E9s.", list[1].GetProperty("text").GetString());
        Assert.Equal(first, list[1].GetProperty("replyTo").GetGuid());

        await host.Say(new AccountChanged("commenter-2", 1, "Two", "2@example.org", "en", "UTC", [], [], true));
        await host.Say(new AccountErased("commenter-2", 2, Given.Now));
        await Eventually.Holds(async () =>
        {
            var comment = (await (await one.GetAsync(path)).Json()).GetProperty("items")[1];
            return comment.GetProperty("text").ValueKind == JsonValueKind.Null
                && comment.GetProperty("removed").GetProperty("by").GetString() == "erasure"
                && comment.GetProperty("author") is var author
                && author.GetProperty("name").ValueKind == JsonValueKind.Null
                && author.GetProperty("erased").GetBoolean();
        });
        await host.Say(new AccountChanged("commenter-2", 1, "Two", "2@example.org", "en", "UTC", [], [], true));
        await using var session = host.Store.QuerySession();
        Assert.Null(await session.LoadAsync<CommentText>(first));
        Assert.Null(await session.LoadAsync<CommentText>(second));
    }

    [Fact]
    public async Task Skills_are_discussed()
    {
        var skill = await host.Skill();
        using var one = host.As("discussant");
        var path = $"{Root}/discussions/{skill.Skill.Slug}/comments";
        await (await one.PostAsJsonAsync(path, new { text = "Is this a skill?" })).Is(HttpStatusCode.Created);
        var told = await host.Hears<SkillCommented>(c => c.SkillId == skill.SkillId);
        // Words that can be taken back are not sent around; whoever was told asks for them.
        Assert.Null(told.Text);
        var asked = await one.GetAsync($"{Root}/comments?id={told.CommentId}&id={Guid.NewGuid()}");
        var comment = Assert.Single((await asked.Json()).GetProperty("items").EnumerateArray());
        Assert.Equal("Is this a skill?", comment.GetProperty("text").GetString());
        using var anyone = host.As(null);
        Assert.Single((await (await anyone.GetAsync(path)).Json()).GetProperty("items").EnumerateArray());
        await (await anyone.GetAsync($"{Root}/discussions/nothing/comments")).Is(HttpStatusCode.NotFound);

        await host.Say(
            new AccountChanged("discussant", 1, "Dora Discussant", "d@example.org", "en", "UTC", [], [], true)
        );
        using var two = host.As("answering");
        await (
            await two.PostAsJsonAsync(path, new { text = "I think so, @Dora Discussant.", replyTo = told.CommentId })
        ).Is(HttpStatusCode.Created);
        var answer = await host.Hears<SkillCommented>(c => c.SkillId == skill.SkillId && c.Author == "answering");
        Assert.Equal("discussant", answer.Answered);
        Assert.Equal(["discussant"], answer.Mentioned!);
    }

    [Fact]
    public async Task Comments_on_a_draft_are_told_to_nobody_else()
    {
        var skill = await host.Skill();
        using var author = host.As("draft-commenter");
        var draft = await author.PostAsJsonAsync(
            Root,
            new
            {
                skill = skill.Skill.Slug,
                rationale = "Because.",
                draft = true,
                changes = new[]
                {
                    new
                    {
                        op = "makeMandatory",
                        role = "engineer",
                        level = "junior",
                    },
                },
            }
        );
        var path = draft.Headers.Location + "/comments";
        var comment = (await (await author.PostAsJsonAsync(path, new { text = "Mine." })).Json()).GetProperty("id");
        using var anyone = host.As(null);
        async Task<int> Seen(HttpClient by) =>
            (await (await by.GetAsync($"{Root}/comments?id={comment}")).Json()).GetProperty("items").GetArrayLength();
        Assert.Equal((1, 0), (await Seen(author), await Seen(anyone)));
        var many = string.Join('&', Enumerable.Range(0, 101).Select(_ => $"id={Guid.NewGuid()}"));
        await (await anyone.GetAsync($"{Root}/comments?{many}")).Is(HttpStatusCode.UnprocessableEntity);
        await (await anyone.GetAsync($"{Root}/comments?id=none")).Is(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Who_is_erased_leaves_no_draft_no_words_and_writes_none_with_an_old_token()
    {
        var skill = await host.Skill();
        var words = $"words {Guid.NewGuid():N}";
        using var author = host.As("erased-author");
        await host.Say(new AccountChanged("erased-author", 1, words, "e@example.org", "en", "UTC", [], [], true));
        async Task<HttpResponseMessage> Propose(bool draft, string why) =>
            await author.PostAsJsonAsync(
                Root,
                new
                {
                    skill = skill.Skill.Slug,
                    rationale = why,
                    draft,
                    changes = new[]
                    {
                        new
                        {
                            op = "makeMandatory",
                            role = "engineer",
                            level = "junior",
                        },
                    },
                }
            );
        var stands = await Propose(draft: false, "It stands.");
        var draft = await Propose(draft: true, words);
        var comments = $"{Root}/discussions/{skill.Skill.Slug}/comments";
        var said = await author.PostAsJsonAsync(comments, new { text = words });
        await Eventually.Holds(async () => (await host.TablesWith(words)).Contains("mt_doc_account"));
        Assert.Contains("mt_doc_comment_text", await host.TablesWith(words));

        await host.Say(new AccountErased("erased-author", 2, Given.Now));
        await Eventually.Get(() => host.TablesWith(words), tables => tables.Count == 0);
        await (await author.PostAsJsonAsync(comments, new { text = words })).Is(
            HttpStatusCode.Unauthorized,
            "not-signed-in"
        );
        await (await Put(author, said.Headers.Location!.ToString(), "\"1\"")).Is(
            HttpStatusCode.Unauthorized,
            "not-signed-in"
        );
        await (await author.GetAsync(draft.Headers.Location)).Is(HttpStatusCode.NotFound);
        await (await author.GetAsync(stands.Headers.Location)).Is(HttpStatusCode.OK);
        Assert.Empty(await host.TablesWith(words));
    }

    [Fact]
    public async Task A_domain_can_ask_for_two_approvals()
    {
        var skill = await host.Skill("data");
        using var admin = host.As("admin", "administrator");
        using var author = host.As("policy-author");
        await (await author.PutAsJsonAsync($"{Root}/policies/data", new { approvals = 2 })).Is(
            HttpStatusCode.Forbidden,
            "not-allowed"
        );
        await (await admin.PutAsJsonAsync($"{Root}/policies/nowhere", new { approvals = 2 })).Is(
            HttpStatusCode.NotFound
        );
        await (await admin.PutAsJsonAsync($"{Root}/policies/data", new { approvals = 0 })).Is(
            HttpStatusCode.UnprocessableEntity
        );
        await (await admin.PutAsJsonAsync($"{Root}/policies/data", new { approvals = 2 })).Is(HttpStatusCode.NoContent);
        await (await admin.PutAsJsonAsync($"{Root}/policies/data", new { approvals = 3 })).Is(
            HttpStatusCode.PreconditionRequired
        );
        var policy = await (await author.GetAsync($"{Root}/policies/data")).Json();
        Assert.Equal(2, policy.GetProperty("approvals").GetInt32());
        Assert.Equal(
            3,
            (await (await author.GetAsync($"{Root}/policies")).Json()).GetProperty("items").GetArrayLength()
        );
        var found = (await (await author.GetAsync($"{Root}/policies?q=DAT")).Json()).GetProperty("items");
        Assert.Equal("data", Assert.Single(found.EnumerateArray()).GetProperty("domain").GetString());
        Assert.False(string.IsNullOrEmpty(found[0].GetProperty("name").GetString()));
        var part = await (await author.GetAsync($"{Root}/policies?limit=2")).Json();
        Assert.Equal(2, part.GetProperty("items").GetArrayLength());
        var rest = await (
            await author.GetAsync($"{Root}/policies?limit=2&cursor={part.GetProperty("nextCursor").GetString()}")
        ).Json();
        Assert.Single(rest.GetProperty("items").EnumerateArray());
        var id = await Submit(author, skill.Skill.Slug);
        foreach (var (name, state) in ((string, string)[])[("first", "open"), ("second", "accepted")])
        {
            using var reviewer = host.Reviewer(name, "data");
            await (
                await reviewer.PostAsJsonAsync($"{Root}/{id}/reviews", new { revision = 1, verdict = "approve" })
            ).Is(HttpStatusCode.NoContent);
            var page = await (await author.GetAsync($"{Root}/{id}")).Json();
            Assert.Equal(state, page.GetProperty("state").GetString());
        }
    }

    [Fact]
    public async Task A_move_waits_for_both_domains_and_for_reviewers_who_still_are_ones()
    {
        var skill = await host.Skill("data");
        async Task Is(string id, long version, string scope, params string[] roles) =>
            await host.Say(new AccountChanged(id, version, id, "r@example.org", "en", "UTC", roles, [scope], true));
        async Task<HttpClient> Reviewer(string id, string scope)
        {
            await Is(id, 1, scope, "reviewer");
            await Eventually.Holds(async () =>
            {
                await using var session = host.Store.QuerySession();
                return await session.LoadAsync<Account>(id) is not null;
            });
            return host.Reviewer(id, scope);
        }

        using var ofCloud = await Reviewer("mover-cloud", "cloud");
        using var another = await Reviewer("mover-cloud-2", "cloud");
        using var ofData = await Reviewer("mover-data", "data");
        using var ofTrainees = await Reviewer("mover-trainees", "trainees");
        using var author = host.As("mover");
        var sent = await author.PostAsJsonAsync(
            Root,
            new
            {
                skill = skill.Skill.Slug,
                rationale = "It belongs there.",
                changes = new[]
                {
                    new
                    {
                        op = "moveSkill",
                        was = new { domain = "data", group = "streams" },
                        domain = "cloud",
                        group = "storage",
                    },
                },
            }
        );
        await sent.Is(HttpStatusCode.Created);
        var id = (await sent.Json()).GetProperty("id").GetGuid();
        foreach (var (reviewer, waits) in new[] { (ofCloud, true), (ofData, true), (ofTrainees, false) })
            Assert.Equal(waits, (await Ids(reviewer, "turn=me&limit=200")).Contains(id));
        Task<HttpResponseMessage> Approve(HttpClient reviewer) =>
            reviewer.PostAsJsonAsync($"{Root}/{id}/reviews", new { revision = 1, verdict = "approve" });
        async Task<JsonElement> Page() => await (await author.GetAsync($"{Root}/{id}")).Json();
        static int Has(JsonElement page, string domain) =>
            page.GetProperty("approvals")
                .EnumerateArray()
                .Single(a => a.GetProperty("domain").GetString() == domain)
                .GetProperty("has")
                .GetInt32();

        await (await Approve(ofTrainees)).Is(HttpStatusCode.Forbidden, "not-reviewer");
        await (await Approve(ofCloud)).Is(HttpStatusCode.NoContent);
        Assert.DoesNotContain(id, await Ids(ofCloud, "turn=me&limit=200"));
        Assert.Contains(id, await Ids(ofData, "turn=me&limit=200"));
        var once = await Page();
        Assert.Equal((1, 0), (Has(once, "cloud"), Has(once, "data")));
        Assert.Equal("open", once.GetProperty("state").GetString());

        await Is("mover-cloud", 2, "cloud", "contributor");
        var demoted = await Eventually.Get(Page, page => Has(page, "cloud") == 0);
        Assert.False(demoted.GetProperty("reviews")[0].GetProperty("counts").GetBoolean());
        await (await Approve(ofData)).Is(HttpStatusCode.NoContent);
        Assert.Equal("open", (await Page()).GetProperty("state").GetString());
        await (await Approve(another)).Is(HttpStatusCode.NoContent);
        // The other test may have set that two have to approve in data.
        using var second = await Reviewer("mover-data-2", "data");
        if ((await Page()).GetProperty("state").GetString() == "open")
            await (await Approve(second)).Is(HttpStatusCode.NoContent);
        Assert.Equal("accepted", (await Page()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_merge_shows_before_it_is_decided_what_the_other_skill_gains()
    {
        var (going, remaining) = (await host.Skill(), await host.Skill(domain: "data"));
        using var author = host.As("merger");
        var cell = remaining.Skill.Requirements[0];
        // What the other one says differently here, so that there is something to decide.
        var said = cell with
        {
            Description = "Says it otherwise.",
        };
        await host.Say(
            remaining with
            {
                Version = remaining.Version + 1,
                Skill = remaining.Skill with { Keywords = ["streams"], Requirements = [said] },
            }
        );
        var change = new
        {
            op = "mergeSkill",
            into = remaining.Skill.Slug,
            cells = new[]
            {
                new
                {
                    role = said.Role,
                    level = said.Level,
                    replaces = true,
                },
            },
        };
        var body = new
        {
            skill = going.Skill.Slug,
            rationale = "They are one.",
            changes = new[] { change },
        };
        await Eventually.Holds(async () =>
        {
            var before = await (await author.PostAsJsonAsync($"{Root}/preview", body)).Json();
            return before.GetProperty("into").GetProperty("changes").GetArrayLength() > 2;
        });
        var sent = await author.PostAsJsonAsync(Root, body);
        await sent.Is(HttpStatusCode.Created);
        var id = (await sent.Json()).GetProperty("id").GetGuid();
        var preview = await (await author.GetAsync($"{Root}/{id}/preview")).Json();
        Assert.Empty(preview.GetProperty("conflicts").EnumerateArray());
        Assert.True(preview.GetProperty("skill").GetProperty("retired").GetBoolean());
        var into = preview.GetProperty("into");
        Assert.Equal(remaining.Skill.Slug, into.GetProperty("skill").GetProperty("slug").GetString());
        Assert.Equal(
            ["replaceKeywords", "rewordRequirement", "stateRequirement", "stateRequirement"],
            into.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("op").GetString())
        );
        var page = await (await author.GetAsync($"{Root}/{id}")).Json();
        Assert.Equal(
            ["cloud", "data"],
            page.GetProperty("approvals").EnumerateArray().Select(a => a.GetProperty("domain").GetString())
        );
        var kept = page.GetProperty("changes")[0];
        Assert.Equal("Says it otherwise.", kept.GetProperty("cells")[0].GetProperty("was").GetString());
        Assert.Equal(remaining.Skill.Name, kept.GetProperty("was").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Late_and_old_slugs_of_a_skill_are_understood()
    {
        var skill = await host.Skill();
        var renamed = skill with { Version = 4, Skill = skill.Skill with { Slug = skill.Skill.Slug + "-renamed" } };
        await host.Say(renamed);
        await host.Say(skill);
        using var author = host.As("slugger");
        await Eventually.Holds(async () =>
            (await host.Services.GetRequiredService<Catalogue>().Find(skill.Skill.Slug, default)).Skill?.Version == 4
        );
        var id = await Submit(author, skill.Skill.Slug);
        Assert.Contains(id, await Ids(author, $"skill={renamed.Skill.Slug}"));
        var page = await (await author.GetAsync($"{Root}/{id}")).Json();
        Assert.Equal(renamed.Skill.Slug, page.GetProperty("skill").GetString());
    }

    [Fact]
    public async Task The_description_of_the_api_is_there()
    {
        using var anyone = host.As(null);
        var answer = await anyone.GetAsync($"{Root}/openapi.json");
        await answer.Is(HttpStatusCode.OK);
        var paths = (await answer.Json()).GetProperty("paths");
        Assert.True(paths.TryGetProperty("/api/proposals/{id}/reviews", out _), paths.ToString());
    }

    private static Task<HttpResponseMessage> Put(HttpClient client, string path, string? match)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, path)
        {
            Content = JsonContent.Create(new { text = "Better." }),
        };
        if (match is not null)
            request.Headers.TryAddWithoutValidation("If-Match", match);
        return client.SendAsync(request);
    }
}
