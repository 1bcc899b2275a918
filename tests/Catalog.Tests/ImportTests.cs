using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Marten;
using Npgsql;
using SkillPlatform.EventSourcing;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

public sealed class ImportTests(Servers servers) : IAsyncLifetime
{
    private CatalogService _catalog = null!;

    public async ValueTask InitializeAsync() => _catalog = await CatalogService.Start(servers);

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();

    [Theory]
    [InlineData("seed-serverless.json", 1, 20)]
    [InlineData("ft-engineering-progression.json", 17, 100)]
    [InlineData("esco-ict.json", 1370, 7428)]
    public async Task A_real_catalogue_makes_the_round_trip(string name, int skills, int requirements)
    {
        var document = CatalogService.Data(name);
        var dry = await _catalog.Import(document, dryRun: true);
        Assert.Equal((skills, 0, 0), Counts(dry));
        Assert.Equal(0, await _catalog.LastEvent());

        var import = await _catalog.Import(document);
        Assert.Equal("done", import.GetProperty("state").GetString());
        Assert.Equal((skills, 0, 0), Counts(import));
        var last = await _catalog.LastEvent();
        Assert.True(last >= skills + requirements);

        Assert.Equal((0, 0, skills), Counts(await _catalog.Import(document)));
        Assert.Equal(last, await _catalog.LastEvent());
    }

    [Fact]
    public async Task A_changed_document_changes_what_differs_and_leaves_the_rest_alone()
    {
        const string before = """
            {"source":"first","roles":["R"],"domains":[{"name":"D","groups":[{"name":"G","skills":[
              {"name":"A","requirements":[{"role":"R","level":"Junior","mandatory":true,"description":"x"},{"role":"R","level":"Lead","mandatory":true,"description":"y"}]},
              {"name":"B"},{"name":"C"}]}]}]}
            """;
        const string after = """
            {"source":"second","roles":["R"],"domains":[{"name":"D","groups":[{"name":"H","skills":[
              {"name":"A","keywords":["k"],"requirements":[{"role":"R","level":"Junior","mandatory":false,"description":"z"}]},
              {"name":"b"}]},{"name":"G","skills":[{"name":"C"}]}]}]}
            """;
        Assert.Equal((3, 0, 0), Counts(await _catalog.Import(before)));
        Assert.Equal((1, 1, 1), Counts(await _catalog.Import(after)));
        var edited = after
            .Replace("\"z\"", "\"!\"", StringComparison.Ordinal)
            .Replace("{\"name\":\"b\"}", "{\"name\":\"c\"}", StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), Counts(await _catalog.Import(Encoding.UTF8.GetBytes(edited), dryRun: true)));

