using System.Globalization;
using System.Text.Unicode;
using CsvHelper;
using SkillPlatform.Changes;

namespace SkillPlatform.Catalog;

/// <summary>
/// The catalogue as a table (RFC 4180, UTF-8, a header): a row for each requirement, and rows that end earlier for a skill
/// without requirements, an empty group or domain, and a role nobody needs yet. <c>levels</c> and <c>keywords</c> hold one
/// entry a line and need to stand in one row of their domain or skill only. Source and licence have no place in it. A cell
/// that a spreadsheet would take for a formula, or that begins with an apostrophe, gets an apostrophe in front.
/// </summary>
public sealed class CatalogCsv
{
    private static readonly string[] Columns =
    [
        "domain",
        "levels",
        "group",
        "skill",
        "keywords",
        "role",
        "level",
        "mandatory",
        "description",
    ];
    private readonly DocumentErrors _errors = new();
    private readonly Dictionary<string, Domain> _domains = new(TextForm.Looks);
    private readonly Dictionary<string, string> _roles = new(TextForm.Looks);
    private int _skills;

    private sealed class Domain
    {
        public string[]? Levels;
        public readonly Dictionary<string, Dictionary<string, Skill>> Groups = new(TextForm.Looks);
        public readonly Dictionary<string, string> GroupOf = new(TextForm.Looks);
        public readonly List<(string At, string Level)> Named = [];
    }

    private sealed class Skill
    {
        public string[]? Keywords;
        public readonly Dictionary<(string Role, string Level), CatalogDocument.Requirement> Requirements = [];
    }

    /// <summary>The document, or what is wrong with it: <c>/rows/12/level</c> is the level of the row after twelve others.</summary>
    public static (CatalogDocument? Document, DocumentErrors Errors) Read(
        ReadOnlyMemory<byte> utf8,
        string? source,
        KnownLevels known
    )
    {
        var csv = new CatalogCsv();
        try
        {
            if (!Utf8.IsValid(utf8.Span))
                csv._errors.Broken("", "This is no UTF-8.");
            else
                csv.Rows(utf8.Span.StartsWith("\ufeff"u8) ? utf8[3..] : utf8);
            csv.CheckLevels(known);
        }
        catch (DocumentErrors.TooManyException) { }
        return (csv._errors.Any ? null : csv.Document(source), csv._errors);
    }

    /// <summary>Writes the header.</summary>
    public static CsvWriter Write(Stream to)
    {
        var csv = CsvWriter.Create(to, null, leaveOpen: true);
        csv.WriteRecord(Columns);
        return csv;
    }

    /// <summary>Writes one row; what is left out at its end stays empty.</summary>
    public static ValueTask Row(CsvWriter csv, params string?[] cells)
    {
        for (var i = 0; i < Columns.Length; i++)
            csv.WriteField(i < cells.Length ? Neutral(cells[i] ?? "") : "");
        return csv.EndRecordAsync(default);
    }

    public static string Lines(IEnumerable<string> entries) => string.Join('\n', entries);

    internal static string Neutral(string cell) => cell.Length > 0 && IsRisky(cell[0]) ? "'" + cell : cell;

    internal static string Restored(string cell) =>
        cell.Length > 1 && cell[0] == '\'' && IsRisky(cell[1]) ? cell[1..] : cell;

    // Where Japanese or Chinese is typed, a spreadsheet takes the full-width signs for the others.
    private static bool IsRisky(char first) =>
        first
            is '='
                or '+'
                or '-'
                or '@'
                or '\uFF1D'
                or '\uFF0B'
                or '\uFF0D'
                or '\uFF20'
                or '\t'
                or '\r'
                or '\n'
                or '\'';

