using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Rendering;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>Shows the form and takes what comes from it: more room, a preview, a draft, or a proposal.</summary>
public static class SuggestForm
{
    public static async Task<IResult> Take(
        Suggesting about,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct,
        (string? Role, string? Level) open = default
    )
    {
        var now = about.Skill;
        var tree = Tree.Read(services, ct);
        var (found, status) = await Seen(about, form, services, ct);
        if (found is null)
            return Page.Error(status);
        var seen = found.Says;
        var suggestion = Suggestion.Read(form, seen).Meaning(await tree, now);
        var changes = about.IsNew ? Difference.Between(null, suggestion.Over(seen)) : suggestion.Changes(seen);
        var moved = seen.Version != now.Version;
        if (now.Retired)
        {
            // Nobody decides on it any more, but it may have taken an hour to write.
            about = about with
            {
                Skill = found with { Retired = true },
            };
            return await Again(visit.T["suggest.retired"], 410);
        }
        if (moved)
            suggestion = suggestion.Onto(seen, now.Says, (await tree).Places(now, changes));
        var action = form["do"].ToString();
        if (action is "more")
            return await Again(null, 200, model => model with { Suggestion = suggestion.WithOneMore() });
        // What is like it is found with each page of the form.
        if (action is "alike")
            return await Again(null, 200);
        // What is said of what others changed, too, has to be read before anything is sent.
        if (suggestion.Clashes && action is not "preview")
            return await Again(visit.T["suggest.choose"], 409);
        if (Missing(about, suggestion, visit, rationale: action is not "preview") is { } missing)
            return await Again(missing, 422);
        var sent = new Sent(about.IsNew ? null : now.Slug, suggestion.Rationale, changes, Draft: action is "draft");
        if (action is "preview")
        {
            var impact = await services.Send<Impact>("proposals", HttpMethod.Post, $"/api/proposals/preview", sent, ct);
            return await Again(
                impact.Ok || impact.Down ? null : visit.Why(impact),
                200,
                model => model with { Preview = changes, Impact = impact.Value }
            );
        }
        var (id, refused, code, _) = await Send(about, form["tag"], sent, services, visit, ct);
        return id is { } written
            ? TypedResults.Redirect(visit.To($"/proposals/{written}") + (sent.Draft ? "" : "?done=submitted"))
            : await Again(refused, code);

        async Task<IResult> Again(string? problem, int answer, Func<SuggestModel, SuggestModel>? with = null)
        {
            var alike = Alike.Find(about, suggestion.Name, services, ct);
            var model = new SuggestModel(
                about,
                suggestion,
                await tree,
                open,
                moved,
                Problem: problem,
                Alike: await alike
            );
            return Page.Of<SuggestPage>(with?.Invoke(model) ?? model, answer);
        }
    }

    /// <summary>The skill as it is or, once it is retired, as it was last.</summary>
    public static async Task<Answer<Skill>> Last(string slug, Services services, CancellationToken ct)
    {
        var now = await services.SkillItself(slug, ct);
        return now.Status == 410 ? await services.SkillAt(slug, services.Now, ct) : now;
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
        var (t, skill) = (visit.T, about.Skill);
        return wanted.Over(skill.Says).Name.Length == 0 ? t["suggest.no-name"]
            : about.IsNew && wanted.Place.Split('/') is not [{ Length: > 0 }, { Length: > 0 }] ? t["suggest.no-place"]
            : wanted.IsBegun ? t["suggest.not-whole"]
            : wanted.Twice is { } row
                ? Markdown.Harmless(t["suggest.twice", skill.RoleName(row.Role), skill.LevelName(row.Level)])
            : !about.IsNew && wanted.Changes(skill.Says).Length == 0 ? t["suggest.nothing"]
            : rationale && string.IsNullOrWhiteSpace(wanted.Rationale) ? t["suggest.no-rationale"]
            : null;
    }

    /// <summary>Sends it: the proposal's id, or why not, also by the code that never changes.</summary>
    public static async Task<(string? Id, string? Refused, int Status, string? Code)> Send(
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
                ? (created.Value?.Id.ToString() ?? created.Location?.Split('/')[^1], null, 201, null)
                : (null, visit.Why(created), created.Shown(), created.Code);
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
            return (null, visit.Why(revised), revised.Shown(), revised.Code);
        if (!about.IsDraft || sent.Draft)
            return (id.ToString(), null, 200, null);
        var submitted = await services.Send<object>(
            "proposals",
            HttpMethod.Post,
            $"/api/proposals/{id}/submission",
            null,
            ct
        );
        return submitted.Ok
            ? (id.ToString(), null, 200, null)
            : (null, visit.Why(submitted), submitted.Shown(), submitted.Code);
    }

    /// <summary>A proposal as it is sent; without a skill where it adds one, or is about none.</summary>
    public sealed record Sent(string? Skill, string Rationale, Change[] Changes, bool Draft);

    private sealed record Created(Guid? Id);
}
