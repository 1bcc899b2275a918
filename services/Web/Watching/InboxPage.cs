using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Watching;

public sealed record InboxSkill(string? Slug, string Name);

/// <summary>One piece of news, in the language of the reader's mails.</summary>
public sealed record InboxItem(
    Guid Id,
    string Kind,
    InboxSkill? Skill,
    Guid? Proposal,
    string Title,
    string Summary,
    string Reason,
    DateTimeOffset At,
    DateTimeOffset? Read
);

public sealed record Inbox(InboxItem[] Items, string? NextCursor, int UnreadCount);

/// <param name="Inbox">Null if it cannot be read at the moment.</param>
public sealed record InboxModel(Inbox? Inbox, bool OnlyUnread);

/// <summary>What happened to what I watch.</summary>
public static class InboxPage
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/inbox", Get).RequireAuthorization();
        app.MapPost("/inbox/read", MarkRead).RequireAuthorization();
    }

    private static async Task<IResult> Get(bool? unread, string? cursor, Services services, CancellationToken ct)
    {
        var path = "/api/notifications/inbox?limit={0}";
        if (unread == true)
            path += "&unread=true";
        if (!string.IsNullOrEmpty(cursor))
            path += "&cursor={1}";
        var inbox = await services.Get<Inbox>(
            "notifications",
            System.Runtime.CompilerServices.FormattableStringFactory.Create(path, 50, cursor ?? ""),
            ct
        );
        return Page.Of<InboxView>(new InboxModel(inbox.Value, unread == true), inbox.Value is null ? 503 : 200);
    }

    // One by its id, or all; where the reader goes on to is what the news is about.
    private static async Task<IResult> MarkRead(
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        object body = Guid.TryParse(form["id"], out var id) ? new { ids = new[] { id } } : new { all = true };
        var answer = await services.Send<object>(
            "notifications",
            HttpMethod.Post,
            $"/api/notifications/inbox/read",
            body,
            ct
        );
        return answer.Ok ? TypedResults.Redirect(visit.To($"/inbox")) : Page.Error(answer.Status);
    }
}
