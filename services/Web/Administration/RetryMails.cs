using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record Mail(
    Guid Id,
    string User,
    string State,
    int Attempts,
    string? LastError,
    DateTimeOffset CreatedAt
);

/// <param name="Mails">Null if they cannot be read at the moment.</param>
public sealed record MailsModel(PageList<Mail>? Mails, string State, bool Done = false, string? Problem = null);

/// <summary>Mails by what became of them; a failed one can be tried again.</summary>
public static class RetryMails
{
    public static readonly string[] States = ["failed", "pending", "sent", "cancelled"];

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/mails", Get).RequireAuthorization();
        app.MapPost("/admin/mails/{id:guid}/retry", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(
        string? state,
        string? cursor,
        string? done,
        Services services,
        Visit visit,
        CancellationToken ct
    ) =>
        visit.Administers()
            ? await Show(States.Contains(state) ? state! : "failed", cursor, done is not null, null, 200, services, ct)
            : Page.Error(403);

    private static async Task<IResult> Post(
        Guid id,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var retried = await services.Send<Mail>(
            "notifications",
            HttpMethod.Post,
            $"/api/notifications/deliveries/{id}/retry",
            null,
            ct
        );
        return retried.Ok
            ? TypedResults.Redirect(visit.To($"/admin/mails") + "?done=retried")
            : await Show("failed", null, false, visit.Why(retried, "admin.missing"), retried.Shown(), services, ct);
    }

    private static async Task<IResult> Show(
        string state,
        string? cursor,
        bool done,
        string? problem,
        int status,
        Services services,
        CancellationToken ct
    )
    {
        var mails = await services.Get<PageList<Mail>>(
            "notifications",
            cursor is null
                ? $"/api/notifications/deliveries?state={state}"
                : (FormattableString)$"/api/notifications/deliveries?state={state}&cursor={cursor}",
            ct
        );
        return Page.Of<MailsView>(
            new MailsModel(mails.Value, state, done, problem),
            mails.Value is null ? 503 : status
        );
    }
}
