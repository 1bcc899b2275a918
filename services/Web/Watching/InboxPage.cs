using Microsoft.AspNetCore.Mvc;
using SkillPlatform.ServiceDefaults;
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
    DateTimeOffset? Read,
    Named? Edition = null
)
{
    /// <summary>What belongs together.</summary>
    public string Thread => Proposal?.ToString() ?? Skill?.Slug ?? Id.ToString();
}

public sealed record Inbox(InboxItem[] Items, string? NextCursor, int UnreadCount);

/// <summary>What of the inbox is shown.</summary>
/// <param name="Unread">True for what is not read yet only.</param>
/// <param name="Kind">One kind of news; null for all.</param>
/// <param name="Digest">What one digest told; null for all.</param>
/// <param name="Cursor">Of a later part.</param>
public readonly record struct InboxFilter(bool? Unread, string? Kind, Guid? Digest, string? Cursor)
{
    /// <summary>The rest of an address that shows it.</summary>
    public string Query(string? cursor = null, bool? unread = null)
    {
        var parts = new List<string>();
        if (unread ?? Unread == true)
            parts.Add("unread=true");
        if (!string.IsNullOrEmpty(Kind))
            parts.Add($"kind={Uri.EscapeDataString(Kind)}");
        if (Digest is { } digest)
            parts.Add($"digest={digest}");
        if (!string.IsNullOrEmpty(cursor))
            parts.Add($"cursor={Uri.EscapeDataString(cursor)}");
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }
}

/// <param name="Inbox">Null if it cannot be read at the moment.</param>
/// <param name="Filter">What is shown of it.</param>
public sealed record InboxModel(Inbox? Inbox, InboxFilter Filter);

/// <summary>What happened to what I watch.</summary>
public static class InboxPage
{
    public static readonly string[] Kinds =
    [
        "proposalSubmitted",
        "reminder",
        "mentioned",
        "approved",
        "accepted",
        "proposalMerged",
        "proposalChangesRequested",
        "proposalRejected",
        "proposalConflicted",
        "proposalRevised",
        "proposalWithdrawn",
        "proposalCommented",
        "skillCommented",
        "skillChanged",
        "imported",
        "webhookStopped",
        "reviewDue",
        "editionPublished",
    ];

    public static void Map(WebApplication app)
    {
        app.MapGet("/inbox", Get).RequireAuthorization();
        app.MapGet("/inbox/{id:guid}", Open).RequireAuthorization();
        app.MapPost("/inbox/read", MarkRead).RequireAuthorization();
    }

    private static async Task<IResult> Get([AsParameters] InboxFilter filter, Services services, CancellationToken ct)
    {
        var asked = filter with { Kind = Kinds.Contains(filter.Kind, StringComparer.Ordinal) ? filter.Kind : null };
        var query = asked.Query(filter.Cursor);
        var inbox = await services.Get<Inbox>(
            "notifications",
            System.Runtime.CompilerServices.FormattableStringFactory.Create(
                "/api/notifications/inbox" + (query.Length > 0 ? query + "&" : "?") + "limit={0}",
                50
            ),
            ct
        );
        return Page.Of<InboxView>(new InboxModel(inbox.Value, asked), inbox.Value is null ? 503 : 200);
    }

    // Whoever looks at what it is about has read it.
    private static async Task<IResult> Open(Guid id, string? to, Services services, Visit visit, CancellationToken ct)
    {
        await Read(services, new { ids = new[] { id } }, ct);
        return TypedResults.LocalRedirect(LocalAddress.Or(to, visit.To($"/inbox")));
    }

    // One by its id, or all.
    private static async Task<IResult> MarkRead(
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var answer = await Read(
            services,
            Guid.TryParse(form["id"], out var id) ? new { ids = new[] { id } } : new { all = true },
            ct
        );
        return answer.Ok ? TypedResults.Redirect(visit.To($"/inbox")) : Page.Error(answer.Status);
    }

    private static Task<Answer<object>> Read(Services services, object which, CancellationToken ct) =>
        services.Send<object>("notifications", HttpMethod.Post, $"/api/notifications/inbox/read", which, ct);
}
