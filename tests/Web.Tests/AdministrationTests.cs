using System.Net;
using System.Text.RegularExpressions;

namespace SkillPlatform.Web.Tests;

public sealed class AdministrationTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string Id = "01990000-0000-7000-8000-0000000000ab";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/en/admin", "contributor", 403)]
    [InlineData("/en/admin", "moderator", 200)]
    [InlineData("/en/admin/accounts", "reviewer", 403)]
    [InlineData("/en/admin/accounts", "moderator", 200)]
    [InlineData("/en/admin/policies", "moderator", 403)]
    [InlineData("/en/admin/quotas", "moderator", 403)]
    [InlineData("/en/admin/import", "moderator", 403)]
    [InlineData($"/en/admin/imports/{Id}", "moderator", 403)]
    [InlineData("/en/admin/mails", "moderator", 403)]
    [InlineData("/en/admin/errors", "moderator", 403)]
    [InlineData("/en/admin/service-accounts", "moderator", 403)]
    [InlineData("/en/admin/security", "moderator", 403)]
    public async Task Each_sees_what_their_role_is_for(string page, string role, int status)
    {
        web.Identity.Stub.On("GET /api/identity/accounts", Samples.Empty);
        using var browser = await As(role);
        using var answer = await browser.Get(page);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task The_overview_tells_load_and_pace_of_the_reviewers()
    {
        EveryPage.Given(web, null);
        using var browser = await EveryPage.SignedIn(web);
        var html = System.Net.WebUtility.HtmlDecode(await browser.Html("/en/admin/overview"));
        foreach (var cell in new[] { "4", "30 hours", "–", "7", "12", "3 days" })
            Assert.Contains($"<td>{cell}</td>", html);
        Assert.Contains("Noor", html[html.IndexOf("id=\"load\"", StringComparison.Ordinal)..]);
        Assert.Contains("<rect x=\"1\" y=\"0\" width=\"8\" height=\"40\"", html);
        web.Proposals.On(
            "GET /api/proposals/overview",
            new
            {
                domains = Array.Empty<object>(),
                oldest = Array.Empty<object>(),
                weeks = Array.Empty<object>(),
                reviewers = (object?)null,
            }
        );
        Assert.DoesNotContain("id=\"load\"", await browser.Html("/en/admin/overview"));
    }

    [Fact]
    public async Task Of_very_many_domains_the_overview_goes_on()
    {
        web.Catalog.On(
            "GET /api/catalog/overview",
            new
            {
                at = "2026-11-25T10:00:00Z",
                domains = Enumerable
                    .Range(1, 120)
                    .Select(n => new
                    {
                        slug = $"d-{n}",
                        name = $"Domain No. {n}",
                        requirements = 1,
                        ages = new
                        {
                            halfYear = 1,
                            year = 0,
                            twoYears = 0,
                            older = 0,
                        },
                        changes = new[] { new { from = "2026-11-16", count = n } },
                    }),
            }
        );
        web.Proposals.On("GET /api/proposals/overview", new { }, 500);
        using var browser = await As("administrator");
        var html = await browser.Html("/en/admin/overview");
        Assert.Contains("<bdi>Domain No. 50</bdi>", html);
        Assert.DoesNotContain("<bdi>Domain No. 51</bdi>", html);
        Assert.Contains("href=\"/en/admin/overview?from=50\"", html);
        html = await browser.Html("/en/admin/overview?from=100");
        Assert.Contains("<bdi>Domain No. 120</bdi>", html);
        Assert.DoesNotContain("rel=\"next\"", html);
    }

    [Fact]
    public async Task Accounts_are_found_and_go_on_where_the_page_ends()
    {
        web.Identity.Stub.On(
            "GET /api/identity/accounts",
            new { items = new[] { Samples.Account(Id) }, nextCursor = "more" }
        );
        using var browser = await As("administrator");
        var html = await browser.Html("/en/admin/accounts?q=zo");
        Assert.Contains($"href=\"/en/admin/accounts/{Id}\"", html);
        Assert.Contains("zoe@example.org", html);
        Assert.Contains("q=zo&amp;cursor=more", html);
        using var moderator = await As("moderator");
        Assert.DoesNotContain("zoe@example.org", await moderator.Html("/en/admin/accounts"));
        web.Identity.Stub.On("GET /api/identity/accounts", Samples.Empty);
        Assert.Contains("No account matches", await browser.Html("/en/admin/accounts?q=nobody"));
        web.Identity.Stub.On("GET /api/identity/accounts", new { }, 500);
        Assert.Contains("does not answer", await browser.Html("/en/admin/accounts"));
    }

    [Fact]
    public async Task The_security_log_is_shown_by_kind_and_by_account()
    {
        web.Identity.Stub.On(
            "GET /api/identity/security-events",
            new
            {
                items = new[]
                {
                    new
                    {
                        at = "2026-03-09T10:00:00Z",
                        what = "accountSuspended",
                        account = new { id = Id, name = "Zoe" },
                        by = new { id = "u1", name = "Noor" },
                    },
                },
                nextCursor = "more",
            }
        );
        using var browser = await As("administrator");
        var html = await browser.Html($"/en/admin/security?what=accountSuspended&account={Id}");
        var asked = web.Identity.Stub.Last("/api/identity/security-events").Query;
        Assert.Contains("what=accountSuspended", asked);
        Assert.Contains($"account={Id}", asked);
        Assert.Contains("Account suspended", html);
        Assert.Contains($"href=\"/en/admin/security?account={Id}\"", html);
        Assert.Contains("cursor=more", html);
    }

    [Fact]
    public async Task A_service_account_is_made_its_secret_shown_once_and_revoked()
    {
        const string page = "/en/admin/service-accounts";
        var (list, one) = ("/api/identity/service-accounts", $"/api/identity/service-accounts/{Id}");
        web.Identity.Stub.On($"GET {list}", new { items = new[] { Samples.ServiceAccount(Id) } })
            .On($"POST {list}", Samples.ServiceAccount(Id, "s3cr3t"), 201)
            .On($"DELETE {one}", new { }, 204);
        using var browser = await As("administrator");
        using var made = await browser.Post(
            page,
            page,
            ("name", "Nightly import"),
            ("scope", "read"),
            ("scope", "import"),
            ("lastDay", "2027-01-31")
        );
        var shown = await made.Content.ReadAsStringAsync(_ct);
        Assert.Contains("value=\"s3cr3t\"", shown);
        Assert.Contains("no-store", made.Headers.CacheControl!.ToString());
        Assert.Equal(
            "{\"name\":\"Nightly import\",\"scopes\":[\"read\",\"import\"],\"endsAt\":\"2027-02-01T00:00:00+00:00\"}",
            web.Identity.Stub.Last(list, "POST").Body
        );
        var later = await browser.Html(page);
        Assert.Contains("Nightly import", later);
        Assert.DoesNotContain("s3cr3t", later);
        using var revoked = await browser.Post(page, $"{page}/{Id}/revoke");
        Assert.Equal($"{page}?done=revoked", revoked.Headers.Location?.OriginalString);
        Assert.Equal("DELETE", web.Identity.Stub.Last(one).Method);
    }

    [Fact]
    public async Task A_service_account_that_is_refused_is_shown_again_as_typed_with_the_reason()
    {
        const string page = "/en/admin/service-accounts";
        web.Identity.Stub.On("GET /api/identity/service-accounts", Samples.Empty)
            .On("POST /api/identity/service-accounts", new { type = "/problems/service-name-taken" }, 409);
        using var browser = await As("administrator");
        using var refused = await browser.Post(page, page, ("name", "Twice"), ("scope", "propose"), ("lastDay", "x"));
        var html = await refused.Content.ReadAsStringAsync(_ct);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("value=\"Twice\"", html);
        Assert.Contains("There is a service account of this name already.", html);
    }

    [Fact]
    public async Task An_administrator_gives_roles_with_domains_and_a_moderator_only_suspends()
    {
        web.Identity.Stub.On($"GET /api/identity/accounts/{Id}", Samples.Account(Id))
            .On($"PUT /api/identity/accounts/{Id}/roles", Samples.Account(Id))
            .On($"POST /api/identity/accounts/{Id}/suspension", Samples.Account(Id));
        using var browser = await As("administrator");
        var page = $"/en/admin/accounts/{Id}";
        using var changed = await browser.Post(
            page,
            $"{page}/roles",
            ("role", "contributor"),
            ("role", "reviewer"),
            ("scope", "sea"),
            ("tag", "\"3\"")
        );
        Assert.Equal($"{page}?done=changed", changed.Headers.Location?.OriginalString);
        Assert.Equal(
            "{\"roles\":[\"contributor\",\"reviewer\"],\"reviewerScopes\":[\"sea\"]}",
            web.Identity.Stub.Last($"/api/identity/accounts/{Id}/roles").Body
        );
        using var moderator = await As("moderator");
        var html = await moderator.Html(page);
        Assert.Contains("href=\"/en/admin\"", html);
        Assert.DoesNotContain($"{Id}/roles", html);
        using var suspended = await moderator.Post(page, $"{page}/suspension", ("suspend", "true"));
        Assert.Equal(HttpStatusCode.Redirect, suspended.StatusCode);
        Assert.Equal("POST", web.Identity.Stub.Last($"/api/identity/accounts/{Id}/suspension").Method);
        using var nobody = await As("contributor");
        using var refused = await nobody.Post("/en/", $"{page}/suspension", ("suspend", "true"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task A_policy_says_how_many_and_who()
    {
        var all = new[]
        {
            Reviewer("u2", "Ola", "*"),
            Reviewer("u3", "Kim", "sea"),
            Reviewer("u4", "Lou", "elsewhere"),
            // Named, and a reviewer still.
            Reviewer("u1", "Noor", "sea"),
        };
        web.Identity.Stub.On("GET /api/identity/accounts", new { items = all });
        web.Catalog.On("GET /api/catalog/domains", new[] { Samples.Sea });
        Policy("u1");
        using var browser = await As("administrator");
        var html = await browser.Html("/en/admin/policies/sea");
        Assert.Contains("<bdi>Sea</bdi>", html);
        Assert.Contains("role=reviewer", web.Identity.Stub.Last("/api/identity/accounts").Query);
        Assert.Matches("value=\"u1\" checked", html);
        Assert.Matches("value=\"u2\" />|value=\"u2\"/>|value=\"u2\">", html);
        Assert.Contains("<bdi>Kim (kim@example.org)</bdi>", html);
        Assert.DoesNotContain("Lou", html);
        Assert.Single(Regex.Matches(html, "value=\"u1\"", RegexOptions.None, TimeSpan.FromSeconds(1)));
        (string, string)[] named = [("approvals", "2"), ("remind", "14"), ("reviewer", "u1"), ("reviewer", "u3")];
        using var set = await browser.Post("/en/admin/policies/sea", "/en/admin/policies/sea", named);
        Assert.Equal("/en/admin/policies?done=set", set.Headers.Location?.OriginalString);
        Assert.Equal(
            "{\"approvals\":2,\"reviewers\":[\"u1\",\"u3\"],\"remindAfterDays\":14}",
            web.Proposals.Last("/api/proposals/policies/sea", "PUT").Body
        );
        using var anybody = await browser.Post("/en/admin/policies/sea", "/en/admin/policies/sea", ("approvals", "1"));
        Assert.Equal(
            "{\"approvals\":1,\"reviewers\":null,\"remindAfterDays\":7}",
            web.Proposals.Last("/api/proposals/policies/sea", "PUT").Body
        );
        // Who is named stays so while nobody else can be chosen.
        web.Identity.Stub.On("GET /api/identity/accounts", new { }, 500);
        html = await browser.Html("/en/admin/policies/sea");
        Assert.Matches("value=\"u1\" checked", html);
        Assert.Contains("The accounts do not answer", html);
    }

    [Fact]
    public async Task Of_many_reviewers_one_more_is_typed()
    {
        var many = Enumerable.Range(1, 40).Select(n => Reviewer($"m{n}", $"Member{n}", "sea"));
        web.Identity.Stub.On("GET /api/identity/accounts", new { items = many });
        web.Catalog.On("GET /api/catalog/domains", new[] { Samples.Sea });
        Policy("m7");
        using var browser = await As("administrator");
        var html = await browser.Html("/en/admin/policies/sea");
        Assert.Single(Regex.Matches(html, "type=\"checkbox\"", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Contains("<option value=\"Member8 (member8@example.org)\">", html);
        (string, string)[] one =
        [
            ("approvals", "1"),
            ("reviewer", "m7"),
            ("reviewer-more", "member8 (member8@example.org)"),
        ];
        using var set = await browser.Post("/en/admin/policies/sea", "/en/admin/policies/sea", one);
        Assert.Equal(HttpStatusCode.Redirect, set.StatusCode);
        Assert.Contains("\"reviewers\":[\"m7\",\"m8\"]", web.Proposals.Last("/api/proposals/policies/sea", "PUT").Body);
        one[^1] = ("reviewer-more", "Nobody");
        using var wrong = await browser.Post("/en/admin/policies/sea", "/en/admin/policies/sea", one);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        html = await wrong.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Nobody of that name reviews in this domain", html);
        Assert.Contains("value=\"Nobody\"", html);
    }

    [Fact]
    public async Task All_policies_stand_in_one_table_that_is_searched_and_goes_on()
    {
        web.Proposals.On(
            "GET /api/proposals/policies",
            new
            {
                items = new object[]
                {
                    new
                    {
                        domain = "sea",
                        name = "Sea & sky",
                        approvals = 3,
                        reviewers = Enumerable.Range(1, 8).Select(n => new { id = $"m{n}", name = $"Member{n}" }),
                        remindAfterDays = 0,
                    },
                    new
                    {
                        domain = "land",
                        name = "Land",
                        approvals = 1,
                        remindAfterDays = 7,
                    },
                },
                nextCursor = "on",
            }
        );
        using var browser = await As("administrator");
        var html = await browser.Html("/en/admin/policies?q=s%26a");
        Assert.Equal("?limit=50&q=s%26a", web.Proposals.Last("/api/proposals/policies").Query);
        Assert.Single(Regex.Matches(html, "<table", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Contains("href=\"/en/admin/policies/sea\"><bdi>Sea &amp; sky</bdi>", html);
        Assert.Contains("and 3 more", html);
        Assert.DoesNotContain("Member6", html);
        Assert.Contains("every reviewer of the domain", html);
        Assert.Contains("href=\"/en/admin/policies?q=s%26a&amp;cursor=on\"", html);
        web.Proposals.On("GET /api/proposals/policies", Samples.Empty);
        Assert.Contains("No domain has this in its name.", await browser.Html("/en/admin/policies?q=x&cursor=on"));
        Assert.Contains("There is no domain yet.", await browser.Html("/en/admin/policies"));
        web.Proposals.On("GET /api/proposals/policies", new { }, 500);
        Assert.Contains("does not answer", await browser.Html("/en/admin/policies"));
    }

    private void Policy(string reviewer) =>
        web
            .Proposals.On(
                "GET /api/proposals/policies/sea",
                new
                {
                    domain = "sea",
                    approvals = 1,
                    reviewers = new[] { new { id = reviewer, name = "Noor" } },
                }
            )
            .On("PUT /api/proposals/policies/sea", new { });

    [Fact]
    public async Task Quotas_are_set_and_an_empty_field_is_no_limit()
    {
        web.Proposals.On(
                "GET /api/proposals/quotas",
                new
                {
                    proposals = new { hour = 30, day = 100 },
                    comments = (object?)null,
                    openProposals = 50,
                    reviewersTimes = 5,
                }
            )
            .On("PUT /api/proposals/quotas", new { });
        using var browser = await As("administrator");
        var html = await browser.Html("/en/admin/quotas");
        Assert.Contains("name=\"proposals.day\" value=\"100\"", html);
        Assert.Contains("name=\"comments.hour\" value=\"\"", html);
        (string, string)[] wanted = [("proposals.hour", "3"), ("proposals.day", "9"), ("openProposals", "7")];
        using var set = await browser.Post("/en/admin/quotas", "/en/admin/quotas", wanted);
        Assert.Equal("/en/admin/quotas?done=set", set.Headers.Location?.OriginalString);
        Assert.Equal(
            "{\"proposals\":{\"hour\":3,\"day\":9},\"revisions\":null,\"comments\":null,\"reviews\":null,"
                + "\"characters\":null,\"openProposals\":7,\"revisionsOfOne\":null,\"reviewersTimes\":1}",
            web.Proposals.Last("/api/proposals/quotas").Body
        );
        foreach (var wrong in new[] { ("proposals.hour", "3"), ("openProposals", "many") })
        {
            using var refused = await browser.Post("/en/admin/quotas", "/en/admin/quotas", wrong);
            Assert.Equal(422, (int)refused.StatusCode);
            html = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains($"value=\"{wrong.Item2}\"", html);
            Assert.Contains("Whole numbers only", html);
        }
    }

    [Fact]
    public async Task A_document_is_checked_then_imported_and_its_errors_name_their_place()
    {
        web.Catalog.On("POST /api/catalog/imports", Import("queued"), 202)
            .On($"GET /api/catalog/imports/{Id}", Import("running"));
        using var browser = await As("administrator");
        using var taken = await Upload(browser, "catalogue.csv");
        Assert.Equal($"/en/admin/imports/{Id}", taken.Headers.Location?.OriginalString);
        var asked = web.Catalog.Last("/api/catalog/imports");
        Assert.Equal("?dryRun=true&source=catalogue.csv", asked.Query);
        Assert.Equal("text/csv", asked.Headers["Content-Type"]);
        Assert.Equal("""{"domains":[{"name":"Sea"}]}""", asked.Body);
        var running = await browser.Html($"/en/admin/imports/{Id}");
        Assert.Contains("http-equiv=\"refresh\"", running);
        Assert.Contains("<progress max=\"40\" value=\"10\"", running);
        Assert.Contains("<bdi>catalogue.csv</bdi> <time datetime=\"2026-11-20T09:00:00Z\"", running);
        web.Catalog.On($"GET /api/catalog/imports/{Id}", Import("done"));
        Assert.DoesNotContain("http-equiv", await browser.Html($"/en/admin/imports/{Id}"));
        web.Catalog.On(
            "POST /api/catalog/imports",
            new
            {
                type = "/problems/invalid",
                errors = new Dictionary<string, string[]> { ["/domains/0/name"] = ["Is missing."] },
            },
            422
        );
        using var wrong = await Upload(browser, "catalogue.json");
        Assert.Equal(422, (int)wrong.StatusCode);
        var html = await wrong.Content.ReadAsStringAsync(_ct);
        Assert.Contains("Sea <small dir=\"ltr\"><code>/domains/0/name</code></small>", html);
        Assert.Contains("Is missing.", html);
    }

    [Fact]
    public async Task What_was_checked_is_shown_name_by_name_and_imported_without_another_upload()
    {
        web.Catalog.On($"GET /api/catalog/imports/{Id}", Import("done"))
            .On($"GET /api/catalog/changesets/{Id}", UploadTests.ChangeSet(Id))
            .On($"POST /api/catalog/imports/{Id}/run", Import("queued"), 202)
            .On($"POST /api/catalog/imports/{Id}/undo", new { type = "/problems/nothing-to-undo" }, 409);
        using var browser = await As("administrator");
        var html = await browser.Html($"/en/admin/imports/{Id}");
        Assert.Contains("Reading tides", html);
        Assert.Contains("<summary><bdi>Harbour pilot</bdi></summary>", html);
        Assert.Matches("Role renamed from .*Lotse", html);
        Assert.Matches("Hold.* came with the import and stays", html);
        Assert.Contains("Import this", html);
        using var run = await browser.Post($"/en/admin/imports/{Id}", $"/en/admin/imports/{Id}/run");
        Assert.Equal($"/en/admin/imports/{Id}", run.Headers.Location?.OriginalString);
        using var refused = await browser.Post($"/en/admin/imports/{Id}", $"/en/admin/imports/{Id}/undo");
        Assert.Equal(409, (int)refused.StatusCode);
        Assert.Contains("changed nothing that could be undone", await refused.Content.ReadAsStringAsync(_ct));
    }

    [Fact]
    public async Task Mails_are_found_shown_with_their_way_and_tried_again()
    {
        web.Notifications.On(
                "GET /api/notifications/deliveries",
                new
                {
                    items = new object[]
                    {
                        new
                        {
                            id = Id,
                            user = Id,
                            state = "failed",
                            attempts = 5,
                            lastError = "550 <no such user>",
                            createdAt = "2026-03-09T10:00:00Z",
                            recipient = new { name = "Zoë", address = "zoe@example.org" },
                            subject = "Sailing <changed>",
                            address = "ok",
                            answers = new[]
                            {
                                new { at = "2026-03-09T10:00:00Z", text = "451 wait" },
                                new { at = "2026-03-09T10:00:00Z", text = "550 <no such user>" },
                            },
                        },
                        Cancelled("In the service's own words.", "unwatched"),
                        Cancelled("A newer reason.", "newer"),
                    },
                    nextCursor = "more",
                }
            )
            .On($"DELETE /api/notifications/suppressions/{Id}", new { }, 204)
            .On($"POST /api/notifications/deliveries/{Id}/retry", new { }, 202);
        using var browser = await As("administrator");
        var html = await browser.Html("/en/admin/mails?state=failed&q=zo%26");
        Assert.Equal("?state=failed&q=zo%26", web.Notifications.Last("/api/notifications/deliveries").Query);
        foreach (
            var shown in new[] { "550 &lt;no such user&gt;", "451 wait", "zoe@example.org", "Sailing &lt;changed&gt;" }
        )
            Assert.Contains(shown, html);
        Assert.Contains("state=failed&amp;q=zo%26&amp;cursor=more", html);
        Assert.DoesNotContain("/lift", html);
        html = await browser.Html("/de/admin/mails");
        Assert.Contains("<bdi>Wird nicht mehr beobachtet.</bdi>", html);
        Assert.DoesNotContain("own words", html);
        // One that we do not know yet is said in its service's words.
        Assert.Contains("<bdi>A newer reason.</bdi>", html);
        using var lifted = await browser.Post("/en/admin/mails", $"/en/admin/mails/addresses/{Id}/lift");
        Assert.Equal("/en/admin/mails?done=lifted", lifted.Headers.Location?.OriginalString);
        Assert.Equal("DELETE", web.Notifications.Last($"/api/notifications/suppressions/{Id}").Method);
        using var retried = await browser.Post("/en/admin/mails", $"/en/admin/mails/{Id}/retry");
        Assert.Equal("/en/admin/mails?done=retried", retried.Headers.Location?.OriginalString);

        static object Cancelled(string why, string code) =>
            new
            {
                id = Id,
                user = Id,
                state = "cancelled",
                lastError = why,
                lastErrorCode = code,
                createdAt = "2026-03-09T10:00:00Z",
            };
    }

    [Fact]
    public async Task Messages_given_up_are_put_back_service_by_service()
    {
        web.Catalog.On(
                "GET /api/catalog/errors/",
                new
                {
                    items = new[]
                    {
                        new
                        {
                            queue = "proposal-accepted_error",
                            messageId = "m1",
                            reason = "Broken",
                            body = "{}",
                        },
                    },
                }
            )
            .On("POST /api/catalog/errors/proposal-accepted_error/replay", new { replayed = 1 });
        web.Proposals.On("GET /api/proposals/errors/", Samples.Empty);
        web.Notifications.On("GET /api/notifications/errors/", new { }, 500);
        using var browser = await As("administrator");
        var html = await browser.Html("/en/admin/errors");
        Assert.Contains("Broken", html);
        Assert.Contains("There are no undeliverable messages", html);
        Assert.Contains("does not answer", html);
        using var replayed = await browser.Post(
            "/en/admin/errors",
            "/en/admin/errors/catalog/proposal-accepted_error/replay"
        );
        Assert.Equal("/en/admin/errors?done=replayed", replayed.Headers.Location?.OriginalString);
    }

    private static object Reviewer(string id, string name, string scope) =>
        new
        {
            id,
            name,
            email = $"{name.ToLowerInvariant()}@example.org",
            roles = new[] { "reviewer" },
            reviewerScopes = new[] { scope },
        };

    private async Task<Browser> As(string role)
    {
        web.Identity.Roles = [role];
        var browser = web.Browser();
        await browser.SignIn();
        return browser;
    }

    private static object Import(string state) =>
        new
        {
            id = Id,
            state,
            dryRun = true,
            done = 10,
            total = 40,
            added = 3,
            changed = 2,
            unchanged = 5,
            errors = Array.Empty<object>(),
            source = "catalogue.csv",
            createdAt = "2026-11-20T09:00:00Z",
        };

    private async Task<HttpResponseMessage> Upload(Browser browser, string name)
    {
        var token = Regex.Match(
            await browser.Html("/en/admin/import"),
            "name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );
        using var form = new MultipartFormDataContent
        {
            { new StringContent(token.Groups["token"].Value), "__RequestVerificationToken" },
            { new StringContent("dry"), "how" },
            { new StringContent("""{"domains":[{"name":"Sea"}]}"""), "document", name },
        };
        return await browser.Client.PostAsync("/en/admin/import", form, _ct);
    }
}
