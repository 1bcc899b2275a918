namespace SkillPlatform.Catalog;

/// <summary>One table of a file.</summary>
/// <param name="At">The beginning of the pointers into it: empty where it is the only one.</param>
/// <param name="Name">Its name; null where it has none.</param>
/// <param name="Rows">All rows, blank ones too, so that they can be counted.</param>
public sealed record Sheet(string At, string? Name, IEnumerable<Row> Rows);

/// <param name="Cells">Its cells; those at the end may be left out.</param>
/// <param name="Problem">Why the row cannot be read; null where it can.</param>
public sealed record Row(string[] Cells, string? Problem = null)
{
    public bool IsBlank => Problem is null && Array.TrueForAll(Cells, string.IsNullOrWhiteSpace);

    public string this[int column] => column < Cells.Length ? Cells[column] : "";
}
