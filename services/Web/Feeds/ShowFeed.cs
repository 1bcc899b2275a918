using System.ServiceModel.Syndication;
using System.Text.Encodings.Web;
using System.Xml;
using Microsoft.AspNetCore.Http.HttpResults;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Rendering;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Editions;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Feeds;

/// <summary>Changes as Atom (RFC 4287): of a skill, a domain, a role, or all; and the editions.</summary>
public static class ShowFeed
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/feed", (Reader reader) => reader.Changes("changes.title", null, "/changes", "", ""))
            .AllowAnonymous();
        app.MapGet(
                "/domains/{slug}/feed",
                (string slug, Reader reader) => reader.Changes(null, slug, $"/?domain={slug}", "domain", slug)
            )
            .AllowAnonymous();
        app.MapGet(
                "/roles/{slug}/feed",
                (string slug, Reader reader) => reader.Changes(null, slug, $"/roles/{slug}", "role", slug)
            )
            .AllowAnonymous();
        app.MapGet("/editions/feed", (Reader reader) => reader.Editions()).AllowAnonymous();
        app.MapGet("/skills/{slug}/feed", (string slug, Reader reader) => reader.Skill(slug)).AllowAnonymous();
    }

    /// <summary>What a feed is made of, asked for on behalf of its reader.</summary>
    public sealed record Reader(Services Services, Visit Visit, HttpContext Http)
    {
        public static ValueTask<Reader?> BindAsync(HttpContext http) =>
            ValueTask.FromResult<Reader?>(
                new Reader(
                    http.RequestServices.GetRequiredService<Services>(),
                    http.RequestServices.GetRequiredService<Visit>(),
                    http
                )
            );

        public async Task<IResult> Changes(string? title, string? slug, string page, string filter, string value)
        {
            FormattableString address = $"/api/catalog/changes?limit={50}";
            var changes = Services.Get<PageList<HistoryEntry>>(
                "catalog",
                filter.Length == 0 ? address : address.With(filter, value),
                Http.RequestAborted
            );
            var tree = await Tree.Read(Services, Http.RequestAborted);
            if ((await changes).Value is not { } found)
                return Page.Error((await changes).Status);
            var names = CellNames.Of(tree);
            var domain = Array.Find(tree.Domains ?? [], d => filter == "domain" && d.Slug == slug)?.Name;
            var role = filter == "role" ? Array.Find(names.Roles, r => r.Slug == slug)?.Name : null;
            if (slug is not null && domain is null && role is null)
                return Page.Error(tree is { Roles: not null, Domains: not null } ? 404 : 503);
            return Feed(title is null ? domain ?? role! : Visit.T[title], page, found.Items, names, null);
        }

        public async Task<IResult> Skill(string slug)
        {
            var skill = Services.SkillItself(slug, Http.RequestAborted);
            var history = Services.Get<PageList<HistoryEntry>>(
                "catalog",
                $"/api/catalog/skills/{slug}/history?limit={50}",
                Http.RequestAborted
            );
            await Task.WhenAll(skill, history);
            if ((await history).Value is not { } found)
                return Page.Error((await history).Status);
            var known = (await skill).Value;
            if (known is not null && known.Slug != slug)
                return TypedResults.Redirect(Visit.To($"/skills/{known.Slug}/feed"), permanent: true);
            return Feed(
                known?.Name ?? slug,
                $"/skills/{slug}",
                found.Items,
                await CellNames.Of(known, Services, Http.RequestAborted),
                slug
            );
        }

        public async Task<IResult> Editions()
        {
            var editions = await Services.Get<PageList<Edition>>(
                "catalog",
                $"/api/catalog/editions?limit={50}",
                Http.RequestAborted
            );
            if (editions.Value is not { Items: var found })
                return Page.Error(editions.Status);
            return Feed(
                Visit.T["editions.title"],
                "/editions",
                Visit.Whole(Visit.T.Language),
                found.Select(edition => edition.At),
                found.Select(edition => Item(edition))
            );
        }

        private SyndicationItem Item(Edition edition)
        {
            var item = new SyndicationItem(
                Clean(Markdown.Harmless(edition.Name)),
                Clean(edition.Notes is { Length: > 0 } notes ? Markdown.Plain(notes) : Visit.T["editions.lead"]),
                new Uri($"{Visit.Origin}/{Visit.T.Language}/editions/{edition.Slug}"),
                $"{Visit.Origin}/editions/{edition.Slug}",
                edition.At
            )
            {
                PublishDate = edition.At,
            };
            if (edition.By is not null)
                item.Authors.Add(new SyndicationPerson { Name = Clean(Person.In(Visit.T, edition.By)) });
            return item;
        }

        private FileContentHttpResult Feed(
            string title,
            string page,
            HistoryEntry[] changes,
            CellNames names,
            string? slug
        ) =>
            Feed(
                title,
                page,
                slug is not null && changes is [{ SkillId: not null } any, ..]
                    ? $"{Lasting(any, slug)}/feed?language={Visit.T.Language}"
                    : Visit.Whole(Visit.T.Language),
                changes.Select(change => change.At),
                changes.Select(change =>
                    change.Taxonomy is { } part
                        ? Item(change, part, names)
                        : Item(change, change.Skill?.Slug ?? slug!, names)
                )
            );

        private FileContentHttpResult Feed(
            string title,
            string page,
            string id,
            IEnumerable<DateTimeOffset> times,
            IEnumerable<SyndicationItem> items
        )
        {
            var language = Visit.T.Language;
            var self = Visit.Whole(language);
            var feed = new SyndicationFeed(
                Clean($"{Markdown.Harmless(title)} · {Visit.Brand.Name}"),
                null,
                new Uri($"{Visit.Origin}/{language}{page}"),
                id,
                times.DefaultIfEmpty(DateTimeOffset.UnixEpoch).Max(),
                items
            )
            {
                Language = language,
            };
            feed.Links.Add(SyndicationLink.CreateSelfLink(new Uri(self), "application/atom+xml"));
            feed.Authors.Add(new SyndicationPerson { Name = Visit.Brand.Name });
            using var to = new MemoryStream();
            using (var xml = XmlWriter.Create(to, new XmlWriterSettings { Indent = true }))
                feed.SaveAsAtom10(xml);
            return TypedResults.Bytes(to.ToArray(), "application/atom+xml; charset=utf-8");
        }

        private SyndicationItem Item(HistoryEntry change, string slug, CellNames names)
        {
            var words = names.Words(Visit.T, change);
            var item = new SyndicationItem(
                Clean(change.Skill is { } skill ? $"{Markdown.Harmless(skill.Name)}: {words}" : words),
                Summary(change, words),
                new Uri($"{Visit.Origin}/{Visit.T.Language}/skills/{slug}/history#v{Visit.Plain(change.Version)}"),
                // The same in every language and after a rename, for it is the same change.
                $"{Lasting(change, slug)}?version={Visit.Plain(change.Version)}",
                change.At
            )
            {
                PublishDate = change.At,
            };
            if (change.Kind is "requirementReworded" or "requirementStated" or "requirementDropped" or "skillDescribed")
                item.Content = SyndicationContent.CreateHtmlContent(Clean(Diff(change)));
            if (change.Author is not null)
                item.Authors.Add(new SyndicationPerson { Name = Clean(Person.In(Visit.T, change.Author)) });
            return item;
        }

        // What is no skill has no page of its own history: it stands among all changes.
        private SyndicationItem Item(HistoryEntry change, TaxonomyPart part, CellNames names) =>
            new(
                Clean($"{Markdown.Harmless(part.Name)}: {names.Words(Visit.T, change)}"),
                Summary(change, ""),
                new Uri($"{Visit.Origin}/{Visit.T.Language}/changes"),
                $"{Visit.Origin}/changes#taxonomy-{Visit.Plain(change.Version)}",
                change.At
            )
            {
                PublishDate = change.At,
            };

        // The reason of an import is Catalog's own, in English.
        private string Summary(HistoryEntry change, string otherwise) =>
            Clean(
                change.Import is null
                    ? Markdown.Harmless(change.Reason ?? change.After ?? otherwise)
                    : CellNames.Import(Visit.T, change.ImportSource)
            );

        private static string Diff(HistoryEntry change)
        {
            var pieces = WordDiff.Of(
                Markdown.Harmless(change.Before ?? ""),
                Markdown.Harmless(change.Kind == "requirementDropped" ? "" : change.After ?? "")
            );
            var html = WordDiff
                .Shortened(pieces, 2000)
                .Select(piece =>
                    (
                        piece.Op,
                        Text: HtmlEncoder.Default.Encode(piece.Text).Replace("&#xA;", "<br>", StringComparison.Ordinal)
                    )
                )
                .Select(piece => piece.Op == DiffPiece.Same ? piece.Text : $"<{piece.Op}>{piece.Text}</{piece.Op}>");
            return string.Join(WordDiff.IsRewritten(pieces) ? "<br>" : "", html);
        }

        private string Lasting(HistoryEntry change, string slug) =>
            change.SkillId is { } id ? $"{Visit.Origin}/skills/by-id/{id}" : $"{Visit.Origin}/skills/{slug}";

        // XML has no place for most control characters.
        private static string Clean(string text)
        {
            var clean = new System.Text.StringBuilder(text.Length);
            foreach (var rune in text.EnumerateRunes())
                if (rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value))
                    clean.Append(rune);
            return clean.ToString();
        }
    }
}
