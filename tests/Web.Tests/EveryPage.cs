using System.Text.Json;
using System.Text.Json.Nodes;

namespace SkillPlatform.Web.Tests;

/// <summary>An address for each page there is, and services that tell something for each part of it.</summary>
public static class EveryPage
{
    public const string Theirs = "01990000-0000-7000-8000-00000000ee01";
    public const string Mine = "01990000-0000-7000-8000-00000000ee02";
    public const string Draft = "01990000-0000-7000-8000-00000000ee03";
    public const string Account = "01990000-0000-7000-8000-00000000ee04";
    public const string Import = "01990000-0000-7000-8000-00000000ee05";
    public const string Comment = "01990000-0000-7000-8000-00000000ee06";
    public const string Webhook = "01990000-0000-7000-8000-00000000ee07";
    public const string Silent = "01990000-0000-7000-8000-00000000ee08";

    /// <summary>Everything a text can try: tags, handlers, addresses that run, turned text, no space to break at.</summary>
    public static readonly string Evil =
        "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)> \"' onclick=\"alert(1) "
        + "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](&#106;avascript&colon;alert(1)) "
        + "[d](data:text/html;base64,PHNjcmlwdD4=) [e](java\tscript:alert(1)) <javascript:alert(1)> "
        + "</title></textarea></script>]]>--> \u202Eexe.doc\u202C \u2066x\u2069 "
        + $"{Family} {Family}{new string('w', 10_000)}";

