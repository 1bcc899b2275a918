using System.Globalization;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>Shows the form and takes what comes from it: more room, a preview, a draft, or a proposal.</summary>
public static class SuggestForm
{
    public static async Task<IResult> Show(
        Suggesting about,
        Suggestion suggestion,
        Services services,
        CancellationToken ct,
        Func<SuggestModel, SuggestModel>? with = null,
        (string?, string?) open = default,
        int status = 200
    )
    {
        var domains = services.Get<Domains>("catalog", $"/api/catalog/domains?limit={200}", ct);
        var roles = services.Get<PageList<Named>>("catalog", $"/api/catalog/roles?limit={200}", ct);
        var model = new SuggestModel(about, suggestion, (await domains).Value?.All, (await roles).Value?.Items, open);
        return Page.Of<SuggestPage>(with?.Invoke(model) ?? model, status);
    }

    public static async Task<IResult> Take(
        Suggesting about,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var now = about.Skill;
        var (seen, status) = await Seen(about, form, services, ct);
        if (seen is null)
            return Page.Error(status);
        var suggestion = Suggestion.Read(form, seen);
        var moved = seen.Version != now.Version;
        if (moved)
            suggestion = suggestion.Onto(seen, now);
        var action = form["do"].ToString();
        if (action is "more")
            return await Again(suggestion.WithOneMore(), null, 200);
        // What is said of changed texts has to be read before anything is sent.
        if (suggestion.Clashes && action is not "preview")
            return await Again(suggestion, visit.T["suggest.choose"], 409);
        if (Missing(about, suggestion, visit, rationale: action is not "preview") is { } missing)
            return await Again(suggestion, missing, 422);
        ProposedChange[] changes = about.IsNew ? [Changes.Adding(suggestion)] : [.. Changes.Of(suggestion, now)];
        var sent = new Sent(
            about.IsNew ? null : now.Slug,
            suggestion.Rationale,
            [.. changes.Select(c => Changes.Sent(c, now))],
            Draft: action is "draft"
        );
        if (action is "preview")
            return await Preview(sent, changes);
        var (id, refused, code) = await Send(about, form["tag"], sent, services, visit, ct);
        return id is { } written
            ? TypedResults.Redirect(visit.To($"/proposals/{written}"))
            : await Again(suggestion, refused, code);

        Task<IResult> Again(Suggestion kept, string? problem, int answer) =>
            Show(about, kept, services, ct, model => model with { Moved = moved, Problem = problem }, status: answer);

        async Task<IResult> Preview(Sent wanted, ProposedChange[] shown)
        {
            var impact = await services.Send<Impact>(
                "proposals",
                HttpMethod.Post,
                $"/api/proposals/preview",
                wanted,
                ct
            );
            return await Show(
                about,
                suggestion,
                services,
                ct,
                model =>
                    model with
                    {
                        Moved = moved,
                        Preview = shown,
                        Impact = impact.Value,
                        Problem = impact.Ok || impact.Down ? null : visit.Why(impact),
                    }
            );
        }
    }

    // The texts the author saw, exactly: browsers change line ends, so they do not travel through the form.
    private static async Task<(Skill? Seen, int Status)> Seen(
        Suggesting about,
        IFormCollection form,
        Services services,
        CancellationToken ct
    )
    {
        if (
            about.IsNew
            || !long.TryParse(form["version"], CultureInfo.InvariantCulture, out var version)
            || version == about.Skill.Version
        )
            return (about.Skill, 200);
        var past = await services.Get<Skill>(
            "catalog",
            $"/api/catalog/skills/{about.Skill.Slug}?version={version}",
            ct
        );
        return (past.Value, past.Status);
    }

    private static string? Missing(Suggesting about, Suggestion wanted, Visit visit, bool rationale)
    {
        var t = visit.T;
        return wanted.Name.Length == 0 ? t["suggest.no-name"]
            : about.IsNew && wanted.Place.Split('/') is not [{ Length: > 0 }, { Length: > 0 }] ? t["suggest.no-place"]
            : wanted.Kept.Any(r => !r.Drop && string.IsNullOrWhiteSpace(r.Text)) ? t["suggest.no-text"]
            : wanted.Added.Any(r => !r.IsEmpty && !Changes.IsWhole(r)) ? t["suggest.not-whole"]
            : Twice(about.Skill, wanted) is { } twice ? Markdown.Harmless(t["suggest.twice", twice.Item1, twice.Item2])
            : !about.IsNew && Changes.Of(wanted, about.Skill).Count == 0 ? t["suggest.nothing"]
            : rationale && string.IsNullOrWhiteSpace(wanted.Rationale) ? t["suggest.no-rationale"]
            : null;
    }

    private static (string, string)? Twice(Skill skill, Suggestion wanted)
    {
        var cells = skill.Requirements.Select(r => (r.Role, r.Level)).ToHashSet();
        foreach (var row in wanted.Added.Where(Changes.IsWhole))
            if (!cells.Add((row.Role, row.Level)))
                return (skill.RoleName(row.Role), skill.LevelName(row.Level));
        return null;
    }

    private static async Task<(string? Id, string? Refused, int Status)> Send(
        Suggesting about,
        string? tag,
        Sent sent,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        if (about.Proposal is null)
        {
            var created = await services.Send<Created>("proposals", HttpMethod.Post, $"/api/proposals", sent, ct);
            return created.Ok
                ? (created.Value?.Id.ToString() ?? created.Location?.Split('/')[^1], null, 201)
                : (null, visit.Why(created), created.Shown());
        }
        var id = about.Proposal.Id;
        var revised = await services.Send<object>(
            "proposals",
            HttpMethod.Put,
            $"/api/proposals/{id}",
            sent with
            {
                Draft = false,
            },
            ct,
            string.IsNullOrEmpty(tag) ? about.Tag : tag
        );
        if (!revised.Ok)
            return (null, visit.Why(revised), revised.Shown());
        if (!about.IsDraft || sent.Draft)
            return (id.ToString(), null, 200);
        var submitted = await services.Send<object>(
            "proposals",
            HttpMethod.Post,
            $"/api/proposals/{id}/submission",
            null,
            ct
        );
        return submitted.Ok ? (id.ToString(), null, 200) : (null, visit.Why(submitted), submitted.Shown());
    }

    private sealed record Sent(string? Skill, string Rationale, object[] Changes, bool Draft);

    private sealed record Created(Guid? Id);
}
