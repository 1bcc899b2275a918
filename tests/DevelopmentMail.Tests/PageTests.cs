using System.Net;

namespace SkillPlatform.DevelopmentMail.Tests;

public sealed class PageTests : IAsyncDisposable
{
    private readonly Running _server = new();

    [Fact]
    public async Task The_list_shows_the_newest_first_and_finds_words()
    {
        await _server.Send(Running.Mail("first & <b>"));
        await _server.Send(Running.Mail("second", to: "other@example.org"));
        var client = _server.CreateClient();

        var all = await client.GetStringAsync("/");
        var found = await client.GetStringAsync("/?q=OTHER@");

        Assert.True(
            all.IndexOf("second", StringComparison.Ordinal)
                < all.IndexOf("first &amp; &lt;b&gt;", StringComparison.Ordinal)
        );
        Assert.Contains("For development only", all, StringComparison.Ordinal);
        Assert.Contains("second", found, StringComparison.Ordinal);
        Assert.DoesNotContain("first", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_is_bounded_and_leads_to_the_rest()
    {
        using (var smtp = await _server.Connect())
            for (var i = 0; i < 103; i++)
                await smtp.SendAsync(Running.Mail($"number {i}."));
        var client = _server.CreateClient();

        var first = await client.GetStringAsync("/");
        var link = WebUtility.HtmlDecode(first.Split("rel=\"next\" href=\"")[1].Split('"')[0]);
        var second = await client.GetStringAsync(link);

        Assert.DoesNotContain("number 2.", first, StringComparison.Ordinal);
        Assert.Equal(4, second.Split("number ").Length);
    }

    [Fact]
    public async Task A_mails_html_can_do_nothing()
    {
        await _server.Send(Running.Mail("evil", "see https://example.org/x?a=1&b=2 <b>", "<script>alert(1)</script>"));
        var id = Running.Id(Assert.Single(await _server.Mails()));
        var client = _server.CreateClient();

        var page = await client.GetStringAsync($"/mails/{id}");
        var html = await client.GetAsync($"/mails/{id}/html");

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("<iframe sandbox=\"allow-popups", page, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org/x?a=1&amp;b=2\"", page, StringComparison.Ordinal);
        var policy = Assert.Single(html.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("sandbox allow-popups", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_this_page_may_clear_the_box_and_only_this_machine_may_ask()
    {
        await _server.Send(Running.Mail("kept"));
        var client = _server.CreateClient();
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/clear")
        {
            Headers = { { "Sec-Fetch-Site", "cross-site" } },
        };
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/email")
        {
            Headers = { Host = "attacker.example" },
        };

        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(foreign)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync(rebound)).StatusCode);
        Assert.Single(await _server.Mails());
        await client.PostAsync("/clear", content: null);
        Assert.Empty(await _server.Mails());
    }

    [Theory]
    [InlineData("/mails/1")]
    [InlineData("/mails/x/source")]
    [InlineData("/api/email/00000009")]
    [InlineData("/api/email/../x/source")]
    [InlineData("/api/email/99999999999999/html")]
    public async Task What_is_not_there_is_not_found(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _server.CreateClient().GetAsync(path)).StatusCode);

    [Fact]
    public async Task It_says_that_it_is_there()
    {
        var client = _server.CreateClient();
        foreach (var path in (string[])["/api/healthz", "/health/live", "/health/ready"])
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path)).StatusCode);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
