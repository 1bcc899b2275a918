using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>
/// The catalogue as a table with a header: a row for each requirement, and rows that end earlier for a skill without
/// requirements, an empty group or domain, a level of a domain of which something is said, and a role nobody needs yet; a
/// description and ids are of what the row ends with. <c>levels</c> and <c>keywords</c> hold one entry a
/// line and need to stand in one row of their domain or skill only; so do where the texts of a domain are from, and what
/// anything is in other systems. Or, in a workbook, as a matrix: a sheet for each role, a row for each skill, a column for each
/// level; it says nothing of other roles, nor of keywords, origin and ids.
/// </summary>
public sealed class CatalogTable
{
    private static readonly string[] Place = ["domain", "group", "skill"];
    private readonly TableReading _reading;
    private readonly DocumentErrors _errors = new();
    private readonly Dictionary<string, Domain> _domains = new(TextForm.Looks);
    private readonly Dictionary<string, Term> _roles = new(TextForm.Looks);
    private readonly HashSet<string> _covered = new(TextForm.Looks);
    private readonly List<string> _unmarked = [];
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private bool _isMatrix;
    private bool _saysNo;
    private bool _describes;
    private int _skills;

    private CatalogTable(TableReading reading) => _reading = reading;

    // What is said beyond a name.
    private sealed class Term
    {
        public string? Description;
        public ExternalId[]? ExternalIds;
    }

    private sealed class Domain
    {
        public string[]? Levels;
        public ExternalId[]? ExternalIds;
        public readonly Dictionary<string, (string At, Term Term)> Described = new(TextForm.Looks);
        public readonly Dictionary<string, ExternalId[]?> GroupIds = new(TextForm.Looks);
        public readonly string?[] Origin = new string?[TableWords.Origin.Length];
        public readonly Dictionary<string, Dictionary<string, Skill>> Groups = new(TextForm.Looks);
        public readonly List<(string At, string Level)> Named = [];
    }

    private sealed class Skill
    {
        public string[]? Keywords;
        public string? Description;
        public string? Revision;
        public ExternalId[]? ExternalIds;
        public readonly Dictionary<(string Role, string Level), CatalogDocument.Requirement> Requirements = [];
    }

    /// <summary>The document, or what is wrong with it: <c>/rows/12/level</c> is the level of the row after twelve others.</summary>
    public static (CatalogDocument? Document, DocumentErrors Errors) Read(
        IEnumerable<Sheet> sheets,
        string? source,
        KnownLevels known,
        TableReading? reading = null
    )
    {
        var table = new CatalogTable(reading ?? TableReading.Guessed);
        try
        {
            foreach (var sheet in sheets)
                table.Rows(sheet);
            table.CheckMarks();
            table.CheckLevels(known);
        }
        catch (DocumentErrors.TooManyException) { }
        return (table._errors.Any ? null : table.Document(source), table._errors);
    }

    /// <summary>The row with a sheet's headings, how many come before it, and the role that the sheet is of, if it is of one.</summary>
    /// <param name="sheet">The sheet.</param>
    /// <param name="rows">Its rows; afterwards the header is the current one.</param>
    public static (Row? Header, string? Role, int At) Header(Sheet sheet, IEnumerator<Row> rows)
    {
        var role = sheet.Name;
        for (var at = 0; rows.MoveNext(); at++)
            if (
                rows.Current is { Problem: null, Cells: [var what, var name, .. var rest] }
                && TableWords.Column(what) == "role"
                && TableWords.Column(name) is null
                && Array.TrueForAll(rest, string.IsNullOrWhiteSpace)
            )
                // A sheet's name is too short for some roles.
                role = name;
            else if (!rows.Current.IsBlank)
                return (rows.Current, role, at);
        return (null, role, 0);
    }

    /// <summary>Whether the columns of a sheet that may be of a role are levels.</summary>
    public static bool IsMatrix(string? role, IEnumerable<string?> columns) =>
        role is { Length: > 0 }
        && columns.OfType<string>().ToArray() is var known
        && known.Contains("skill")
        && !known.Contains("role")
        && !known.Contains("level");

