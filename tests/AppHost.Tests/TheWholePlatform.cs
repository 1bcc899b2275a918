using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using SkillPlatform.Testing;

namespace SkillPlatform.AppHost.Tests;

/// <summary>What the AppHost starts works together, and stays.</summary>
public sealed class TheWholePlatform(Started started) : IClassFixture<Started>
{
    private static readonly string[] Parts =
    [
        "web",
        "catalog",
        "proposals",
        "notifications",
        "identity",
        "mail",
        "rabbitmq",
        "epmd",
        "postgres",
    ];

    public static TheoryData<string> Processes => [.. Parts];

    [Fact]
    public async Task A_change_goes_its_way_from_the_starter_catalogue_to_a_watchers_mail()
    {
        using var contributor = await SignedIn("contributor");
        using var reviewer = await SignedIn("reviewer");
        using var reader = await SignedIn("reader");
        var skill = (await contributor.Get("/api/catalog/skills"))
            .GetProperty("items")[0]
            .GetProperty("slug")
            .GetString()!;
        var seen = (await contributor.Get($"/api/catalog/skills/{skill}")).GetProperty("requirements")[0];
        await reader.Send(HttpMethod.Put, $"/api/notifications/watches/skill/{skill}");
        var wording = string.Create(
            CultureInfo.InvariantCulture,
            $"Told by the whole platform {Guid.CreateVersion7():N}."
        );

        // As a client would: with a key, and once more where a replica has just gone.
        var key = ("Idempotency-Key", $"{Guid.NewGuid()}");
        var (status, proposal, headers) = await Eventually.Get(
            () =>
                contributor.Post(
                    "/api/proposals",
                    new
                    {
                        skill,
                        rationale = "Tried as a new user would.",
                        changes = new object[]
                        {
                            new
                            {
                                op = "rewordRequirement",
                                role = seen.GetProperty("role").GetString(),
                                level = seen.GetProperty("level").GetString(),
                                was = seen.GetProperty("description").GetString(),
                                description = wording,
                            },
                        },
                    },
                    key
                ),
            answer => answer.Status != 503
        );
        Assert.True(status == 201, $"{status} {proposal}");
        var review = await Eventually.Get(
            () =>
                reviewer.Post($"{headers.Location!.OriginalString}/reviews", new { revision = 1, verdict = "approve" }),
            answer => answer.Status != 503
        );
        Assert.True(review.Status is 200 or 201 or 204, $"{review.Status} {review.Body}");

        using var mailbox = new HttpClient { BaseAddress = started.Mail };
        await Eventually.Holds(
            async () =>
                (await mailbox.GetFromJsonAsync<JsonElement[]>("/api/email"))!.Any(mail =>
                    mail.GetProperty("to")[0].GetProperty("address").GetString() == "reader@example.org"
                    && mail.GetProperty("text").GetString()!.Contains(wording.Split(' ')[^1], StringComparison.Ordinal)
                ),
            TimeSpan.FromMinutes(1)
        );
    }

    [Fact]
    public async Task No_service_can_read_anothers_database()
    {
        var catalog = new Npgsql.NpgsqlConnectionStringBuilder(
            await started.App.GetConnectionStringAsync("catalog-db", TestContext.Current.CancellationToken)
        )
        {
            Pooling = false,
        };
        Assert.Equal(1L, await Read());
        catalog.Database = "proposals";
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(Read);
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);

