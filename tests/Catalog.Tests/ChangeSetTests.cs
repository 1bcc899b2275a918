using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Marten;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>What a file would change, name by name, before anything is.</summary>
public sealed class ChangeSetTests(Servers servers) : IAsyncLifetime
{
    private const string Header = "domain,group,skill,keywords,role,level,mandatory,description,revision\r\n";
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync()
    {
        _catalog = await CatalogService.Start(servers);
        await _catalog.Import(Document("Reads a chart."));
    }

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    private static string Document(string charts, string more = "") =>
        $$"""
            {"roles":["Pilot","Mate"],"domains":[{"name":"Sea","groups":[{"name":"Deck","skills":[
              {"name":"Charts","keywords":["maps"],"requirements":[
                {"role":"Pilot","level":"Junior","mandatory":true,"description":"{{charts}}"},
                {"role":"Mate","level":"Junior","mandatory":false,"description":"Folds a chart."}]},
              {"name":"Knots","requirements":[{"role":"Mate","level":"Junior","mandatory":true,"description":"Ties a knot."}]}{{more}}]}]}]}
            """;

    [Fact]
    public async Task A_file_of_anyone_becomes_changes_and_writes_nothing()
    {
        var last = await _catalog.LastEvent();
        var set = await Upload(
            Header
                + "Sea,Deck,Charts,maps,Pilot,Junior,true,Reads any chart.,\n"
                + "Sea,Deck,Charts,,Mate,Junior,true,Folds a chart.,\n"
                + "Sea,Deck,Knots,,Mate,Junior,true,Ties a knot.,\n"
                + "Sea,Deck,Lights,,Pilot,Senior,false,Knows the lights.,\n"
        );
        Assert.Equal("done", Text(set, "state"));
        Assert.Equal(1, set.GetProperty("unchanged").GetInt32());
        var skills = set.GetProperty("skills").EnumerateArray().ToArray();
        Assert.Equal(["Charts", "Lights"], skills.Select(s => Text(s, "name")));
        Assert.Equal(
            ["rewordRequirement Reads a chart.", "makeMandatory Folds a chart."],
            skills[0].GetProperty("changes").EnumerateArray().Select(c => $"{Text(c, "op")} {Text(c, "was")}")
        );
        Assert.Equal("addSkill", Text(skills[1].GetProperty("changes")[0], "op"));
        Assert.Equal(JsonValueKind.Null, skills[1].GetProperty("skill").ValueKind);
        Assert.Equal(last, await _catalog.LastEvent());
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_proposed_and_the_answer_says_what_may_have_been_meant()
    {
        using var answer = await Send(Header + "See,Deck,Charts,maps,Pilots,Junior,true,x,\n");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.Contains("“Pilot”", errors.GetProperty("/roles/0")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("“Sea”", errors.GetProperty("/domains/0/name")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_misunderstood_is_said_once_for_all_tables_with_these_headings()
    {
        const string headings = "domain;group;Können;Tags;Wer;Ebene;required;text;Notiz\n";
        const string reading =
            """{"columns":{"können":"skill","Wer":"role","Ebene":"level","Notiz":"none"},"separator":";"}""";
        using var client = _catalog.Contributor;
        using var stranger = _catalog.As("stranger", "contributor");

        // Refused, and kept.
        using var refused = await Send(headings + "Sea;Deck;Charts;maps;Pilot;Junor;yes;Reads any chart.;?\n");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var id = Text(await refused.Content.ReadFromJsonAsync<JsonElement>(), "table");
        var table = await client.GetFromJsonAsync<JsonElement>($"/api/catalog/tables/{id}");
        var ability = table.GetProperty("headings").EnumerateArray().Single(h => Text(h, "heading") == "Können");
        Assert.Equal(("Charts", JsonValueKind.Null), (Text(ability, "sample"), ability.GetProperty("means").ValueKind));
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/catalog/tables/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await Say(stranger, id, reading)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Say(client, id, """{"columns":{"Wer":"who"}}""")).StatusCode);

        // Said, without sending it again: what is wrong beside that is told.
        using var said = await Say(client, id, reading);
        var errors = (await said.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.Equal(["/rows/0/level"], errors.EnumerateObject().Select(e => e.Name));

        // The mended one, and the next, are read so by themselves; others' are not.
        const string next = headings + "Sea;Deck;Knots;;Mate;Junior;yes;Ties two.;\n";
        var set = await Upload(next);
        Assert.Equal(["Knots"], set.GetProperty("skills").EnumerateArray().Select(s => Text(s, "name")));
        table = await client.GetFromJsonAsync<JsonElement>($"/api/catalog/tables/{Text(set, "table")}");
        Assert.Equal(JsonValueKind.String, table.GetProperty("readAs").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/catalog/tables/{id}")).StatusCode);
        using var csv = new StringContent(next, Encoding.UTF8, "text/csv");
        using var others = await stranger.PostAsync("/api/catalog/changesets", csv);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, others.StatusCode);

        // Until that is forgotten, or said otherwise.
        using var forgotten = await Say(client, Text(set, "table"), "{}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, forgotten.StatusCode);
        using var guessed = await Send(next);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, guessed.StatusCode);
        id = Text(await guessed.Content.ReadFromJsonAsync<JsonElement>(), "table");
        using var taken = await Say(client, id, reading);
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
        set = await Compared(taken.Headers.Location!);
        Assert.Equal((id, 1), (Text(set, "table"), set.GetProperty("skills").GetArrayLength()));

        // Who is erased leaves nothing of this.
        await _catalog
            .Services.GetRequiredService<IBus>()
            .Publish(new AccountErased("contributor", 9, DateTimeOffset.UtcNow));
        await Eventually.Holds(async () =>
        {
            await using var session = _catalog.Store.QuerySession();
            return !await session.Query<KnownTable>().AnyAsync()
                && await session.Query<SentFile>().Select(f => f.By!).ToListAsync() is ["stranger"];
        });

        static Task<HttpResponseMessage> Say(HttpClient who, string table, string reading) =>
            who.PostAsync($"/api/catalog/changesets?table={table}&reading={Uri.EscapeDataString(reading)}", null);
    }

    [Fact]
    public async Task Nobody_fills_memory_or_database_with_files()
    {
        await using (var session = _catalog.Store.LightweightSession())
        {
            var now = DateTimeOffset.UtcNow;
            for (var i = 0; i < 60; i++)
            {
                var (id, at) = (Guid.CreateVersion7(), now.AddMinutes(i - 100));
                session.Insert(
                    new Import
                    {
                        Id = id,
                        By = "contributor",
                        Purpose = Import.ToPropose,
                        DryRun = true,
                        State = Import.Finished,
                        CreatedAt = at,
                        FinishedAt = at,
                    },
                    new Import
                    {
                        Id = Guid.CreateVersion7(),
                        By = "stranger",
                        Purpose = Import.ToPropose,
                        DryRun = true,
                        State = Import.Finished,
                        CreatedAt = at,
                        FinishedAt = at,
                    }
                );
                session.Insert(
                    new ChangeSet
                    {
                        Id = id,
                        By = "contributor",
                        At = at,
                    }
                );
                session.Insert(
                    new KnownTable
                    {
                        Id = $"contributor/{i}",
                        By = "contributor",
                        At = at,
                    }
                );
            }
            await session.SaveChangesAsync();
        }
        using var client = _catalog.Contributor;
        using var csv = new StringContent(
            "domain,group,skill,keywords,role,level,required,text\nSea,Deck,Knots,,Mate,Junior,yes,Ties two.\n",
            Encoding.UTF8,
            "text/csv"
        );
        using var sent = await client.PostAsync(
            $"/api/catalog/changesets?reading={Uri.EscapeDataString("""{"columns":{"text":"description"},"separator":","}""")}",
            csv
        );
        Assert.True(sent.StatusCode == HttpStatusCode.Accepted, await sent.Content.ReadAsStringAsync());
        await Compared(sent.Headers.Location!);
        await using (var session = _catalog.Store.QuerySession())
        {
            // The newest ones are left, and nobody else's is touched.
            Assert.Equal(ChangeSet.MostOfOne + 1, await session.Query<Import>().CountAsync(i => i.By == "contributor"));
            Assert.Equal(ChangeSet.MostOfOne + 1, await session.Query<ChangeSet>().CountAsync());
            Assert.Equal(60, await session.Query<Import>().CountAsync(i => i.By == "stranger"));
            Assert.Equal(KnownTable.MostOfOne + 1, await session.Query<KnownTable>().CountAsync());
            Assert.Null(await session.LoadAsync<KnownTable>("contributor/0"));
            Assert.NotNull(await session.LoadAsync<KnownTable>("contributor/59"));
        }

        foreach (var source in (string[])["%00", new string('x', 5_000)])
            Assert.Equal(
                HttpStatusCode.UnprocessableEntity,
                (await client.PostAsync($"/api/catalog/changesets?source={source}", csv)).StatusCode
            );

        // While one is on its way, no other is taken in.
        var rest = new TaskCompletionSource();
        using var slow = new Slowly(rest.Task);
        var first = client.PostAsync("/api/catalog/changesets", slow);
        await Eventually.Holds(async () => (await Send("nonsense")).StatusCode == HttpStatusCode.Conflict);
        rest.SetResult();
        using var refused = await first;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        await Eventually.Holds(async () => (await Send("nonsense")).StatusCode == HttpStatusCode.UnprocessableEntity);
    }

    // Begins a table, and goes on with it later.
    private sealed class Slowly : HttpContent
    {
        private readonly Task _rest;

        public Slowly(Task rest)
        {
            _rest = rest;
            Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("domain,gro"u8.ToArray());
            await stream.FlushAsync();
            await _rest;
            await stream.WriteAsync("up\n"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    [Fact]
    public async Task A_damaged_revision_is_an_error_and_that_of_another_place_says_nothing()
    {
        const string row = "Sea,Deck,Knots,,Mate,Junior,true,Ties a knot.,";
        using var damaged = await Send(Header + row + "v12\n");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, damaged.StatusCode);
        Assert.True(
            (await damaged.Content.ReadFromJsonAsync<JsonElement>())
                .GetProperty("errors")
                .TryGetProperty("/rows/0/revision", out _)
        );
        var set = await Upload(Header + row + new Revision(Guid.CreateVersion7(), 7) + "\n");
        Assert.Equal(1, set.GetProperty("unchanged").GetInt32());
    }

    [Theory]
    [InlineData("csv&revisions=true", "text/csv")]
    [InlineData("json&revisions=true", "application/json")]
    public async Task A_skill_that_has_another_name_in_a_file_from_here_is_renamed(string format, string type)
    {
        using var client = _catalog.Anyone;
        var file = await client.GetStringAsync($"/api/catalog/export?format={format}");
        // Meanwhile somebody else rewords it.
        await _catalog.Import(Document("Reads a chart at night."));
        var set = await Upload(file.Replace("Charts", "Sea charts", StringComparison.Ordinal), type);
        var skill = Assert.Single(set.GetProperty("skills").EnumerateArray());
        var change = Assert.Single(skill.GetProperty("changes").EnumerateArray());
        Assert.Equal(
            ("renameSkill", "Charts", "Sea charts"),
            (Text(change, "op"), Text(change, "was"), Text(change, "name"))
        );
        Assert.Empty(skill.GetProperty("conflicts").EnumerateArray());
    }

    [Fact]
    public async Task A_check_shows_name_by_name_what_an_import_does_and_is_imported_without_being_sent_again()
    {
        using var admin = _catalog.Administrator;
        var check = await _catalog.Import(Encoding.UTF8.GetBytes(Document("Reads every chart.")), dryRun: true);
        var id = Text(check, "id");
        var set = await admin.GetFromJsonAsync<JsonElement>($"/api/catalog/changesets/{id}");
        Assert.Equal("Charts", Text(Assert.Single(set.GetProperty("skills").EnumerateArray()), "name"));
        using var run = await admin.PostAsync($"/api/catalog/imports/{id}/run", null);
        Assert.Equal(HttpStatusCode.Accepted, run.StatusCode);
        var import = await _catalog.Ended(run.Headers.Location!);
        Assert.Equal(("done", 1), (Text(import, "state"), import.GetProperty("changed").GetInt32()));
        Assert.Contains("every chart", (await _catalog.Get("/skills/charts")).GetRawText(), StringComparison.Ordinal);
        // Twice is once, and what was imported changes nothing any more.
        using var again = await admin.PostAsync($"/api/catalog/imports/{id}/run", null);
        Assert.Equal(run.Headers.Location, again.Headers.Location);
        Assert.Empty(
            (await admin.GetFromJsonAsync<JsonElement>($"/api/catalog/changesets/{id}"))
                .GetProperty("skills")
                .EnumerateArray()
        );
    }

    [Fact]
    public async Task What_leads_back_from_an_import_leaves_what_came_since()
    {
        var import = await _catalog.Import(Document("Reads every chart.", """,{"name":"Lights"},{"name":"Flags"}"""));
        Assert.Equal((2, 1), (import.GetProperty("added").GetInt32(), import.GetProperty("changed").GetInt32()));
        var flags = Guid.Parse(Text(await _catalog.Get("/skills/flags"), "id"));
        await _catalog
            .Services.GetRequiredService<IBus>()
            .Publish(Given.Accepted(flags, new ReplaceKeywords([], ["signals"])));
        await Eventually.Holds(async () =>
            (await _catalog.Get("/skills/flags")).GetProperty("version").GetInt64() == 2
        );

        using var admin = _catalog.Administrator;
        using var undone = await admin.PostAsync($"/api/catalog/imports/{Text(import, "id")}/undo", null);
        Assert.Equal(HttpStatusCode.Created, undone.StatusCode);
        var set = await admin.GetFromJsonAsync<JsonElement>(undone.Headers.Location);
        var skills = set.GetProperty("skills").EnumerateArray().ToDictionary(s => Text(s, "name"));
        Assert.Equal(["Charts", "Flags", "Lights"], skills.Keys.Order());
        var back = Assert.Single(skills["Charts"].GetProperty("changes").EnumerateArray());
        Assert.Equal(("Reads every chart.", "Reads a chart."), (Text(back, "was"), Text(back, "description")));
        Assert.Equal("retireSkill", Text(skills["Lights"].GetProperty("changes")[0], "op"));
        Assert.Empty(skills["Lights"].GetProperty("conflicts").EnumerateArray());
        Assert.Single(skills["Flags"].GetProperty("conflicts").EnumerateArray());
    }

    [Fact]
    public async Task An_import_that_is_undone_leaves_the_catalogue_as_it_was_and_can_be_imported_again()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 6; round++)
        {
            var before = await Export();
            var document = MadeUp(random, round);
            var import = await _catalog.Import(document);
            Assert.Equal("done", Text(import, "state"));
            var imported = await Export();
            Assert.NotEqual(before, imported);
            await Undo(Text(import, "id"));
            var after = await Export();
            Assert.True(before == after, $"Seed {seed}, round {round}: {document}\n{before}\n{after}");
            // It was no decision about its roles and domains. About its skills it was: they say that they come back.
            await _catalog.Import(document.Replace("\"name\":\"Skill", "\"retired\":false,\"name\":\"Skill"));
            after = await Export();
            Assert.True(imported == after, $"Seed {seed}, round {round}: {document}\n{imported}\n{after}");
            if (random.Next(2) == 0)
                await Undo(Text(await LastImport(), "id"));
        }

        async Task<string> Export()
        {
            using var client = _catalog.Anyone;
            return await client.GetStringAsync("/api/catalog/export");
        }

        async Task<JsonElement> LastImport()
        {
            using var admin = _catalog.Administrator;
            return (await admin.GetFromJsonAsync<JsonElement>("/api/catalog/imports?limit=1")).GetProperty("items")[0];
        }
    }

    private static readonly JsonSerializerOptions LeavingOut = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    // Names of few roles, groups and levels, so that some are there already, some come, and some come back.
    private static string MadeUp(Random random, int round)
    {
        var domains = Some(2, ["Sea", "Air", "Land"])
            .Select(domain => new
            {
                name = domain,
                language = random.Next(2) == 0 ? "en" : null,
                source = random.Next(2) == 0 ? $"Source {round}" : null,
                attribution = random.Next(2) == 0 ? $"Whoever made {random.Next(2)}" : null,
                externalIds = Ids(domain),
                levels = random.Next(2) == 0
                    ? null
                    : Some(3, ["Junior", "Senior", "Master", "Mate"])
                        .Select(name => new
                        {
                            name,
                            description = random.Next(2) == 0 ? "" : $"Of {round}.",
                            externalIds = Ids($"{domain} {name}"),
                        })
                        .ToArray(),
                groups = Some(2, ["Deck", "Bridge", "Hold"]).Select(group => (domain, group)).ToArray(),
            })
            .ToArray();
        string[] roles = [.. Some(3, ["Pilot", "Mate", "Cook", "Clerk"])];
        return JsonSerializer.Serialize(
            new
            {
                source = random.Next(2) == 0 ? $"Made up in {round}" : null,
                licence = random.Next(2) == 0 ? "CC0-1.0" : null,
                roles = roles.Select(name => new
                {
                    name,
                    description = random.Next(2) == 0 ? "" : $"In {round}.",
                    externalIds = Ids(name),
                }),
                domains = domains.Select(d => new
                {
                    d.name,
                    d.language,
                    d.source,
                    d.attribution,
                    d.externalIds,
                    d.levels,
                    groups = d.groups.Select(g => new
                    {
                        name = g.group,
                        externalIds = Ids($"{g.domain} {g.group}"),
                        // One of them was there before.
                        skills = Enumerable
                            .Range(g is ("Sea", "Deck") ? -1 : 0, 2 + random.Next(2))
                            .Select(i => new
                            {
                                name = i < 0 ? "Knots" : $"Skill {round} {g.domain} {g.group} {i}",
                                externalIds = Ids(i < 0 ? "Knots" : $"{round} {g.domain} {g.group} {i}", isOne: true),
                                requirements = Some(3, roles)
                                    .Select(role => new
                                    {
                                        role,
                                        level = d.levels?[0].name ?? "Junior",
                                        mandatory = random.Next(2) == 0,
                                        description = $"Says {random.Next(100)}.",
                                    }),
                            }),
                    }),
                }),
            },
            LeavingOut
        );

        // Of two systems, and of one now this and then that: a skill that is something else there would be another.
        object[]? Ids(string of, bool isOne = false) =>
            random.Next(3) == 0
                ? null
                :
                [
                    new { system = "one", id = isOne ? of : $"{of} {random.Next(2)}" },
                    .. random.Next(2) == 0 ? Array.Empty<object>() : [new { system = "two", id = of }],
                ];

        IEnumerable<string> Some(int most, string[] of) =>
            random.GetItems(of, random.Next(1, most + 1)).Distinct(StringComparer.Ordinal).ToArray();
    }

    [Fact]
    public async Task Ids_and_origin_of_an_undone_import_go_and_what_another_has_said_since_stays()
    {
        await _catalog.Import(Told(["one 1"], ["one 1"], "\"source\":\"from one\",\"licence\":\"of one\""));
        var undone = await _catalog.Import(
            Told(
                ["one 2", "two 2"],
                ["one 1", "two 2"],
                "\"source\":\"from two\",\"licence\":\"of two\",\"language\":\"fr\""
            )
        );
        await _catalog.Import(Told(["three 3"], ["three 3"], "\"licence\":\"of three\""));
        using var admin = _catalog.Administrator;
        Assert.Equal("done", Text(undone, "state"));
        using var asked = await admin.PostAsync($"/api/catalog/imports/{Text(undone, "id")}/undo", null);
        Assert.Equal(HttpStatusCode.Created, asked.StatusCode);
        var set = await admin.GetFromJsonAsync<JsonElement>(asked.Headers.Location);
        Assert.Equal(0, set.GetProperty("skills").GetArrayLength());
        Assert.True(set.GetProperty("takesBack").GetBoolean());
        var before = await _catalog.LastEvent();
        foreach (var import in new[] { undone, undone })
        {
            using var back = await admin.PostAsync($"/api/catalog/imports/{Text(import, "id")}/undo/origin", null);
            Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
        }
        var export = await _catalog.Get("/export");
        var domain = export.GetProperty("domains")[0];
        Assert.Equal(
            ("one 1, three 3", "one 1, three 3", "from one", "of three", ""),
            (Ids(domain), Ids(Knots(domain)), Text(domain, "source"), Text(domain, "licence"), Text(domain, "language"))
        );
        var history = (await _catalog.Get("/skills/knots/history")).GetProperty("items")[0];
        Assert.Equal(
            ("externalIdsReplaced", "admin"),
            (Text(history, "kind"), Text(history.GetProperty("author"), "id"))
        );
        // Twice is once.
        Assert.Equal(
            ["domain_origin_stated", "external_ids_replaced", "taxonomy_ids_replaced"],
            (await Since(before)).Order(StringComparer.Ordinal)
        );
        using var nothing = await admin.PostAsync($"/api/catalog/imports/{Text(undone, "id")}/undo", null);
        Assert.Equal(HttpStatusCode.Conflict, nothing.StatusCode);

        async Task<string[]> Since(long last)
        {
            await using var source = NpgsqlDataSource.Create(_catalog.Database + ";Pooling=false");
            await using var command = source.CreateCommand("select array_agg(type) from mt_events where seq_id > $1");
            command.Parameters.Add(new() { Value = last });
            return (string[])(await command.ExecuteScalarAsync())!;
        }

        static JsonElement Knots(JsonElement domain) =>
            domain
                .GetProperty("groups")[0]
                .GetProperty("skills")
                .EnumerateArray()
                .Single(skill => Text(skill, "name") == "Knots");

        static string Ids(JsonElement of) =>
            string.Join(
                ", ",
                of.GetProperty("externalIds").EnumerateArray().Select(id => $"{Text(id, "system")} {Text(id, "id")}")
            );

        static string Told(string[] domain, string[] skill, string origin) =>
            $$"""
                {"roles":["Mate"],"domains":[{"name":"Sea",{{origin}},"externalIds":[{{All(
                    domain
                )}}],"groups":[{"name":"Deck","skills":[
                  {"name":"Knots","externalIds":[{{All(skill)}}],"requirements":[
                    {"role":"Mate","level":"Junior","mandatory":true,"description":"Ties a knot."}]}]}]}]}
                """;

        static string All(string[] ids) =>
            string.Join(
                ',',
                ids.Select(id => id.Split(' ')).Select(id => $$"""{"system":"{{id[0]}}","id":"{{id[1]}}"}""")
            );
    }

    [Fact]
    public async Task What_others_use_by_then_of_an_undone_import_stays_and_the_answer_says_so()
    {
        var import = await _catalog.Import(
            """
            {"roles":["Pilot","Cook","Clerk"],"domains":[{"name":"Sea","levels":["Mate","Senior","Junior"],"groups":[
              {"name":"Hold","skills":[{"name":"Stowing","requirements":[
                {"role":"Cook","level":"Mate","mandatory":true,"description":"Stows."},
                {"role":"Clerk","level":"Mate","mandatory":true,"description":"Counts."}]}]}]},
              {"name":"Air","groups":[{"name":"Wing","skills":[{"name":"Lift"}]}]}]}
            """
        );
        var knots = Guid.Parse(Text(await _catalog.Get("/skills/knots"), "id"));
        await Accept(knots, new StateRequirement("cook", "junior", true, "Ties a roast."));
        await Accept(knots, new MoveSkill(new Place("sea", "deck"), "sea", "hold"));
        await Eventually.Holds(async () =>
            (await _catalog.Get("/skills/knots")).GetProperty("group").GetProperty("slug").GetString() == "hold"
        );
        var set = await Undo(Text(import, "id"));
        Assert.Equal(
            ["groupKept Hold", "roleKept Cook"],
            set.GetProperty("taxonomy")
                .EnumerateArray()
                .Select(part => $"{Text(part, "kind")} {Text(part.GetProperty("taxonomy"), "name")}")
                .Order()
        );
        // What of the taxonomy goes, goes after the skills.
        Assert.Equal(
            ["retireSkill", "retireSkill", "retireRole", "retireLevel reorderLevels", "retireGroup retireDomain"],
            set.GetProperty("skills")
                .EnumerateArray()
                .Select(s => string.Join(' ', s.GetProperty("changes").EnumerateArray().Select(c => Text(c, "op"))))
        );
        var domains = (await _catalog.Get("/domains")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(["sea"], domains.Select(d => Text(d, "slug")));
        Assert.Equal(["pilot", "mate", "cook"], await Roles());
        var retired = (await _catalog.Get("/retired")).GetProperty("items").EnumerateArray();
        Assert.Equal(["air", "clerk", "mate", "wing"], retired.Select(part => Text(part, "slug")).Order());
        // It comes back under its address with the next that names it, and is not told as retired any more.
        await _catalog.Import(
            """{"roles":["Clerk"],"domains":[{"name":"Air","groups":[{"name":"Wing","skills":[]}]}]}"""
        );
        Assert.Equal(["pilot", "mate", "cook", "clerk"], await Roles());
        retired = (await _catalog.Get("/retired")).GetProperty("items").EnumerateArray();
        Assert.Equal(["mate"], retired.Select(part => Text(part, "slug")));

        async Task<string[]> Roles() =>
            [
                .. (await _catalog.Get("/roles"))
                    .GetProperty("items")
                    .EnumerateArray()
                    .Select(role => Text(role, "slug")),
            ];
    }

    private Task Accept(Guid skill, params Change[] changes) =>
        _catalog.Services.GetRequiredService<IBus>().Publish(Given.Accepted(skill, changes));

    // As reviewers do who accept all of it, in its order.
    private async Task<JsonElement> Undo(string import)
    {
        using var admin = _catalog.Administrator;
        using var undone = await admin.PostAsync($"/api/catalog/imports/{import}/undo", null);
        Assert.True(undone.StatusCode == HttpStatusCode.Created, await undone.Content.ReadAsStringAsync());
        var set = await Read();
        foreach (var item in set.GetProperty("skills").EnumerateArray())
        {
            Assert.Empty(item.GetProperty("conflicts").EnumerateArray());
            var changes = item.GetProperty("changes").Deserialize<Change[]>(JsonSerializerOptions.Web)!;
            var skill = Text(item, "skill") is { Length: > 0 } slug
                ? Guid.Parse(Text(await _catalog.Get($"/skills/{slug}"), "id"))
                : Part.Taxonomy;
            await Accept(skill, changes);
        }
        await Eventually.Holds(async () => (await Read()).GetProperty("skills").GetArrayLength() == 0);
        using var back = await admin.PostAsync($"/api/catalog/imports/{import}/undo/origin", null);
        Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
        Assert.False((await Read()).GetProperty("takesBack").GetBoolean());
        return set;

        Task<JsonElement> Read() => admin.GetFromJsonAsync<JsonElement>(undone.Headers.Location);
    }

    private static string Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";

    private async Task<HttpResponseMessage> Send(string file, string type = "text/csv")
    {
        using var client = _catalog.Contributor;
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(file));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return await client.PostAsync("/api/catalog/changesets", content);
    }

    private async Task<JsonElement> Upload(string file, string type = "text/csv")
    {
        using var answer = await Send(file, type);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return await Compared(answer.Headers.Location!);
    }

    private async Task<JsonElement> Compared(Uri set)
    {
        using var client = _catalog.Contributor;
        return await Eventually.Get(
            () => client.GetFromJsonAsync<JsonElement>(set),
            set => Text(set, "state") is "done" or "failed"
        );
    }
}