    private void Rows(Sheet sheet)
    {
        if (_reading.Role(sheet) is "")
            return;
        using var rows = sheet.Rows.GetEnumerator();
        var (header, role, _) = Header(sheet, rows);
        role = _reading.Role(sheet) ?? role;
        if (header is null or { Problem: not null })
        {
            _errors.Add($"{sheet.At}/header", "A header is needed: " + string.Join(',', TableWords.Columns) + ".");
            return;
        }
        var columns = header.Cells.Select(_reading.Column).ToArray();
        var isMatrix = IsMatrix(role, columns);
        if (Header(sheet.At, header, columns, isMatrix) is not { } positions)
            return;
        if (isMatrix)
            _isMatrix = true;
        var levels = isMatrix
            ? header.Cells.Index().Where(h => columns[h.Index] is null && !string.IsNullOrWhiteSpace(h.Item)).ToArray()
            : [];
        for (var row = 0; rows.MoveNext(); row++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{sheet.At}/rows/{row}");
            if (rows.Current is { IsBlank: true })
                continue;
            var current = rows.Current;
            if (current.Problem is not null)
                _errors.Add(at, current.Problem);
            else if (Beyond(header, current) is { } column)
                _errors.Add(
                    string.Create(CultureInfo.InvariantCulture, $"{at}/{column}"),
                    $"“{Short(current[column])}” stands in a column without a heading."
                );
            else
            {
                string Cell(string column) => positions.TryGetValue(column, out var i) ? Form(column, current[i]) : "";
                if (isMatrix)
                    MatrixRow(at, Cell, TextForm.Name(role!), levels, current);
                else
                    Row(at, Cell);
            }
        }
    }

    private static int? Beyond(Row header, Row row)
    {
        for (var i = 0; i < row.Cells.Length; i++)
            if (string.IsNullOrWhiteSpace(header[i]) && !string.IsNullOrWhiteSpace(row[i]))
                return i;
        return null;
    }

    private static string Short(string cell) => cell.Length <= 60 ? cell : cell[..60] + "\u2026";

    private static string Form(string column, string cell) =>
        column switch
        {
            "description" or TableWords.SkillDescription or "source" or "licence" or "attribution" => TextForm.Text(
                cell
            ),
            "levels" or "keywords" or "covers" or TableWords.ExternalIds => cell,
            _ => TextForm.Name(cell),
        };