    private void Rows(ReadOnlyMemory<byte> utf8)
    {
        string? bad = null;
        using var csv = CsvReader.Create(
            utf8,
            new CsvReaderOptions
            {
                Separator = ',',
                HasHeader = false,
                TrackLineNumbers = true,
                OnMalformedRecord = found =>
                    bad = $"The quotes are wrong in the record that begins in line {found.LineNumber}.",
            }
        );
        if (!csv.Read() || bad is not null || Header(csv.Current.ToArray()) is not { } positions)
        {
            if (!_errors.Any)
                _errors.Add("/header", "A header is needed: " + string.Join(',', Columns) + ".");
            return;
        }
        for (var row = 0; csv.Read(); row++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"/rows/{row}");
            if (bad is not null)
                _errors.Add(at, bad);
            else if (csv.FieldCount != positions.Count)
                _errors.Add(at, $"Has {csv.FieldCount} cells, the header {positions.Count} (line {csv.LineNumber}).");
            else
            {
                var cells = csv.Current.ToArray();
                Row(at, column => positions.TryGetValue(column, out var i) ? Form(column, Restored(cells[i])) : "");
            }
            bad = null;
        }
    }

    private static string Form(string column, string cell) =>
        column switch
        {
            "description" => TextForm.Text(cell),
            "levels" or "keywords" => cell,
            _ => TextForm.Name(cell),
        };

    private Dictionary<string, int>? Header(string[] names)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            if (!Columns.Contains(names[i], StringComparer.Ordinal))
                _errors.Add($"/header/{i}", "There is no such column. There are: " + string.Join(',', Columns) + ".");
            else if (!positions.TryAdd(names[i], i))
                _errors.Add($"/header/{i}", "This column stands here twice.");
        // Levels may be left out: the domain keeps those it has, or gets the usual ones.
        foreach (var missing in Columns.Where(c => c != "levels" && !positions.ContainsKey(c)))
            _errors.Add($"/header/{missing}", "This column is missing.");
        return _errors.Any ? null : positions;
    }

    private void Row(string at, Func<string, string> cell)
    {
        var (domain, group, skill, role) = (cell("domain"), cell("group"), cell("skill"), cell("role"));
        if (domain.Length == 0)
        {
            Empty(at, cell, "group", "skill", "levels", "keywords", "level", "mandatory", "description");
            if (Named($"{at}/role", role))
                _roles.TryAdd(role, role);
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
        if (group.Length == 0)
        {
            Empty(at, cell, "skill", "keywords", "role", "level", "mandatory", "description");
            return;
        }
        if (!Named($"{at}/group", group))
            return;
        if (!d.Groups.TryGetValue(group, out var skills))
            d.Groups.Add(group, skills = new Dictionary<string, Skill>(TextForm.Looks));
        if (skill.Length == 0)
        {
            Empty(at, cell, "keywords", "role", "level", "mandatory", "description");
            return;
        }
        if (!Named($"{at}/skill", skill))
            return;
        if (!d.GroupOf.TryAdd(skill, group) && !TextForm.Looks.Equals(d.GroupOf[skill], group))
        {
            _errors.Add($"{at}/group", "This skill stands in another group of its domain already.");
            return;
        }
        if (!skills.TryGetValue(skill, out var s))
        {
            skills.Add(skill, s = new Skill());
            if (++_skills == CatalogDocument.MostSkills + 1)
                _errors.Add(at, $"At most {CatalogDocument.MostSkills:N0} skills.");
        }
        Same(
            ref s.Keywords,
            Entries($"{at}/keywords", cell("keywords"), TextForm.MostKeywords, TextForm.LongestKeyword, isSet: true),
            $"{at}/keywords",
            "skill"
        );
        if (role.Length == 0)
            Empty(at, cell, "level", "mandatory", "description");
        else
            Requirement(at, cell, d, s, role);
    }

    private void Requirement(string at, Func<string, string> cell, Domain domain, Skill skill, string role)
    {
        var (level, mandatory, description) = (cell("level"), cell("mandatory"), cell("description"));
        if (Named($"{at}/role", role))
            _roles.TryAdd(role, role);
        if (Named($"{at}/level", level))
            domain.Named.Add(($"{at}/level", level));
        if (!bool.TryParse(mandatory, out var isMandatory))
            _errors.Add($"{at}/mandatory", "Must be true or false.");
        if (TextForm.Problem(description, TextForm.LongestDescription, mayBeEmpty: true) is { } problem)
            _errors.Add($"{at}/description", problem);
        if (
            !skill.Requirements.TryAdd(
                (TextForm.Likeness(role), TextForm.Likeness(level)),
                new CatalogDocument.Requirement(role, level, isMandatory, description)
            )
        )
            _errors.Add(at, "There is a requirement for this role and level already.");
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
            _errors.Add(at, "An entry stands here twice.");
        return distinct;
    }

    private void CheckLevels(KnownLevels known)
    {
        foreach (var (name, domain) in _domains)
        {
            var levels = new HashSet<string>(
                domain.Levels ?? CatalogDocument.UsualLevels.Concat(known(name) ?? []),
                TextForm.Looks
            );
            foreach (var (at, _) in domain.Named.Where(n => !levels.Contains(n.Level)))
                _errors.Add(at, "This level is not among the levels of its domain.");
        }
    }

    private CatalogDocument Document(string? source) =>
        new(
            source,
            null,
            null,
            [.. _roles.Keys],
            [
                .. _domains.Select(d => new CatalogDocument.Domain(
                    d.Key,
                    d.Value.Levels,
                    [
                        .. d.Value.Groups.Select(g => new CatalogDocument.Group(
                            g.Key,
                            [
                                .. g.Value.Select(s => new CatalogDocument.Skill(
                                    s.Key,
                                    s.Value.Keywords ?? [],
                                    [.. s.Value.Requirements.Values]
                                )),
                            ]
                        )),
                    ]
                )),
            ]
        );
}
