using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using SkillPlatform.Testing;

namespace SkillPlatform.Web.Tests;

/// <summary>Each page, whatever one of its neighbours does: it says what is missing, and shows the rest.</summary>
public sealed class NeighbourTests(WebFixture web) : IClassFixture<WebFixture>
{
    private static readonly Dictionary<string, Func<HttpContext, Func<Task>, Task>> Moods = new(StringComparer.Ordinal)
    {
        ["silent"] = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted),
        ["refused"] = (http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        },
        ["500"] = (http, _) => Status(http, 500),
        ["404"] = (http, _) => Status(http, 404),
        ["410"] = (http, _) => Status(http, 410),
        ["slow"] = async (http, answer) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), http.RequestAborted);
            await answer();
        },
    };

    // Without whom a page has nothing to say. Of all others, it does without.
    private static readonly (string Page, string[] Needs)[] Needs =
    [
        ("/?", ["catalog"]),
        ("/skills/every/undo", ["catalog", "proposals"]),
        ("/skills/every/mark", ["catalog", "notifications"]),
        ("/my-marks", ["notifications"]),
        ("/skills", ["catalog"]),
        ("/by/", ["catalog"]),
        ("/roles", ["catalog"]),
        ("/domains", ["catalog"]),
        ("/changes", ["catalog"]),
        ("/editions", ["catalog"]),
        ($"/proposals/{EveryPage.Mine}/revise", ["catalog", "proposals"]),
        ($"/proposals/{EveryPage.Draft}/revise", ["catalog", "proposals"]),
        ("/proposals", ["proposals"]),
        ("/uploads", ["catalog"]),
        ("/batches", ["proposals"]),
        ("/queue", ["proposals"]),
        ("/watching", ["notifications"]),
        ("/inbox", ["notifications"]),
        ("/account", ["identity"]),
        ("/admin/accounts", ["identity"]),
        ("/admin/policies", ["proposals"]),
        ("/admin/quotas", ["proposals"]),
        ("/admin/imports", ["catalog"]),
        ("/admin/mails", ["notifications"]),
        ("/admin/overview/requirements", ["catalog"]),
        ("/admin/webhooks", ["notifications"]),
        ("/admin/security", ["identity"]),
        ("/admin/service-accounts", ["identity"]),
        ("/", []),
    ];

    public static TheoryData<string, string> All =>
        new(
            from neighbour in new[] { "catalog", "proposals", "notifications", "identity" }
            from mood in Moods.Keys
            select (neighbour, mood)
        );

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_page_does_without_any_of_them(string neighbour, string mood)
    {
        EveryPage.Given(web, null);
        using var browser = await EveryPage.SignedIn(web, web.Impatient);
        // Whom the case before has silenced is left alone for a second.
        foreach (var address in new[] { "/roles", "/proposals", "/inbox", "/account" })
            await Eventually.Holds(async () => (await browser.Get($"/en{address}")).IsSuccessStatusCode);
        var stub = Stub(neighbour);
        var wrong = new ConcurrentBag<string>();
        stub.Mood = Moods[mood];
        try
        {
            await Parallel.ForEachAsync(
                EveryPage.Addresses,
                new ParallelOptions { MaxDegreeOfParallelism = 6 },
                async (address, ct) =>
                {
                    using var answer = await browser.Client.GetAsync($"/en{address}", ct);
                    var html = await answer.Content.ReadAsStringAsync(ct);
                    var needed = Array
                        .Find(Needs, n => $"{address}?".StartsWith(n.Page, StringComparison.Ordinal))
                        .Needs;
                    var allowed =
                        needed.Contains(neighbour, StringComparer.Ordinal)
                        || address is "/skills/ended" or "/account/gone";
                    if (
                        answer.StatusCode is HttpStatusCode.InternalServerError
                        || !html.Contains("</html>", StringComparison.Ordinal)
                        || (!answer.IsSuccessStatusCode && !allowed)
                    )
                        wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{address}: {(int)answer.StatusCode}"));
                }
            );
        }
        finally
        {
            stub.Mood = null;
        }
        Assert.Empty(wrong.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(410)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_proposal_on_a_skill_that_is_not_there_any_more_can_be_decided_and_withdrawn(int status)
    {
        EveryPage.Given(web, null);
        using var browser = await EveryPage.SignedIn(web, web.Address);
        web.Catalog.On("GET /api/catalog/skills/every", new { }, status);
        Assert.Contains(
            $"/proposals/{EveryPage.Mine}/withdrawal",
            await browser.Html($"/en/proposals/{EveryPage.Mine}")
        );
        Assert.Contains(
            $"/proposals/{EveryPage.Theirs}/review",
            await browser.Html($"/en/proposals/{EveryPage.Theirs}")
        );
        using var anonymous = web.Browser();
        Assert.Contains("Because.", await anonymous.Html($"/de/proposals/{EveryPage.Theirs}"));
    }

    private Stub Stub(string name) =>
        name switch
        {
            "catalog" => web.Catalog,
            "proposals" => web.Proposals,
            "notifications" => web.Notifications,
            _ => web.Identity.Stub,
        };

    private static Task Status(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new { title = "x", status });
    }
}
