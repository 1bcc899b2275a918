using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>
/// The catalogue as a table with a header: a row for each requirement, and rows that end earlier for a skill without
/// requirements, an empty group or domain, a level of a domain of which something is said, and a role nobody needs yet; a
/// description and ids are of what the row ends with. <c>levels</c> and <c>keywords</c> hold one entry a
/// line and need to stand in one row of their domain or skill only; so do where the texts of a domain are from, and what
/// anything is in other systems. Or, in a workbook, as a matrix: a sheet for each role, a row for each skill, a column for each
/// level; it says nothing of other roles, nor of keywords, origin and ids. Rows come in any order: what they say of skills waits in
/// a <see cref="Scratch"/> until all are read, so that a table may be larger than memory.
/// </summary>
public sealed class CatalogTable : IDisposable
{
    // What rows that follow each other say of one skill is written down together, up to so many characters.
    private const int LongestStretch = 200_000;

    // What is written down was read into some ten times as much, of which nothing stays: the collector alone would let a hundred
    // megabytes of it pile up before it looks.
    private const int CollectedAfter = 2_000_000;

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    private static readonly string TooManyRoles = $"At most {CatalogDocument.MostRoles:N0} roles.";
    private static readonly string TooManyPlaces = $"At most {CatalogDocument.MostSkills:N0} entries.";
    private static readonly string[] Place = ["domain", "group", "skill"];
    private readonly TableReading _reading;
    private readonly Scratch _scratch = new();
    private readonly List<Said> _stretch = [];
    private readonly Dictionary<string, Domain> _domains = new(TextForm.Looks);
    private readonly Dictionary<string, Term> _roles = new(TextForm.Looks);
    private readonly HashSet<string> _covered = new(TextForm.Looks);
    private readonly List<string> _unmarked = [];
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private bool _isMatrix;
    private bool _saysNo;
    private bool _describes;
    private bool _marked;
    private int _skills;
    private int _places;
    private int _characters;
    private int _written;
    private Skill? _current;
    private string _sheet = "";
    private int _row;

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

