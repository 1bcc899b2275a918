using System.Globalization;
using System.Text.Json;
using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>What a watch would have told.</summary>
/// <param name="At">When it happened.</param>
/// <param name="Kind">One of <see cref="NewsKind"/>.</param>
/// <param name="Skill">Null for an import.</param>
/// <param name="Proposal">Id of the proposal, if it is about one.</param>
/// <param name="Reason">The scope, or <c>author</c> of the proposal.</param>
public sealed record PreviewItem(DateTimeOffset At, string Kind, ItemSkill? Skill, Guid? Proposal, string Reason);

/// <summary>A page of it, newest first, and how many there are in all.</summary>
public sealed record PreviewPage(long Count, IReadOnlyList<PreviewItem> Items, string? NextCursor);

/// <summary>
/// <c>GET /watches/{scope}/{key}/preview?days=90&amp;follow=changes|all</c>: what a watch by hand would have told the caller,
/// read off the log, whether there is such a watch or not.
/// </summary>
public static class PreviewWatch
{
    private const int Longest = 90;
    private const int AtOnce = 50;

    // What follows from a proposal's way, and not from its merge.
    private static readonly string[] OnTheWay =
    [
        "proposal.changesRequested",
        "proposal.rejected",
        "proposal.conflicted",
        "proposal.revised",
        "proposal.withdrawn",
        "proposal.commented",
    ];

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/watches/{scope}/{key}/preview", Handle).Produces<PreviewPage>();

    /// <summary>
    /// The types that a watch of a scope tells of; the same rules as <see cref="Readers.TopicsOf"/>. A proposal's merge is
    /// told once: to its own watchers as its end, to all others as the change of the skill.
    /// </summary>
    public static string[] TypesOf(string scope, bool all) =>
        (scope, all) switch
        {
            (Topic.Proposal, _) => ["proposal.merged", "proposal.submitted", .. OnTheWay],
            (Topic.Skill, false) => [Announced.SkillChanged, Announced.SkillCommented],
            (_, false) => [Announced.SkillChanged, Announced.Imported],
            (Topic.Skill, true) =>
            [
                Announced.SkillChanged,
                Announced.SkillCommented,
                "proposal.submitted",
                .. OnTheWay,
            ],
            (_, true) =>
            [
                Announced.SkillChanged,
                Announced.SkillCommented,
                Announced.Imported,
                "proposal.submitted",
                .. OnTheWay,
            ],
        };

    // An import is told skill by skill to those who watch the very skill; to all wider scopes once, and only where it has
    // changed something of theirs. Nobody is told of what they did; a proposal's author hears what becomes of it.
    private const string Told = """
        from announced a
        where at >= $1 and type = any($2) and actor is distinct from $4 and (author is distinct from $4 or $5 = 'proposal')
          and case
                when type = 'catalogue.imported' then exists (
                    select 1 from announced s where s.import = a.import and s.type = 'skill.changed' and s.topics @> $3)
                else topics @> $3 and (import is null or $5 = 'skill')
              end
        """;

    private static async Task<IResult> Handle(
        HttpContext http,
        string scope,
        string key,
        Paging paging,
        IQuerySession reads,
        NpgsqlDataSource source,
        TimeProvider time,
        int days = Longest,
        string follow = Follows.Changes
    )
    {
        var (user, ct) = (Caller.Of(http).Id, http.RequestAborted);
        if (days is < 1 or > Longest)
            return Refusal.Field("/days", $"A number from 1 to {Longest}.").AsProblem();
        if (!Follows.Both.Contains(follow, StringComparer.Ordinal))
            return Refusal.Field("/follow", $"One of {string.Join(", ", Follows.Both)}.").AsProblem();
        if (await reads.Find(scope, key, ct) is not { } found)
            return Refusal.NoSuch("thing to watch").AsProblem();
        paging = paging with { Limit = Math.Min(paging.Limit, AtOnce) };
        var before =
            paging.After is [var text]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                ? last
                : long.MaxValue;
        object[] asked =
        [
            time.GetUtcNow().AddDays(-days),
            TypesOf(scope, follow == Follows.All),
            new[] { found.Topic.ToString() },
            user,
            scope,
        ];
        await using var counting = Command(source, $"select count(*) {Told}", asked);
        var count = (long)(await counting.ExecuteScalarAsync(ct))!;
        await using var listing = Command(
            source,
            $"""
            select position, at, type, data::text, author is not distinct from $4 {Told}
              and position < $6 order by position desc limit $7
            """,
            [.. asked, before, paging.Limit + 1]
        );
        await using var rows = await listing.ExecuteReaderAsync(ct);
        var items = new List<(long Position, PreviewItem Item)>();
        while (await rows.ReadAsync(ct))
            items.Add((rows.GetInt64(0), Item(rows, scope)));
        var page = paging.Of(items, item => [item.Position.ToString(CultureInfo.InvariantCulture)]);
        return TypedResults.Ok(new PreviewPage(count, [.. page.Items.Select(item => item.Item)], page.NextCursor));
    }

    private sealed record Seen(AnnouncedSkill? Skill = null, Guid? Proposal = null);

    private static PreviewItem Item(NpgsqlDataReader row, string scope)
    {
        var seen = JsonSerializer.Deserialize<Seen>(row.GetString(3), Commands.Json)!;
        return new PreviewItem(
            row.GetFieldValue<DateTimeOffset>(1),
            Payload.KindOf(row.GetString(2), merged: seen.Proposal is not null),
            seen.Skill is { } skill ? new ItemSkill(skill.Slug, skill.Name) : null,
            seen.Proposal,
            row.GetBoolean(4) ? "author" : scope
        );
    }

    private static NpgsqlCommand Command(NpgsqlDataSource source, string sql, object[] values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
