using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>Changes in the one form of text, and what is wrong with them.</summary>
public static class Normal
{
    /// <summary>The most changes that a person proposes together. What the platform proposes itself is not bound by it.</summary>
    public const int MostChanges = 100;

    /// <summary>The most characters that a person proposes together: some hundred pages.</summary>
    public const int MostCharacters = 200_000;

    private const int MostRequirements = 500;

    /// <summary>A change in its form.</summary>
    /// <param name="change">As it came.</param>
    public static Change Of(Change change) =>
        change switch
        {
            StateRequirement c => c with { Description = TextForm.Text(c.Description) },
            RewordRequirement c => c with { Was = TextForm.Text(c.Was), Description = TextForm.Text(c.Description) },
            MakeMandatory { Was: { } was } c => c with { Was = TextForm.Text(was) },
            MakeOptional { Was: { } was } c => c with { Was = TextForm.Text(was) },
            DropRequirement c => c with { Was = TextForm.Text(c.Was) },
            RenameSkill c => new RenameSkill(TextForm.Name(c.Was), TextForm.Name(c.Name)),
            Describing c => c with { Was = TextForm.Text(c.Was), Description = TextForm.Text(c.Description) },
            Renaming c => c with { Was = TextForm.Name(c.Was), Name = TextForm.Name(c.Name) },
            Retiring { Was: { } was } c => c with { Was = TextForm.Name(was) },
            ReplaceKeywords c => new ReplaceKeywords(TextForm.Keywords(c.Was), TextForm.Keywords(c.Keywords)),
            DescribeSkill c => new DescribeSkill(TextForm.Text(c.Was), TextForm.Text(c.Description)),
            MergeSkill { Cells: { } cells } c => c with { Cells = [.. cells.Select(Of)] },
            AddSkill c => c with
            {
                Name = TextForm.Name(c.Name),
                Keywords = TextForm.Keywords(c.Keywords),
                Requirements = [.. c.Requirements.Select(Of)],
                // What is empty says nothing.
                Description = TextForm.Text(c.Description ?? "") is { Length: > 0 } said ? said : null,
            },
            _ => change,
        };

    /// <summary>A requirement in its form.</summary>
    /// <param name="requirement">As it came. JSON may hold null in a list, which says nothing.</param>
    public static Requirement Of(Requirement? requirement) =>
        requirement is null
            ? new Requirement("", "", Mandatory: false, "")
            : requirement with
            {
                Description = TextForm.Text(requirement.Description),
            };

    // JSON may hold null in a list, which says nothing.
    private static MergedCell Of(MergedCell? cell) =>
        cell is null ? new MergedCell("", "")
        : cell.Was is { } was ? cell with { Was = TextForm.Text(was) }
        : cell;

    /// <summary>What is wrong with the form of a change, each thing at its JSON pointer. Needs no knowledge of the catalogue.</summary>
    /// <param name="change">In its form.</param>
    public static IEnumerable<(string Pointer, string Message)> Errors(Change change) =>
        change switch
        {
            StateRequirement c => Text("/description", c.Description),
            RewordRequirement c => Was("/was", c.Was).Concat(Text("/description", c.Description)),
            MakeMandatory { Was: { } was } => Was("/was", was),
            MakeOptional { Was: { } was } => Was("/was", was),
            DropRequirement c => Was("/was", c.Was),
            RenameSkill c => Was("/was", c.Was).Concat(Name("/name", c.Name, TextForm.LongestName)),
            Describing c => Was("/was", c.Was)
                .Concat(Of("/description", TextForm.Problem(c.Description, TextForm.LongestReason, mayBeEmpty: true))),
            Renaming c => Was("/was", c.Was).Concat(Name("/name", c.Name, TextForm.LongestName)),
            Reordering c => Order(c),
            Retiring { Was: { } was } => Was("/was", was),
            ReplaceKeywords c => c.Was.SelectMany((k, i) => Was($"/was/{i}", k)).Concat(Keywords(c.Keywords)),
            DescribeSkill c => Was("/was", c.Was).Concat(Text("/description", c.Description)),
            MergeSkill c => Cells(c.Cells ?? []),
            AddSkill c => Name("/name", c.Name, TextForm.LongestName)
                .Concat(Text("/description", c.Description ?? ""))
                .Concat(Keywords(c.Keywords))
                .Concat(Requirements(c.Requirements)),
            _ => [],
        };

