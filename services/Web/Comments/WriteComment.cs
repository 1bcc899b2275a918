using System.Globalization;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Comments;

/// <summary>Comment on a proposal or a skill, answer a comment, write one anew, or remove it.</summary>
public static class WriteComment
{
    public static void Map(WebApplication app)
    {
        const string proposal = "/proposals/{id:guid}/comments";
        To(proposal, (Guid id, [AsParameters] Sent sent) => Post(OfProposal(id, sent), sent));
        To(
            $"{proposal}/{{comment:guid}}",
            (Guid id, Guid comment, [AsParameters] Sent sent) => Edit(OfProposal(id, sent), comment, sent)
        );
        To(
            $"{proposal}/{{comment:guid}}/removal",
            (Guid id, Guid comment, [AsParameters] Sent sent) => Remove(OfProposal(id, sent), comment, sent)
        );
        const string skill = "/skills/{slug}/discussion";
        To(skill, (string slug, [AsParameters] Sent sent) => Post(OfSkill(slug, sent), sent));
        To(
            $"{skill}/{{comment:guid}}",
            (string slug, Guid comment, [AsParameters] Sent sent) => Edit(OfSkill(slug, sent), comment, sent)
        );
        To(
            $"{skill}/{{comment:guid}}/removal",
            (string slug, Guid comment, [AsParameters] Sent sent) => Remove(OfSkill(slug, sent), comment, sent)
        );

        void To(string route, Delegate write) => app.MapPost(route, write).RequireAuthorization();
    }

    private sealed record Sent(
        string? Cursor,
        IFormCollection Form,
        Services Services,
        Visit Visit,
        CancellationToken Ct
    )
    {
        public string Text => Of("text");

        /// <summary>The change that it is about.</summary>
        public Spot? About => Spot.Of(Form["about"]);

        /// <summary>Null where none could be written.</summary>
        public string? Suggestion => Form.ContainsKey("suggestion") ? Of("suggestion") : null;

        private string Of(string field) => Form[field].ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>Where comments are kept, the page they are on, and how it is shown again with what was written.</summary>
    private sealed record Where(string Api, string Newest, string? Cursor, Func<Writing, int, Task<IResult>> Again)
    {
        public string Part => string.IsNullOrEmpty(Cursor) ? "" : $"?cursor={Uri.EscapeDataString(Cursor)}";
    }

    private static Where OfProposal(Guid id, Sent sent) =>
        new(
            $"/api/proposals/{id}/comments",
            sent.Visit.To($"/proposals/{id}"),
            sent.Cursor,
            (writing, status) =>
                ShowProposal.Show(
                    id,
                    sent.Services,
                    sent.Visit,
                    new(Writing: writing, Status: status, Cursor: sent.Cursor),
                    sent.Ct
                )
        );

    private static Where OfSkill(string slug, Sent sent) =>
        new(
            $"/api/proposals/discussions/{Uri.EscapeDataString(slug)}/comments",
            sent.Visit.To($"/skills/{slug}/discussion"),
            sent.Cursor,
            (writing, status) => Discussion.Show(slug, sent.Cursor, writing, status, sent.Services, sent.Visit, sent.Ct)
        );

    private static async Task<IResult> Post(Where where, Sent sent)
    {
        var writing = new Writing(
            Guid.TryParse(sent.Form["replyTo"], out var parent) ? parent : null,
            Text: sent.Text,
            About: sent.About?.Key,
            Suggestion: sent.Suggestion
        );
        if (string.IsNullOrWhiteSpace(writing.Text))
            return await where.Again(writing with { Problem = sent.Visit.T["comments.empty"] }, 422);
        var answer = await sent.Services.Send<Comment>(
            "proposals",
            HttpMethod.Post,
            Raw(where.Api),
            new
            {
                text = writing.Text,
                replyTo = writing.ReplyTo,
                change = sent.About?.Change,
                requirement = sent.About?.Requirement,
                revision = int.TryParse(sent.Form["revision"], CultureInfo.InvariantCulture, out var read)
                    ? read
                    : (int?)null,
                suggestion = writing.Suggestion,
            },
            sent.Ct
        );
        return answer.Ok
            ? TypedResults.Redirect($"{where.Newest}#{sent.About?.Anchor ?? $"comment-{answer.Value?.Id}"}")
            : await where.Again(writing with { Problem = sent.Visit.Why(answer) }, answer.Shown());
    }

    private static async Task<IResult> Edit(Where where, Guid comment, Sent sent)
    {
        var writing = new Writing(null, comment, sent.Text);
        if (string.IsNullOrWhiteSpace(writing.Text))
            return await where.Again(writing with { Problem = sent.Visit.T["comments.empty"] }, 422);
        var answer = await sent.Services.Send<object>(
            "proposals",
            HttpMethod.Put,
            Raw($"{where.Api}/{comment}"),
            new { text = writing.Text },
            sent.Ct,
            $"\"{sent.Form["version"]}\""
        );
        return answer.Ok
            ? TypedResults.Redirect($"{where.Newest}{where.Part}#comment-{comment}")
            : await where.Again(writing with { Problem = sent.Visit.Why(answer) }, answer.Shown());
    }

    private static async Task<IResult> Remove(Where where, Guid comment, Sent sent)
    {
        var answer = await sent.Services.Send<object>(
            "proposals",
            HttpMethod.Delete,
            Raw($"{where.Api}/{comment}"),
            null,
            sent.Ct
        );
        return answer.Ok
            ? TypedResults.Redirect($"{where.Newest}{where.Part}#comment-{comment}")
            : Page.Error(answer.Status);
    }

    private static FormattableString Raw(string path) =>
        System.Runtime.CompilerServices.FormattableStringFactory.Create(
            path.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
        );
}