        var skill = await _catalog.Get("/skills/a");
        Assert.Equal("h", skill.GetProperty("group").GetProperty("slug").GetString());
        var requirement = Assert.Single(skill.GetProperty("requirements").EnumerateArray());
        Assert.Equal("z", requirement.GetProperty("description").GetString());
        Assert.Equal("b", (await _catalog.Get("/skills/b")).GetProperty("slug").GetString());
        Assert.Equal("b-2", (await _catalog.Get("/skills/b-2")).GetProperty("slug").GetString());
        var history = (await _catalog.Get("/skills/a/history")).GetProperty("items")[0];
        Assert.Equal("Import of second", history.GetProperty("reason").GetString());
        Assert.Equal("second", history.GetProperty("importSource").GetString());
        var change = (await _catalog.Get("/changes?limit=1")).GetProperty("items")[0];
        Assert.Equal("second", change.GetProperty("importSource").GetString());
        Assert.Equal("admin", history.GetProperty("author").GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_renamed_skill_is_known_by_its_former_name_and_a_retired_one_is_not_doubled()
    {
        const string document = """
            {"roles":[],"domains":[{"name":"D","groups":[{"name":"G","skills":[
              {"name":"Alpha"},{"name":"Beta"},{"name":"Gamma"}]}]}]}
            """;
        Assert.Equal((3, 0, 0), Counts(await _catalog.Import(document)));
        await using (var session = _catalog.Store.LightweightSession())
        {
            var ids = (await session.Query<SkillEntry>().ToListAsync()).ToDictionary(s => s.Name, s => s.Id);
            session.Stage<Skill>(ids["Alpha"], 1, [new SkillRenamed("Omega", "omega")]);
            session.Insert(new SlugTaken { Id = "omega", SkillId = ids["Alpha"] });
            session.Stage<Skill>(ids["Beta"], 1, [new SkillRetired()]);
            // Stored before names had one form.
            session.Stage<Skill>(ids["Gamma"], 1, [new SkillRenamed("Gamma\u200b", "gamma")]);
            await session.SaveChangesAsync();
        }
        var last = await _catalog.LastEvent();
        foreach (var dryRun in new[] { true, false })
        {
            var again = await _catalog.Import(Encoding.UTF8.GetBytes(document), dryRun: dryRun);
            Assert.Equal((0, 0, 3), Counts(again));
            Assert.Equal(
                [("Alpha", "omega", "Omega", false), ("Beta", "beta", "Beta", true)],
                again
                    .GetProperty("recognised")
                    .EnumerateArray()
                    .Select(r =>
                        (
                            r.GetProperty("called").GetString(),
                            r.GetProperty("slug").GetString(),
                            r.GetProperty("name").GetString(),
                            r.GetProperty("retired").GetBoolean()
                        )
                    )
            );
        }
        Assert.Equal(last, await _catalog.LastEvent());

        // Unless the document says otherwise: it speaks of both, or the retired one is one again.
        var both = document
            .Replace("{\"name\":\"Alpha\"}", "{\"name\":\"Alpha\"},{\"name\":\"Omega\"}", StringComparison.Ordinal)
            .Replace("\"Beta\"", "\"Beta\",\"retired\":false", StringComparison.Ordinal);
        Assert.Equal((2, 0, 2), Counts(await _catalog.Import(both)));
        Assert.Equal("Alpha", (await _catalog.Get("/skills/alpha-2")).GetProperty("name").GetString());
        Assert.Equal("Beta", (await _catalog.Get("/skills/beta-2")).GetProperty("name").GetString());
        Assert.Equal((0, 0, 4), Counts(await _catalog.Import(both)));
    }

    [Fact]
    public async Task An_import_goes_on_after_its_connections_were_cut_and_counts_each_skill_once()
    {
        var document = Large(1_000);
        using var sent = await _catalog.Send(document);
        _catalog.AddReplica();
        using var client = _catalog.Administrator;
        for (var cut = 100; cut <= 700; cut += 300)
        {
            var import = await Eventually.Get(
                () => client.GetFromJsonAsync<JsonElement>(sent.Headers.Location),
                i => i.GetProperty("done").GetInt32() >= cut
            );
            if (import.GetProperty("state").GetString() == "running")
                await CutConnections();
        }
        var done = await _catalog.Ended(sent.Headers.Location!);
        Assert.Equal("done", done.GetProperty("state").GetString());
        Assert.Equal((1_000, 0, 0), Counts(done));
        Assert.Equal(1_000, done.GetProperty("done").GetInt32());
        var last = await _catalog.LastEvent();
        Assert.Equal((0, 0, 1_000), Counts(await _catalog.Import(document)));
        Assert.Equal(last, await _catalog.LastEvent());
    }

    [Fact]
    public async Task What_an_import_left_half_done_is_finished_by_whoever_comes_next()
    {
        var (document, _) = WholeDocument.Read(Large(250), _ => null);
        var import = Catalog.Import.Of(
            Guid.CreateVersion7(),
            document!,
            250,
            null,
            "",
            false,
            "admin",
            DateTimeOffset.UtcNow
        );
        import.State = Catalog.Import.Running;
        await using (var session = _catalog.Store.LightweightSession())
        {
            session.Insert(import);
            session.Insert(new ImportDocument(import.Id, document!));
            await session.SaveChangesAsync();
        }
        var done = await _catalog.Ended(new Uri($"/api/catalog/imports/{import.Id}", UriKind.Relative));
        Assert.Equal((250, 0, 0), Counts(done));
    }

    [Fact]
    public async Task The_same_key_is_the_same_import()
    {
        using var client = _catalog.Administrator;
        client.DefaultRequestHeaders.Add("Idempotency-Key", "k1");
        using var first = await client.PostAsync("/api/catalog/imports", Json(Large(1)));
        using var again = await client.PostAsync("/api/catalog/imports", Json(Large(1)));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        using var other = await client.PostAsync("/api/catalog/imports", Json(Large(2)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
    }

    [Fact]
    public async Task Sent_several_times_at_once_under_one_key_it_is_one_import()
    {
        using var client = _catalog.Administrator;
        client.DefaultRequestHeaders.Add("Idempotency-Key", "at once");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => client.PostAsync("/api/catalog/imports", Json(Large(250))))
        );
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Headers.Location).Distinct());
        await _catalog.Ended(answers[0].Headers.Location!);
        // Who sends it later does not have it read again.
        await using var session = _catalog.Store.QuerySession();
        var before = await session.Query<ImportPart>().CountAsync();
        using var later = await client.PostAsync("/api/catalog/imports", Json(Large(250)));
        Assert.Equal(answers[0].Headers.Location, later.Headers.Location);
        Assert.Equal(before, await session.Query<ImportPart>().CountAsync());
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task What_cannot_be_imported_is_refused_at_once_and_nothing_is_written()
    {
        await Refused(
            """{"roles":[],"domains":[{"name":"D","groups":[{"name":"G","skills":[{"name":"S","colour":1}]}]}]}""",
            "application/json",
            HttpStatusCode.UnprocessableEntity,
            "/domains/0/groups/0/skills/0/colour"
        );
        await Refused("{\"roles\":[", "application/json", HttpStatusCode.BadRequest, "/roles");
        await Refused("a,b\n", "text/csv", HttpStatusCode.UnprocessableEntity, "/header/0");
        await Refused("hello", "text/plain", HttpStatusCode.UnsupportedMediaType, null);
        Assert.Equal(0, await _catalog.LastEvent());
        foreach (var (client, status) in new[] { (_catalog.Anyone, 401), (_catalog.Contributor, 403) })
            using (client)
            {
                using var post = await client.PostAsync("/api/catalog/imports", Json(Large(1)));
                Assert.Equal(status, (int)post.StatusCode);
                using var get = await client.GetAsync($"/api/catalog/imports/{Guid.NewGuid()}");
                Assert.Equal(status, (int)get.StatusCode);
            }
        using var administrator = _catalog.Administrator;
        using var unknown = await administrator.GetAsync($"/api/catalog/imports/{Guid.NewGuid()}");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Past_imports_are_a_list()
    {
        for (var i = 1; i <= 3; i++)
            await _catalog.Import(Large(i), dryRun: i == 2);
        using var client = _catalog.Administrator;
        var found = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null; )
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"/api/catalog/imports?limit=2&cursor={cursor}");
            found.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        Assert.Equal([3, 2, 1], found.Select(i => i.GetProperty("total").GetInt32()));
        Assert.Equal([false, true, false], found.Select(i => i.GetProperty("dryRun").GetBoolean()));
        Assert.Equal([2, 1, 1], found.Select(i => i.GetProperty("added").GetInt32()));
        Assert.All(found, i => Assert.Equal("admin", i.GetProperty("by").GetProperty("id").GetString()));
        using var contributor = _catalog.Contributor;
        Assert.Equal(403, (int)(await contributor.GetAsync("/api/catalog/imports")).StatusCode);
    }

    [Fact]
    public async Task More_than_half_a_gigabyte_is_refused_before_it_has_arrived()
    {
        using var administrator = _catalog.Administrator;
        // Who asks first waits for the answer, however busy the machine is.
        using var asks = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var client = new HttpClient(asks) { BaseAddress = administrator.BaseAddress };
        client.DefaultRequestHeaders.Authorization = administrator.DefaultRequestHeaders.Authorization;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/catalog/imports")
        {
            Content = new Zeros(513L * 1024 * 1024),
        };
        request.Headers.ExpectContinue = true;
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_workbook_that_is_read_in_memory_may_be_as_large_as_that_bears()
    {
        using var client = _catalog.Administrator;
        using var content = new Zeros(CatalogDocument.LargestWorkbook + 1, Workbook.MediaType);
        using var answer = await client.PostAsync("/api/catalog/imports", content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("as CSV or JSON", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_may_be_as_large_as_any_document()
    {
        using var client = _catalog.Administrator;
        // Blank rows, most of whose bytes are blanks.
        var blank = string.Concat(Enumerable.Repeat(new string(' ', 1 << 20) + ",,,\n", 140));
        using var content = new StringContent(
            $"domain,group,skill,keywords,role,level,mandatory,description\nSea,Coast,Tides,,Pilot,Junior,true,Knows.\n{blank}Sea,Coast,Winds,,Pilot,Junior,false,Feels.\n",
            Encoding.UTF8,
            "text/csv"
        );
        using var answer = await client.PostAsync("/api/catalog/imports", content);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var import = await _catalog.Ended(answer.Headers.Location!);
        Assert.Equal(2, import.GetProperty("added").GetInt32());
    }

    [Fact]
    public async Task What_is_kept_of_a_document_to_import_it_goes_when_that_is_over()
    {
        await _catalog.Import(Large(250));
        Assert.Equal(0, await Parts());
        var check = await _catalog.Import(Large(250), dryRun: true);
        Assert.InRange(await Parts(), 3, 10);
        using var client = _catalog.Administrator;
        using var run = await client.PostAsync($"/api/catalog/imports/{check.GetProperty("id")}/run", null);
        await _catalog.Ended(run.Headers.Location!);
        Assert.Equal(0, await Parts());
        // What was read before an error is nobody's, and goes a day later.
        var broken = Encoding.UTF8.GetString(Large(250)).Replace("Skill 249", "Skill 1", StringComparison.Ordinal);
        using var refused = await client.PostAsync("/api/catalog/imports", Json(Encoding.UTF8.GetBytes(broken)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.InRange(await Parts(), 2, 8);
        await using (var session = _catalog.Store.LightweightSession())
        {
            session.QueueSqlCommand("update mt_doc_import_part set mt_last_modified = now() - interval '25 hours'");
            await session.SaveChangesAsync();
        }
        await _catalog.Import(Large(1));
        Assert.Equal(0, await Parts());

        async Task<int> Parts()
        {
            await using var session = _catalog.Store.QuerySession();
            return await session.Query<ImportPart>().CountAsync();
        }
    }

    [Fact]
    public async Task A_role_page_shows_what_the_role_requires_now_and_then()
    {
        await _catalog.Import(Large(3));
        var now = await _catalog.Get("/roles/r?limit=2");
        Assert.Equal(3, now.GetProperty("counts").GetProperty("skills").GetInt32());
        Assert.Equal(["skill-0", "skill-1"], Skills(now));
        Assert.Equal(
            ["skill-2"],
            Skills(await _catalog.Get($"/roles/r?limit=2&cursor={now.GetProperty("nextCursor").GetString()}"))
        );
        var first = now.GetProperty("items")[0];
        Assert.Equal("junior", first.GetProperty("level").GetProperty("slug").GetString());
        Assert.Equal("admin", first.GetProperty("since").GetProperty("author").GetProperty("id").GetString());
        var all = await _catalog.Get("/roles/r");
        var at = all.GetProperty("items")
            .EnumerateArray()
            .Max(i => i.GetProperty("since").GetProperty("at").GetDateTimeOffset())
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        await _catalog.Import(
            """{"roles":["R"],"domains":[{"name":"D","groups":[{"name":"G","skills":[{"name":"Skill 0"}]}]}]}"""
        );
        Assert.Equal(["skill-1", "skill-2"], Skills(await _catalog.Get("/roles/r")));
        Assert.Equal(["skill-0", "skill-1", "skill-2"], Skills(await _catalog.Get($"/roles/r?asOf={at}")));
        var before = await _catalog.Get("/roles/r?asOf=2020-01-01T00:00:00Z");
        Assert.Empty(Skills(before));
        Assert.True(
            before.GetProperty("beganAt").GetDateTimeOffset()
                > DateTimeOffset.Parse("2020-01-02", CultureInfo.InvariantCulture)
        );
        Assert.False((await _catalog.Get($"/roles/r?asOf={at}")).TryGetProperty("beganAt", out _));
        Assert.Empty(Skills(await _catalog.Get("/roles/r?level=lead")));
        using var client = _catalog.Anyone;
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/api/catalog/roles/nobody")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("/api/catalog/roles/r?asOf=now")).StatusCode);
    }

    [Fact]
    public async Task An_import_is_one_line_of_what_changed_and_its_changes_are_read_by_themselves()
    {
        await _catalog.Import(Large(30));
        await _catalog.Import(
            Encoding.UTF8.GetString(Large(31)).Replace("\"G\"", "\"Again\"", StringComparison.Ordinal)
        );
        var lines = await Lines("limit=200");
        Assert.Equal(2, lines.Count);
        Assert.Equal(1, lines[0].GetProperty("import").GetProperty("added").GetInt32());
        Assert.Equal(30, lines[0].GetProperty("import").GetProperty("changed").GetInt32());
        Assert.Equal("admin", lines[0].GetProperty("author").GetProperty("id").GetString());
        Assert.Equal(30, lines[1].GetProperty("skills").GetInt32());
        // Page by page the same.
        Assert.Equal(Ids(lines), Ids(await Lines("limit=1")));
        Assert.Equal(Ids(lines), Ids(await Lines("limit=1&role=r")));
        Assert.Empty(await Lines("level=lead"));
        var id = lines[1].GetProperty("import").GetProperty("id").GetString();
        var all = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null; )
        {
            var page = await _catalog.Get($"/changes?limit=50&import={id}&cursor={cursor}");
            all.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        Assert.Equal(60, all.Count);
        Assert.All(all, change => Assert.Equal(id, change.GetProperty("import").GetString()));
        Assert.Empty(
            (await _catalog.Get($"/changes?import={Guid.CreateVersion7()}")).GetProperty("items").EnumerateArray()
        );

        async Task<List<JsonElement>> Lines(string query)
        {
            var found = new List<JsonElement>();
            for (string? cursor = ""; cursor is not null; )
            {
                var page = await _catalog.Get($"/changes/lines?{query}&cursor={cursor}");
                found.AddRange(page.GetProperty("items").EnumerateArray());
                cursor = page.GetProperty("nextCursor").GetString();
            }
            return found;
        }

        static IEnumerable<string?> Ids(IEnumerable<JsonElement> lines) =>
            lines.Select(line => line.GetProperty("import").GetProperty("id").GetString());
    }

    private async Task Refused(string document, string type, HttpStatusCode status, string? pointer)
    {
        using var answer = await _catalog.Send(Encoding.UTF8.GetBytes(document), type);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (pointer is not null)
            Assert.True(problem.GetProperty("errors").TryGetProperty(pointer, out _), problem.ToString());
    }

    private async Task CutConnections()
    {
        await using var connection = new NpgsqlConnection(_catalog.Database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
            connection
        );
        await command.ExecuteScalarAsync();
    }

    private static byte[] Large(int skills) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new CatalogDocument(
                "test",
                null,
                null,
                ["R"],
                [
                    new(
                        "D",
                        null,
                        [
                            new(
                                "G",
                                [
                                    .. Enumerable
                                        .Range(0, skills)
                                        .Select(i => new CatalogDocument.Skill(
                                            $"Skill {i}",
                                            [],
                                            [new("R", "Junior", true, "x")]
                                        )),
                                ]
                            ),
                        ]
                    ),
                ]
            ),
            JsonSerializerOptions.Web
        );

    private static ByteArrayContent Json(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static string[] Skills(JsonElement page) =>
        [
            .. page.GetProperty("items")
                .EnumerateArray()
                .Select(i => i.GetProperty("skill").GetProperty("slug").GetString()!),
        ];

    private static (int Added, int Changed, int Unchanged) Counts(JsonElement import) =>
        (
            import.GetProperty("added").GetInt32(),
            import.GetProperty("changed").GetInt32(),
            import.GetProperty("unchanged").GetInt32()
        );
}
