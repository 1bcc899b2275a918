using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using JasperFx.Events;
using Marten;
using MassTransit;
using Npgsql;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(Servers))]

namespace SkillPlatform.EventSourcing.Tests;

public sealed class KernelTests(Servers servers) : IAsyncLifetime
{
    private readonly Authority _authority = new();
    private string _database = "";
    private Uri _broker = null!;
    private CounterService _service = null!;

    public async ValueTask InitializeAsync()
    {
        await _authority.Start();
        _database = servers.Postgres.NewDatabase("counter");
        _broker = await servers.Rabbit.NewVirtualHost();
        _service = await CounterService.Start(_authority, _database, _broker);
        // What is published before the queues are bound reaches nobody.
        using var client = _service.Http();
        await Eventually.Holds(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _authority.DisposeAsync();
    }

    private HttpClient Client(string sub = "someone") => _service.Http(_authority.Token(sub));

    private async Task<Guid> Open(HttpClient client, int at = 0)
    {
        var answer = await client.PostAsJsonAsync("/counters", new Opened(at));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private async Task<Counter?> Load(Guid id)
    {
        await using var session = _service.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Counter>(id);
    }

    private static Task<Guid[]> Moves(Guid counter, int count) =>
        Eventually.Get(
            () => Task.FromResult(Heard.All.Where(h => h.Moved.Counter == counter).Select(h => h.Message).ToArray()),
            all => all.Distinct().Count() >= count
        );

    [Fact]
    public async Task A_command_is_decided_appended_and_announced_with_the_event_id()
    {
        using var client = Client();
        var id = await Open(client, 3);
        var answer = await client.PostAsJsonAsync($"/counters/{id}/additions", new Added(4));
        Assert.Equal("\"2\"", answer.Headers.ETag!.Tag);
        Assert.Equal(7, (await Load(id))!.Value);
        var heard = Assert.Single(await Moves(id, 1));
        await using var session = _service.Store.QuerySession();
        var stored = (await session.Events.FetchStreamAsync(id))[^1];
        Assert.Equal(stored.Id, heard);
        Assert.Equal("someone", stored.UserName);
        Assert.True(stored.EndsCommit());
        Assert.NotNull(stored.CorrelationId);
        Assert.NotNull(stored.CausationId);
    }

    [Fact]
    public async Task Headers_of_the_session_reach_every_event_and_only_the_last_ends_the_commit()
    {
        var id = Guid.CreateVersion7();
        await using (var session = _service.Store.LightweightSession())
        {
            session.SetHeader("reason", "because");
            await session.Decide<Counter>(id, _ => Decision.Of(new Opened(1), new Added(1)));
            await session.SaveChangesAsync();
        }
        await using var query = _service.Store.QuerySession();
        var events = await query.Events.FetchStreamAsync(id);
        Assert.All(events, e => Assert.Equal("because", e.GetHeader("reason")?.ToString()));
        Assert.Equal([false, true], events.Select(e => e.EndsCommit()));
    }

    [Fact]
    public async Task Refusals_are_problems()
    {
        using var client = Client();
        var id = await Open(client);
        var invalid = await client.PostAsJsonAsync($"/counters/{id}/additions", new Added(-1));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, invalid.StatusCode);
        Assert.Equal("application/problem+json", invalid.Content.Headers.ContentType!.MediaType);
        var problem = await invalid.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("/problems/validation", problem.GetProperty("type").GetString());
        Assert.Equal("Must not be negative.", problem.GetProperty("errors").GetProperty("/by")[0].GetString());
        Assert.NotEqual("", problem.GetProperty("traceId").GetString());

        var missing = await client.PostAsJsonAsync($"/counters/{Guid.CreateVersion7()}/additions", new Added(1));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);

        var unreadable = await client.PostAsync(
            $"/counters/{id}/additions",
            new StringContent("{\"by\":\"x\"}", null, "application/json")
        );
        Assert.Equal(HttpStatusCode.BadRequest, unreadable.StatusCode);
        Assert.True(
            (await unreadable.Content.ReadFromJsonAsync<JsonElement>())
                .GetProperty("errors")
                .TryGetProperty("/by", out _)
        );

        var extra = await client.PostAsync(
            $"/counters/{id}/additions",
            new StringContent("{\"by\":1,\"admin\":true}", null, "application/json")
        );
        Assert.Equal(HttpStatusCode.BadRequest, extra.StatusCode);
    }