    /// <summary>One character to its reader, of seven.</summary>
    public const string Family = "👩🏽‍👩‍👧‍👦";

    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal)
    {
        "name",
        "skillName",
        "keywords",
        "description",
        "text",
        "rationale",
        "reason",
        "before",
        "after",
        "was",
        "now",
        "wanted",
        "comment",
        "title",
        "summary",
        "added",
        "removed",
        "lastError",
        "importSource",
        "body",
        "message",
        "pointer",
        "suggestion",
        "note",
    };

    /// <summary>Each route that answers a GET with a page, and addresses of it.</summary>
    public static readonly (string Route, string[] Addresses)[] All =
    [
        ("/", ["/", "/?domain=sea&group=coast", "/?q=tides&role=pilot"]),
        ("/roles", ["/roles"]),
        (
            "/roles/{role}",
            [
                "/roles/pilot",
                "/roles/pilot?level=junior",
                "/roles/pilot?level=junior&compare=senior",
                "/roles/pilot?all=true",
            ]
        ),
        ("/about", ["/about"]),
        ("/help", ["/help"]),
        ("/privacy", ["/privacy"]),
        ("/my-role", ["/my-role", "/my-role?role=pilot&level=junior"]),
        ("/roles/{role}/matrix", ["/roles/pilot/matrix"]),
        ("/by/{facet}", ["/by/roles?q=tides", "/by/groups"]),
        ("/changes", ["/changes", $"/changes?import={Import}"]),
        ("/editions", ["/editions"]),
        ("/editions/{name}", ["/editions/2026-2"]),
        ("/editions/{a}/compare/{b}", ["/editions/2026-1/compare/2026-2"]),
        ("/skills/new", ["/skills/new"]),
        ("/skills/{slug}", ["/skills/every", "/skills/every?version=2", "/skills/ended"]),
        ("/skills/{slug}/confirm", ["/skills/every/confirm"]),
        ("/skills/{slug}/mark", ["/skills/every/mark?role=pilot&level=junior"]),
        ("/skills/{slug}/matrix", ["/skills/every/matrix"]),
        ("/my-marks", ["/my-marks"]),
        ("/skills/{slug}/compare", ["/skills/every/compare"]),
        ("/skills/{slug}/diff", ["/skills/every/diff?from=1&to=2"]),
        (
            "/skills/{slug}/discussion",
            [
                "/skills/every/discussion",
                $"/skills/every/discussion?reply={Comment}",
                $"/skills/every/discussion?edit={Comment}",
            ]
        ),
        ("/skills/{slug}/history", ["/skills/every/history"]),
        ("/skills/{slug}/requirements/{role}/{level}/history", ["/skills/every/requirements/pilot/junior/history"]),
        ("/skills/{slug}/suggest", ["/skills/every/suggest"]),
        ("/skills/{slug}/merge", ["/skills/every/merge?q=tides", "/skills/every/merge?into=other"]),
        ("/roles/{slug}/suggest", ["/roles/pilot/suggest"]),
        ("/domains/{slug}/suggest", ["/domains/sea/suggest"]),
        ("/skills/{slug}/undo", ["/skills/every/undo?version=2"]),
        ("/proposals", ["/proposals"]),
        ("/proposals/mine", ["/proposals/mine"]),
        (
            "/proposals/{id:guid}",
            [
                $"/proposals/{Theirs}",
                $"/proposals/{Mine}",
                $"/proposals/{Draft}",
                $"/proposals/{Theirs}?edit={Comment}",
                $"/proposals/{Theirs}?about=0",
                $"/proposals/{Theirs}?from=1&to=2",
            ]
        ),
        ("/proposals/{id:guid}/revise", [$"/proposals/{Mine}/revise", $"/proposals/{Draft}/revise"]),
        ("/upload", ["/upload"]),
        ("/uploads/{id:guid}", [$"/uploads/{Import}"]),
        ("/batches/{id:guid}", [$"/batches/{Theirs}"]),
        ("/queue", ["/queue"]),
        ("/watching", ["/watching"]),
        ("/watching/mail", ["/watching/mail"]),
        ("/watching/webhooks", ["/watching/webhooks", "/watching/webhooks?scope=skill&key=every"]),
        ("/watching/webhooks/{id:guid}", [$"/watching/webhooks/{Webhook}", $"/watching/webhooks/{Silent}"]),
        (
            "/watching/{scope}/{key}/preview",
            ["/watching/skill/every/preview", "/watching/group/sea.coast/preview?follow=all"]
        ),
        ("/inbox", ["/inbox"]),
        ("/account", ["/account"]),
        ("/account/delete", ["/account/delete"]),
        ("/account/gone", ["/account/gone"]),
        ("/admin", ["/admin"]),
        ("/admin/overview", ["/admin/overview"]),
        ("/admin/overview/requirements", ["/admin/overview/requirements?domain=sea&never=true"]),
        ("/admin/accounts", ["/admin/accounts"]),
        ("/admin/accounts/{id:guid}", [$"/admin/accounts/{Account}"]),
        ("/admin/service-accounts", ["/admin/service-accounts"]),
        ("/admin/security", ["/admin/security", "/admin/security?what=denied"]),
        ("/admin/policies", ["/admin/policies"]),
        ("/admin/policies/{domain}", ["/admin/policies/sea"]),
        ("/admin/quotas", ["/admin/quotas"]),
        ("/admin/site", ["/admin/site"]),
        ("/admin/site/{page}", ["/admin/site/help?language=ar", "/admin/site/imprint"]),
        ("/admin/import", ["/admin/import"]),
        (
            "/admin/imports/{id:guid}",
            [$"/admin/imports/{Import}", $"/admin/imports/{Mine}", $"/admin/imports/{Theirs}"]
        ),
        ("/admin/mails", ["/admin/mails"]),
        ("/admin/webhooks", ["/admin/webhooks"]),
        ("/admin/errors", ["/admin/errors"]),
    ];

    /// <summary>Routes that answer with something else than a page.</summary>
    public static readonly (string Route, string? Address)[] Others =
    [
        ("/feed", "/feed"),
        ("/domains/{slug}/feed", "/domains/sea/feed"),
        ("/roles/{slug}/feed", "/roles/pilot/feed"),
        ("/skills/{slug}/feed", "/skills/every/feed"),
        ("/editions/feed", "/editions/feed"),
        ("/sitemap.xml", "/sitemap.xml"),
        ("/sitemap/{number:int}", "/sitemap/1"),
        ("/robots.txt", "/robots.txt"),
        ("/assets/{file}", null),
        ("/favicon.ico", "/favicon.ico"),
        ("/my-marks.csv", "/my-marks.csv"),
        ("/account/export", "/account/export"),
        // Nothing until it is written.
        ("/imprint", null),
        // To the proposal of that number.
        ("/proposals/{number:long}", null),
        // To what it is about.
        ("/inbox/{id:guid}", null),
        ("/signin", "/signin"),
        ("/api/docs", "/api/docs"),
        ("/api/guide", "/api/guide"),
        ("/api/docs/reference.js", "/api/docs/reference.js"),
        ("/api/docs/scalar.js", "/api/docs/scalar.js"),
        ("/api/docs/styles.js", "/api/docs/styles.js"),
    ];

    public static IEnumerable<string> Addresses => All.SelectMany(page => page.Addresses);

    public static IEnumerable<string> Feeds =>
        Others.Select(other => other.Address).OfType<string>().Where(a => a.EndsWith("feed", StringComparison.Ordinal));

    /// <summary>Who may see and do everything, so that every form is shown.</summary>
    public static async Task<Browser> SignedIn(WebFixture web, Uri? at = null)
    {
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor", "reviewer", "moderator", "administrator"], ["*"]);
        var browser = web.Browser(at);
        await browser.SignIn();
        (web.Identity.Roles, web.Identity.Scopes) = (["contributor"], []);
        return browser;
    }

    /// <summary>The services tell of everything, with this in place of each text of people; null leaves the texts.</summary>
    public static void Given(WebFixture web, string? instead)
    {
        Catalogue(web.Catalog, In);
        Proposing(web.Proposals, In);
        Notifying(web.Notifications, In);
        Accounts(web.Identity.Stub, In);

        object In(object answer) =>
            instead is null ? answer : Replaced(JsonSerializer.SerializeToNode(answer), instead);
    }

    private static void Catalogue(Stub catalog, Func<object, object> with)
    {
        var changes = Samples.Changes(
            ("requirementReworded", 3, "Knows old tables.", "Knows the tables."),
            ("requirementStated", 2, null, "Knows old tables."),
            ("skillRenamed", 2, "Tides", "Reading tides"),
            ("skillRetired", 2, "Tides", null),
            ("skillAdded", 1, null, "Tides")
        );
        catalog
            .On(
                "GET /api/catalog/overview",
                with(
                    new
                    {
                        at = At,
                        domains = new[]
                        {
                            new
                            {
                                slug = "sea",
                                name = "Sea",
                                requirements = 10,
                                ages = new
                                {
                                    halfYear = 4,
                                    year = 3,
                                    twoYears = 2,
                                    older = 1,
                                },
                                neverReviewed = 5,
                                reviewsDue = 1,
                                reviewsPlanned = 2,
                                changes = new[]
                                {
                                    new { from = "2026-11-16", count = 3 },
                                    new { from = "2026-11-23", count = 0 },
                                },
                            },
                        },
                    }
                )
            )
            .On(
                "GET /api/catalog/overview/requirements",
                with(
                    List(
                        new
                        {
                            skill = new { slug = "every", name = "Tides" },
                            domain = new { slug = "sea", name = "Sea" },
                            role = new { slug = "pilot", name = "Pilot" },
                            level = new { slug = "junior", name = "Junior" },
                            at = At,
                            confirmed = true,
                            by = Noor,
                        }
                    )
                )
            )
            .On("GET /api/catalog/domains", with(Samples.Tree))
            .On(
                "GET /api/catalog/roles",
                with(
                    List(
                        new
                        {
                            slug = "pilot",
                            name = "Pilot",
                            skills = 1,
                            mandatory = 1,
                            optional = 0,
                        }
                    )
                )
            )
            .On("GET /api/catalog/roles/pilot", with(Role()))
            .On(
                "GET /api/catalog/skills",
                with(
                    new
                    {
                        items = new[]
                        {
                            new
                            {
                                slug = "every",
                                name = "Tides",
                                group = new { slug = "coast", name = "Coast" },
                            },
                        },
                        exact = false,
                        facets = new
                        {
                            domains = new[] { Facet("sea") },
                            groups = new[] { Facet("coast") },
                            roles = new[] { Facet("pilot") },
                            levels = new[] { Facet("junior") },
                        },
                    }
                )
            )
            .On("GET /api/catalog/skills/facets/roles", with(List(Facet("pilot"))))
            .On("GET /api/catalog/skills/facets/groups", with(List(Facet("coast"))))
            .On(
                "GET /api/catalog/addresses",
                new { parts = 1, items = new[] { new { kind = "skill", slug = "every" } } }
            )
            .On("GET /api/catalog/skills/every", with(Samples.Skill("every")))
            .On("GET /api/catalog/skills/other", with(Samples.Skill("other", "Currents", "Knows currents.")))
            .On("GET /api/catalog/skills/every/history", with(Samples.History("Noor")))
            .On("GET /api/catalog/skills/every/requirements/pilot/junior/history", with(Samples.History("Noor")))
            .On("GET /api/catalog/skills/ended", new { }, 410)
            .On("GET /api/catalog/skills/ended/history", with(changes))
            .On("GET /api/catalog/changes", with(changes))
            .On(
                "GET /api/catalog/changes/lines",
                with(
                    List(
                        new
                        {
                            at = At,
                            author = Noor,
                            reason = "Because.",
                            skills = 1,
                            changes = 5,
                            items = JsonSerializer.SerializeToNode(changes)!["items"],
                        }
                    )
                )
            )
            .On("GET /api/catalog/editions", with(List(Samples.EditionNamed("2026.2"), Samples.EditionNamed("2026.1"))))
            .On("GET /api/catalog/editions/2026-2", with(Samples.Edition))
            .On("GET /api/catalog/editions/2026-1/compare/2026-2", with(Samples.EditionDiff))
            .On(
                "GET /api/catalog/errors/",
                with(
                    List(
                        new
                        {
                            queue = "q_error",
                            messageId = "m",
                            reason = "Broken",
                            body = "{}",
                        }
                    )
                )
            )
            .On(
                "GET /api/catalog/imports",
                with(
                    List(
                        new
                        {
                            id = Import,
                            state = "done",
                            dryRun = false,
                            source = "tides.xlsx",
                            by = new
                            {
                                id = "admin",
                                name = "Noor",
                                erased = false,
                            },
                            added = 1,
                            changed = 2,
                            unchanged = 3,
                            createdAt = "2026-11-20T09:00:00Z",
                        }
                    )
                )
            )
            .On(
                $"GET /api/catalog/imports/{Import}",
                with(
                    new
                    {
                        id = Import,
                        state = "failed",
                        errors = new[] { new { pointer = "/domains/0", message = "Is missing." } },
                    }
                )
            )
            .On(
                $"GET /api/catalog/imports/{Mine}",
                with(
                    new
                    {
                        id = Mine,
                        state = "done",
                        dryRun = true,
                        changed = 1,
                        errors = Array.Empty<object>(),
                        table = Mine,
                    }
                )
            )
            .On($"GET /api/catalog/tables/{Import}", with(Samples.Table(Import, "csv")))
            .On($"GET /api/catalog/tables/{Mine}", with(Samples.Table(Mine, "xlsx")))
            .On($"GET /api/catalog/changesets/{Mine}", with(new { id = Mine, state = "done" }))
            .On(
                $"GET /api/catalog/imports/{Theirs}",
                with(
                    new
                    {
                        id = Theirs,
                        state = "done",
                        changed = 1,
                        errors = Array.Empty<object>(),
                    }
                )
            )
            .On(
                $"GET /api/catalog/changesets/{Import}",
                with(
                    new
                    {
                        id = Import,
                        state = "done",
                        source = "tides.csv",
                        table = Import,
                        form = new
                        {
                            format = "csv",
                            encoding = "windows-1252",
                            separator = ";",
                        },
                        unchanged = 3,
                        skills = new object[]
                        {
                            new
                            {
                                skill = "every",
                                name = "Tides",
                                changes = new[]
                                {
                                    new
                                    {
                                        op = "rewordRequirement",
                                        role = "pilot",
                                        level = "junior",
                                        was = "Old.",
                                        description = "New.",
                                    },
                                },
                                conflicts = new[]
                                {
                                    new
                                    {
                                        change = 0,
                                        code = "changed",
                                        was = "Old.",
                                        now = "Other.",
                                        wanted = "New.",
                                    },
                                },
                            },
                        },
                    }
                )
            )
            .On(
                "GET /api/catalog/skills/every/diff",
                with(
                    new
                    {
                        from = new { version = 1, at = At },
                        to = new { version = 2, at = At },
                        added = new[] { Cell },
                        dropped = new[] { Cell },
                        becameMandatory = new[] { new { role = "pilot", level = "junior" } },
                        becameOptional = new[] { new { role = "pilot", level = "junior" } },
                        reworded = new[]
                        {
                            new
                            {
                                role = "pilot",
                                level = "junior",
                                before = "old",
                                after = "new",
                            },
                        },
                        renamed = new { before = "Tides", after = "Reading tides" },
                        keywords = new { added = new[] { "moon" }, removed = new[] { "sun" } },
                        retired = false,
                    }
                )
            );

        static object Facet(string slug) =>
            new
            {
                slug,
                name = slug,
                count = 1,
            };

        static object Role() =>
            new
            {
                slug = "pilot",
                name = "Pilot",
                counts = new
                {
                    skills = 1,
                    mandatory = 1,
                    optional = 0,
                },
                items = new[]
                {
                    new
                    {
                        domain = new { slug = "sea", name = "Sea" },
                        level = new { slug = "junior", name = "Junior" },
                        group = new { slug = "coast", name = "Coast" },
                        skill = new { slug = "every", name = "Tides" },
                        mandatory = true,
                        description = "Knows the tables.",
                    },
                },
            };
    }

    private static void Proposing(Stub proposals, Func<object, object> with)
    {
        foreach (
            var (id, author, state) in new[]
            {
                (Theirs, "u1", "open"),
                (Mine, "user-1", "open"),
                (Draft, "user-1", "draft"),
            }
        )
            proposals.On($"GET /api/proposals/{id}", with(Proposal(id, author, state)));
        proposals
            .On(
                $"GET /api/proposals/batches/{Theirs}",
                with(
                    new
                    {
                        id = Theirs,
                        author = Noor,
                        rationale = "Because.",
                        states = new { open = 1 },
                        proposals = new
                        {
                            items = new[]
                            {
                                new
                                {
                                    id = Theirs,
                                    skillName = "Tides",
                                    author = Noor,
                                    state = "open",
                                    rationale = "Because.",
                                    createdAt = At,
                                },
                            },
                            nextCursor = "more",
                        },
                        createdAt = At,
                    }
                )
            )
            .On(
                "GET /api/proposals",
                with(
                    List(
                        new
                        {
                            id = Theirs,
                            skill = "every",
                            skillName = "Tides",
                            domain = "sea",
                            author = Noor,
                            state = "open",
                            revision = 2,
                            rationale = "Because.",
                            changes = 3,
                            createdAt = At,
                        }
                    )
                )
            )
            .On(
                "GET /api/proposals/overview",
                with(
                    new
                    {
                        at = At,
                        domains = new[]
                        {
                            new
                            {
                                slug = "sea",
                                open = 6,
                                week = 3,
                                month = 2,
                                older = 1,
                                changesRequested = 1,
                                conflicted = 1,
                            },
                        },
                        oldest = new[]
                        {
                            new
                            {
                                id = Theirs,
                                skillName = "Tides",
                                domain = "sea",
                                state = "open",
                                createdAt = At,
                            },
                        },
                        weeks = new[]
                        {
                            new
                            {
                                from = "2026-03-02",
                                decided = 4,
                                medianHours = (double?)30.2,
                            },
                            new
                            {
                                from = "2026-03-09",
                                decided = 0,
                                medianHours = (double?)null,
                            },
                        },
                        reviewers = new[]
                        {
                            new
                            {
                                person = Noor,
                                waiting = 7,
                                reviews = 12,
                                medianHours = 73.1,
                            },
                        },
                    }
                )
            )
            .On("GET /api/proposals/discussions/every/comments", with(List(Comments)))
            .On("GET /api/proposals/errors/", Samples.Empty)
            .On(
                "GET /api/proposals/quotas",
                with(
                    new
                    {
                        proposals = new { hour = 30, day = 100 },
                        openProposals = 50,
                        reviewersTimes = 5,
                    }
                )
            )
            .On(
                "GET /api/proposals/policies",
                with(
                    List(
                        new
                        {
                            domain = "sea",
                            name = "Sea",
                            approvals = 1,
                            reviewers = new[] { Noor },
                        }
                    )
                )
            )
            .On(
                "GET /api/proposals/policies/sea",
                with(
                    new
                    {
                        domain = "sea",
                        approvals = 1,
                        reviewers = new[] { Noor },
                    }
                )
            );
    }

    private static void Notifying(Stub notifications, Func<object, object> with)
    {
        foreach (var (id, why) in new[] { (Webhook, null), (Silent, "failing") })
            notifications
                .On($"GET /api/notifications/webhooks/{id}", with(Hook(id, why)))
                .On(
                    $"GET /api/notifications/webhooks/{id}/deliveries",
                    with(
                        List(
                            Call("skill.changed", 7, 200),
                            Call("proposal.merged", 6, 503),
                            Call("webhook.test", null, null)
                        )
                    )
                );
        foreach (var (key, follow) in new[] { ("skill/every", "changes"), ("group/sea.coast", "all") })
            notifications.On($"GET /api/notifications/watches/{key}/preview", with(Preview(follow)));
        notifications
            .On("GET /api/notifications/webhooks", with(List(Hook(Webhook, null), Hook(Silent, "failing"))))
            .On("GET /api/notifications/watches/skill/every", new { })
            .On("GET /api/notifications/me/role", new { role = "pilot", level = "junior" })
            .On("GET /api/notifications/me/export", new { })
            .On(
                "GET /api/notifications/me/marks",
                with(
                    List(
                        new
                        {
                            skill = new { slug = "every", name = "Tides" },
                            role = "pilot",
                            level = "junior",
                            state = "partly",
                            note = "With help.",
                            version = 1,
                            at = At,
                        }
                    )
                )
            )
            .On($"GET /api/notifications/mutes/proposal/{Theirs}", new { })
            .On(
                "GET /api/notifications/watches",
                with(
                    List(
                        new
                        {
                            scope = "skill",
                            key = "every",
                            name = "Tides",
                            reason = "manual",
                            since = At,
                            frequency = "weekly",
                            follow = "all",
                        }
                    )
                )
            )
            .On("GET /api/notifications/inbox", with(Samples.Inbox(Comment)))
            .On("GET /api/notifications/inbox/unread", new { unreadCount = 1 })
            .On(
                "GET /api/notifications/preferences",
                new
                {
                    frequency = "daily",
                    culture = "de",
                    timeZone = "Europe/Vienna",
                    digest = new { time = "07:30", weekday = "friday" },
                }
            )
            .On("GET /api/notifications/errors/", Samples.Empty)
            .On("GET /api/notifications/address", new { state = "suppressed" })
            .On(
                "GET /api/notifications/deliveries",
                with(
                    List(
                        new
                        {
                            id = Comment,
                            user = Account,
                            state = "failed",
                            createdAt = At,
                        },
                        new
                        {
                            id = Comment,
                            user = Account,
                            state = "bounced",
                            attempts = 5,
                            lastError = "550",
                            createdAt = At,
                            recipient = new { name = "Zoë", address = "zoe@example.org" },
                            subject = "Sailing",
                            address = "suppressed",
                            answers = new[] { new { at = At, text = "250" }, new { at = At, text = "550" } },
                        }
                    )
                )
            );
    }

    private static object Hook(string id, string? why) =>
        new
        {
            id,
            url = "https://hooks.example.org/T0/x?y=z",
            scope = "skill",
            key = "every",
            name = "Tides",
            types = new[] { "skill.changed", "proposal.newer" },
            shape = "standard",
            state = why is null ? "on" : "off",
            why,
            failingSince = At,
            nextAttempt = why is null ? At : null,
            createdAt = At,
            owner = "user-1",
        };

    private static object Call(string type, long? position, int? status) =>
        new
        {
            at = At,
            webhookId = Comment,
            position,
            type,
            attempt = 2,
            state = status == 200 ? "delivered" : "failed",
            request = new
            {
                headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["webhook-id"] = Comment },
                body = "{}",
            },
            response = status is null ? null : new { status, body = "ok" },
            seconds = 0.25,
            error = status is null ? "No answer within 10 seconds." : null,
        };

    private static object Preview(string follow) =>
        new
        {
            count = 3,
            items = new[]
            {
                new
                {
                    at = At,
                    kind = "proposalMerged",
                    skill = (object?)new { slug = "every", name = "Tides" },
                    proposal = (string?)Theirs,
                },
                new
                {
                    at = At,
                    kind = follow == "all" ? "skillCommented" : "skillChanged",
                    skill = (object?)new { slug = "every", name = "Tides" },
                    proposal = (string?)null,
                },
                new
                {
                    at = At,
                    kind = "imported",
                    skill = (object?)null,
                    proposal = (string?)null,
                },
            },
            nextCursor = "more",
        };

    private static void Accounts(Stub identity, Func<object, object> with) =>
        identity
            .On("GET /api/identity/me", with(Samples.Account(Account)))
            .On("GET /api/identity/me/export", new { })
            .On(
                "GET /api/identity/me/clients",
                with(
                    List(
                        new
                        {
                            clientId = "skillplatform-cli",
                            name = "Scripts",
                            since = At,
                        },
                        new
                        {
                            clientId = "other",
                            name = "Another one",
                            since = At,
                        }
                    )
                )
            )
            .On("GET /api/identity/accounts", with(List(Samples.Account(Account))))
            .On(
                "GET /api/identity/security-events",
                with(
                    List(
                        new
                        {
                            at = At,
                            what = "accountRolesChanged",
                            account = new { id = Account, name = "Zoe" },
                            by = new { id = "u1", name = "Noor" },
                            details = "contributor",
                        },
                        new
                        {
                            at = At,
                            what = "passwordWrong",
                            address = "abc",
                            client = "def",
                        }
                    )
                )
            )
            .On("GET /api/identity/service-accounts", with(List(Samples.ServiceAccount(Account))))
            .On($"GET /api/identity/accounts/{Account}", with(Samples.Account(Account)));

    private const string At = "2026-03-09T10:00:00Z";
    private static readonly object Noor = new { id = "u1", name = "Noor" };
    private static readonly object Cell = new
    {
        role = "pilot",
        level = "junior",
        mandatory = true,
        description = "Knows it.",
    };

    private static readonly object[] Comments =
    [
        new
        {
            id = Comment,
            author = new { id = "user-1", name = "Zoë" },
            text = "First.",
            at = At,
            editedAt = At,
            version = 1,
        },
        new
        {
            id = Theirs,
            author = Noor,
            text = "Second.",
            replyTo = Comment,
            at = At,
            version = 1,
        },
        new
        {
            id = Draft,
            author = Noor,
            text = "Third.",
            at = At,
            version = 1,
            about = new
            {
                revision = 2,
                change = 0,
                op = "rewordRequirement",
                role = "pilot",
                level = "junior",
            },
            suggestion = "Knows all.",
        },
        new
        {
            id = Mine,
            author = Noor,
            at = At,
            removed = new { by = "moderator" },
            version = 1,
        },
    ];

    private static object Proposal(string id, string author, string state) =>
        new
        {
            id,
            skill = "every",
            skillName = "Tides",
            domain = "sea",
            author = new { id = author, name = "Noor" },
            state,
            revision = 2,
            rationale = "Because.",
            changes = Changes,
            conflicts = new[]
            {
                new
                {
                    change = 0,
                    was = "a",
                    now = "b",
                    wanted = "c",
                },
            },
            reviews = new[]
            {
                new
                {
                    reviewer = Noor,
                    revision = 1,
                    verdict = "requestChanges",
                    comment = "No.",
                    at = At,
                },
            },
            timeline = new[]
            {
                new
                {
                    kind = "submitted",
                    revision = 1,
                    actor = Noor,
                    at = At,
                },
            },
            revisions = new[] { Revision(1), Revision(2) },
            comments = Comments,
            createdAt = At,
        };

    private static object Revision(int revision) =>
        new
        {
            revision,
            rationale = $"Because {revision}.",
            changes = Changes,
            keptApprovals = false,
            at = At,
        };

    private static readonly object[] Changes =
    [
        new
        {
            op = "rewordRequirement",
            role = "pilot",
            level = "junior",
            was = "Knows the tables.",
            description = "Knows.",
        },
        new
        {
            op = "renameSkill",
            was = "Reading tides",
            name = "Tides",
        },
        new
        {
            op = "replaceKeywords",
            was = new[] { "moon" },
            keywords = new[] { "sun" },
        },
    ];

    private static object List(params object[] items) => new { items, nextCursor = (string?)null };

    private static JsonNode Replaced(JsonNode? node, string instead, bool text = false) =>
        node switch
        {
            JsonObject all => new JsonObject(
                all.Select(p =>
                    KeyValuePair.Create(
                        p.Key,
                        p.Value is null ? null : Replaced(p.Value, instead, Texts.Contains(p.Key))
                    )!
                )
            ),
            JsonArray items => new JsonArray([.. items.Select(item => Replaced(item, instead, text))]),
            JsonValue value when text && value.GetValueKind() is JsonValueKind.String => instead,
            _ => node!.DeepClone(),
        };
}
