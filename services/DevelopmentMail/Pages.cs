using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;

namespace SkillPlatform.DevelopmentMail;

/// <summary>What people look at: the list, and one mail.</summary>
public static class Pages
{
    private const int Most = 100;
    private static readonly byte[] Style = Read("page.css");

    public static void MapPages(this WebApplication app)
    {
        app.MapGet("/", List);
        app.MapGet("/mails/{id}", (string id, Mailbox box) => Api.Answer(box.Find(id), Page<MailPage>));
        // Links open a tab: the frame could not show their pages.
        app.MapGet(
            "/mails/{id}/html",
            (string id, Mailbox box) =>
                Api.Answer(box.Find(id)?.Html, html => Api.Html("<base target=\"_blank\">" + html))
        );
        app.MapGet(
            "/mails/{id}/source",
            (string id, Mailbox box) =>
                Api.Answer(box.Source(id), source => Results.Bytes(source, "text/plain; charset=utf-8"))
        );
        app.MapPost("/clear", Clear);
        app.MapGet("/page.css", () => Results.Bytes(Style, MediaTypeNames.Text.Css));
    }

    /// <summary>Nothing but our own style and frames, on every answer; a mail's own page has stricter ones.</summary>
    public static void UseStrictHeaders(this WebApplication app) =>
        app.Use(
            (http, next) =>
            {
                var headers = http.Response.Headers;
                headers.ContentSecurityPolicy =
                    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
                    + "frame-ancestors 'none'";
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                headers.CacheControl = "no-store";
                return next(http);
            }
        );

    // The newest first; q is anything in sender, recipients or subject.
    private static RazorComponentResult<ListPage> List(Mailbox box, string? q, string? before)
    {
        Mail[] found =
        [
            .. box.All()
                .Reverse()
                .Where(mail => string.IsNullOrEmpty(before) || string.CompareOrdinal(mail.Id, before) < 0)
                .Where(mail => string.IsNullOrWhiteSpace(q) || Says(mail, q.Trim())),
        ];
        return Page<ListPage>(new ListPage.Found(found.Take(Most).ToArray(), found.Length > Most, q));
    }

    private static bool Says(Mail mail, string words) =>
        mail
            .From.Concat(mail.To)
            .SelectMany(one => new[] { one.Address, one.Name })
            .Append(mail.Subject)
            .Any(text => text.Contains(words, StringComparison.OrdinalIgnoreCase));

    // Browsers say who sends a form; another site may not.
    private static IResult Clear(HttpRequest request, Mailbox box)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none"))
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        box.Clear();
        return Results.LocalRedirect("/");
    }

    private static RazorComponentResult<TPage> Page<TPage>(object model)
        where TPage : Microsoft.AspNetCore.Components.IComponent =>
        new(new Dictionary<string, object?>(StringComparer.Ordinal) { ["Model"] = model });

    private static byte[] Read(string resource)
    {
        using var stream = typeof(Pages).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new MemoryStream();
        stream.CopyTo(reader);
        return reader.ToArray();
    }
}
