using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>The version rows against the events they come from.</summary>
public sealed class VersionsTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _service = null!;

    private NpgsqlDataSource Source => _service.Services.GetRequiredService<NpgsqlDataSource>();

    public async ValueTask InitializeAsync()
    {
        _service = await CatalogService.Start(servers);
        await using var session = _service.Store.LightweightSession();
        await session.Decide<Taxonomy>(Taxonomy.StreamId, _ => Decision.Of(Given.TaxonomyEvents));
        await session.SaveChangesAsync();
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Every_version_of_a_skill_with_200_changes_is_what_replaying_by_hand_gives()
    {
        var id = Guid.CreateVersion7();
        var random = new Random(20261122);
        await Change(id, Given.Events);
        for (var changes = 0; changes < 200; )
        {
            var events = new List<object>();
            var skill = (await Fold(id, 0))!;
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var next = Next(random, skill, changes + events.Count);
                events.Add(next);
                skill = Skill.Fold(skill, next)!;
            }
            changes += events.Count;
            await Change(id, [.. events]);
        }
        await using var session = _service.Store.QuerySession();
        var stream = await session.Events.FetchStreamAsync(id);
        Skill? state = null;
        SkillAt? before = null;
        Skill? stateBefore = null;
        foreach (var e in stream)
        {
            state = Skill.Fold(state, e.Data)!;
            var at = (await Source.At(id, e.Version, default))!;
            Assert.Equal(Shape(state), Shape(at));
            Assert.Equal(e.Timestamp, at.At);
            Assert.Equal(e.Version, at.Version);
            // As of its own time, and until the next.
            Assert.Equal(LastAt(stream, e.Timestamp), (await Source.At(id, e.Timestamp, default))!.Version);
            if (before is not null)
                Assert.Equal(Shape(stateBefore!, state), Shape(SkillDiff.Of(before, at)));
            (before, stateBefore) = (at, state);
        }
        Assert.Null(await Source.At(id, stream[0].Timestamp.AddMilliseconds(-1), default));
        Assert.Null(await Source.At(id, stream.Count + 1, default));
        Assert.Equal(stream.Count, (await Source.At(id, (long?)null, default))!.Version);
        var history = await Source.ChangesOf(id, null, null, null, 1000, default);
        Assert.Equal(stream.Select(e => e.Version).Reverse(), history.Select(h => h.Version));
    }

    [Fact]
    public async Task Rows_are_rebuilt_from_the_events_as_they_were()
    {
        var random = new Random(7);
        var skills = Enumerable.Range(0, 12).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var id in skills)
            await Change(
                id,
                [new SkillAdded($"s-{id:N}", $"S {id:N}", [], "engineering", "cloud"), .. Given.Events.Skip(1)]
            );
        for (var n = 0; n < 60; n++)
        {
            var id = skills[random.Next(skills.Length)];
            await Change(id, Next(random, (await Fold(id, 0))!, n));
        }
        // What was confirmed in between and at the end stands in the rows of the texts that it was said of.
        await Change(skills[0], new SkillConfirmed());
        await Change(skills[0], Next(random, (await Fold(skills[0], 0))!, 61));
        await Change(skills[1], new RequirementConfirmed("developer", "junior"), new SkillConfirmed());
        await Change(skills[2], new ReviewPlanned(new DateOnly(2026, 12, 1), "planner"), new SkillConfirmed());
        await Change(skills[2], new ReviewFellDue(new DateOnly(2026, 12, 1)));
        var before = await Hash();
        await using (var spoil = Source.CreateCommand("update requirement_versions set description = 'spoiled'"))
            await spoil.ExecuteNonQueryAsync();
        Assert.NotEqual(before, await Hash());
        using (var daemon = await _service.Store.BuildProjectionDaemonAsync())
            await daemon.RebuildProjectionAsync("versions", TimeSpan.FromSeconds(60), default);
        Assert.Equal(before, await Hash());
    }

    [Fact]
    public async Task The_search_index_is_made_anew_as_it_was()
    {
        var random = new Random(8);
        var skills = Enumerable.Range(0, 12).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var id in skills)
            await Change(
                id,
                [new SkillAdded($"s-{id:N}", $"S {id:N}", [], "engineering", "cloud"), .. Given.Events.Skip(1)]
            );
        for (var n = 0; n < 60; n++)
        {
            var id = skills[random.Next(skills.Length)];
            await Change(id, Next(random, (await Fold(id, 0))!, n));
        }
        await Change(skills[0], new SkillRetired());
        var before = await Index();
        Assert.DoesNotContain(before, row => row.Contains($"s-{skills[0]:N}", StringComparison.Ordinal));
        Assert.Contains(before, row => row.Contains($"s-{skills[1]:N}", StringComparison.Ordinal));

        // From the events, as every projection.
        await Do("update skill_search set name = 'spoiled'");
        using (var daemon = await _service.Store.BuildProjectionDaemonAsync())
            await daemon.RebuildProjectionAsync("search-index", TimeSpan.FromSeconds(60), default);
        Assert.Equal(before, await Index());

        // By a replica that starts: where there is nothing yet, and where there is what an older version made.
        foreach (
            var older in (string[])
                [
                    "truncate skill_search, skill_texts, search_words, search_counts",
                    "update skill_search set form = 0, words = '', levels = '{}'",
                ]
        )
        {
            await Do(older);
            if (older.StartsWith("update", StringComparison.Ordinal))
                await Do("delete from search_counts where kind = 'level'");
            await using var replica = _service.AddReplica();
            Assert.Equal(before, await Index());
        }
    }

    private async Task Do(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string[]> Index()
    {
        await using var command = Source.CreateCommand(
            """
            select array_agg(r order by r collate "C") from (select s::text as r from skill_search s
              union all select t::text from skill_texts t union all select c::text from search_counts c) rows
            """
        );
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> Hash()
    {
        await using var command = Source.CreateCommand(
            """
            select md5(string_agg(r, '|' order by r)) from (
              select r::text as r from requirement_versions r union all select s::text from skill_versions s
              union all select a::text from skill_acts a union all select p::text from skill_reviews p) rows
            """
        );
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task Change(Guid id, params object[] events)
    {
        await using var session = _service.Store.LightweightSession();
        new Provenance("author", "reviewer", "why", Guid.CreateVersion7(), 1).Stamp(session);
        await session.Decide<Skill>(id, _ => Decision.Of(events));
        await session.SaveChangesAsync();
    }

    private async Task<Skill?> Fold(Guid id, long version)
    {
        await using var session = _service.Store.QuerySession();
        return (await session.Events.FetchStreamAsync(id, version)).Aggregate(
            (Skill?)null,
            (s, e) => Skill.Fold(s, e.Data)
        );
    }

    private static object Next(Random random, Skill skill, int n)
    {
        var cell = new Cell(Given.Roles[random.Next(3)], Given.Levels[random.Next(3)]);
        return skill.Requirements.TryGetValue(cell, out var now)
            ? random.Next(5) switch
            {
                0 => new RequirementDropped(cell.Role, cell.Level),
                1 when now.Mandatory => new RequirementMadeOptional(cell.Role, cell.Level),
                1 => new RequirementMadeMandatory(cell.Role, cell.Level),
                2 when n % 2 == 0 => new SkillDescribed(n % 4 == 0 ? "" : $"About {n}\n\\ 'it'"),
                2 => new KeywordsReplaced([$"k{n}", "- 🦊"]),
                3 => n % 2 == 0
                    ? new SkillRenamed($"{skill.Name}{n}", $"{skill.Slug}{n}")
                    : new SkillMoved("engineering", skill.Group == "cloud" ? "basics" : "cloud"),
                _ => new RequirementReworded(cell.Role, cell.Level, $"Text {n}\n- with = \"signs\" \\ 'all'"),
            }
            : new RequirementStated(cell.Role, cell.Level, n % 2 == 0, $"Stated {n}");
    }

    private static long LastAt(IReadOnlyList<IEvent> stream, DateTimeOffset time) =>
        stream.Where(e => e.Timestamp <= time).Max(e => e.Version);

    private static string Shape(Skill skill) =>
        Shape(
            skill.Slug,
            skill.Name,
            skill.Keywords,
            skill.Domain,
            skill.Group,
            skill.Retired,
            skill.Description,
            skill.Requirements.Select(r => (r.Key.Role, r.Key.Level, r.Value.Mandatory, r.Value.Description))
        );

    private static string Shape(SkillAt at) =>
        Shape(
            at.Skill.Slug,
            at.Skill.Name,
            at.Skill.Keywords,
            at.Skill.Domain,
            at.Skill.Group,
            at.Skill.Retired,
            at.Skill.Description ?? "",
            at.Requirements.Select(r => (r.Role, r.Level, r.Mandatory!.Value, r.Description!))
        );

    private static string Shape(
        string slug,
        string name,
        IEnumerable<string> keywords,
        string domain,
        string group,
        bool retired,
        string description,
        IEnumerable<(string, string, bool, string)> requirements
    ) =>
        $"{slug}|{name}|{string.Join(',', keywords)}|{domain}|{group}|{retired}|{description}|"
        + string.Join(';', requirements.Select(r => r.ToString()).Order(StringComparer.Ordinal));

    private static string Shape(Skill was, Skill now) =>
        string.Join(
            '|',
            Cells(now.Requirements.Keys.Except(was.Requirements.Keys)),
            Cells(was.Requirements.Keys.Except(now.Requirements.Keys)),
            Cells(Kept(was, now).Where(c => was.Requirements[c].Mandatory != now.Requirements[c].Mandatory)),
            Cells(Kept(was, now).Where(c => was.Requirements[c].Description != now.Requirements[c].Description)),
            was.Name != now.Name,
            was.Group != now.Group,
            !was.Keywords.ToHashSet().SetEquals(now.Keywords),
            was.Description != now.Description
        );

    private static string Shape(SkillDiff diff) =>
        string.Join(
            '|',
            Cells(diff.Added.Select(r => new Cell(r.Role, r.Level))),
            Cells(diff.Dropped.Select(r => new Cell(r.Role, r.Level))),
            Cells(diff.BecameMandatory.Concat(diff.BecameOptional)),
            Cells(diff.Reworded.Select(r => new Cell(r.Role, r.Level))),
            diff.Renamed is not null,
            diff.Moved is not null,
            diff.Keywords is not null,
            diff.Described is not null
        );

    private static IEnumerable<Cell> Kept(Skill was, Skill now) =>
        now.Requirements.Keys.Intersect(was.Requirements.Keys);

    private static string Cells(IEnumerable<Cell> cells) =>
        string.Join(',', cells.Select(c => c.ToString()).Order(StringComparer.Ordinal));
}
