using SkillPlatform.Web.Proposals;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Suggest;

/// <summary>One requirement as the form has it.</summary>
/// <param name="Clashes">Somebody else changed, added or dropped it since the author looked.</param>
/// <param name="Choice">What the author chose then: <c>mine</c>, <c>theirs</c> or <c>merge</c>; null before.</param>
public sealed record Wanted(
    string Role,
    string Level,
    bool Mandatory,
    string Text,
    bool Drop = false,
    bool Clashes = false,
    string? Choice = null
)
{
    public bool IsEmpty => Role.Length == 0 && string.IsNullOrWhiteSpace(Text);

    public bool Differs(Requirement now) =>
        Drop || Mandatory != now.Mandatory || Text != Suggestion.Lines(now.Description);
}

/// <summary>All that someone wrote into the form: nothing of it is lost until it is sent.</summary>
/// <param name="Keywords">One a line.</param>
/// <param name="Place"><c>domain/group</c>.</param>
public sealed record Suggestion(
    string Name,
    string Keywords,
    string Place,
    bool Retire,
    IReadOnlyList<Wanted> Kept,
    IReadOnlyList<Wanted> Added,
    string Rationale
)
{
    private static readonly Wanted Blank = new("", "", Mandatory: true, "");

    /// <summary>The form before anybody wrote into it.</summary>
    public static Suggestion Of(Skill skill) =>
        new(
            skill.Name,
            string.Join('\n', skill.Keywords),
            PlaceOf(skill),
            Retire: false,
            [.. skill.Requirements.Select(r => new Wanted(r.Role, r.Level, r.Mandatory, Lines(r.Description)))],
            [Blank],
            ""
        );

    /// <summary>What was sent, about the skill as its author saw it.</summary>
    public static Suggestion Read(IFormCollection form, Skill seen)
    {
        var blank = Of(seen);
        return new Suggestion(
            Or("name", blank.Name).Trim(),
            Or("keywords", blank.Keywords),
            Or("place", blank.Place),
            Is("retire"),
            [.. blank.Kept.Select(Kept)],
            [.. Enumerable.Range(0, 100).TakeWhile(i => form.ContainsKey($"added:{i}:text")).Select(Added)],
            Or("rationale", "")
        );

        string Or(string name, string otherwise) =>
            form.TryGetValue(name, out var value) ? Lines(value.ToString()) : otherwise;

        bool Is(string name) => form[name] == "true";

        Wanted Kept(Wanted now)
        {
            var cell = $"{now.Role}:{now.Level}";
            if (!form.ContainsKey($"text:{cell}"))
                return now;
            var choice = form[$"choice:{cell}"].ToString() is { Length: > 0 } chosen ? chosen : null;
            return choice == "theirs"
                ? now with
                {
                    Choice = choice,
                }
                : new Wanted(
                    now.Role,
                    now.Level,
                    Is($"mandatory:{cell}"),
                    Or($"text:{cell}", now.Text),
                    Is($"drop:{cell}"),
                    Is($"clash:{cell}"),
                    choice
                );
        }

        Wanted Added(int i) =>
            new(
                Or($"added:{i}:role", ""),
                Or($"added:{i}:level", ""),
                Is($"added:{i}:mandatory"),
                Or($"added:{i}:text", ""),
                Clashes: Is($"added:{i}:clash")
            );
    }

    /// <summary>
    /// Changes against a skill that may have changed since: what both changed clashes, the rest applies to the skill as it
    /// is now.
    /// </summary>
    public static Suggestion From(Skill now, IEnumerable<ProposedChange> changes, string rationale)
    {
        var form = Of(now) with { Rationale = Lines(rationale) };
        var kept = form.Kept.ToDictionary(r => (r.Role, r.Level));
        var added = new List<Wanted>();
        foreach (var change in changes)
        {
            var cell = (change.Role ?? "", change.Level ?? "");
            var there = now.At(change.Role, change.Level);
            switch (change.Op)
            {
                case "stateRequirement" or "rewordRequirement" when there is null:
                    added.Add(
                        new Wanted(
                            cell.Item1,
                            cell.Item2,
                            change.Mandatory ?? true,
                            Lines(change.Description),
                            Clashes: change.Op is "rewordRequirement"
                        )
                    );
                    break;
                case "stateRequirement" or "rewordRequirement":
                    var text = Lines(change.Description);
                    kept[cell] = kept[cell] with
                    {
                        Text = text,
                        Mandatory = change.Mandatory ?? kept[cell].Mandatory,
                        Clashes = text != Lines(there.Description) && there.Description != change.Was,
                    };
                    break;
                case "dropRequirement" when there is not null:
                    kept[cell] = kept[cell] with { Drop = true, Clashes = there.Description != change.Was };
                    break;
                case "makeMandatory" or "makeOptional" when there is not null:
                    kept[cell] = kept[cell] with { Mandatory = change.Op is "makeMandatory" };
                    break;
                case "makeMandatory" or "makeOptional":
                    added = added.ConvertAll(r =>
                        (r.Role, r.Level) == cell ? r with { Mandatory = change.Op is "makeMandatory" } : r
                    );
                    break;
                case "renameSkill":
                    form = form with { Name = change.Name ?? form.Name };
                    break;
                case "replaceKeywords":
                    form = form with { Keywords = string.Join('\n', change.Keywords ?? []) };
                    break;
                case "moveSkill":
                    form = form with { Place = $"{change.Domain}/{change.Group}" };
                    break;
                case "retireSkill":
                    form = form with { Retire = true };
                    break;
                case "addSkill":
                    form = form with
                    {
                        Name = change.Name ?? "",
                        Keywords = string.Join('\n', change.Keywords ?? []),
                        Place = $"{change.Domain}/{change.Group}",
                    };
                    added.AddRange(
                        (change.Requirements ?? []).Select(r => new Wanted(
                            r.Role,
                            r.Level,
                            r.Mandatory,
                            Lines(r.Description)
                        ))
                    );
                    break;
            }
        }
        return form with { Kept = [.. form.Kept.Select(r => kept[(r.Role, r.Level)])], Added = [.. added, Blank] };
    }

    /// <summary>The same, carried over to the skill as it is now.</summary>
    public Suggestion Onto(Skill seen, Skill now) =>
        From(now, Changes.Of(this, seen), Rationale) is var carried
            ? carried with
            {
                // What is begun and not yet a change is kept as it is.
                Added =
                [
                    .. carried.Added.Where(r => !r.IsEmpty),
                    .. Added.Where(r => !Changes.IsWhole(r) && !r.IsEmpty),
                    Blank,
                ],
            }
            : this;

    public Suggestion WithOneMore() => this with { Added = [.. Added, Blank] };

    public bool Clashes => Kept.Any(r => r.Clashes && r.Choice is null);

    /// <summary>Browsers end lines as they like.</summary>
    public static string Lines(string? text) => (text ?? "").Replace("\r\n", "\n", StringComparison.Ordinal);

    public static string PlaceOf(Skill skill) => $"{skill.Domain.Slug}/{skill.Group.Slug}";
}
