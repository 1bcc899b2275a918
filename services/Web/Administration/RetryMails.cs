using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record Recipient(string Name, string Address);

/// <summary>What a server said of a mail.</summary>
public sealed record ServerAnswer(DateTimeOffset At, string Text);

/// <param name="Address"><c>suppressed</c> where none go to its recipient's address.</param>
/// <param name="LastErrorCode">Which reason of our own the last error is; null where a mail server said it.</param>
public sealed record Mail(
    Guid Id,
    string User,
    string State,
    int Attempts,
    string? LastError,
    DateTimeOffset CreatedAt,
    Recipient? Recipient = null,
    string? Subject = null,
    string Address = "ok",
    ServerAnswer[]? Answers = null,
    string? LastErrorCode = null
)
{
    public bool CanBeRetried => State is "failed" or "bounced" or "suppressed" && !IsHeldBack;

    public bool IsHeldBack => Address == "suppressed";
}

/// <param name="Mails">Null if they cannot be read at the moment.</param>
/// <param name="State">Empty for all.</param>
public sealed record MailsModel(
    PageList<Mail>? Mails,
    string State,
    string Q,
    bool Done = false,
    string? Problem = null
);

/// <summary>
/// Each mail's way, by what became of it and by whom it is to; what failed can be tried again, and an address that takes no
/// letters can take them again.
/// </summary>
public static class RetryMails
{
    public static readonly string[] States =
    [
        "",
        "raised",
        "deferred",
        "sent",
        "bounced",
        "complained",
        "failed",
        "suppressed",
        "cancelled",
    ];

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/mails", Get).RequireAuthorization();
        app.MapPost("/admin/mails/{id:guid}/retry", Retry).RequireAuthorization();
        app.MapPost("/admin/mails/addresses/{user}/lift", Lift).RequireAuthorization();
    }

    private static async Task<IResult> Get(
        string? state,
        string? q,
        string? cursor,
        string? done,
        Services services,
        Visit visit,
        CancellationToken ct
    ) =>
        visit.Administers()
            ? await Show(
                new MailsModel(null, States.Contains(state) ? state! : "", q ?? "", done is not null),
                cursor,
                200,
                services,
                ct
            )
            : Page.Error(403);

    private static Task<IResult> Retry(
        Guid id,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    ) => Do(HttpMethod.Post, $"/api/notifications/deliveries/{id}/retry", "retried", services, visit, ct);

    private static Task<IResult> Lift(
        string user,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    ) => Do(HttpMethod.Delete, $"/api/notifications/suppressions/{user}", "lifted", services, visit, ct);

    private static async Task<IResult> Do(
        HttpMethod method,
        FormattableString path,
        string done,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var answer = await services.Send<Mail>("notifications", method, path, null, ct);
        return answer.Ok
            ? TypedResults.Redirect(visit.To($"/admin/mails") + $"?done={done}")
            : await Show(
                new MailsModel(null, "", "", Problem: visit.Why(answer, "admin.missing")),
                null,
                answer.Shown(),
                services,
                ct
            );
    }

    private static async Task<IResult> Show(
        MailsModel model,
        string? cursor,
        int status,
        Services services,
        CancellationToken ct
    )
    {
        var mails = await services.Get<PageList<Mail>>(
            "notifications",
            cursor is null
                ? $"/api/notifications/deliveries?state={model.State}&q={model.Q}"
                : (FormattableString)$"/api/notifications/deliveries?state={model.State}&q={model.Q}&cursor={cursor}",
            ct
        );
        return Page.Of<MailsView>(model with { Mails = mails.Value }, mails.Value is null ? 503 : status);
    }
}
