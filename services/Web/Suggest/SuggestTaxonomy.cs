using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Proposals;

namespace SkillPlatform.Web.Suggest;

/// <summary>A part of the taxonomy in the form: what its author saw, what it is to be called, and what is to be said of it.</summary>
/// <param name="Said">What its author saw of it beside the name; null where there is no place for that.</param>
/// <param name="Retires">True where it is to be no more.</param>
/// <param name="Into">What takes its place then: slug, or what was typed.</param>
/// <param name="Holds">How many skills stand in it, as far as that is known.</param>
/// <param name="At">Its place among those of its kind, from 1, as its author wants it; 0 where there is no order.</param>
public sealed record PartRow(
    Part Part,
    string Was,
    string Name,
    string? Said = null,
    string? Says = null,
    int At = 0,
    bool Retires = false,
    string? Into = null,
    long? Holds = null
)
{
    /// <summary>By which the form names it.</summary>
    public string Key => $"{Part.Kind}.{Part.Slug}";
}

/// <summary>What a role, or a domain with its levels and groups, is to be called.</summary>
/// <param name="About">The role or domain, as it is called now.</param>
/// <param name="Rows">The role; or the domain, its levels, its groups.</param>
/// <param name="Levels">Slugs of the levels in the order that its author saw.</param>
/// <param name="Groups">Of the groups, likewise.</param>
/// <param name="Others">Roles that may take the place of a role.</param>
/// <param name="Proposal">The proposal that is revised; null for a new one.</param>
/// <param name="From">How many groups stand on the pages before this one.</param>
/// <param name="Tag">What was read of it, so that a revision goes over nobody's head.</param>
public sealed record TaxonomyForm(
    TaxonomyPart About,
    PartRow[] Rows,
    string[] Levels,
    string[] Groups,
    Named[] Others,
    string Rationale = "",
    Proposal? Proposal = null,
    string? Tag = null,
    string? Problem = null,
    int From = 0
)
{
    /// <summary>As many groups are in one form.</summary>
    public const int Most = 50;

    /// <summary>What is in the form: all but the groups of its other pages.</summary>
    public IEnumerable<PartRow> Shown =>
        Rows.Where(row => row.Part.Kind != Part.OfGroups)
            .Concat(Rows.Where(row => row.Part.Kind == Part.OfGroups).Skip(From).Take(Most));

    /// <summary>What the form wants to be otherwise.</summary>
    public Change[] Changes =>
        [
            .. Rows.Where(row => row.Name != row.Was && !row.Retires)
                .Select(row => Renamed(row.Part, row.Was, row.Name)),
            .. Rows.Where(row => row.Says != row.Said && !row.Retires)
                .Select(row => Described(row.Part, row.Said!, row.Says!)),
            .. Ordered(Part.OfLevels, Levels) is var levels && levels.SequenceEqual(Levels, StringComparer.Ordinal)
                ? Array.Empty<Change>()
                : [new ReorderLevels(About.Slug, Levels, levels)],
            .. Ordered(Part.OfGroups, Groups) is var groups && groups.SequenceEqual(Groups, StringComparer.Ordinal)
                ? Array.Empty<Change>()
                : [new ReorderGroups(About.Slug, Groups, groups)],
            // A domain goes after what is in it.
            .. Rows.Reverse().Where(row => row.Retires).Select(row => Retired(row.Part, row.Was, row.Into)),
        ];

    /// <summary>What may take the place of something of a kind.</summary>
    public Named[] Beside(string kind) =>
        kind == Part.OfRoles
            ? Others
            : [.. Rows.Where(row => row.Part.Kind == kind).Select(row => new Named(row.Part.Slug, row.Was))];

    // What is moved stands where its author wants it, before or after what is there, by where it came from.
    private string[] Ordered(string kind, string[] seen) =>
        [
            .. seen.Select((slug, i) => (Slug: slug, Was: i + 1, At: At(kind, slug) ?? i + 1))
                .OrderBy(moved => moved.At + (Math.Sign(moved.At - moved.Was) / 2.0))
                .ThenBy(moved => moved.At)
                .Select(moved => moved.Slug),
        ];

    private int? At(string kind, string slug) =>
        Array.Find(Rows, row => row.Part.Kind == kind && row.Part.Slug == slug)?.At;

    private static Describing Described(Part part, string was, string description) =>
        part.Kind == Part.OfRoles
            ? new DescribeRole(part.Slug, was, description)
            : new DescribeLevel(part.Domain!, part.Slug, was, description);

    private static Retiring Retired(Part part, string was, string? into) =>
        part.Kind switch
        {
            Part.OfRoles => new RetireRole(part.Slug, was, into),
            Part.OfGroups => new RetireGroup(part.Domain!, part.Slug, was, into),
            Part.OfLevels => new RetireLevel(part.Domain!, part.Slug, was, into),
            _ => new RetireDomain(part.Slug, was),
        };

    private static Renaming Renamed(Part part, string was, string name) =>
        part.Kind switch
        {
            Part.OfRoles => new RenameRole(part.Slug, was, name),
            Part.OfGroups => new RenameGroup(part.Domain!, part.Slug, was, name),
            Part.OfLevels => new RenameLevel(part.Domain!, part.Slug, was, name),
            _ => new RenameDomain(part.Slug, was, name),
        };
}