        // The rows that name a level which may not be one, as many as errors are told.
        public readonly Dictionary<string, List<(string At, int Row, string Column)>> Named = new(TextForm.Looks);
    }

    // Where the last stretch that is of it stands; each says where the one before it does.
    private sealed class Skill
    {
        public long Start;
        public int Length;
        public long Total;
    }

    private sealed record Stretch(long Start, int Length, List<Said> Rows);

    // What a row says of a skill.
    private sealed record Said(
        string At,
        CatalogDocument.Requirement? Requirement = null,
        string? Revision = null,
        string[]? Keywords = null,
        string? Description = null,
        ExternalId[]? ExternalIds = null
    );

    /// <summary>The document without skills; null where it has errors.</summary>
    public CatalogDocument? Frame { get; private set; }

    /// <summary><c>/rows/12/level</c> is the level of the row after twelve others.</summary>
    public DocumentErrors Errors { get; } = new();

    /// <summary>Reads all rows, and what skills stand in.</summary>
    public static CatalogTable Open(
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
            table.WriteStretch();
            table.CheckMarks();
            table.CheckLevels(known);
        }
        catch (DocumentErrors.TooManyException)
        {
            table._domains.Clear();
        }
        catch
        {
            table.Dispose();
            throw;
        }
        table.Frame = table.Errors.Any ? null : table.Document(source);
        return table;
    }

    /// <summary>Its skills, group by group, each with the row that says its ids, else its first. After the last one all errors are known.</summary>
    public IEnumerable<(string At, PlacedSkill Skill)> Skills() =>
        from domain in _domains
        from g in domain.Value.Groups
        from skill in g.Value
        let whole = Whole(skill.Key, skill.Value)
        select (whole.At, new PlacedSkill(domain.Key, g.Key, whole.Skill));

    public void Dispose() => _scratch.Dispose();

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
            Errors.Add($"{sheet.At}/header", "A header is needed: " + string.Join(',', TableWords.Columns) + ".");
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
        _sheet = sheet.At;
        for (_row = 0; rows.MoveNext(); _row++)
        {
            var at = Here;
            if (rows.Current is { IsBlank: true })
                continue;
            var current = rows.Current;
            if (current.Problem is not null)
                Errors.Add(at, current.Problem);
            else if (Beyond(header, current) is { } column)
                Errors.Add(
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
        var before = Errors.All.Count;
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < columns.Length; i++)
            if (columns[i] is not { } column)
            {
                if (!isMatrix && !string.IsNullOrWhiteSpace(header[i]))
                    Errors.Add(
                        $"{at}/header/{i}",
                        $"There is no column \u201c{Short(header[i])}\u201d. There are: "
                            + string.Join(',', TableWords.Columns)
                            + "."
                    );
            }
            else if (column != TableReading.LeftOut && !positions.TryAdd(column, i))
                Errors.Add($"{at}/header/{i}", "This column appears here twice.");
        // Levels may be left out: the domain keeps those it has, or gets the usual ones. So may what skills are about.
        var needed = isMatrix
            ? Place
            : TableWords.Columns.Where(c => c is not ("levels" or TableWords.SkillDescription));
        _describes |= positions.ContainsKey(TableWords.SkillDescription);
        foreach (var missing in needed.Where(c => !positions.ContainsKey(c)))
            Errors.Add($"{at}/header/{missing}", "This column is missing.");
        return Errors.All.Count > before ? null : positions;
    }

    private void Row(string at, Func<string, string> cell)
    {
        var (domain, group, skill, role) = (cell("domain"), cell("group"), cell("skill"), cell("role"));
        _covered.UnionWith(Entries(at, "covers", cell("covers"), CatalogDocument.MostRoles, isSet: true) ?? []);
        if (_covered.Count > CatalogDocument.MostRoles)
            End($"{at}/covers", TooManyRoles);
        if (domain.Length == 0)
        {
            Empty(at, cell, "group", "skill", "levels", "keywords", "level", "mandatory", TableWords.SkillDescription);
            Empty(at, cell, TableWords.Origin);
            if (Named(at, "role", role))
                Say(Role(at, role), "role", role, at, cell);
            return;
        }
        if (!Named(at, "domain", domain))
            return;
        var d = DomainOf(at, domain);
        Same(ref d.Levels, Entries(at, "levels", cell("levels"), CatalogDocument.MostLevels), at, "levels", "domain");
        From(d, at, cell);
        if (group.Length == 0)
        {
            Empty(at, cell, "skill", "keywords", "role", "mandatory", TableWords.SkillDescription);
            if (cell("level") is { Length: > 0 } level)
            {
                Name(d, "level", level);
                if (
                    !d.Described.TryGetValue(level, out var about)
                    && d.Described.Count <= CatalogDocument.MostLevels + DocumentErrors.Most
                )
                    d.Described.Add(level, about = (at, new Term()));
                Say(about.Term ?? new Term(), "level", level, at, cell, TextForm.Likeness(domain));
            }
            else
            {
                Empty(at, cell, "description");
                Identify(ref d.ExternalIds, Ids(at, cell), "domain", domain, at);
            }
            return;
        }
        if (!Named(at, "group", group))
            return;
        if (skill.Length == 0)
        {
            Group(at, d, group);
            Empty(at, cell, "keywords", "role", "level", "mandatory", "description", TableWords.SkillDescription);
            var ids = d.GroupIds.GetValueOrDefault(group);
            Identify(ref ids, Ids(at, cell), "group", group, at);
            d.GroupIds[group] = ids;
            return;
        }
        if (Find(at, d, group, skill) is not { } s)
            return;
        var said = new Said(
            at,
            Requirement: null,
            Revised(at, cell("revision")),
            Entries(at, "keywords", cell("keywords"), TextForm.MostKeywords, TextForm.LongestKeyword, isSet: true),
            Described(cell(TableWords.SkillDescription), TextForm.LongestDescription, at, TableWords.SkillDescription),
            Ids(at, cell)
        );
        if (role.Length == 0)
            Empty(at, cell, "level", "mandatory", "description");
        else
            said = said with { Requirement = Requirement(at, cell, d, role) };
        Say(s, said);
    }

    private Skill? Find(string at, Domain domain, string group, string skill)
    {
        var skills = Group(at, domain, group);
        if (!Named(at, "skill", skill))
            return null;
        if (!skills.TryGetValue(skill, out var found))
        {
            skills.Add(skill, found = new Skill());
            Count(ref _skills, at, CatalogDocument.TooManySkills);
        }
        return found;
    }

    private Domain DomainOf(string at, string name)
    {
        if (_domains.TryGetValue(name, out var domain))
            return domain;
        _domains.Add(name, domain = new Domain());
        Count(ref _places, at, TooManyPlaces);
        return domain;
    }

    private Dictionary<string, Skill> Group(string at, Domain domain, string name)
    {
        if (domain.Groups.TryGetValue(name, out var skills))
            return skills;
        domain.Groups.Add(name, skills = new Dictionary<string, Skill>(TextForm.Looks));
        Count(ref _places, at, TooManyPlaces);
        return skills;
    }

    private void Count(ref int there, string at, string problem)
    {
        if (++there > CatalogDocument.MostSkills)
            End(at, problem);
    }

    // However many a table has, it is not read further than what may be.
    private void End(string at, string problem)
    {
        Errors.Add(at, problem);
        throw new DocumentErrors.TooManyException();
    }

    private string? Revised(string at, string revision)
    {
        if (revision.Length == 0)
            return null;
        if (Revision.Problem(revision) is { } problem)
            Errors.Add($"{at}/revision", problem);
        return revision;
    }

    private void Say(Skill skill, Said said)
    {
        if (skill != _current || _characters > LongestStretch)
            WriteStretch();
        _current = skill;
        _stretch.Add(said);
        _characters +=
            60
            + (said.Requirement?.Description.Length ?? 0)
            + (said.Description?.Length ?? 0)
            + (said.Keywords?.Sum(keyword => keyword.Length) ?? 0)
            + (said.ExternalIds?.Sum(id => id.System.Length + id.Id.Length + (id.Uri?.Length ?? 0)) ?? 0);
    }

    private void WriteStretch()
    {
        if (_current is not { } skill || _stretch.Count == 0)
            return;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new Stretch(skill.Start, skill.Length, _stretch), Json);
        if ((skill.Total += bytes.Length) <= JsonIndex.LargestPiece)
            (skill.Start, skill.Length) = (_scratch.Write(bytes), bytes.Length);
        else if (skill.Total - bytes.Length <= JsonIndex.LargestPiece)
            Errors.Add(_stretch[0].At, CatalogDocument.TooLongSkill);
        _stretch.Clear();
        _characters = 0;
        if ((_written += bytes.Length) < CollectedAfter)
            return;
        _written = 0;
        GC.Collect(1);
    }

    private List<Said> All(Skill skill)
    {
        var all = new List<List<Said>>();
        for (var (start, length) = (skill.Start, skill.Length); length > 0; )
        {
            var stretch = JsonSerializer.Deserialize<Stretch>(_scratch.Read(start, length), Json)!;
            all.Add(stretch.Rows);
            (start, length) = (stretch.Start, stretch.Length);
        }
        all.Reverse();
        return all is [var one] ? one : [.. all.SelectMany(rows => rows)];
    }

    private (string At, CatalogDocument.Skill Skill) Whole(string name, Skill skill)
    {
        string? at = null;
        string? revision = null;
        string[]? keywords = null;
        string? description = null;
        ExternalId[]? ids = null;
        var requirements = new Dictionary<(string Role, string Level), CatalogDocument.Requirement>();
        foreach (var said in All(skill))
        {
            revision = said.Revision is null ? revision : Revision.Earlier(revision, said.Revision);
            Same(ref keywords, said.Keywords, said.At, "keywords", "skill");
            Same(ref description, said.Description, said.At, TableWords.SkillDescription, "skill");
            at = at is null || ids is null && said.ExternalIds is not null ? said.At : at;
            Identify(ref ids, said.ExternalIds, "skill", name, said.At);
            if (
                said.Requirement is { } requirement
                && !requirements.TryAdd(
                    (TextForm.Likeness(requirement.Role), TextForm.Likeness(requirement.Level)),
                    requirement
                )
            )
                Errors.Add(said.At, "There is a requirement for this role and level already.");
        }
        return (
            at ?? "",
            new CatalogDocument.Skill(
                name,
                keywords ?? (_isMatrix ? null : []),
                [.. requirements.Values],
                Description: description ?? (_describes ? "" : null),
                ExternalIds: ids,
                Revision: revision
            )
        );
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
        if (!Named(at, "domain", domain) | !Named(at, "group", group))
            return;
        if (Named(at, "role", role))
            Role(at, role);
        var d = DomainOf(at, domain);
        if (Find(at, d, group, skill) is not { } s)
            return;
        Say(s, new Said(at, Revision: Revised(at, cell("revision"))));
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
            Name(d, name, name);
            Say(
                s,
                new Said(
                    pointer,
                    Checked(
                        pointer,
                        column: null,
                        new(role, name, says == true, says is null ? text : TextForm.Text(rest))
                    )
                )
            );
        }
    }

    private CatalogDocument.Requirement Requirement(string at, Func<string, string> cell, Domain domain, string role)
    {
        var (level, mandatory, description) = (cell("level"), cell("mandatory"), cell("description"));
        if (Named(at, "role", role))
            Role(at, role);
        if (Named(at, "level", level))
            Name(domain, "level", level);
        var says = TableWords.Says(mandatory);
        _saysNo |= says == false;
        if (mandatory.Length == 0)
        {
            if (_unmarked.Count < DocumentErrors.Most)
                _unmarked.Add($"{at}/mandatory");
        }
        else if (says is null)
            Errors.Add(
                $"{at}/mandatory",
                $"\u201c{Short(mandatory)}\u201d is neither yes nor no: true or false is meant."
            );
        return Checked(at, "description", new(role, level, says == true, description));
    }

    private CatalogDocument.Requirement Checked(string at, string? column, CatalogDocument.Requirement requirement)
    {
        if (TextForm.Problem(requirement.Description, TextForm.LongestDescription, mayBeEmpty: true) is { } problem)
            Errors.Add(column is null ? at : $"{at}/{column}", problem);
        _marked |= requirement.Mandatory;
        return requirement;
    }

    // More of them than there may be and errors are told need not be known.
    private void Name(Domain domain, string column, string level)
    {
        if (domain.Levels?.Contains(level, TextForm.Looks) == true)
            return;
        if (!domain.Named.TryGetValue(level, out var named))
        {
            if (domain.Named.Count > CatalogDocument.MostLevels + DocumentErrors.Most)
                return;
            domain.Named.Add(level, named = []);
        }
        if (named.Count < DocumentErrors.Most)
            named.Add((_sheet, _row, column));
    }

    private string Here => At(_sheet, _row);

    private static string At(string sheet, int row) =>
        string.Create(CultureInfo.InvariantCulture, $"{sheet}/rows/{row}");

    // Where only what is mandatory is marked, the rest is not; where both are, a cell was forgotten.
    private void CheckMarks()
    {
        if (_marked && !_saysNo)
            return;
        foreach (var at in _unmarked)
            Errors.Add(at, "Must be true or false.");
    }

    private bool Named(string at, string column, string name)
    {
        if (TextForm.Problem(name, TextForm.LongestName) is not { } problem)
            return true;
        Errors.Add($"{at}/{column}", problem);
        return false;
    }

    private void Empty(string at, Func<string, string> cell, params ReadOnlySpan<string> columns)
    {
        foreach (var column in columns)
            if (cell(column).Length > 0)
                Errors.Add($"{at}/{column}", "Must be empty where the cells before it are.");
    }

    private void Same(ref string[]? known, string[]? given, string at, string column, string what) =>
        Same(ref known, given, at, column, what, (one, other) => one.SequenceEqual(other, TextForm.Looks));

    private void Same(ref ExternalId[]? known, ExternalId[]? given, string at, string column, string what) =>
        Same(ref known, given, at, column, what, Enumerable.SequenceEqual);

    private void Same(ref string? known, string? given, string at, string column, string what) =>
        Same(ref known, given, at, column, what, string.Equals);

    private void Same<T>(ref T? known, T? given, string at, string column, string what, Func<T, T, bool> isSame)
        where T : class
    {
        if (given is not null && known is not null && !isSame(given, known))
            Errors.Add($"{at}/{column}", $"Differs from an earlier row of the same {what}.");
        known ??= given;
    }

    private string[]? Entries(
        string row,
        string column,
        string cell,
        int most,
        int longest = TextForm.LongestName,
        bool isSet = false
    )
    {
        if (cell.Length == 0)
            return null;
        var at = $"{row}/{column}";
        var entries = cell.Split('\n').Select(TextForm.Name).Where(e => e.Length > 0).ToArray();
        if (entries.Length > most)
            Errors.Add(at, $"At most {most:N0} entries.");
        foreach (var entry in entries.Take(most))
            if (TextForm.Problem(entry, longest) is { } problem)
                Errors.Add(at, problem);
        var distinct = entries.Distinct(TextForm.Looks).ToArray();
        if (distinct.Length != entries.Length && !isSet)
            Errors.Add(at, "An entry appears here twice.");
        return distinct;
    }

    private Term Role(string at, string name)
    {
        if (_roles.TryGetValue(name, out var role))
            return role;
        if (_roles.Count == CatalogDocument.MostRoles)
            End(_isMatrix ? at : $"{at}/role", TooManyRoles);
        _roles.Add(name, role = new Term());
        return role;
    }

    private void Say(Term term, string kind, string name, string at, Func<string, string> cell, string? within = null)
    {
        Same(
            ref term.Description,
            Described(cell("description"), TextForm.LongestReason, at, "description"),
            at,
            "description",
            kind
        );
        Identify(ref term.ExternalIds, Ids(at, cell), kind, name, at, within);
    }

    private string? Described(string text, int longest, string at, string column)
    {
        if (text.Length == 0)
            return null;
        if (TextForm.Problem(text, longest) is not { } problem)
            return text;
        Errors.Add($"{at}/{column}", problem);
        return null;
    }

    // What a cell does not say is left as it is known.
    private void From(Domain domain, string at, Func<string, string> cell)
    {
        foreach (var (i, column) in TableWords.Origin.Index())
        {
            var said = cell(column);
            if (said.Length == 0)
                continue;
            var where = $"{at}/{column}";
            if (column == "language")
            {
                var (tag, wrong) = LanguageTag.Of(said);
                if (wrong is not null)
                    Errors.Add(where, wrong);
                said = tag ?? said;
            }
            else if (TextForm.Problem(said, CatalogDocument.LongestNote) is { } problem)
                Errors.Add(where, problem);
            Same(ref domain.Origin[i], said, at, column, "domain");
        }
    }

    private ExternalId[]? Ids(string row, Func<string, string> cell)
    {
        var given = cell(TableWords.ExternalIds);
        if (given.Length == 0)
            return null;
        var at = $"{row}/{TableWords.ExternalIds}";
        var lines = given.Split('\n').Select(TextForm.Name).Where(line => line.Length > 0).ToArray();
        if (lines.Length > CatalogDocument.MostIds)
            Errors.Add(at, $"At most {CatalogDocument.MostIds} entries.");
        var read = lines.Take(CatalogDocument.MostIds).Select(IdLine.Read).ToArray();
        foreach (var problem in read.Select(line => line.Problem).OfType<string>())
            Errors.Add(at, problem);
        return [.. read.Select(line => line.Id).OfType<ExternalId>()];
    }

    private void Identify(
        ref ExternalId[]? known,
        ExternalId[]? given,
        string kind,
        string name,
        string at,
        string? within = null
    )
    {
        if (known is null)
            foreach (var id in (given ?? []).Where(id => !_ids.TryAdd(Key(id), name)))
                Errors.Add($"{at}/{TableWords.ExternalIds}", $"“{id.Id}” of {id.System} is “{_ids[Key(id)]}” already.");
        Same(ref known, given, at, TableWords.ExternalIds, kind);

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
                    Errors.Add(
                        $"{at}/level",
                        "Something is said of a level only where those of its domain are stated."
                    );
            foreach (var (level, named) in domain.Named.Where(n => !levels.Contains(n.Key)))
            foreach (var (sheet, row, column) in named)
                Errors.NotAmong($"{At(sheet, row)}/{column}", level, levels, "levels of its domain");
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
                        .. d.Value.Groups.Keys.Select(g => new CatalogDocument.Group(
                            g,
                            [],
                            d.Value.GroupIds.GetValueOrDefault(g)
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