    [Fact]
    public async Task A_stale_or_missing_match_is_refused()
    {
        using var client = Client();
        var id = await Open(client);
        Assert.Equal((HttpStatusCode)428, (await client.PutAsJsonAsync($"/counters/{id}", new Added(1))).StatusCode);
        async Task<HttpStatusCode> Put(string tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"/counters/{id}")
            {
                Content = JsonContent.Create(new Added(1)),
            };
            request.Headers.TryAddWithoutValidation("If-Match", tag);
            return (await client.SendAsync(request)).StatusCode;
        }
        Assert.Equal(HttpStatusCode.NoContent, await Put("\"1\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Put("\"1\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Put("\"nonsense\""));
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_answer_once()
    {
        using var client = Client();
        async Task<HttpResponseMessage> Post(HttpClient who, int at)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/counters")
            {
                Content = JsonContent.Create(new Opened(at)),
            };
            request.Headers.Add("Idempotency-Key", "k1");
            return await who.SendAsync(request);
        }
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Post(client, 1)));
        var bodies = await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single(bodies.Distinct());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post(client, 2)).StatusCode);
        using var other = Client("someone-else");
        var theirs = await Post(other, 1);
        Assert.NotEqual(bodies[0], await theirs.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Racing_writes_all_count()
    {
        using var client = Client();
        var id = await Open(client);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => client.PostAsJsonAsync($"/counters/{id}/additions", new Added(1)))
        );
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Equal(5, (await Load(id))!.Value);
    }

    [Fact]
    public async Task A_message_taken_five_times_takes_effect_once()
    {
        using var client = Client();
        var id = await Open(client);
        var messages = Enumerable.Range(0, 10).Select(_ => Guid.CreateVersion7()).ToArray();
        await Task.WhenAll(
            messages
                .SelectMany(m => Enumerable.Repeat(m, 5))
                .Select(m => _service.Bus.Publish(new AddTo(id, 1), c => c.MessageId = m))
        );
        await Eventually.Get(() => Load(id), counter => counter!.Value == 10);
        await Eventually.Holds(async () => (await Queued()).All(q => q.Value == 0));
        Assert.Equal(10, (await Load(id))!.Value);
        Assert.Equal(10, (await Moves(id, 10)).Distinct().Count());
    }

    [Fact]
    public async Task Poison_ends_in_the_error_queue_and_stops_nothing()
    {
        using var client = Client();
        var id = await Open(client);
        await _service.Bus.Publish(new AddTo(id, -1));
        await _service.Bus.Publish(new AddTo(id, 2));
        await Eventually.Get(() => Load(id), counter => counter!.Value == 2);
        await Eventually.Holds(async () => (await Queued()).GetValueOrDefault("counter-when-add-to_error") == 1);
    }

    [Fact]
    public async Task Messages_that_come_together_are_committed_together_each_once()
    {
        var round = Guid.NewGuid();
        var messages = Enumerable.Range(1, 200).Select(number => (Id: Guid.CreateVersion7(), number)).ToArray();
        Task Publish((Guid Id, int Number) m) =>
            _service.Bus.Publish(new CountIn(round, m.Number), c => c.MessageId = m.Id);
        var begun = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(messages.Select(Publish));
        await Eventually.Get(() => Counted(round), counted => counted.Count >= 200);
        var groups = WhenCountIn.Staged.Where(s => s.Round == round).Select(s => s.Session).Distinct().Count();
        // They begin 50 ms apart: so many fit into the time that it took.
        Assert.InRange(groups, 1, 1 + (int)(TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds / 50));
        await Task.WhenAll(messages[..20].Select(Publish));
        await Eventually.Holds(async () => (await Queued()).All(q => q.Value == 0));
        Assert.Equal(Enumerable.Range(1, 200), (await Counted(round)).Order());
    }

    [Fact]
    public async Task What_comes_while_a_group_is_committed_makes_up_the_next()
    {
        const long Held = 4711;
        await using var holder = new NpgsqlConnection(_database + ";Pooling=false");
        await holder.OpenAsync();
        async Task<bool> Ask(string sql)
        {
            await using var command = new NpgsqlCommand(sql, holder);
            return (bool)(await command.ExecuteScalarAsync())!;
        }
        await Ask($"select pg_advisory_lock({Held}) is not null");
        var groups = new GroupCommit(_service.Store);
        var sessions = new List<IDocumentSession>();
        var first = groups.Commit(
            session =>
            {
                sessions.Add(session);
                session.QueueSqlCommand($"select pg_advisory_xact_lock({Held})");
                return Task.CompletedTask;
            },
            CancellationToken.None
        );
        await Eventually.Holds(() =>
            Ask($"select exists (select from pg_locks where locktype = 'advisory' and objid = {Held} and not granted)")
        );
        var others = Enumerable
            .Range(0, 50)
            .Select(_ =>
                groups.Commit(
                    session =>
                    {
                        sessions.Add(session);
                        return Task.CompletedTask;
                    },
                    CancellationToken.None
                )
            )
            .ToArray();
        await Ask($"select pg_advisory_unlock({Held})");
        await Task.WhenAll(others.Append(first));
        Assert.Equal(51, sessions.Count);
        Assert.Single(sessions.Skip(1).Distinct());
        Assert.NotSame(sessions[0], sessions[1]);
    }

    [Fact]
    public async Task A_bad_message_of_a_group_takes_no_other_with_it()
    {
        var round = Guid.NewGuid();
        int[] numbers = [.. Enumerable.Range(1, 30), -1, .. Enumerable.Range(31, 30)];
        await Task.WhenAll(numbers.Select(number => _service.Bus.Publish(new CountIn(round, number))));
        await Eventually.Holds(async () => (await Queued()).GetValueOrDefault("counter-when-count-in_error") == 1);
        await Eventually.Get(() => Counted(round), counted => counted.Count == 60);
        Assert.Equal(Enumerable.Range(1, 60), (await Counted(round)).Order());
    }

    [Fact]
    public async Task Streams_that_begin_together_are_all_there()
    {
        using var client = Client();
        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Open(client)));
        Assert.Equal(40, ids.Distinct().Count());
        foreach (var id in ids)
            Assert.Equal(0, (await Load(id))!.Value);
        await using var session = _service.Store.QuerySession();
        Assert.All(
            await session.Events.QueryAllRawEvents().ToListAsync(),
            e => Assert.Equal(("someone", 1L), (e.UserName, e.Version))
        );
    }

    private async Task<IReadOnlyList<int>> Counted(Guid round)
    {
        await using var session = _service.Store.QuerySession();
        return await session.Query<CountedIn>().Where(c => c.Round == round).Select(c => c.Number).ToListAsync();
    }

    [Fact]
    public async Task A_message_that_waits_for_its_surroundings_outlives_its_process()
    {
        using var client = Client();
        var id = await Open(client);
        WhenAddTo.Away[id] = 0;
        await _service.Bus.Publish(new AddTo(id, 7));
        await Eventually.Holds(() => Task.FromResult(WhenAddTo.Away[id] > 0));
        var next = await CounterService.Start(_authority, _database, _broker);
        await _service.DisposeAsync();
        _service = next;
        WhenAddTo.Away.Remove(id, out _);
        await Eventually.Get(() => Load(id), counter => counter!.Value == 7);
        Assert.DoesNotContain(
            await Queued(),
            q => q.Key.StartsWith("counter-when-add-to_", StringComparison.Ordinal) && q.Value > 0
        );
    }

    [Fact]
    public async Task A_second_replica_takes_over_the_relay()
    {
        var second = await CounterService.Start(_authority, _database, _broker);
        await using (second)
        {
            using var client = Client();
            var id = await Open(client);
            await client.PostAsJsonAsync($"/counters/{id}/additions", new Added(1));
            await Moves(id, 1);
            await _service.DisposeAsync();
            using var other = second.Http(_authority.Token("someone"));
            await other.PostAsJsonAsync($"/counters/{id}/additions", new Added(1));
            await Moves(id, 2);
            _service = await CounterService.Start(_authority, _database, _broker);
        }
    }

    [Fact]
    public async Task An_event_that_becomes_visible_late_is_not_skipped()
    {
        await _service.DisposeAsync();
        var threshold = TimeSpan.FromMilliseconds(200);
        _service = await CounterService.Start(
            _authority,
            _database,
            _broker,
            options => options.Projections.StaleSequenceThreshold = threshold
        );
        using var client = Client();
        var slow = await Open(client);
        var quick = await Open(client);
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (
            var held = _service.Store.LightweightSession(Marten.Services.SessionOptions.ForTransaction(transaction))
        )
        {
            held.Events.Append(slow, new Added(1));
            await held.SaveChangesAsync();
        }
        await client.PostAsJsonAsync($"/counters/{quick}/additions", new Added(1));
        // Long enough for a relay that goes by the clock to pass it over. Nothing is to happen, so nothing can be awaited.
        await Task.Delay(20 * threshold);
        Assert.DoesNotContain(Heard.All, h => h.Moved.Counter == slow || h.Moved.Counter == quick);
        await transaction.CommitAsync();
        await Moves(slow, 1);
        await Moves(quick, 1);
    }

    [Fact]
    public async Task A_gap_left_by_a_rollback_does_not_stop_the_relay()
    {
        using var client = Client();
        var id = await Open(client);
        await using (var connection = new NpgsqlConnection(_database))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var lost = _service.Store.LightweightSession(
                Marten.Services.SessionOptions.ForTransaction(transaction)
            );
            lost.Events.Append(id, new Added(1));
            await lost.SaveChangesAsync();
            await transaction.RollbackAsync();
        }
        await client.PostAsJsonAsync($"/counters/{id}/additions", new Added(2));
        await Moves(id, 1);
        Assert.Equal(2, (await Load(id))!.Value);
    }

    [Fact]
    public async Task Ready_says_database_broker_and_relay()
    {
        using var client = _service.Http();
        var ready = await Eventually.Get(
            () => client.GetAsync("/health/ready"),
            answer => answer.StatusCode == HttpStatusCode.OK
        );
        var checks = (await ready.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks");
        Assert.Equal("Healthy", checks.GetProperty("database").GetString());
        Assert.Equal("Healthy", checks.GetProperty("broker").GetString());
        Assert.Equal("Healthy", checks.GetProperty("relay").GetString());
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("stranger")]
    [InlineData("issuer")]
    [InlineData("audience")]
    [InlineData("id-token")]
    [InlineData("none")]
    [InlineData("absent")]
    public async Task Only_a_valid_access_token_gets_in(string wrong)
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var token = wrong switch
        {
            "expired" => _authority.Token("x", lifetime: TimeSpan.FromMinutes(-5)),
            "stranger" => _authority.Token(
                "x",
                signing: new(
                    new Microsoft.IdentityModel.Tokens.RsaSecurityKey(rsa) { KeyId = "test" },
                    Microsoft.IdentityModel.Tokens.SecurityAlgorithms.RsaSha256
                )
            ),
            "issuer" => _authority.Token("x", issuer: "http://elsewhere.example"),
            "audience" => _authority.Token("x", audience: "other"),
            "id-token" => _authority.Token("x", type: "JWT"),
            "none" => Unsigned(_authority.Token("x")),
            _ => null,
        };
        using var client = _service.Http(token);
        var answer = await client.PostAsJsonAsync("/counters", new Opened(1));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private static string Unsigned(string token)
    {
        var header = Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}");
        return $"{header}.{token.Split('.')[1]}.";
    }

    private Task<IReadOnlyDictionary<string, long>> Queued() => servers.Rabbit.Queues(_broker.AbsolutePath.Trim('/'));

    [Fact]
    public async Task A_program_that_is_too_old_for_a_database_ends_and_says_so()
    {
        await Execute($"update release set number = {Release.Number + 2}, oldest_beside = {Release.Number + 1}");
        var refused = await Assert.ThrowsAsync<ReleaseException>(() =>
            CounterService.Start(_authority, _database, _broker)
        );
        Assert.Contains(
            $"is of release {Release.Number + 2}, beside which nothing older than {Release.Number + 1} runs",
            refused.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_program_that_is_one_release_behind_serves_and_leaves_the_newer_schema_as_it_is()
    {
        await Execute(
            $"""
            update release set number = {Release.Number + 1}, oldest_beside = {Release.Number};
            alter table mt_doc_inbox add column of_tomorrow int;
            create index of_tomorrow on mt_doc_inbox (of_tomorrow);
            """
        );
        await using var older = await CounterService.Start(_authority, _database, _broker);
        using var client = older.Http(_authority.Token("someone"));
        var id = await Open(client);
        var answer = await client.PostAsJsonAsync($"/counters/{id}/additions", new Added(4));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Moves(id, 1);
        Assert.Equal(
            $"{Release.Number + 1} of_tomorrow of_tomorrow",
            await Ask(
                """
                select (select number from release) || ' '
                  || (select attname from pg_attribute where attrelid = 'mt_doc_inbox'::regclass and attname = 'of_tomorrow') || ' '
                  || (select indexname from pg_indexes where indexname = 'of_tomorrow')
                """
            )
        );
    }

    [Fact]
    public async Task What_the_release_before_cannot_read_is_refused_while_it_is_at_work_and_later_it_is_refused_itself()
    {
        using var client = Client();
        var id = await Open(client);
        Task<HttpResponseMessage> Add(int by) => client.PostAsJsonAsync($"/counters/{id}/additions", new Added(by));
        Task<string?> Oldest() => Ask("select oldest_beside::text from release");
        var before = $"{_database};Application Name={Release.Name(Release.Number - 1)};Pooling=false";
        await using (var atWork = new NpgsqlConnection(before))
        {
            await atWork.OpenAsync();
            using var refused = await Add(CounterService.New);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Contains("/problems/upgrading", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await Add(4)).StatusCode);
            Assert.Equal($"{Release.OldestBeside}", await Oldest());
        }
        await Eventually.Holds(async () => (await Add(CounterService.New)).StatusCode == HttpStatusCode.OK);
        Assert.Equal($"{Release.Number}", await Oldest());
        Assert.Equal(CounterService.New + 4, (await Load(id))!.Value);
    }

    [Fact]
    public async Task What_comes_together_is_told_in_one_in_order_unless_its_reader_is_absent_or_of_the_release_before()
    {
        using var client = Client();
        var (first, second) = (await Open(client), await Open(client));
        int[] expected = [1_001, 1_002, 1_003];
        Task<Guid[]> Alone(Guid counter, int count) => Moves(counter, count);
        await Add();
        await Alone(first, 2);
        await Alone(second, 1);
        await using var reader = await AtWork($"{CounterService.Reader} {Release.Number}");
        var ids = await Add();
        var (message, moved) = await Eventually.Get(
            () => Task.FromResult(Heard.InOne.FirstOrDefault(m => m.Moved.Ids.Contains(ids[0]))),
            found => found.Moved is not null
        );
        Assert.Equal(ids, moved.Ids);
        Assert.Equal(expected, moved.Moved.Select(m => m.By));
        Assert.Equal([first, first, second], moved.Moved.Select(m => m.Counter));
        Assert.DoesNotContain(message, ids);
        await using (await AtWork(CounterService.Reader))
        {
            Assert.Equal(1, Release.Number - 1); // whose programs do not say it
            ids = await Add();
            // Several are heard at a time.
            Assert.Equal(ids[..2].ToHashSet(), (await Alone(first, 4))[^2..].ToHashSet());
            await Alone(second, 2);
        }
        Assert.Single(Heard.InOne, m => m.Moved.Moved.Any(c => c.Counter == first));

        // In one transaction, as an import does.
        async Task<Guid[]> Add()
        {
            await using var session = _service.Store.LightweightSession();
            var events = session.Events.Append(first, new Added(expected[0]), new Added(expected[1])).Events.ToList();
            events.AddRange(session.Events.Append(second, new Added(expected[2])).Events);
            await session.SaveChangesAsync();
            return [.. events.Select(e => e.Id)];
        }

        async Task<NpgsqlConnection> AtWork(string name)
        {
            var connection = new NpgsqlConnection($"{_database};Application Name={name};Pooling=false");
            await connection.OpenAsync();
            return connection;
        }
    }

    private async Task Execute(string sql) => await Ask(sql);

    private async Task<string?> Ask(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }
}