/// <summary>Suggest what else to call a role, and what to say of it, or for a domain and what is in it; or revise what one suggested.</summary>
public static class SuggestTaxonomy
{
    public static void Map(WebApplication app)
    {
        foreach (var kind in new[] { Part.OfRoles, Part.OfDomains })
        {
            var address = $"/{kind}s/{{slug}}/suggest";
            app.MapGet(
                    address,
                    (string slug, int? from, Services services, CancellationToken ct) =>
                        Show(kind, slug, from, services, ct)
                )
                .RequireAuthorization();
            app.MapPost(
                    address,
                    (string slug, IFormCollection form, Services services, Visit visit, CancellationToken ct) =>
                        Take(kind, slug, null, null, form, services, visit, ct)
                )
                .RequireAuthorization();
        }
    }

    private static async Task<IResult> Show(
        string kind,
        string slug,
        int? from,
        Services services,
        CancellationToken ct
    )
    {
        var (now, status) = await Now(kind, slug, services, ct);
        return now is null ? Page.Error(status) : Page.Of<TaxonomyFormPage>(now with { From = Math.Max(0, from ?? 0) });
    }

    /// <summary>The form with what was proposed so far, against what is there now.</summary>
    public static async Task<IResult> Revise(
        Proposal proposal,
        string? tag,
        int? from,
        Services services,
        CancellationToken ct
    )
    {
        var (kind, slug) = About(proposal);
        var (now, status) = await Now(kind, slug, services, ct);
        return now is null
            ? Page.Error(status)
            : Page.Of<TaxonomyFormPage>(Proposed(now, proposal) with { Tag = tag, From = Math.Max(0, from ?? 0) });
    }

    private static TaxonomyForm Proposed(TaxonomyForm now, Proposal proposal)
    {
        var names = proposal.Changes.OfType<Renaming>().ToLookup(change => Part.Of(change)!);
        var texts = proposal.Changes.OfType<Describing>().ToLookup(change => Part.Of(change)!);
        var retired = proposal.Changes.OfType<Retiring>().ToLookup(change => Part.Of(change)!);
        var levels = proposal.Changes.OfType<ReorderLevels>().LastOrDefault()?.Levels ?? [];
        var groups = proposal.Changes.OfType<ReorderGroups>().LastOrDefault()?.Groups ?? [];
        return now with
        {
            Rows =
            [
                .. now.Rows.Select(row =>
                    row with
                    {
                        Name = names[row.Part].LastOrDefault()?.Name ?? row.Name,
                        Says = texts[row.Part].LastOrDefault()?.Description ?? row.Says,
                        Retires = retired.Contains(row.Part),
                        Into = retired[row.Part].LastOrDefault()?.Into,
                        At = Array.IndexOf(row.Part.Kind == Part.OfLevels ? levels : groups, row.Part.Slug)
                            is >= 0
                                and var at
                            ? at + 1
                            : row.At,
                    }
                ),
            ],
            Rationale = proposal.Rationale,
            Proposal = proposal,
        };
    }

    /// <summary>Takes what comes from it: a draft, a proposal, or another revision.</summary>
    public static Task<IResult> Take(
        Proposal proposal,
        string? tag,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var (kind, slug) = About(proposal);
        return Take(kind, slug, proposal, tag, form, services, visit, ct);
    }

