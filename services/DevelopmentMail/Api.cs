using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SkillPlatform.DevelopmentMail;

/// <summary>What scripts and tests read. Other development mail servers have these paths and members, too.</summary>
public static class Api
{
    // Read by people in terminals, and never inside a page.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void MapApi(this WebApplication app)
    {
        app.MapGet("/api/healthz", () => true);
        var mails = app.MapGroup("/api/email");
        mails.MapGet("", (Mailbox box) => Results.Json(box.All(), Json));
        mails.MapGet("/{id}", (string id, Mailbox box) => Answer(box.Find(id), mail => Results.Json(mail, Json)));
        mails.MapGet("/{id}/source", (string id, Mailbox box) => Answer(box.Source(id), Eml));
        mails.MapGet("/{id}/html", (string id, Mailbox box) => Answer(box.Find(id)?.Html, html => Html(html)));
        mails.MapDelete(
            "/all",
            (Mailbox box) =>
            {
                box.Clear();
                return true;
            }
        );
        mails.MapDelete("/{id}", (string id, Mailbox box) => box.Remove(id) ? Results.Json(true) : Gone());
    }

    /// <summary>Of a mail or a part of it; 404 when there is none.</summary>
    public static IResult Answer<T>(T? found, Func<T, IResult> how)
        where T : class => found is null ? Gone() : how(found);

    /// <summary>The mail's own page, for whose content nobody answers: no script, nothing from elsewhere, an origin of its own.</summary>
    public static IResult Html(string html) => new Sandboxed(html);

    private static IResult Eml(byte[] source) => Results.Bytes(source, "message/rfc822");

    private static IResult Gone() => Results.NotFound(new { error = "There is no such mail." });

    private sealed class Sandboxed(string html) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ContentSecurityPolicy =
                "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
                + "img-src data:; frame-ancestors 'self'";
            return Results.Content(html, MediaTypeNames.Text.Html + "; charset=utf-8").ExecuteAsync(httpContext);
        }
    }
}