        async Task<object?> Read()
        {
            await using var connection = new Npgsql.NpgsqlConnection(catalog.ConnectionString);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new Npgsql.NpgsqlCommand(
                "select count(*) from (select from mt_streams limit 1) one",
                connection
            );
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_standby_that_is_promoted_takes_writes_and_the_other_follows_it()
    {
        Assert.SkipUnless(Started.IsCluster, "SKILLPLATFORM_TEST_SERVERS=cluster has two PostgreSQLs");
        foreach (var (promoted, follows) in new[] { ("postgres-2", "postgres"), ("postgres", "postgres-2") })
        {
            await Eventually.Holds(async () => await IsSynchronous(), TimeSpan.FromMinutes(1));
            var done = await started.App.ResourceCommands.ExecuteCommandAsync(promoted, "promote");
            Assert.True(done.Success, done.Message);
            await Eventually.Holds(
                async () => Part(follows).IsReady && await AllAnswer() && await IsSynchronous(),
                TimeSpan.FromMinutes(2)
            );
            await A_change_goes_its_way_from_the_starter_catalogue_to_a_watchers_mail();
        }

        // By whoever takes writes: somebody follows, and is waited for.
        async Task<bool> IsSynchronous()
        {
            try
            {
                await using var connection = new Npgsql.NpgsqlConnection(
                    await started.App.GetConnectionStringAsync("catalog-db") + ";Pooling=false"
                );
                await connection.OpenAsync();
                await using var command = new Npgsql.NpgsqlCommand(
                    "select current_setting('synchronous_standby_names') = '*' and exists (select from pg_stat_replication)",
                    connection
                );
                return await command.ExecuteScalarAsync() is true;
            }
            catch (Npgsql.NpgsqlException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task No_service_can_read_anothers_queue()
    {
        var factory = new RabbitMQ.Client.ConnectionFactory
        {
            Uri = new Uri(
                (
                    await started.App.GetConnectionStringAsync("catalog-broker", TestContext.Current.CancellationToken)
                )!.Split(",amqp")[0]
            ),
        };
        await using var connection = await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await Look("catalog-when-account-changed_dead");
        var refused = await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(() =>
            Look("proposals-when-account-changed_dead")
        );
        Assert.Equal(403, (int?)refused.ShutdownReason?.ReplyCode);

        async Task Look(string queue)
        {
            await using var channel = await connection.CreateChannelAsync();
            await channel.BasicGetAsync(queue, autoAck: false);
        }
    }

    // Where the servers are containers, they are the engine's to heal.
    [Theory]
    [MemberData(nameof(Processes))]
    public async Task A_killed_process_is_started_again(string name)
    {
        var before = Replicas(name);
        Assert.SkipWhen(before is [] or [{ Pid: null }], $"{name} is no process of its own here");
        var killed = before[0].Pid;
        var since = Stopwatch.StartNew();
        await Local.Run("kill", ["-KILL", killed!.Value.ToString(CultureInfo.InvariantCulture)]);
        await Eventually.Holds(
            async () =>
                Replicas(name) is var now
                && now.Length == before.Length
                && Array.TrueForAll(now, replica => replica.IsReady && replica.Pid != killed)
                && await AllAnswer(),
            TimeSpan.FromMinutes(1)
        );
        TestContext.Current.SendDiagnosticMessage($"{name} killed; all ready after {since.Elapsed.TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task What_somebody_stopped_stays_stopped_while_what_fails_is_started_again()
    {
        Assert.SkipWhen(Replicas("notifications").Length > 1, "of several each is stopped under a name of its own");
        await started.App.ResourceCommands.ExecuteCommandAsync("notifications", KnownResourceCommands.StopCommand);
        await Eventually.Holds(() =>
            Task.FromResult(Array.TrueForAll(Replicas("notifications"), p => p.Pid is null || !p.IsReady))
        );
        var mail = Part("mail").Pid;
        await Local.Run("kill", ["-KILL", mail!.Value.ToString(CultureInfo.InvariantCulture)]);
        await Eventually.Holds(
            () => Task.FromResult(Part("mail") is { IsReady: true } now && now.Pid != mail),
            TimeSpan.FromMinutes(1)
        );
        Assert.DoesNotContain(Replicas("notifications"), p => p.IsReady);
        await started.App.ResourceCommands.ExecuteCommandAsync("notifications", KnownResourceCommands.StartCommand);
        await Eventually.Holds(
            () => Task.FromResult(Array.TrueForAll(Replicas("notifications"), p => p.IsReady)),
            TimeSpan.FromMinutes(1)
        );
    }

    private AppHostState.Part[] Replicas(string name) => [.. started.State.Parts().Where(p => p.Name == name)];

    private AppHostState.Part Part(string name) => started.State.Parts().First(p => p.Name == name);

    [Fact]
    public async Task Nothing_is_left_of_an_AppHost_that_is_killed()
    {
        var state = new AppHostState(Local.NewFolder("killed"));
        using var process = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [Repository.AppHost, "--StarterCatalogue=false", .. Started.Arguments(state.Folder)]
            )
        )!;
        await state.Ready();
        Assert.True(state.Processes().Length > 8);
        process.Kill();
        await state.Gone();
        await state.Forget();
    }

    private async Task<bool> AllAnswer()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        foreach (var part in started.State.Parts().Where(p => p.Address.StartsWith("http", StringComparison.Ordinal)))
            try
            {
                if (!(await client.GetAsync($"{part.Address}/health/ready")).IsSuccessStatusCode)
                    return false;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return false;
            }
        return true;
    }

    private Task<Api> SignedIn(string name) => Api.SignedIn(started.Web, started.Authority, $"{name}@example.org");
}