    private static async Task<IResult> Take(
        string kind,
        string slug,
        Proposal? proposal,
        string? tag,
        IFormCollection form,
        Services services,
        Visit visit,
        CancellationToken ct
    )
    {
        var (now, status) = await Now(kind, slug, services, ct);
        if (now is null)
            return Page.Error(status);
        // What was not in the form is as it is, or as it was proposed: groups of its other pages are in none.
        var before = proposal is null ? now : Proposed(now, proposal);
        var wanted = now with
        {
            Rows =
            [
                .. before.Rows.Select(row =>
                    row.Part.Kind == Part.OfGroups && !form.ContainsKey(row.Key)
                        ? row
                        : row with
                        {
                            // What was, is held against what its author saw.
                            Was = form.TryGetValue($"was.{row.Key}", out var was) ? was.ToString() : row.Was,
                            Name = form.TryGetValue(row.Key, out var name) ? TextForm.Name(name.ToString()) : row.Name,
                            Said =
                                row.Said is null ? null
                                : form.TryGetValue($"said.{row.Key}", out var said) ? TextForm.Text(said.ToString())
                                : row.Said,
                            Says =
                                row.Says is null ? null
                                : form.TryGetValue($"says.{row.Key}", out var says) ? TextForm.Text(says.ToString())
                                : row.Says,
                            At =
                                int.TryParse(form[$"at.{row.Key}"], CultureInfo.InvariantCulture, out var at)
                                && row.At > 0
                                    ? at
                                    : row.At,
                            Retires = form.ContainsKey($"retire.{row.Key}"),
                            Into = form[$"into.{row.Key}"].ToString() is { Length: > 0 } typed
                                ? Pick.Slug(typed, now.Beside(row.Part.Kind))
                                : null,
                        }
                ),
            ],
            Levels = Seen(form, Part.OfLevels) ?? now.Levels,
            Groups = Seen(form, Part.OfGroups) ?? now.Groups,
            Rationale = form["rationale"].ToString().Replace("\r\n", "\n", StringComparison.Ordinal),
            Proposal = proposal,
            Tag = string.IsNullOrEmpty(form["tag"]) ? tag : form["tag"].ToString(),
            From = int.TryParse(form["from"], CultureInfo.InvariantCulture, out var from) ? Math.Max(0, from) : 0,
        };
        var missing =
            wanted.Rows.Any(row => row.Name.Length == 0) ? "suggest.no-name"
            : wanted.Changes.Length == 0 ? "suggest.nothing"
            : string.IsNullOrWhiteSpace(wanted.Rationale) ? "suggest.no-rationale"
            : null;
        if (missing is not null)
            return Again(visit.T[missing], 422);
        var sent = new SuggestForm.Sent(null, wanted.Rationale, wanted.Changes, Draft: form["do"] == "draft");
        var about = new Suggesting(SuggestSkill.Blank(), IsNew: false, proposal, tag);
        var answer = await SuggestForm.Send(about, wanted.Tag, sent, services, visit, ct);
        return answer.Id is { } id
            ? TypedResults.Redirect(visit.To($"/proposals/{id}") + (sent.Draft ? "" : "?done=submitted"))
            : Again(
                visit.T.Has($"taxonomy.{answer.Code}") ? visit.T[$"taxonomy.{answer.Code}"] : answer.Refused,
                answer.Status
            );

        // Whoever is shown the form again sees the names that are there now, and decides against them.
        IResult Again(string? problem, int code)
        {
            var isInOrder =
                wanted.Levels.SequenceEqual(now.Levels, StringComparer.Ordinal)
                && wanted.Groups.SequenceEqual(now.Groups, StringComparer.Ordinal);
            return Page.Of<TaxonomyFormPage>(
                wanted with
                {
                    Rows =
                    [
                        .. wanted.Rows.Zip(
                            now.Rows,
                            (row, there) =>
                                row with
                                {
                                    Was = there.Was,
                                    Name = row.Name == row.Was ? there.Name : row.Name,
                                    Said = there.Said,
                                    Says = row.Says == row.Said ? there.Says : row.Says,
                                    At = isInOrder ? row.At : there.At,
                                }
                        ),
                    ],
                    Levels = now.Levels,
                    Groups = now.Groups,
                    Problem = problem,
                },
                code
            );
        }
    }

    private static string[]? Seen(IFormCollection form, string kind) =>
        form.TryGetValue($"seen.{kind}", out var slugs)
            ? slugs.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : null;

    private static (string Kind, string Slug) About(Proposal proposal) =>
        proposal.Taxonomy is { Kind: Part.OfRoles } role
            ? (Part.OfRoles, role.Slug)
            : (Part.OfDomains, Part.Of(proposal.Taxonomy!).Within!);

    private static async Task<(TaxonomyForm?, int)> Now(
        string kind,
        string slug,
        Services services,
        CancellationToken ct
    )
    {
        if (kind == Part.OfRoles)
        {
            var roles = services.Get<PageList<Named>>("catalog", $"/api/catalog/roles?limit={200}", ct);
            var role = await services.Get<Role>("catalog", $"/api/catalog/roles/{slug}?limit={1}", ct);
            return role.Value is { Retired: null } found && found.Slug == slug
                ? (
                    new TaxonomyForm(
                        new(kind, slug, found.Name),
                        [
                            Row(new Part(kind, null, slug), found.Name, found.Description ?? "") with
                            {
                                Holds = found.Counts.Skills,
                            },
                        ],
                        [],
                        [],
                        [.. ((await roles).Value?.Items ?? []).Where(other => other.Slug != slug)]
                    ),
                    200
                )
                : (null, role.Value is null ? role.Status : 404);
        }
        var domains = await Domains.Read(services, ct);
        if (domains.Value is not { } all)
            return (null, domains.Status);
        return Array.Find(all.All, d => d.Slug == slug) is { } domain
            ? (
                new TaxonomyForm(
                    new(kind, slug, domain.Name),
                    [
                        Row(new Part(kind, null, slug), domain.Name),
                        .. domain.Levels.Select(
                            (l, i) => Row(new Part(Part.OfLevels, slug, l.Slug), l.Name, l.Description ?? "", i + 1)
                        ),
                        .. domain.Groups.Select(
                            (g, i) =>
                                Row(new Part(Part.OfGroups, slug, g.Slug), g.Name, at: i + 1) with
                                {
                                    Holds = g.Skills,
                                }
                        ),
                    ],
                    [.. domain.Levels.Select(l => l.Slug)],
                    [.. domain.Groups.Select(g => g.Slug)],
                    []
                ),
                200
            )
            : (null, 404);

        static PartRow Row(Part part, string name, string? said = null, int at = 0) =>
            new(part, name, name, said, said, at);
    }
}
