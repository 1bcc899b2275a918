using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record GivenUp(string Queue, string? MessageId, string? Reason, string? At, string Body);

/// <param name="Queues">By service; null for one that does not answer.</param>
public sealed record MessagesModel(
    (string Service, PageList<GivenUp>? Messages)[] Queues,
    bool Done = false,
    string? Problem = null
);

/// <summary>What consumers gave up, service by service, and putting it back once the cause is mended.</summary>
public static class ReplayMessages
{
    private static readonly string[] Consumers = ["catalog", "proposals", "notifications"];

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/errors", Get).RequireAuthorization();
        app.MapPost("/admin/errors/{service}/{queue}/replay", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(string? done, Services services, Visit visit, CancellationToken ct) =>
        visit.Administers() ? await Show(services, done is not null, null, 200, ct) : Page.Error(403);

    private static async Task<IResult> Post(
        string service,
        string queue,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        if (!Consumers.Contains(service, StringComparer.Ordinal))
            return Page.Error(404);
        var replayed = await services.Send<object>(
            service,
            HttpMethod.Post,
            $"/api/{service}/errors/{queue}/replay",
            null,
            ct
        );
        return replayed.Ok
            ? TypedResults.Redirect(visit.To($"/admin/errors") + "?done=replayed")
            : await Show(services, false, visit.Why(replayed, "admin.missing"), replayed.Shown(), ct);
    }

    private static async Task<IResult> Show(
        Services services,
        bool done,
        string? problem,
        int status,
        CancellationToken ct
    )
    {
        var answers = await Task.WhenAll(
            Consumers.Select(service => services.Get<PageList<GivenUp>>(service, $"/api/{service}/errors/", ct))
        );
        return Page.Of<MessagesView>(
            new MessagesModel([.. Consumers.Zip(answers.Select(a => a.Value))], done, problem),
            answers.All(a => a.Down) ? 503 : status
        );
    }
}
