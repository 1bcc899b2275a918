using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Mine;

/// <summary>What its reader noted of a requirement.</summary>
/// <param name="State"><c>met, partly, not</c>; null where there is a note only.</param>
/// <param name="Version">The skill's version that the marked text began with.</param>
public sealed record Mark(
    Named Skill,
    string Role,
    string Level,
    string? State,
    string Note,
    long Version,
    DateTimeOffset At
)
{
    public static IReadOnlyList<string> States { get; } = ["met", "partly", "not"];

    /// <summary>Beside the word, for the eye.</summary>
    public static string Sign(string? state) =>
        state switch
        {
            "met" => "✓",
            "partly" => "◐",
            "not" => "○",
            _ => "✎",
        };

    /// <summary>The key of what it says in a word.</summary>
    public string Says => $"mark.{State ?? "note"}";

    /// <summary>False where the text is not the marked one any more; true also where that cannot be told.</summary>
    public bool IsOf(long? since) => since is null || since == Version;
}

/// <summary>One's own marks, to be laid beside requirements: none for who is not signed in.</summary>
/// <param name="All">As far as they could be read.</param>
/// <param name="Missing">True where they could not.</param>
public sealed record Marks(IReadOnlyList<Mark> All, bool Missing = false)
{
    // As many as one may have, in pages.
    private const int Most = 5_000;

    private readonly Dictionary<(string, string, string), Mark> _marks = All.DistinctBy(Place).ToDictionary(Place);

    private static (string, string, string) Place(Mark mark) => (mark.Skill.Slug, mark.Role, mark.Level);

    public static Marks None { get; } = new([]);

    public Mark? Of(string skill, string role, string level) => _marks.GetValueOrDefault((skill, role, level));

    /// <summary>All, or those of a skill or a role.</summary>
    public static async Task<Marks> Read(
        Services services,
        Visit visit,
        CancellationToken ct,
        string? skill = null,
        string? role = null
    )
    {
        if (!visit.SignedIn)
            return None;
        var all = new List<Mark>();
        string? cursor = null;
        do
        {
            FormattableString address = $"/api/notifications/me/marks?limit={200}";
            var page = await services.Get<PageList<Mark>>(
                "notifications",
                address.With("skill", skill).With("role", role).With("cursor", cursor),
                ct
            );
            if (page.Value is not { } marks)
                return new Marks(all, Missing: page.Down);
            all.AddRange(marks.Items);
            cursor = marks.NextCursor;
        } while (cursor is not null && all.Count < Most);
        // What is gone from the catalogue has no name here, and is nowhere beside anything.
        return new Marks([.. all.Where(mark => mark.Skill.Slug.Length > 0)]);
    }
}
