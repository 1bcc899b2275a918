using System.Text.Encodings.Web;
using Marten;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Notifications;

/// <summary>
/// <c>GET</c> and <c>POST /unsubscribe/{token}</c> (RFC 8058): no cookie, no sign-in. The GET shows a page with a button and
/// changes nothing, since mail scanners follow links; the POST ends the one watch that the mail came from.
/// </summary>
public static class Unsubscribe
{
    private const string Style =
        "body{font-family:sans-serif;line-height:1.5;max-width:36em;margin:3em auto;padding:0 1em}";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/unsubscribe/{token}", Ask).AllowAnonymous();
        api.MapPost("/unsubscribe/{token}", Stop).AllowAnonymous().DisableAntiforgery();
    }

    private static async Task<IResult> Ask(HttpContext http, string token, IQuerySession reads)
    {
        if (await Find(reads, token, http.RequestAborted) is not { } notification)
            return Refusal.NoSuch("link").AsProblem();
        var texts = await TextsOf(reads, notification.User, http.RequestAborted);
        var topic = Wording.TopicName(texts, notification);
        return Page(
            http,
            texts,
            $"""
            <h1>{E(texts["page.question", ("topic", topic)])}</h1>
            <p>{E(texts["page.explain"])}</p>
            <form method="post"><button>{E(texts["page.button"])}</button></form>
            """
        );
    }

    private static async Task<IResult> Stop(HttpContext http, string token, IDocumentStore store)
    {
        var ct = http.RequestAborted;
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.LightweightSession();
            if (await Find(session, token, ct) is not { } notification)
                return Refusal.NoSuch("link").AsProblem();
            var topic = Topic.Parse(notification.Topic);
            await session.Decide<Watch>(
                Watch.IdOf(notification.User, topic),
                watch => Decide(watch, notification.User, topic),
                ct: ct
            );
            try
            {
                await session.SaveChangesAsync(ct);
                var texts = await TextsOf(session, notification.User, ct);
                var name = Wording.TopicName(texts, notification);
                return Page(http, texts, $"<p role=\"status\">{E(texts["page.done", ("topic", name)])}</p>");
            }
            catch (Exception lost) when (attempt < 5 && Commands.IsLostRace(lost))
            {
                // Pressed twice at once: look again.
            }
        }
    }

    /// <summary>Ends the watch; where there is none (an author whose watch is still on its way), leaves one that is ended.</summary>
    public static Decision Decide(Watch? watch, string user, Topic topic) =>
        watch is null
            ? Decision.Of(new WatchStarted(user, topic.Scope, topic.Key, "author"), new WatchStopped("mail"))
            : StopWatching.Decide(watch, "mail");

    private static async Task<Notification?> Find(IQuerySession reads, string token, CancellationToken ct) =>
        token.Length == 32 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? await reads.Query<Notification>().FirstOrDefaultAsync(n => n.Token == token, ct)
            : null;

    private static async Task<Texts> TextsOf(IQuerySession reads, string user, CancellationToken ct) =>
        Texts.For((await Preferences.Of(reads, user, ct)).Culture);

    private static ContentHttpResult Page(HttpContext http, Texts texts, string body)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers[HeaderNames.CacheControl] = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentLanguage = texts.Language;
        return TypedResults.Text(
            $"""
            <!doctype html>
            <html lang="{texts.Language}"><head><meta charset="utf-8"><title>{E(texts["page.title"])}</title>
            <meta name="viewport" content="width=device-width"><style>{Style}</style></head>
            <body><main>
            {body}
            </main></body></html>
            """,
            "text/html; charset=utf-8"
        );
    }

    private static string E(string text) => HtmlEncoder.Default.Encode(text);
}
