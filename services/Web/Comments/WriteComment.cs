using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Comments;

/// <summary>Comment on a proposal or a skill, answer a comment, write one anew, or remove it.</summary>
public static class WriteComment
{
    public static void Map(WebApplication app)
    {
        app.MapPost(
                "/proposals/{id:guid}/comments",
                (Guid id, string? cursor, IFormCollection form, Services services, Visit visit, CancellationToken ct) =>
                    Post(OfProposal(id, cursor, services, visit, ct), form, services, visit, ct)
            )
            .RequireAuthorization();
        app.MapPost(
                "/proposals/{id:guid}/comments/{comment:guid}",
                (
                    Guid id,
                    Guid comment,
                    string? cursor,
                    IFormCollection form,
                    Services services,
                    Visit visit,
                    CancellationToken ct
                ) => Edit(OfProposal(id, cursor, services, visit, ct), comment, form, services, visit, ct)
            )
            .RequireAuthorization();
        app.MapPost(
                "/proposals/{id:guid}/comments/{comment:guid}/removal",
                (
                    Guid id,
                    Guid comment,
                    string? cursor,
                    IFormCollection form,
                    Services services,
                    Visit visit,
                    CancellationToken ct
                ) => Remove(OfProposal(id, cursor, services, visit, ct), comment, services, ct)
            )
            .RequireAuthorization();
        app.MapPost(
                "/skills/{slug}/discussion",
                (
                    string slug,
                    string? cursor,
                    IFormCollection form,
                    Services services,
                    Visit visit,
                    CancellationToken ct
                ) => Post(OfSkill(slug, cursor, services, visit, ct), form, services, visit, ct)
            )
            .RequireAuthorization();
        app.MapPost(
                "/skills/{slug}/discussion/{comment:guid}",
                (
                    string slug,
                    Guid comment,
                    string? cursor,
                    IFormCollection form,
                    Services services,
                    Visit visit,
                    CancellationToken ct
                ) => Edit(OfSkill(slug, cursor, services, visit, ct), comment, form, services, visit, ct)
            )
            .RequireAuthorization();
        app.MapPost(
                "/skills/{slug}/discussion/{comment:guid}/removal",
                (
                    string slug,
                    Guid comment,
                    string? cursor,
                    IFormCollection form,
                    Services services,
                    Visit visit,
                    CancellationToken ct
                ) => Remove(OfSkill(slug, cursor, services, visit, ct), comment, services, ct)
            )
            .RequireAuthorization();
    }

    /// <summary>Where comments are kept, the page they are on, and how it is shown again with what was written.</summary>
    private sealed record Where(string Api, string Page, Func<Writing, int, Task<IResult>> Again);

    private static Where OfProposal(Guid id, string? cursor, Services services, Visit visit, CancellationToken ct) =>
        new(
            $"/api/proposals/{id}/comments",
            visit.To(((FormattableString)$"/proposals/{id}").With("cursor", cursor)),
            (writing, status) =>
                ShowProposal.Show(id, services, visit, new(Writing: writing, Status: status, Cursor: cursor), ct)
        );

    private static Where OfSkill(string slug, string? cursor, Services services, Visit visit, CancellationToken ct) =>
        new(
            $"/api/proposals/discussions/{Uri.EscapeDataString(slug)}/comments",
            visit.To(((FormattableString)$"/skills/{slug}/discussion").With("cursor", cursor)),
            (writing, status) => Discussion.Show(slug, cursor, writing, status, services, visit, ct)
        );

    private static async Task<IResult> Post(
        Where where,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var writing = new Writing(Guid.TryParse(form["replyTo"], out var parent) ? parent : null, null, Text(form));
        if (string.IsNullOrWhiteSpace(writing.Text))
            return await where.Again(writing with { Problem = visit.T["comments.empty"] }, 422);
        var answer = await services.Send<Comment>(
            "proposals",
            HttpMethod.Post,
            Raw(where.Api),
            new { text = writing.Text, replyTo = writing.ReplyTo },
            ct
        );
        return answer.Ok
            ? TypedResults.Redirect($"{where.Page}#comment-{answer.Value?.Id}")
            : await where.Again(writing with { Problem = visit.Why(answer) }, answer.Shown());
    }

    private static async Task<IResult> Edit(
        Where where,
        Guid comment,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var writing = new Writing(null, comment, Text(form));
        if (string.IsNullOrWhiteSpace(writing.Text))
            return await where.Again(writing with { Problem = visit.T["comments.empty"] }, 422);
        var answer = await services.Send<object>(
            "proposals",
            HttpMethod.Put,
            Raw($"{where.Api}/{comment}"),
            new { text = writing.Text },
            ct,
            $"\"{form["version"]}\""
        );
        return answer.Ok
            ? TypedResults.Redirect($"{where.Page}#comment-{comment}")
            : await where.Again(writing with { Problem = visit.Why(answer) }, answer.Shown());
    }

    private static async Task<IResult> Remove(Where where, Guid comment, Services services, CancellationToken ct)
    {
        var answer = await services.Send<object>(
            "proposals",
            HttpMethod.Delete,
            Raw($"{where.Api}/{comment}"),
            null,
            ct
        );
        return answer.Ok ? TypedResults.Redirect($"{where.Page}#comment-{comment}") : Page.Error(answer.Status);
    }

    private static string Text(IFormCollection form) =>
        form["text"].ToString().Replace("\r\n", "\n", StringComparison.Ordinal);

    private static FormattableString Raw(string path) =>
        System.Runtime.CompilerServices.FormattableStringFactory.Create(
            path.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
        );
}
