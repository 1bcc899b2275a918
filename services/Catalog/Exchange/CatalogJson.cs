using System.Globalization;
using System.Text;
using System.Text.Json;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>
/// Reads a catalogue document from JSON: strictly, and to its end, so that every error is found in one go. A hand-written
/// reader, since a serializer stops at the first error. What skills stand in is read first, whole; then the skills one by one,
/// so that a document may be larger than memory.
/// </summary>
public sealed class CatalogJson
{
    private readonly Stream _bytes;
    private readonly JsonIndex _index;
    private readonly KnownLevels _known;
    private readonly Dictionary<string, Func<Origin, Origin>> _origins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private HashSet<string>? _roles;
    private HashSet<string>?[] _levels = [];
    private HashSet<string>? _levelsHere;
    private string _at = "";

    private const string Twice = "This name stands in the list already.";

    private delegate void Field(ref Utf8JsonReader json, string at);

    private delegate T? Item<T>(ref Utf8JsonReader json, string at);

    private CatalogJson(Stream bytes, KnownLevels known)
    {
        (_bytes, _known) = (bytes, known);
        bytes.Position = 0;
        _index = JsonIndex.Of(bytes);
        var json = new Utf8JsonReader(_index.Frame, new JsonReaderOptions { MaxDepth = JsonIndex.Deepest });
        try
        {
            json.Read();
            Frame = Document(ref json);
            while (json.Read()) { }
        }
        catch (Exception e) when (e is JsonException or DocumentErrors.TooManyException)
        {
            Frame = null;
        }
        if (_index.Broken is not var (message, at, rest))
            return;
        Frame = null;
        if (at is { } entry)
            Locate(entry, rest);
        Errors.Broken(_at, message);
    }

    /// <summary>Reads what skills stand in.</summary>
    /// <param name="document">Its bytes; read again for the skills.</param>
    /// <param name="known">The levels that domains have.</param>
    public static CatalogJson Open(Stream document, KnownLevels known) => new(document, known);

    /// <summary>The document without skills; null where it is broken. Has gaps where it has errors.</summary>
    public CatalogDocument? Frame { get; private set; }

    public DocumentErrors Errors { get; } = new();

    /// <summary>Its skills in their order, each with its pointer, up to the first error. After the last one all errors are known.</summary>
    public IEnumerable<(string At, PlacedSkill Skill)> Skills()
    {
        if (Frame is null)
            yield break;
        var (bytes, group, names) = (Array.Empty<byte>(), (-1, -1), new HashSet<string>(TextForm.Looks));
        foreach (var (i, entry) in _index.Skills.Index())
        {
            if (i == CatalogDocument.MostSkills)
            {
                Errors.Add(Pointer(entry), CatalogDocument.TooManySkills);
                yield break;
            }
            if (group != (entry.Domain, entry.Group))
                (group, names) = ((entry.Domain, entry.Group), new HashSet<string>(TextForm.Looks));
            // One that is too long is not read.
            if (entry.Length is <= JsonIndex.LargestPiece and var length && bytes.Length < length)
                bytes = new byte[Math.Max(length, 64 * 1024)];
            if (!TryRead(entry, bytes, names, out var skill))
                yield break;
            // What has errors has gaps, and is not used.
            if (
                !Errors.Any
                && skill is not null
                && Frame.Domains.ElementAtOrDefault(entry.Domain) is { } domain
                && domain.Groups.ElementAtOrDefault(entry.Group) is { } place
            )
                yield return (Pointer(entry), new PlacedSkill(domain.Name, place.Name, skill));
        }
    }

    private bool TryRead(JsonIndex.Entry entry, byte[] bytes, HashSet<string> names, out CatalogDocument.Skill? skill)
    {
        skill = null;
        var at = Pointer(entry);
        try
        {
            if (entry.Length > JsonIndex.LargestPiece)
            {
                Errors.Add(at, CatalogDocument.TooLongSkill);
                return true;
            }
            _bytes.Position = entry.Start;
            _bytes.ReadExactly(bytes, 0, entry.Length);
            var json = new Utf8JsonReader(
                bytes.AsSpan(0, entry.Length),
                new JsonReaderOptions { MaxDepth = JsonIndex.Deepest }
            );
            json.Read();
            _levelsHere = _levels.ElementAtOrDefault(entry.Domain);
            skill = Skill(ref json, at);
            if (skill is not null && !names.Add(skill.Name))
                Errors.Add($"{at}/name", Twice);
            return true;
        }
        catch (DocumentErrors.TooManyException)
        {
            return false;
        }
    }

