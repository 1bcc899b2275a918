using System.Collections.Immutable;
using System.Globalization;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Suggest;

/// <summary>One requirement as the form has it.</summary>
public sealed record Row(string Role, string Level, bool Mandatory, string Text, bool Drop = false)
{
    public static readonly Row Blank = new("", "", Mandatory: true, "");

    public string Key => $"{Role}:{Level}";

    public bool IsBlank => Role.Length == 0 && Level.Length == 0 && string.IsNullOrWhiteSpace(Text);

    public bool IsWhole => Role.Length > 0 && Level.Length > 0;

    public Requirement Says => Normal.Of(new Requirement(Role, Level, Mandatory, Text));

    public static Row Of(Requirement r) => new(r.Role, r.Level, r.Mandatory, r.Description);
}

/// <summary>Asks which is to stand: what the author typed, or what somebody else has made of it meanwhile.</summary>
/// <param name="Code">Of the conflict.</param>
/// <param name="Choice"><c>mine</c>, <c>theirs</c> or <c>merge</c>; empty until the author has chosen.</param>
public sealed record Question(string Code, string Choice = "")
{
    public bool IsOpen => Choice.Length == 0;
}

/// <summary>All that someone wrote into the form: nothing of it is lost until it is sent.</summary>
/// <param name="Keywords">One a line.</param>
/// <param name="Place"><c>domain/group</c>.</param>
/// <param name="Kept">The requirements that are there.</param>
/// <param name="Asked">
/// By what they are about: <c>name</c>, <c>keywords</c>, <c>description</c>, <c>place</c>, <c>retire</c>, the key of a row kept, or the number of
/// a row added after a plus.
/// </param>
public sealed record Suggestion(
    string Name,
    string Keywords,
    string Place,
    bool Retire,
    ImmutableList<Row> Kept,
    ImmutableList<Row> Added,
    string Rationale,
    ImmutableDictionary<string, Question> Asked
)
{
    /// <summary>What the skill is about.</summary>
    public string Description { get; init; } = "";

    /// <summary>The form before anybody wrote into it.</summary>
    public static Suggestion Of(Said now) => Of(now, now, "");

    /// <summary>The form that makes one of the other.</summary>
    public static Suggestion Of(Said now, Said then, string rationale) =>
        new(
            then.Name,
            string.Join('\n', then.Keywords),
            $"{then.Place.Domain}/{then.Place.Group}",
            then.Retired && !now.Retired,
            [
                .. now.Requirements.Select(r =>
                    then.At(r.Role, r.Level) is { } wanted ? Row.Of(wanted) : Row.Of(r) with { Drop = true }
                ),
            ],
            [.. then.Requirements.Where(r => now.At(r.Role, r.Level) is null).Select(Row.Of), Row.Blank],
            rationale,
            ImmutableDictionary<string, Question>.Empty
        )
        {
            Description = then.Description,
        };

    /// <summary>
    /// Changes to a skill that may have changed since: what others changed, too, is asked, the rest applies to the skill as
    /// it is now.
    /// </summary>
    /// <param name="seen">The skill as their author saw it, where that can be told.</param>
    public static Suggestion Of(Said now, IEnumerable<Change> changes, Places places, Said? seen, string rationale)
    {
        // Whether a name is taken, the services know.
        var course = Course.Of(now, changes, new Surroundings(places, (_, _) => false));
        return course.Conflicts.Aggregate(
            Of(now, course.After!, rationale),
            (form, conflict) => form.Ask(course.Steps[conflict.Change].Change, conflict.Code, seen)
        );
    }

    /// <summary>What was sent, about the skill as its author saw it.</summary>
    public static Suggestion Read(IFormCollection form, Said seen)
    {
        var blank = Of(seen);
        return new Suggestion(
            Or("name", blank.Name),
            Or("keywords", blank.Keywords),
            Or("place", blank.Place),
            Is("retire"),
            [.. blank.Kept.Select(Kept)],
            [.. Enumerable.Range(0, form.Count).TakeWhile(i => form.ContainsKey($"added:{i}:text")).Select(Added)],
            Or("rationale", ""),
            form.Where(field => field.Key.StartsWith("clash:", StringComparison.Ordinal))
                .Select(field => (Key: field.Key["clash:".Length..], Code: field.Value.ToString()))
                .ToImmutableDictionary(
                    asked => asked.Key,
                    asked => new Question(asked.Code, Or($"choice:{asked.Key}", "")),
                    StringComparer.Ordinal
                )
        )
        {
            Description = Or("description", blank.Description),
        };

        string Or(string name, string otherwise) =>
            form.TryGetValue(name, out var value) ? value.ToString() : otherwise;

        bool Is(string name) => form[name] == "true";

        Row Kept(Row row) =>
            form.ContainsKey($"text:{row.Key}")
                ? row with
                {
                    Mandatory = Is($"mandatory:{row.Key}"),
                    Text = Or($"text:{row.Key}", ""),
                    Drop = Is($"drop:{row.Key}"),
                }
                : row;

        Row Added(int i) =>
            new(
                Or($"added:{i}:role", ""),
                Or($"added:{i}:level", ""),
                Is($"added:{i}:mandatory"),
                Or($"added:{i}:text", "")
            );
    }

    /// <summary>With the slug of what was typed by its name: of many, names are suggested rather than listed.</summary>
    public Suggestion Meaning(Tree tree, Skills.Skill skill) =>
        this with
        {
            Place = Pick.Slug(Place, tree.Groups) ?? "",
            Added =
            [
                .. Added.Select(row =>
                    row with
                    {
                        Role = Pick.Slug(row.Role, skill.Roles.Concat(tree.Roles ?? [])) ?? "",
                        Level = Pick.Slug(row.Level, skill.Levels.Concat(tree.Levels)) ?? "",
                    }
                ),
            ],
        };

    /// <summary>True while something is asked and not answered.</summary>
    public bool Clashes => Asked.Values.Any(question => question.IsOpen);

    /// <summary>What the skill would say.</summary>
    public Said Over(Said seen) =>
        seen with
        {
            Name = Mine("name") ? TextForm.Name(Name) : seen.Name,
            Keywords = Mine("keywords")
                ? [.. TextForm.Keywords(Keywords.Split('\n')).Where(keyword => keyword.Length > 0)]
                : seen.Keywords,
            Description = Mine("description") ? TextForm.Text(Description) : seen.Description,
            Place = Mine("place") && Place.Split('/') is [var domain, var group] ? new(domain, group) : seen.Place,
            Requirements =
            [
                .. Kept.Where(r => !r.Drop || !Mine(r.Key))
                    .Select(r => Mine(r.Key) ? r.Says : seen.At(r.Role, r.Level)!),
                .. Added.Where((_, i) => Adds(i)).Select(r => r.Says),
            ],
            Retired = Retire && Mine("retire"),
        };

    /// <summary>What it takes to get there, each change with what its author saw.</summary>
    public Change[] Changes(Said seen) => Difference.AsSeen(seen, Over(seen));

    /// <summary>A row of a role and a level for which there is one already.</summary>
    public Row? Twice => Added.Where((row, i) => row.IsWhole && Mine($"+{i}") && !Adds(i)).FirstOrDefault();

    public bool IsBegun => Added.Where((row, i) => !row.IsBlank && !row.IsWhole && Mine($"+{i}")).Any();

    /// <summary>The same, carried over to the skill as it is now.</summary>
    public Suggestion Onto(Said seen, Said now, Places places)
    {
        var carried = Of(now, Changes(seen), places, seen, Rationale);
        // What is begun and not yet a change is kept as it is.
        var begun = Added.Where((row, i) => !row.IsBlank && Mine($"+{i}") && !Adds(i));
        carried = carried with { Added = [.. carried.Added.SkipLast(1), .. begun, Row.Blank] };
        // What was asked and not answered is asked again.
        return Asked
            .Where(asked => asked.Value.IsOpen)
            .Select(asked => (Key: carried.KeyOf(this, asked.Key), Question: asked.Value))
            .Where(asked => asked.Key is not null && !carried.Asked.ContainsKey(asked.Key))
            .Aggregate(carried, (form, asked) => form.Ask(asked.Key!, asked.Question.Code));
    }

    public Suggestion WithOneMore() => this with { Added = Added.Add(Row.Blank) };

    private bool Mine(string key) => Asked.GetValueOrDefault(key)?.Choice is not "theirs";

    private bool Adds(int i) =>
        Added[i] is { IsWhole: true, Key: var key }
        && Mine($"+{i}")
        && Kept.Concat(Added.Take(i)).All(other => other.Key != key);

    private string? KeyOf(Suggestion before, string key) =>
        key.StartsWith('+') && int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i)
            ? before.Added.ElementAtOrDefault(i) is { } row
            && Added.FindIndex(r => r.Key == row.Key) is >= 0 and var found
                ? $"+{found}"
                : null
            : key.Contains(':', StringComparison.Ordinal)
                ? Kept.Exists(r => r.Key == key)
                    ? key
                    : null
                : key;

    private Suggestion Ask(string key, string code) => this with { Asked = Asked.SetItem(key, new Question(code)) };

    private Suggestion Ask(Change change, string code, Said? seen) =>
        change switch
        {
            RenameSkill c => Ask("name", code) with { Name = c.Name },
            ReplaceKeywords c => Ask("keywords", code) with { Keywords = string.Join('\n', c.Keywords) },
            DescribeSkill c => Ask("description", code) with { Description = c.Description },
            MoveSkill c => Ask("place", code) with { Place = $"{c.Domain}/{c.Group}" },
            RetireSkill => Ask("retire", code) with { Retire = true },
            _ when Cell.Of(change) is var (role, level) => Lay(
                // What was dropped meanwhile comes back only if its author says so, and as they saw it.
                seen?.At(role, level)
                    is { } was
                    ? Row.Of(was)
                    : new Row(role, level, Mandatory: false, ""),
                code,
                row =>
                    change switch
                    {
                        StateRequirement c => row with { Mandatory = c.Mandatory, Text = c.Description },
                        RewordRequirement c => row with { Text = c.Description },
                        MakeMandatory => row with { Mandatory = true },
                        MakeOptional => row with { Mandatory = false },
                        _ => row with { Drop = true },
                    }
            ),
            _ => this,
        };

    private Suggestion Lay(Row otherwise, string code, Func<Row, Row> lay)
    {
        if (Kept.FindIndex(row => row.Key == otherwise.Key) is >= 0 and var kept)
            return (this with { Kept = Kept.SetItem(kept, lay(Kept[kept])) }).Ask(otherwise.Key, code);
        if (Added.FindIndex(row => row.Key == otherwise.Key) is >= 0 and var added)
            return (this with { Added = Added.SetItem(added, lay(Added[added])) }).Ask($"+{added}", code);
        var last = Added.Count - 1;
        return (this with { Added = Added.Insert(last, lay(otherwise)) }).Ask($"+{last}", code);
    }
}
