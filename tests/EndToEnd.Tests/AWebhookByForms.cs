using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>From a skill's page to a receiver that hears of it, by links and forms alone, without scripts.</summary>
public sealed class AWebhookByForms(RunningPlatform running, RealBrowser browser)
{
    private const string Skill = "skill-10";
    private readonly ConcurrentQueue<(string Id, string Body, string Signature, string Timestamp)> _received = new();

    [Fact]
    public async Task It_is_added_tested_told_told_again_and_deleted()
    {
        await using var receiver = await Receiver();
        await using var visitor = new Visitor(await browser.Open(running.Platform, "en", javaScript: false), "en");
        var page = visitor.Page;
        await visitor.Go("/");
        await visitor.SignIn("contributor");
        await visitor.Go($"/skills/{Skill}");
        await visitor.Link(visitor.Says("preview.link")).ClickAsync();
        await visitor.Link(visitor.Says("preview.webhook")).ClickAsync();

        // An address inside is refused, and what was typed stays.
        await visitor.Field(visitor.Says("webhooks.url")).FillAsync("http://10.0.0.1/");
        await page.GetByLabel(visitor.Says("inbox.kind.skillCommented")).CheckAsync();
        await page.GetByLabel(visitor.Says("inbox.kind.skillChanged")).UncheckAsync();
        await visitor.Button(visitor.Says("webhooks.add")).ClickAsync();
        await Assertions.Expect(page.GetByText(visitor.Says("webhooks.wrong-url"))).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel(visitor.Says("inbox.kind.skillCommented"))).ToBeCheckedAsync();
        await visitor.Field(visitor.Says("webhooks.url")).FillAsync(receiver.Urls.Single());
        await visitor.Button(visitor.Says("webhooks.add")).ClickAsync();
        var secret = await visitor.Field(visitor.Says("webhooks.secret")).InputValueAsync();

        await visitor.Status(visitor.Says("webhooks.done.made")).GetByRole(AriaRole.Link).ClickAsync();
        await visitor.Button(visitor.Says("webhooks.try")).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Heard.");
        var (id, body, signature, timestamp) = Assert.Single(_received);
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        Assert.Equal(
            $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")))}",
            signature
        );

        var (status, said, _) = await running.Reader.Post(
            $"/api/proposals/discussions/{Skill}/comments",
            new { text = "A question." }
        );
        Assert.True(status == 201, $"{status} {said}");
        var again = page.GetByRole(AriaRole.Button, new() { Name = visitor.Says("webhooks.from-here") });
        // The page that a test answers with is no address to load again.
        await page.GotoAsync(page.Url[..page.Url.LastIndexOf('/')]);
        await visitor.Reads(again);
        Assert.Equal(2, _received.Count);
        await again.First.ClickAsync();
        await Assertions.Expect(visitor.Status(visitor.Says("webhooks.done.replaying"))).ToBeVisibleAsync();
        await Eventually.Holds(() => Task.FromResult(_received.Count == 3));
        Assert.Equal(_received.ElementAt(1).Id, _received.ElementAt(2).Id);

        await visitor.Button(visitor.Says("webhooks.switch-off")).ClickAsync();
        await visitor.Button(visitor.Says("webhooks.switch-on")).ClickAsync();
        await Assertions.Expect(visitor.Status(visitor.Says("webhooks.done.on"))).ToBeVisibleAsync();
        await page.GetByLabel(visitor.Says("webhooks.shape.slack")).CheckAsync();
        await visitor.Button(visitor.Says("mail.save")).ClickAsync();
        await Assertions.Expect(visitor.Status(visitor.Says("webhooks.done.saved"))).ToBeVisibleAsync();
        await page.GetByLabel(visitor.Says("webhooks.delete-confirm")).CheckAsync();
        await visitor.Button(visitor.Says("webhooks.delete")).ClickAsync();
        await Assertions.Expect(visitor.Status(visitor.Says("webhooks.done.deleted"))).ToBeVisibleAsync();
    }

    private async Task<WebApplication> Receiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost(
            "/",
            async (HttpRequest request) =>
            {
                using var reader = new StreamReader(request.Body);
                string Header(string name) => request.Headers[name].ToString();
                _received.Enqueue(
                    (
                        Header("webhook-id"),
                        await reader.ReadToEndAsync(),
                        Header("webhook-signature"),
                        Header("webhook-timestamp")
                    )
                );
                return Results.Text("Heard.");
            }
        );
        await app.StartAsync();
        return app;
    }
}
