using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Marten;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using SkillPlatform.EventSourcing;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>
/// <c>GET</c> and <c>POST /unsubscribe/{token}</c> (RFC 8058): no cookie, no sign-in. The GET shows a page with a button and
/// changes nothing, since mail scanners follow links; the POST ends the one watch that the mail came from.
/// </summary>
public static class Unsubscribe
{
    // As the pages look; a page behind a link in a mail asks for nothing more than itself.
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c2330;--soft:#566074;--line:#d8dde6;--ground:#fff;--accent:#14508c;--on:#fff}
        @media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#a5afc0;--line:#353d4b;--ground:#14181f;--accent:#8ec1f5;--on:#10202f}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
        header,main{max-width:42rem;margin:0 auto;padding:.75rem 1.25rem}
        header{border-block-end:1px solid var(--line)}
        header a{font-weight:700;text-decoration:none;color:var(--ink)}
        a{color:var(--accent)}
        h1{font-size:1.6rem;line-height:1.25;margin:1.5rem 0 .75rem}
        button{font:inherit;font-weight:600;border:1px solid var(--accent);border-radius:.35rem;background:var(--accent);color:var(--on);padding:.45rem .9rem;min-height:2.5rem;cursor:pointer}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
        """;

    // The only style that a browser shall take, so that no other can be slipped in.
    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/unsubscribe/{token}", Ask).AllowAnonymous().Produces<string>(200, "text/html");
        api.MapPost("/unsubscribe/{token}", Stop)
            .AllowAnonymous()
            .DisableAntiforgery()
            .Produces<string>(200, "text/html");
    }

    public static string Link(Sender sender, string token) => sender.To($"/api/notifications/unsubscribe/{token}");

    private static async Task<IResult> Ask(HttpContext http, string token, IQuerySession reads)
    {
        var ct = http.RequestAborted;
        if (await Find(reads, token, ct) is { } notification)
        {
            var texts = await TextsOf(reads, notification.User, ct);
            var called = Reasons.IsCalled(notification.Reason);
            return Asking(
                http,
                texts,
                texts["page.question", ("topic", Wording.TopicName(texts, notification))],
                texts[called ? "page.explain-mute" : "page.explain"],
                texts[called ? "link.mute" : "page.button"]
            );
        }
        if (await FindDigest(reads, token, ct) is not { } digest)
            return Gone(http);
        var theirs = await TextsOf(reads, digest.User, ct);
        return Asking(
            http,
            theirs,
            theirs["page.question-digest"],
            theirs["page.explain-digest"],
            theirs["link.stop-digest"]
        );
    }

    private static ContentHttpResult Asking(
        HttpContext http,
        Texts texts,
        string question,
        string explanation,
        string button
    ) =>
        Page(
            http,
            texts,
            $"""
            <h1>{E(question)}</h1>
            <p>{E(explanation)}</p>
            <form method="post"><button>{E(button)}</button></form>
            """
        );

    private static async Task<IResult> Stop(
        HttpContext http,
        string token,
        IQuerySession reads,
        IDocumentStore store,
        Commands commands
    )
    {
        var ct = http.RequestAborted;
        if (await Find(reads, token, ct) is not { } notification)
            return await FindDigest(reads, token, ct) is { } digest
                ? await StopDigests(http, digest, store)
                : Gone(http);
        var topic = Topic.Parse(notification.Topic);
        var answer = await commands.Handle<Watch>(
            http,
            Watch.IdOf(notification.User, topic),
            command: null,
            watch => Decide(watch, notification.User, topic, notification.Reason),
            _ => new Answer(200)
        );
        if (answer is not Answer)
            return answer;
        var texts = await TextsOf(reads, notification.User, ct);
        return Done(
            http,
            texts,
            texts[
                Reasons.IsCalled(notification.Reason) ? "page.done-mute" : "page.done",
                ("topic", Wording.TopicName(texts, notification))
            ]
        );
    }

    // Of this kind: the reader's own choice, and that of each watch that asks for them.
    private static async Task<IResult> StopDigests(HttpContext http, Digest digest, IDocumentStore store)
    {
        var ct = http.RequestAborted;
        await using var session = store.LightweightSession();
        var preferences = await Preferences.Of(session, digest.User, ct);
        if (preferences.Frequency == digest.Frequency)
        {
            preferences.Frequency = Frequencies.Off;
            session.UpdateRevision(preferences, preferences.Version + 1);
        }
        foreach (
            var watch in await session
                .Query<Watch>()
                .Where(w => w.User == digest.User && w.Active && w.Frequency == digest.Frequency)
                .ToListAsync(ct)
        )
        {
            var topic = Topic.Parse(watch.Topic);
            session.Events.Append(
                watch.Id,
                new WatchStarted(watch.User, topic.Scope, topic.Key, watch.Reason, Frequencies.Off, watch.Follow)
            );
        }
        session.DropWaiting(digest.User, digest.Frequency);
        await session.SaveChangesAsync(ct);
        var texts = Texts.For(preferences.Culture);
        return Done(http, texts, texts["page.done-digest"]);
    }

    private static ContentHttpResult Done(HttpContext http, Texts texts, string done) =>
        Page(
            http,
            texts,
            $"""
            <h1>{E(texts["page.title"])}</h1>
            <p role="status">{E(done)}</p>
            <p><a href="/watching">{E(texts["page.watching"])}</a></p>
            """
        );

    /// <summary>
    /// Ends the watch; where there is none (an author whose watch is still on its way), leaves one that is ended. Where no
    /// watch brought the mail, mutes what it is about.
    /// </summary>
    public static Decision Decide(Watch? watch, string user, Topic topic, string reason) =>
        Reasons.IsCalled(reason) ? MuteThread.Decide(watch, user, topic, mute: true)
        : watch is null
            ? Decision.Of(new WatchStarted(user, topic.Scope, topic.Key, "author"), new WatchStopped("mail"))
        : StopWatching.Decide(watch, "mail");

    /// <summary>Opens the way without sign-in: 192 random bits.</summary>
    public static string NewToken() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(24));

    private static bool IsToken(string token) =>
        token.Length == 32 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static async Task<Digest?> FindDigest(IQuerySession reads, string token, CancellationToken ct) =>
        IsToken(token) ? await reads.Query<Digest>().FirstOrDefaultAsync(d => d.Token == token, ct) : null;

    private static async Task<Notification?> Find(IQuerySession reads, string token, CancellationToken ct) =>
        IsToken(token) ? await reads.Query<Notification>().FirstOrDefaultAsync(n => n.Token == token, ct) : null;

    private static async Task<Texts> TextsOf(IQuerySession reads, string user, CancellationToken ct) =>
        Texts.For((await Preferences.Of(reads, user, ct)).Culture);

    // A mail program wants to know that it failed; a person wants to know what to do.
    private static IResult Gone(HttpContext http)
    {
        if (!http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
            return Refusal.NoSuch("link").AsProblem();
        var texts = Texts.AskedFor(http) ?? Texts.For("en");
        return Page(
            http,
            texts,
            $"""
            <h1>{E(texts["page.title"])}</h1>
            <p>{E(texts["page.gone"])}</p>
            <p><a href="/watching">{E(texts["page.watching"])}</a></p>
            """,
            StatusCodes.Status404NotFound
        );
    }

    private static ContentHttpResult Page(
        HttpContext http,
        Texts texts,
        string body,
        int status = StatusCodes.Status200OK
    )
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers[HeaderNames.CacheControl] = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentLanguage = texts.Language;
        return TypedResults.Text(
            $"""
            <!doctype html>
            <html lang="{texts.Language}" dir="{texts.Direction}"><head><meta charset="utf-8"><title>{E(
                texts["page.title"]
            )}</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"><style>{Style}</style></head>
            <body><header><a href="/">SkillPlatform</a></header><main>
            {body}
            </main></body></html>
            """,
            "text/html; charset=utf-8",
            statusCode: status
        );
    }

    private static string E(string text) => HtmlEncoder.Default.Encode(text);
}