    // How far a skill goes that is broken off.
    private void Locate(JsonIndex.Entry entry, byte[] rest)
    {
        _at = Pointer(entry);
        var json = new Utf8JsonReader(rest, new JsonReaderOptions { MaxDepth = JsonIndex.Deepest });
        try
        {
            json.Read();
            Skill(ref json, _at);
        }
        catch (Exception e) when (e is JsonException or DocumentErrors.TooManyException)
        {
            // As was expected.
        }
    }

    private static string Pointer(JsonIndex.Entry entry) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"/domains/{entry.Domain}/groups/{entry.Group}/skills/{entry.Skill}"
        );

    private CatalogDocument Document(ref Utf8JsonReader json)
    {
        var origin = new Origin();
        CatalogDocument.Term[]? levels = null,
            roles = null;
        string[]? covers = null;
        CatalogDocument.Domain[] domains = [];
        Object(
            ref json,
            "",
            ["roles", "domains"],
            new(StringComparer.Ordinal)
            {
                ["language"] = (ref j, at) => origin = origin with { Language = Language(ref j, at) },
                ["source"] = (ref j, at) => origin = origin with { Source = Note(ref j, at) },
                ["licence"] = (ref j, at) => origin = origin with { Licence = Note(ref j, at) },
                ["attribution"] = (ref j, at) => origin = origin with { Attribution = Note(ref j, at) },
                ["levels"] = (ref j, at) => levels = Levels(ref j, at),
                ["roles"] = (ref j, at) => roles = Terms(ref j, at, CatalogDocument.MostRoles),
                ["covers"] = (ref j, at) =>
                    covers = j.TokenType == JsonTokenType.Null ? null : Names(ref j, at, CatalogDocument.MostRoles),
                ["domains"] = (ref j, at) => domains = Distinct(List(ref j, at, 1_000, Domain), d => d.Name, at),
            }
        );
        // What a domain says of itself goes before what the document says of all.
        domains =
        [
            .. domains.Select(d =>
                d is not null && _origins[d.Name](origin) is var (language, source, licence, attribution)
                    ? d with
                    {
                        Language = language,
                        Source = source,
                        Licence = licence,
                        Attribution = attribution,
                    }
                    : d!
            ),
        ];
        var document = new CatalogDocument(
            origin.Source,
            origin.Licence,
            levels,
            roles ?? [],
            domains,
            covers,
            origin.Language,
            origin.Attribution
        );
        Resolve(document, roles);
        return document;
    }

    private CatalogDocument.Domain? Domain(ref Utf8JsonReader json, string at)
    {
        string? name = null;
        CatalogDocument.Term[]? levels = null;
        CatalogDocument.Group?[] groups = [];
        ExternalId?[]? ids = null;
        Func<Origin, Origin> own = whole => whole;
        Object(
            ref json,
            at,
            ["name", "groups"],
            new(StringComparer.Ordinal)
            {
                ["name"] = (ref j, p) => name = Name(ref j, p),
                ["language"] = (ref j, p) => Own(Language(ref j, p), (o, said) => o with { Language = said }),
                ["source"] = (ref j, p) => Own(Note(ref j, p), (o, said) => o with { Source = said }),
                ["licence"] = (ref j, p) => Own(Note(ref j, p), (o, said) => o with { Licence = said }),
                ["attribution"] = (ref j, p) => Own(Note(ref j, p), (o, said) => o with { Attribution = said }),
                ["externalIds"] = (ref j, p) => ids = ExternalIds(ref j, p),
                ["levels"] = (ref j, p) => levels = Levels(ref j, p),
                ["groups"] = (ref j, p) => groups = Distinct(List(ref j, p, 1_000, Group), g => g.Name, p),
            }
        );
        Once("domain", name, ids, at);
        if (name is null)
            return null;
        _origins[name] = own;
        return new CatalogDocument.Domain(name, levels, groups!, ExternalIds: ids!);

        void Own(string? said, Func<Origin, string?, Origin> over)
        {
            var before = own;
            own = whole => over(before(whole), said);
        }
    }

    private CatalogDocument.Group? Group(ref Utf8JsonReader json, string at)
    {
        string? name = null;
        ExternalId?[]? ids = null;
        Object(
            ref json,
            at,
            ["name", "skills"],
            new(StringComparer.Ordinal)
            {
                ["name"] = (ref j, p) => name = Name(ref j, p),
                ["externalIds"] = (ref j, p) => ids = ExternalIds(ref j, p),
                // They are read one by one.
                ["skills"] = (ref j, p) => List(ref j, p, 0, Skill),
            }
        );
        Once("group", name, ids, at);
        return name is null ? null : new CatalogDocument.Group(name, [], ids!);
    }

    private CatalogDocument.Skill? Skill(ref Utf8JsonReader json, string at)
    {
        string? name = null;
        string?[] keywords = [];
        string? description = null;
        ExternalId?[]? ids = null;
        bool? retired = null;
        string? revision = null;
        CatalogDocument.Requirement?[] requirements = [];
        Object(
            ref json,
            at,
            ["name"],
            new(StringComparer.Ordinal)
            {
                ["name"] = (ref j, p) => name = Name(ref j, p),
                ["keywords"] = (ref j, p) =>
                    keywords = List(
                        ref j,
                        p,
                        TextForm.MostKeywords,
                        (ref k, q) => Name(ref k, q, TextForm.LongestKeyword)
                    ),
                ["description"] = (ref j, p) =>
                    description = TextOrNull(ref j, p, TextForm.LongestDescription, TextForm.Text),
                ["externalIds"] = (ref j, p) => ids = ExternalIds(ref j, p),
                ["requirements"] = (ref j, p) => requirements = List(ref j, p, 10_000, Requirement),
                ["retired"] = (ref j, p) => retired = j.TokenType == JsonTokenType.Null ? null : Bool(ref j, p),
                ["revision"] = (ref j, p) => revision = j.TokenType == JsonTokenType.Null ? null : Name(ref j, p),
            }
        );
        if (retired == true)
            Errors.Add($"{at}/retired", "Only false: a skill is retired by a proposal.");
        if (revision is not null && Revision.Problem(revision) is { } problem)
            Errors.Add($"{at}/revision", problem);
        var cells = new HashSet<(string, string)>();
        for (var i = 0; i < requirements.Length; i++)
            if (requirements[i] is { } r && !cells.Add((TextForm.Likeness(r.Role), TextForm.Likeness(r.Level))))
                Errors.Add($"{at}/requirements/{i}", "There is a requirement for this role and level already.");
        Once("skill", name, ids, at);
        return name is null
            ? null
            : new CatalogDocument.Skill(
                name,
                TextForm.Keywords(keywords),
                requirements!,
                retired,
                description,
                ids!,
                revision
            );
    }

    /// <summary>A role or level: its name, or an object with what more is said of it.</summary>
    private CatalogDocument.Term? Term(ref Utf8JsonReader json, string at)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            return Name(ref json, at) is { } alone ? new CatalogDocument.Term(alone) : null;
        string? name = null,
            description = null;
        ExternalId?[]? ids = null;
        Object(
            ref json,
            at,
            ["name"],
            new(StringComparer.Ordinal)
            {
                ["name"] = (ref j, p) => name = Name(ref j, p),
                ["description"] = (ref j, p) =>
                    description = TextOrNull(ref j, p, TextForm.LongestReason, TextForm.Text),
                ["externalIds"] = (ref j, p) => ids = ExternalIds(ref j, p),
            }
        );
        return name is null ? null : new CatalogDocument.Term(name, description, ids!);
    }

    private ExternalId?[]? ExternalIds(ref Utf8JsonReader json, string at) =>
        json.TokenType == JsonTokenType.Null ? null : List(ref json, at, CatalogDocument.MostIds, ExternalId);

    // An id is one thing's only, among those of its kind.
    private void Once(string kind, string? name, ExternalId?[]? ids, string at)
    {
        foreach (var (i, id) in (ids ?? []).Index())
            if (id is not null && !_ids.TryAdd($"{kind}\n{SkillExternalId.Key(id)}", name ?? ""))
                Errors.Add(
                    $"{at}/externalIds/{i}",
                    $"“{id.Id}” of {id.System} is “{_ids[$"{kind}\n{SkillExternalId.Key(id)}"]}” already."
                );
    }

    private ExternalId? ExternalId(ref Utf8JsonReader json, string at)
    {
        string? system = null,
            id = null,
            uri = null;
        Object(
            ref json,
            at,
            ["system", "id"],
            new(StringComparer.Ordinal)
            {
                ["system"] = (ref j, p) => system = Name(ref j, p, TextForm.LongestKeyword),
                ["id"] = (ref j, p) => id = Name(ref j, p, CatalogDocument.LongestId),
                ["uri"] = (ref j, p) => uri = j.TokenType == JsonTokenType.Null ? null : Address(ref j, p),
            }
        );
        return system is null || id is null ? null : new ExternalId(system, id, uri);
    }

    private string? Address(ref Utf8JsonReader json, string at)
    {
        var uri = Name(ref json, at, CatalogDocument.LongestUri);
        if (uri is not null && !Uri.TryCreate(uri, UriKind.Absolute, out _))
            Errors.Add(at, "Must be a whole address: https://example.org/skills/1.");
        return uri;
    }

    private CatalogDocument.Requirement? Requirement(ref Utf8JsonReader json, string at)
    {
        string? role = null,
            level = null,
            description = null;
        bool? mandatory = null;
        Object(
            ref json,
            at,
            ["role", "level", "mandatory"],
            new(StringComparer.Ordinal)
            {
                ["role"] = (ref j, p) => role = Name(ref j, p),
                ["level"] = (ref j, p) => level = Name(ref j, p),
                ["mandatory"] = (ref j, p) => mandatory = Bool(ref j, p),
                ["description"] = (ref j, p) =>
                    description = Text(ref j, p, TextForm.LongestDescription, TextForm.Text),
            }
        );
        if (role is null || level is null)
            return null;
        Among(_roles, ref role, $"{at}/role", "document's roles");
        Among(_levelsHere, ref level, $"{at}/level", "levels of its domain");
        return new CatalogDocument.Requirement(role, level, mandatory ?? false, description ?? "");
    }

    // As it is called in its list, so that a name is in memory once, however many need it.
    private void Among(HashSet<string>? names, ref string name, string at, string what)
    {
        if (names is null)
            return;
        if (names.TryGetValue(name, out var its))
            name = its;
        else
            Errors.NotAmong(at, name, names, what);
    }

    // What skills may name, whatever the order of the document's members is.
    private void Resolve(CatalogDocument document, CatalogDocument.Term?[]? roles)
    {
        _roles = roles?.OfType<CatalogDocument.Term>().Select(role => role.Name).ToHashSet(TextForm.Looks);
        foreach (var (i, role) in (document.Covers ?? []).Index())
            if (_roles is not null && role is not null && !_roles.Contains(role))
                Errors.NotAmong($"/covers/{i}", role, _roles, "document's roles");
        _levels =
        [
            .. document.Domains.Select(domain =>
                domain is null
                    ? null
                    : (
                        document.StatedLevels(domain)?.OfType<CatalogDocument.Term>().Select(level => level.Name)
                        ?? CatalogDocument.UsualLevels.Concat(_known(domain) ?? [])
                    ).ToHashSet(TextForm.Looks)
            ),
        ];
    }

    private void Object(ref Utf8JsonReader json, string at, string[] required, Dictionary<string, Field> fields)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            Wrong(ref json, at, "an object");
            return;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (Next(ref json, at) && json.TokenType != JsonTokenType.EndObject)
        {
            var name = FieldName(ref json);
            var pointer = $"{at}/{Escape(name)}";
            Next(ref json, pointer);
            if (!fields.TryGetValue(name, out var field))
                Skip(ref json, pointer, "There is no such field.");
            else if (!seen.Add(name))
                Skip(ref json, pointer, "This field appears here twice.");
            else
                field(ref json, pointer);
        }
        foreach (var name in required.Where(name => !seen.Contains(name)))
            Errors.Add($"{at}/{name}", "This field is missing.");
    }

    private T?[] List<T>(ref Utf8JsonReader json, string at, int most, Item<T> item)
        where T : class
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            Wrong(ref json, at, "a list");
            return [];
        }
        var items = new List<T?>();
        while (Next(ref json, at) && json.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count < most)
                items.Add(item(ref json, $"{at}/{items.Count}"));
            else
            {
                if (items.Count == most)
                {
                    Errors.Add(at, $"At most {most:N0} entries.");
                    items.Add(null);
                }
                json.Skip();
            }
        }
        return [.. items];
    }

    // What has errors is never used, so that gaps in lists do no harm.
    private T[] Distinct<T>(T?[] items, Func<T, string> name, string at)
        where T : class
    {
        var seen = new HashSet<string>(TextForm.Looks);
        for (var i = 0; i < items.Length; i++)
            if (items[i] is { } item && !seen.Add(name(item)))
                Errors.Add(
                    item is string or CatalogDocument.Term { Description: null, ExternalIds: null }
                        ? $"{at}/{i}"
                        : $"{at}/{i}/name",
                    Twice
                );
        return items!;
    }

    private string[] Names(ref Utf8JsonReader json, string at, int most, int longest = TextForm.LongestName) =>
        Distinct(List(ref json, at, most, (ref j, p) => Name(ref j, p, longest)), name => name, at);

    private CatalogDocument.Term[] Terms(ref Utf8JsonReader json, string at, int most)
    {
        var terms = Distinct(List(ref json, at, most, Term), term => term.Name, at);
        foreach (var (i, term) in terms.Index())
            Once(at, term?.Name, term?.ExternalIds, $"{at}/{i}");
        return terms;
    }

    private CatalogDocument.Term[]? Levels(ref Utf8JsonReader json, string at)
    {
        if (json.TokenType == JsonTokenType.Null)
            return null;
        var levels = Terms(ref json, at, CatalogDocument.MostLevels);
        if (levels.Length > 0)
            return levels;
        Errors.Add(at, "At least one level.");
        return null;
    }

    private string? Name(ref Utf8JsonReader json, string at) => Name(ref json, at, TextForm.LongestName);

    private string? Name(ref Utf8JsonReader json, string at, int longest) =>
        Text(ref json, at, longest, TextForm.Name, mayBeEmpty: false);

    private string? Language(ref Utf8JsonReader json, string at)
    {
        var tag = TextOrNull(ref json, at, LanguageTag.Longest, TextForm.Name);
        if (string.IsNullOrEmpty(tag))
            return tag;
        var (form, problem) = LanguageTag.Of(tag);
        if (problem is not null)
            Errors.Add(at, problem);
        return form;
    }

    private string? Note(ref Utf8JsonReader json, string at) =>
        TextOrNull(ref json, at, CatalogDocument.LongestNote, TextForm.Text);

    private string? TextOrNull(ref Utf8JsonReader json, string at, int longest, Func<string, string> form) =>
        json.TokenType == JsonTokenType.Null ? null : Text(ref json, at, longest, form);

    private string? Text(
        ref Utf8JsonReader json,
        string at,
        int longest,
        Func<string, string> form,
        bool mayBeEmpty = true
    )
    {
        if (json.TokenType != JsonTokenType.String)
        {
            Wrong(ref json, at, "a text");
            return null;
        }
        // An escaped character takes twelve bytes at most: what is longer need not be decoded.
        if (json.ValueSpan.Length > longest * 12L)
        {
            Errors.Add(at, TextForm.TooLong(longest));
            return null;
        }
        try
        {
            var text = form(json.GetString()!);
            if (TextForm.Problem(text, longest, mayBeEmpty) is not { } problem)
                return text;
            Errors.Add(at, problem);
        }
        catch (InvalidOperationException)
        {
            Errors.Add(at, "Holds half of a surrogate pair or bytes that are no UTF-8.");
        }
        return null;
    }

    private bool? Bool(ref Utf8JsonReader json, string at)
    {
        if (json.TokenType is JsonTokenType.True or JsonTokenType.False)
            return json.GetBoolean();
        Wrong(ref json, at, "true or false");
        return null;
    }

    private void Wrong(ref Utf8JsonReader json, string at, string expected) =>
        Skip(ref json, at, $"Must be {expected}.");

    private void Skip(ref Utf8JsonReader json, string at, string message)
    {
        json.Skip();
        Errors.Add(at, message);
    }

    private bool Next(ref Utf8JsonReader json, string at)
    {
        _at = at;
        return json.Read();
    }

    private static string FieldName(ref Utf8JsonReader json)
    {
        try
        {
            return json.ValueSpan.Length > 200
                ? Encoding.UTF8.GetString(json.ValueSpan[..200]) + "…"
                : json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\ufffd";
        }
    }

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