    /// <summary>How many characters a change holds, what its author saw included.</summary>
    /// <param name="change">In its form, or as it came.</param>
    public static int Characters(Change change) =>
        change switch
        {
            StateRequirement c => TextForm.Length(c.Description),
            RewordRequirement c => TextForm.Length(c.Was) + TextForm.Length(c.Description),
            MakeMandatory { Was: { } was } => TextForm.Length(was),
            MakeOptional { Was: { } was } => TextForm.Length(was),
            DropRequirement c => TextForm.Length(c.Was),
            RenameSkill c => TextForm.Length(c.Was) + TextForm.Length(c.Name),
            Describing c => TextForm.Length(c.Was) + TextForm.Length(c.Description),
            Renaming c => TextForm.Length(c.Was) + TextForm.Length(c.Name),
            Reordering c => c.Was.Concat(c.Order).Sum(Length),
            Retiring c => Length(c.Was),
            ReplaceKeywords c => c.Was.Concat(c.Keywords).Sum(Length),
            DescribeSkill c => TextForm.Length(c.Was) + TextForm.Length(c.Description),
            MergeSkill c => (c.Cells ?? []).Sum(cell => Length(cell?.Was)),
            AddSkill c => TextForm.Length(c.Name)
                + Length(c.Description)
                + c.Keywords.Sum(Length)
                + c.Requirements.Sum(r => Length(r?.Description)),
            _ => 0,
        };

    // JSON may hold null in a list.
    private static int Length(string? text) => TextForm.Length(text ?? "");

    private static IEnumerable<(string, string)> Name(string pointer, string name, int longest) =>
        Of(pointer, TextForm.Problem(name, longest));

    // A requirement may do without a text: many frameworks only mark what is essential and what is optional.
    private static IEnumerable<(string, string)> Text(string pointer, string text) =>
        Of(pointer, TextForm.Problem(text, TextForm.LongestDescription, mayBeEmpty: true));

    // What somebody saw may be longer than what is allowed now; it only has to be text.
    private static IEnumerable<(string, string)> Was(string pointer, string was) =>
        Of(pointer, TextForm.Problem(was, int.MaxValue, mayBeEmpty: true));

    private static IEnumerable<(string, string)> Keywords(string[] keywords) =>
        keywords.Length > TextForm.MostKeywords
            ? [("/keywords", $"At most {TextForm.MostKeywords} keywords.")]
            : keywords.SelectMany((k, i) => Name($"/keywords/{i}", k, TextForm.LongestKeyword));

    private static IEnumerable<(string, string)> Requirements(Requirement[] requirements)
    {
        if (requirements.Length > MostRequirements)
            return [("/requirements", $"At most {MostRequirements} requirements.")];
        var cells = new HashSet<Cell>();
        return requirements.SelectMany(
            (r, i) =>
                Text($"/requirements/{i}/description", r.Description)
                    .Concat(
                        Of($"/requirements/{i}", cells.Add(new(r.Role, r.Level)) ? null : "Each role and level once.")
                    )
        );
    }

    // What is left out, or new, would be another change.
    private static IEnumerable<(string, string)> Order(Reordering change) =>
        change
            .Order.Order(StringComparer.Ordinal)
            .SequenceEqual(
                change.Was.ToHashSet(StringComparer.Ordinal).Order(StringComparer.Ordinal),
                StringComparer.Ordinal
            )
            ? []
            : [(change is ReorderLevels ? "/levels" : "/groups", "The same as in was, each once.")];

    private static IEnumerable<(string, string)> Cells(MergedCell[] cells)
    {
        if (cells.Length > MostRequirements)
            return [("/cells", $"At most {MostRequirements} requirements.")];
        var seen = new HashSet<Cell>();
        return cells.SelectMany(
            (c, i) =>
                Was($"/cells/{i}/was", c.Was ?? "")
                    .Concat(Of($"/cells/{i}", seen.Add(new(c.Role, c.Level)) ? null : "Each role and level once."))
        );
    }

    private static IEnumerable<(string, string)> Of(string pointer, string? problem) =>
        problem is null ? [] : [(pointer, problem)];
}