    private Dictionary<string, int>? Header(string at, Row header, string?[] columns, bool isMatrix)
    {
        var before = _errors.All.Count;
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < columns.Length; i++)
            if (columns[i] is not { } column)
            {
                if (!isMatrix && !string.IsNullOrWhiteSpace(header[i]))
                    _errors.Add(
                        $"{at}/header/{i}",
                        $"There is no column \u201c{Short(header[i])}\u201d. There are: "
                            + string.Join(',', TableWords.Columns)
                            + "."
                    );
            }
            else if (column != TableReading.LeftOut && !positions.TryAdd(column, i))
                _errors.Add($"{at}/header/{i}", "This column appears here twice.");
        // Levels may be left out: the domain keeps those it has, or gets the usual ones. So may what skills are about.
        var needed = isMatrix
            ? Place
            : TableWords.Columns.Where(c => c is not ("levels" or TableWords.SkillDescription));
        _describes |= positions.ContainsKey(TableWords.SkillDescription);
        foreach (var missing in needed.Where(c => !positions.ContainsKey(c)))
            _errors.Add($"{at}/header/{missing}", "This column is missing.");
        return _errors.All.Count > before ? null : positions;
    }

    private void Row(string at, Func<string, string> cell)
    {
        var (domain, group, skill, role) = (cell("domain"), cell("group"), cell("skill"), cell("role"));
        _covered.UnionWith(Entries($"{at}/covers", cell("covers"), CatalogDocument.MostRoles, isSet: true) ?? []);
        if (domain.Length == 0)
        {
            Empty(at, cell, "group", "skill", "levels", "keywords", "level", "mandatory", TableWords.SkillDescription);
            Empty(at, cell, TableWords.Origin);
            if (Named($"{at}/role", role))
                Say(Role(role), "role", role, at, cell);
            return;
        }
        if (!Named($"{at}/domain", domain))
            return;
        if (!_domains.TryGetValue(domain, out var d))
            _domains.Add(domain, d = new Domain());
        Same(
            ref d.Levels,
            Entries($"{at}/levels", cell("levels"), CatalogDocument.MostLevels),
            $"{at}/levels",
            "domain"
        );
        From(d, at, cell);
        if (group.Length == 0)
        {
            Empty(at, cell, "skill", "keywords", "role", "mandatory", TableWords.SkillDescription);
            if (cell("level") is { Length: > 0 } level)
            {
                d.Named.Add(($"{at}/level", level));
                if (!d.Described.TryGetValue(level, out var about))
                    d.Described.Add(level, about = (at, new Term()));
                Say(about.Term, "level", level, at, cell, TextForm.Likeness(domain));
            }
            else
            {
                Empty(at, cell, "description");
                Identify(ref d.ExternalIds, "domain", domain, at, cell);
            }
            return;
        }
        if (!Named($"{at}/group", group))
            return;
        if (skill.Length == 0)
        {
            d.Groups.TryAdd(group, new Dictionary<string, Skill>(TextForm.Looks));
            Empty(at, cell, "keywords", "role", "level", "mandatory", "description", TableWords.SkillDescription);
            var ids = d.GroupIds.GetValueOrDefault(group);
            Identify(ref ids, "group", group, at, cell);
            d.GroupIds[group] = ids;
            return;
        }
        if (Find(at, d, group, skill) is not { } s)
            return;
        Revised(s, $"{at}/revision", cell("revision"));
        Same(
            ref s.Keywords,
            Entries($"{at}/keywords", cell("keywords"), TextForm.MostKeywords, TextForm.LongestKeyword, isSet: true),
            $"{at}/keywords",
            "skill"
        );
        Describe(
            ref s.Description,
            cell(TableWords.SkillDescription),
            TextForm.LongestDescription,
            $"{at}/{TableWords.SkillDescription}",
            "skill"
        );
        Identify(ref s.ExternalIds, "skill", skill, at, cell);
        if (role.Length == 0)
            Empty(at, cell, "level", "mandatory", "description");
        else
            Requirement(at, cell, d, s, role);
    }

    private Skill? Find(string at, Domain domain, string group, string skill)
    {
        if (!domain.Groups.TryGetValue(group, out var skills))
            domain.Groups.Add(group, skills = new Dictionary<string, Skill>(TextForm.Looks));
        if (!Named($"{at}/skill", skill))
            return null;
        if (skills.TryGetValue(skill, out var known))
            return known;
        if (++_skills == CatalogDocument.MostSkills + 1)
            _errors.Add(at, CatalogDocument.TooManySkills);
        return skills[skill] = new Skill();
    }

    private void Revised(Skill skill, string at, string revision)
    {
        if (revision.Length == 0)
            return;
        if (Revision.Problem(revision) is { } problem)
            _errors.Add(at, problem);
        else
            skill.Revision = Revision.Earlier(skill.Revision, revision);
    }

    // The first line of a cell says whether it is mandatory; what says nothing of that is not.
    private void MatrixRow(
        string at,
        Func<string, string> cell,
        string role,
        (int Index, string Item)[] levels,
        Row row
    )
    {
        var (domain, group, skill) = (cell("domain"), cell("group"), cell("skill"));
        if (!Named($"{at}/domain", domain) | !Named($"{at}/group", group))
            return;
        if (Named($"{at}/role", role))
            Role(role);
        if (!_domains.TryGetValue(domain, out var d))
            _domains.Add(domain, d = new Domain());
        if (Find(at, d, group, skill) is not { } s)
            return;
        Revised(s, $"{at}/revision", cell("revision"));
        // Its own cells, not those of the header, which may be any number.
        foreach (var (column, level) in levels.TakeWhile(level => level.Index < row.Cells.Length))
        {
            var text = TextForm.Text(row[column]);
            if (text.Length == 0)
                continue;
            var name = TextForm.Name(level);
            var (first, rest) = text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end
                ? (text[..end], text[(end + 1)..])
                : (text, "");
            var says = TableWords.Says(first);
            var pointer = $"{at}/{name}";
            d.Named.Add((pointer, name));
            Requirement(pointer, pointer, s, new(role, name, says == true, says is null ? text : TextForm.Text(rest)));
        }
    }

    private void Requirement(string at, Func<string, string> cell, Domain domain, Skill skill, string role)
    {
        var (level, mandatory, description) = (cell("level"), cell("mandatory"), cell("description"));
        if (Named($"{at}/role", role))
            Role(role);
        if (Named($"{at}/level", level))
            domain.Named.Add(($"{at}/level", level));
        var says = TableWords.Says(mandatory);
        _saysNo |= says == false;
        if (mandatory.Length == 0)
            _unmarked.Add($"{at}/mandatory");
        else if (says is null)
            _errors.Add(
                $"{at}/mandatory",
                $"\u201c{Short(mandatory)}\u201d is neither yes nor no: true or false is meant."
            );
        Requirement(at, $"{at}/description", skill, new(role, level, says == true, description));
    }

    private void Requirement(string at, string text, Skill skill, CatalogDocument.Requirement requirement)
    {
        if (TextForm.Problem(requirement.Description, TextForm.LongestDescription, mayBeEmpty: true) is { } problem)
            _errors.Add(text, problem);
        var cell = (TextForm.Likeness(requirement.Role), TextForm.Likeness(requirement.Level));
        if (!skill.Requirements.TryAdd(cell, requirement))
            _errors.Add(at, "There is a requirement for this role and level already.");
    }

    // Where only what is mandatory is marked, the rest is not; where both are, a cell was forgotten.
    private void CheckMarks()
    {
        var marked = _domains.Values.Any(d =>
            d.Groups.Values.Any(g => g.Values.Any(s => s.Requirements.Values.Any(r => r.Mandatory)))
        );
        if (marked && !_saysNo)
            return;
        foreach (var at in _unmarked)
            _errors.Add(at, "Must be true or false.");
    }

    private bool Named(string at, string name)
    {
        if (TextForm.Problem(name, TextForm.LongestName) is not { } problem)
            return true;
        _errors.Add(at, problem);
        return false;
    }

    private void Empty(string at, Func<string, string> cell, params ReadOnlySpan<string> columns)
    {
        foreach (var column in columns)
            if (cell(column).Length > 0)
                _errors.Add($"{at}/{column}", "Must be empty where the cells before it are.");
    }

    private void Same(ref string[]? known, string[]? given, string at, string what)
    {
        if (given is not null && known is not null && !given.SequenceEqual(known, TextForm.Looks))
            _errors.Add(at, $"Differs from an earlier row of the same {what}.");
        known ??= given;
    }

    private string[]? Entries(string at, string cell, int most, int longest = TextForm.LongestName, bool isSet = false)
    {
        if (cell.Length == 0)
            return null;
        var entries = cell.Split('\n').Select(TextForm.Name).Where(e => e.Length > 0).ToArray();
        if (entries.Length > most)
            _errors.Add(at, $"At most {most:N0} entries.");
        foreach (var entry in entries.Take(most))
            if (TextForm.Problem(entry, longest) is { } problem)
                _errors.Add(at, problem);
        var distinct = entries.Distinct(TextForm.Looks).ToArray();
        if (distinct.Length != entries.Length && !isSet)
            _errors.Add(at, "An entry appears here twice.");
        return distinct;
    }

    private Term Role(string name)
    {
        if (!_roles.TryGetValue(name, out var role))
            _roles.Add(name, role = new Term());
        return role;
    }

    private void Say(Term term, string kind, string name, string at, Func<string, string> cell, string? within = null)
    {
        Describe(ref term.Description, cell("description"), TextForm.LongestReason, $"{at}/description", kind);
        Identify(ref term.ExternalIds, kind, name, at, cell, within);
    }

    private void Describe(ref string? known, string text, int longest, string at, string kind)
    {
        if (text.Length == 0)
            return;
        if (TextForm.Problem(text, longest) is { } problem)
            _errors.Add(at, problem);
        else if (known is not null && known != text)
            _errors.Add(at, $"Differs from an earlier row of the same {kind}.");
        known ??= text;
    }

    // What a cell does not say is left as it is known.
    private void From(Domain domain, string at, Func<string, string> cell)
    {
        foreach (var (i, column) in TableWords.Origin.Index())
        {
            var (said, where) = (cell(column), $"{at}/{column}");
            if (said.Length == 0)
                continue;
            if (column == "language")
            {
                var (tag, wrong) = LanguageTag.Of(said);
                if (wrong is not null)
                    _errors.Add(where, wrong);
                said = tag ?? said;
            }
            else if (TextForm.Problem(said, CatalogDocument.LongestNote) is { } problem)
                _errors.Add(where, problem);
            if (domain.Origin[i] is { } known && known != said)
                _errors.Add(where, "Differs from an earlier row of the same domain.");
            domain.Origin[i] ??= said;
        }
    }

    private void Identify(
        ref ExternalId[]? known,
        string kind,
        string name,
        string row,
        Func<string, string> cell,
        string? within = null
    )
    {
        var (at, given) = ($"{row}/{TableWords.ExternalIds}", cell(TableWords.ExternalIds));
        if (given.Length == 0)
            return;
        var lines = given.Split('\n').Select(TextForm.Name).Where(line => line.Length > 0).ToArray();
        if (lines.Length > CatalogDocument.MostIds)
            _errors.Add(at, $"At most {CatalogDocument.MostIds} entries.");
        var read = lines.Take(CatalogDocument.MostIds).Select(IdLine.Read).ToArray();
        foreach (var problem in read.Select(line => line.Problem).OfType<string>())
            _errors.Add(at, problem);
        ExternalId[] ids = [.. read.Select(line => line.Id).OfType<ExternalId>()];
        if (known is not null)
        {
            if (!ids.SequenceEqual(known))
                _errors.Add(at, $"Differs from an earlier row of the same {kind}.");
            return;
        }
        known = ids;
        foreach (var id in ids.Where(id => !_ids.TryAdd(Key(id), name)))
            _errors.Add(at, $"“{id.Id}” of {id.System} is “{_ids[Key(id)]}” already.");

        string Key(ExternalId id) => $"{kind}\n{within}\n{SkillExternalId.Key(id)}";
    }

    private void CheckLevels(KnownLevels known)
    {
        foreach (var (name, domain) in _domains)
        {
            var levels = new HashSet<string>(
                domain.Levels
                    ?? CatalogDocument.UsualLevels.Concat(
                        known(new CatalogDocument.Domain(name, null, [], ExternalIds: domain.ExternalIds)) ?? []
                    ),
                TextForm.Looks
            );
            if (domain.Levels is null)
                foreach (var (at, _) in domain.Described.Values)
                    _errors.Add(
                        $"{at}/level",
                        "Something is said of a level only where those of its domain are stated."
                    );
            foreach (var (at, level) in domain.Named.Where(n => !levels.Contains(n.Level)))
                _errors.NotAmong(at, level, levels, "levels of its domain");
        }
    }

    private CatalogDocument Document(string? source) =>
        new(
            source,
            null,
            null,
            [.. _roles.Select(role => Whole(role.Key, role.Value))],
            [
                .. _domains.Select(d => new CatalogDocument.Domain(
                    d.Key,
                    d.Value.Levels?.Select(l => Whole(l, d.Value.Described.GetValueOrDefault(l).Term)).ToArray(),
                    [
                        .. d.Value.Groups.Select(g => new CatalogDocument.Group(
                            g.Key,
                            [
                                .. g.Value.Select(s => new CatalogDocument.Skill(
                                    s.Key,
                                    s.Value.Keywords ?? (_isMatrix ? null : []),
                                    [.. s.Value.Requirements.Values],
                                    Description: s.Value.Description ?? (_describes ? "" : null),
                                    ExternalIds: s.Value.ExternalIds,
                                    Revision: s.Value.Revision
                                )),
                            ],
                            d.Value.GroupIds.GetValueOrDefault(g.Key)
                        )),
                    ],
                    d.Value.Origin[0],
                    d.Value.Origin[1],
                    d.Value.Origin[2],
                    d.Value.Origin[3],
                    d.Value.ExternalIds
                )),
            ],
            _isMatrix ? [.. _roles.Keys]
                : _covered.Count > 0 ? [.. _covered.Where(_roles.ContainsKey)]
                : null
        );

    private static CatalogDocument.Term Whole(string name, Term? said) =>
        new(name, said?.Description, said?.ExternalIds);
}
