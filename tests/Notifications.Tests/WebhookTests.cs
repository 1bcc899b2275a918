using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Contracts;
using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>From what is announced to a receiver, through the real broker, database and HTTP.</summary>
public sealed class WebhookTests(Running running) : IClassFixture<Running>, IAsyncLifetime
{
    private const string Root = "/api/notifications/webhooks";
    private readonly Story _story = new();
    private readonly Receiver _receiver = new();
    private HttpClient _owner = null!;

    private string Owner => _story.Person("owner");

    public async ValueTask InitializeAsync()
    {
        await _receiver.Start();
        _owner = running.As(Owner);
        await running.Accounts(_story.Account("owner"), _story.Account("author"), _story.Account("reviewer"));
        await running.Publish(_story.Changed(proposal: false));
        await running.Watch(Owner, "skill", _story.Slug);
    }

    public async ValueTask DisposeAsync()
    {
        // Else it is called for as long as the others run.
        await running.Sql($"update webhook set is_on = false where user_id = '{Owner}'");
        _owner.Dispose();
        await _receiver.DisposeAsync();
    }

    private object Wanted(string[]? types = null, string? url = null, string shape = "standard") =>
        new
        {
            url = url ?? _receiver.Url,
            scope = "skill",
            key = _story.Slug,
            types = types ?? ["skill.changed", "proposal.submitted", "proposal.merged"],
            shape,
        };

    private async Task<(string Path, string Secret)> Created(object? wanted = null)
    {
        // What happened before is in the log by now, and not sent.
        await running.Quiet();
        var answer = await _owner.PostAsJsonAsync(Root, wanted ?? Wanted());
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var webhook = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.Headers.Location!.ToString(), webhook.GetProperty("secret").GetString()!);
    }

    private Task<Got[]> Calls(int count) =>
        Eventually.Get(() => Task.FromResult(_receiver.Calls), calls => calls.Length >= count);

    private Task<JsonElement> Shown(string path, Func<JsonElement, bool> satisfies) =>
        Eventually.Get(() => _owner.GetFromJsonAsync<JsonElement>(path), satisfies);

    private Task Hasten() => running.Sql($"update webhook set next_attempt = now() where user_id = '{Owner}'");

    [Fact]
    public async Task What_happens_is_sent_once_in_order_signed_and_with_the_stored_events_id()
    {
        var (path, secret) = await Created();
        var id = Guid.CreateVersion7();
        await running.Publish(_story.Activity("submitted", "author", "Because."), id, times: 3);
        await running.Publish(_story.Activity("approved", "reviewer"));
        await running.Publish(_story.Changed());
        await running.Publish(_story.Activity("merged"));
        await running.Publish(new Story().Changed(proposal: false));
        var calls = await Calls(3);
        await running.Quiet();
        await Shown(path, webhook => webhook.GetProperty("position").GetInt64() > 0);
        Assert.Equal(3, _receiver.Calls.Length);
        Assert.Equal("proposal.submitted", calls[0].Type);
        Assert.Equal(id.ToString(), calls[0].Id);
        Assert.Equal(["proposal.merged", "skill.changed"], calls[1..].Select(call => call.Type).Order());
        Assert.All(calls, call => Assert.True(call.IsSignedWith(secret)));
        Assert.False(calls[0].IsSignedWith(Webhook.NewSecret()));
        var changed = calls.Single(call => call.Type == "skill.changed").Json.GetProperty("data");
        Assert.Equal(_story.Slug, changed.GetProperty("skill").GetProperty("slug").GetString());
        Assert.Equal(_story.Proposal, changed.GetProperty("proposal").GetGuid());
        Assert.Equal("requirementMadeMandatory", changed.GetProperty("changes")[0].GetProperty("kind").GetString());
        Assert.Equal(_story.Person("author"), calls[0].Json.GetProperty("data").GetProperty("author").GetString());
        Assert.False(calls[0].Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public async Task What_follows_a_skill_that_is_merged_into_another_follows_that_one_whatever_it_is_sent()
    {
        var remains = new Story();
        await running.Publish(remains.Changed(proposal: false));
        var (quiet, _) = await Created(Wanted(["proposal.submitted"]));
        var (told, _) = await Created(Wanted(["skill.changed", "proposal.submitted"], _receiver.Url + "?told"));
        var into = new OtherSkill(remains.Skill, remains.Slug, "Serverless Functions", remains.Domain, "compute");
        var gone = _story.Changed(proposal: false);
        await running.Publish(
            gone with
            {
                Changes = [new(gone.Version, "skillMerged", null, null, "Old", "New", null, null, into)],
                Skill = gone.Skill with { Retired = true },
            }
        );
        foreach (var path in new[] { quiet, told })
            await Shown(path, webhook => webhook.GetProperty("key").GetString() == remains.Slug);
        Assert.Equal(
            _story.Skill,
            Assert.Single(await Calls(1)).Json.GetProperty("data").GetProperty("skill").GetProperty("id").GetGuid()
        );
        await running.Publish(remains.Activity("submitted", "author"));
        var calls = await Calls(3);
        Assert.All(calls[1..], call => Assert.Equal("proposal.submitted", call.Type));
    }

    [Fact]
    public async Task An_edition_is_told_to_who_follows_the_catalogue()
    {
        foreach (var shape in new[] { "standard", "slack" })
            await Created(
                new
                {
                    url = _receiver.Url,
                    scope = "catalogue",
                    key = "all",
                    types = new[] { "edition.published" },
                    shape,
                }
            );
        var name = _story.Person("2026.2");
        var (id, now) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        await running.Publish(new EditionPublished(id, "2026-2", name, null, "admin", now, now));
        var calls = await Calls(2);
        var data = calls
            .Single(call => call.Body.Contains("edition.published", StringComparison.Ordinal))
            .Json.GetProperty("data");
        Assert.Equal(
            (id, name, "2026-2"),
            (
                data.GetProperty("edition").GetGuid(),
                data.GetProperty("name").GetString(),
                data.GetProperty("slug").GetString()
            )
        );
        var sentence = calls.Single(call => call.Body.Contains("\"text\"", StringComparison.Ordinal)).Body;
        Assert.Contains(name, sentence);
        Assert.Contains("/editions/2026-2", sentence);
    }

    [Fact]
    public async Task A_receiver_that_was_down_gets_everything_in_order_once_it_is_back()
    {
        var (path, secret) = await Created(Wanted(["skill.changed"]));
        _receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = 500;
            return http.Response.WriteAsync("No room.");
        };
        for (var i = 0; i < 12; i++)
            await running.Publish(_story.Next().Changed());
        var failing = await Shown(path, w => w.GetProperty("failingSince").ValueKind == JsonValueKind.String);
        Assert.True(
            failing.GetProperty("nextAttempt").GetDateTimeOffset()
                > failing.GetProperty("failingSince").GetDateTimeOffset()
        );
        await running.Quiet();
        var failed = _receiver.Calls;
        // The first one holds up all others.
        Assert.Single(failed.Select(call => call.Id).Distinct(StringComparer.Ordinal));
        _receiver.Answer = (_, _) => Task.CompletedTask;
        await Hasten();
        var calls = (await Calls(failed.Length + 12))[failed.Length..];
        var versions = calls.Select(c => c.Json.GetProperty("data").GetProperty("version").GetInt64()).ToArray();
        Assert.Equal(Enumerable.Range(0, 12).Select(i => versions[0] + i), versions);
        Assert.Equal(failed[0].Id, calls[0].Id);
        Assert.All(calls, call => Assert.True(call.IsSignedWith(secret)));
        await Shown(path, w => w.GetProperty("failingSince").ValueKind == JsonValueKind.Null);

        var sent = await _owner.GetFromJsonAsync<JsonElement>($"{path}/deliveries?limit=200");
        var oldest = sent.GetProperty("items").EnumerateArray().Last();
        Assert.Equal("failed", oldest.GetProperty("state").GetString());
        Assert.Equal(500, oldest.GetProperty("response").GetProperty("status").GetInt32());
        Assert.Equal("No room.", oldest.GetProperty("response").GetProperty("body").GetString());
        Assert.Equal(failed[0].Body, oldest.GetProperty("request").GetProperty("body").GetString());
        Assert.Equal(
            failed[0].Headers["webhook-signature"].ToString(),
            oldest.GetProperty("request").GetProperty("headers").GetProperty("webhook-signature").GetString()
        );
        Assert.Equal("delivered", sent.GetProperty("items")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Who_answers_410_is_called_no_more_and_the_owner_has_a_mail()
    {
        var (path, _) = await Created(Wanted(["skill.changed"]));
        _receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = 410;
            return Task.CompletedTask;
        };
        await running.Publish(_story.Next().Changed());
        var off = await Shown(path, w => w.GetProperty("state").GetString() == "off");
        Assert.Equal("gone", off.GetProperty("why").GetString());
        var mails = await Eventually.Get(
            () => Task.FromResult(running.MailsTo(Owner)),
            all => all.Any(mail => mail.Message.Headers["X-SkillPlatform-Reason"] == "webhook")
        );
        var mail = mails.Single(m => m.Message.Headers["X-SkillPlatform-Reason"] == "webhook").Message;
        Assert.Equal("Webhook switched off: 127.0.0.1", mail.Subject);
        Assert.Contains("it goes on where it stopped", mail.TextBody!);
        var stop = new Uri(mail.Headers["List-Unsubscribe"]!.Trim('<', '>')).AbsolutePath;
        using var anyone = running.As(null);
        Assert.Contains("the webhook for 127.0.0.1", await anyone.GetStringAsync(stop));
        await running.Publish(_story.Next().Changed());
        await running.Quiet();
        Assert.Single(_receiver.Calls);

        // On again, nothing is lost.
        _receiver.Answer = (_, _) => Task.CompletedTask;
        using var put = new HttpRequestMessage(HttpMethod.Put, path)
        {
            Content = JsonContent.Create(Wanted(["skill.changed"])),
        };
        put.Headers.IfMatch.Add((await _owner.GetAsync(path)).Headers.ETag!);
        Assert.Equal(HttpStatusCode.OK, (await _owner.SendAsync(put)).StatusCode);
        var calls = await Calls(3);
        Assert.Equal(calls[0].Id, calls[1].Id);
    }

    [Fact]
    public async Task Retry_after_is_heeded()
    {
        var (path, _) = await Created(Wanted(["skill.changed"]));
        _receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = 503;
            http.Response.Headers.RetryAfter = "1800";
            return Task.CompletedTask;
        };
        await running.Publish(_story.Next().Changed());
        var waits = await Shown(path, w => w.GetProperty("nextAttempt").ValueKind == JsonValueKind.String);
        var wait =
            waits.GetProperty("nextAttempt").GetDateTimeOffset()
            - waits.GetProperty("failingSince").GetDateTimeOffset();
        Assert.InRange(wait.TotalSeconds, 1795, 1805);
    }

    [Fact]
    public async Task Everything_from_a_position_on_is_sent_again_under_the_same_ids()
    {
        var (path, _) = await Created(Wanted(["skill.changed"]));
        for (var i = 0; i < 3; i++)
            await running.Publish(_story.Next().Changed());
        var first = await Calls(3);
        var answer = await _owner.PostAsJsonAsync($"{path}/replay", new { from = first[1].Id });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var again = await Calls(5);
        Assert.Equal(first[1..].Select(c => (c.Id, c.Body)), again[3..].Select(c => (c.Id, c.Body)));
        var position = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("from").GetInt64();
        await _owner.PostAsJsonAsync($"{path}/replay", new { from = position });
        Assert.Equal(first[1].Id, (await Calls(7))[5].Id);
        foreach (object wrong in new object[] { 0, -1, 999_999_999, Guid.NewGuid(), "x", new { } })
        {
            using var refused = await _owner.PostAsJsonAsync($"{path}/replay", new { from = wrong });
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains("\"/from\"", await refused.Content.ReadAsStringAsync());
        }
        await running.Quiet();
        Assert.Equal(7, _receiver.Calls.Length);
    }

    [Fact]
    public async Task A_new_secret_is_shown_once_and_the_old_one_signs_for_a_day_too()
    {
        var (path, old) = await Created(Wanted(["skill.changed"]));
        var made = await (await _owner.PostAsync($"{path}/secret", null)).Content.ReadFromJsonAsync<JsonElement>();
        var secret = made.GetProperty("secret").GetString()!;
        Assert.InRange(
            made.GetProperty("oldUntil").GetDateTimeOffset() - DateTimeOffset.UtcNow,
            TimeSpan.FromHours(23.9),
            TimeSpan.FromHours(24)
        );
        await running.Publish(_story.Next().Changed());
        var both = (await Calls(1))[0];
        Assert.True(both.IsSignedWith(secret));
        Assert.True(both.IsSignedWith(old));
        await running.Sql($"update webhook set old_until = now() where user_id = '{Owner}'");
        await running.Publish(_story.Next().Changed());
        var one = (await Calls(2))[1];
        Assert.True(one.IsSignedWith(secret));
        Assert.False(one.IsSignedWith(old));
        foreach (var read in new[] { path, Root })
            Assert.DoesNotContain("whsec_", await _owner.GetStringAsync(read));
    }

    [Fact]
    public async Task Nobody_makes_us_call_a_stranger_over_and_over_nor_keep_every_call()
    {
        var (path, _) = await Created();
        var id = Guid.Parse(path.Split('/')[^1]);
        await running.Sql(
            $"""
            insert into webhook_call (webhook, at, event, position, type, attempt, state, headers, body, seconds)
            select '{id}', now() + interval '1 hour', '{id}', case when n <= 2500 then n end, 'x', 1, 'delivered', '{"{}"}', '', 0
            from generate_series(1, {2500 + Hooks.MostTests - 1}) as n
            """
        );
        using var last = await _owner.PostAsync($"{path}/test", null);
        Assert.Equal(HttpStatusCode.OK, last.StatusCode);
        using var refused = await _owner.PostAsync($"{path}/test", null);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        // The newest calls are left.
        Assert.Equal(Hooks.CallsKept, await running.Count($"select count(*) from webhook_call where webhook = '{id}'"));
        Assert.Equal(521, await running.Count($"select min(position) from webhook_call where webhook = '{id}'"));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var (path, _) = await Created();
        await using var inside = await new Receiver().Start();
        _receiver.Answer = (http, _) =>
        {
            http.Response.Redirect(inside.Url);
            return Task.CompletedTask;
        };
        var answer = await _owner.PostAsync($"{path}/test", null);
        var call = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("failed", call.GetProperty("state").GetString());
        Assert.Equal(302, call.GetProperty("response").GetProperty("status").GetInt32());
        Assert.Empty(inside.Calls);
    }

    [Fact]
    public async Task An_answer_is_read_no_further_than_it_is_shown_and_no_longer_than_ten_seconds()
    {
        var (path, _) = await Created();
        _receiver.Answer = async (http, _) =>
        {
            var much = new byte[64 * 1024];
            Array.Fill(much, (byte)'a');
            try
            {
                while (true)
                    await http.Response.Body.WriteAsync(much, http.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                // Hung up on.
            }
        };
        var endless = await Tested();
        Assert.Equal("delivered", endless.GetProperty("state").GetString());
        Assert.Equal(1000, endless.GetProperty("response").GetProperty("body").GetString()!.Length);
        _receiver.Answer = async (http, _) =>
            await Task.Delay(Timeout.Infinite, http.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var silent = await Tested();
        Assert.Equal("failed", silent.GetProperty("state").GetString());
        Assert.Equal("No answer within 10 seconds.", silent.GetProperty("error").GetString());
        Assert.InRange(silent.GetProperty("seconds").GetDouble(), 9, 15);

        async Task<JsonElement> Tested() =>
            await (await _owner.PostAsync($"{path}/test", null)).Content.ReadFromJsonAsync<JsonElement>();
    }

    [Theory]
    [InlineData("slack")]
    [InlineData("teams")]
    public async Task A_chat_gets_a_sentence_with_a_link_in_its_owners_language(string shape)
    {
        (
            await _owner.PutAsJsonAsync(
                "/api/notifications/preferences",
                new
                {
                    frequency = "immediate",
                    culture = "de",
                    timeZone = "UTC",
                }
            )
        ).EnsureSuccessStatusCode();
        await Created(Wanted(["proposal.submitted"], shape: shape));
        await running.Publish(
            _story.Next().Activity("submitted", "author") with
            {
                SkillName = "<!channel> & [a](http://b)",
            }
        );
        var call = (await Calls(1))[0];
        const string sentence = "<!channel> & [a](http://b): ein Vorschlag wurde eingereicht";
        var link = $"http://skills.example.org/proposals/{_story.Proposal}";
        if (shape == "slack")
        {
            var said = sentence.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
            Assert.Equal($"{said}\n<{link}>", call.Json.GetProperty("text").GetString());
            return;
        }
        var card = call.Json.GetProperty("attachments")[0].GetProperty("content");
        Assert.Equal(sentence, card.GetProperty("body")[0].GetProperty("inlines")[0].GetProperty("text").GetString());
        Assert.Equal(link, card.GetProperty("actions")[0].GetProperty("url").GetString());
    }

    [Fact]
    public async Task What_cannot_be_called_or_is_not_there_is_refused_with_its_pointer()
    {
        foreach (
            var url in new[]
            {
                "http://127.0.0.2/",
                "http://[::1]/",
                "http://[::ffff:127.0.0.2]/",
                "http://169.254.169.254/",
                "http://10.1.2.3/",
                "ftp://93.184.216.34/",
            }
        )
            await Refused(Wanted(url: url), "/url");
        await Refused(Wanted(["skill.changed", "skill.vanished"]), "/types/1");
        await Refused(Wanted([]), "/types");
        await Refused(Wanted(shape: "round"), "/shape");
        await Refused(
            new
            {
                url = _receiver.Url,
                scope = "planet",
                key = "mars",
                types = new[] { "skill.changed" },
            },
            "/scope"
        );
        await Refused(
            new
            {
                url = _receiver.Url,
                scope = "skill",
                key = "none",
                types = new[] { "skill.changed" },
            },
            "/key"
        );

        async Task Refused(object wanted, string pointer)
        {
            using var answer = await _owner.PostAsJsonAsync(Root, wanted);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(pointer, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        }
    }

    [Fact]
    public async Task A_webhook_is_its_owners_and_an_administrator_may_see_and_stop_it()
    {
        var (path, _) = await Created();
        using var other = running.As(_story.Person("other"));
        using var administrator = running.As(_story.Person("admin"), "administrator");
        foreach (
            var (method, at) in new[]
            {
                ("GET", ""),
                ("PUT", ""),
                ("DELETE", ""),
                ("POST", "/test"),
                ("POST", "/stop"),
                ("POST", "/secret"),
                ("POST", "/replay"),
                ("GET", "/deliveries"),
            }
        )
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path + at);
            if (method == "PUT")
                request.Content = JsonContent.Create(Wanted());
            if (at == "/replay")
                request.Content = JsonContent.Create(new { from = 1 });
            Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync(request)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync($"{Root}?all=true")).StatusCode);
        var all = await administrator.GetStringAsync($"{Root}?all=true&limit=200");
        Assert.Contains(path.Split('/')[^1], all);
        Assert.DoesNotContain("/hook\"", all);
        Assert.Equal(HttpStatusCode.NoContent, (await administrator.PostAsync($"{path}/stop", null)).StatusCode);
        var stopped = await _owner.GetAsync(path);
        Assert.Contains("\"why\":\"administrator\"", await stopped.Content.ReadAsStringAsync());
        using var put = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(Wanted()) };
        put.Headers.IfMatch.Add(stopped.Headers.ETag!);
        Assert.Equal(HttpStatusCode.Conflict, (await _owner.SendAsync(put)).StatusCode);
        using var delete = new HttpRequestMessage(HttpMethod.Delete, path);
        delete.Headers.IfMatch.Add(stopped.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NoContent, (await _owner.SendAsync(delete)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _owner.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task It_is_changed_by_who_has_seen_it_and_made_once_for_each_key_at_most_twenty()
    {
        var (path, _) = await Created();
        Assert.Equal(HttpStatusCode.PreconditionRequired, await Put(null));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Put("\"99\""));
        Assert.Equal(HttpStatusCode.OK, await Put("\"1-7-0\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Put("\"1\""));
        var tag = (await _owner.GetAsync(path)).Headers.ETag!;
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(tag);
        Assert.Equal(HttpStatusCode.NotModified, (await _owner.SendAsync(again)).StatusCode);

        var first = await Post("key", Wanted());
        var second = await Post("key", Wanted());
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post("key", Wanted(["proposal.merged"]))).StatusCode);
        // However many come at once.
        var answers = await Task.WhenAll(Enumerable.Range(0, 3 * Hooks.Each).Select(_ => Post(null, Wanted())));
        Assert.Equal(Hooks.Each - 2, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(2 * Hooks.Each + 2, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));

        async Task<HttpStatusCode> Put(string? match)
        {
            using var put = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(Wanted()) };
            if (match is not null)
                put.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(match));
            return (await _owner.SendAsync(put)).StatusCode;
        }

        async Task<HttpResponseMessage> Post(string? key, object wanted)
        {
            using var post = new HttpRequestMessage(HttpMethod.Post, Root) { Content = JsonContent.Create(wanted) };
            if (key is not null)
                post.Headers.Add("Idempotency-Key", key);
            return await _owner.SendAsync(post);
        }
    }

    [Fact]
    public async Task Two_that_are_made_at_the_same_moment_do_not_both_become_the_twentieth()
    {
        await Created();
        for (var i = 2; i < Hooks.Each; i++)
            (await _owner.PostAsJsonAsync(Root, Wanted())).EnsureSuccessStatusCode();
        await using var source = NpgsqlDataSource.Create(running.Database);
        await using var connection = await source.OpenConnectionAsync();
        await using var holding = await connection.BeginTransactionAsync();
        // Of both the ids are taken for as long as nobody knows whether they stay so: what is counted before is counted for both.
        string[] keys = ["one", "other"];
        foreach (var key in keys)
        {
            await using var hold = new NpgsqlCommand(
                """
                insert into webhook select (jsonb_populate_record(w, jsonb_build_object('id', $1, 'user_id', 'nobody'))).*
                from webhook w where user_id = $2 limit 1
                """,
                connection
            );
            hold.Parameters.Add(new() { Value = Ids.Of("webhook", Owner, key) });
            hold.Parameters.Add(new() { Value = Owner });
            Assert.Equal(1, await hold.ExecuteNonQueryAsync());
        }
        var made = Task.WhenAll(keys.Select(Post));
        await Eventually.Holds(async () =>
            await running.Count(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%webhook%'"
            ) == 2
        );
        await holding.RollbackAsync();
        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.Conflict],
            (await made).Select(answer => answer.StatusCode).Order()
        );

        async Task<HttpResponseMessage> Post(string key)
        {
            using var post = new HttpRequestMessage(HttpMethod.Post, Root) { Content = JsonContent.Create(Wanted()) };
            post.Headers.Add("Idempotency-Key", key);
            return await _owner.SendAsync(post);
        }
    }

    [Fact]
    public async Task Replicas_share_the_work_and_nothing_goes_twice_or_out_of_order()
    {
        var (path, _) = await Created(Wanted(["skill.changed"]));
        await using var second = await running.Replica();
        for (var i = 0; i < 60; i++)
            await running.Publish(_story.Next().Changed());
        var calls = await Calls(60);
        await running.Quiet();
        Assert.Equal(60, _receiver.Calls.Length);
        var versions = calls.Select(c => c.Json.GetProperty("data").GetProperty("version").GetInt64()).ToArray();
        Assert.Equal(versions.Order(), versions);
        await Shown(path, w => w.GetProperty("failingSince").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task What_a_dead_process_had_claimed_goes_on_and_who_has_lost_a_claim_changes_nothing()
    {
        var (path, _) = await Created(Wanted(["skill.changed"]));
        await running.Sql(
            $"update webhook set lease = gen_random_uuid(), leased_until = now() + interval '1 hour' where user_id = '{Owner}'"
        );
        await running.Publish(_story.Next().Changed());
        await running.Quiet();
        Assert.Empty(_receiver.Calls);
        await running.Sql($"update webhook set leased_until = now() where user_id = '{Owner}'");
        await Calls(1);

        var hooks = running.Services.GetRequiredService<Hooks>();
        var ct = TestContext.Current.CancellationToken;
        var webhook = (await hooks.Of(Guid.Parse(path.Split('/')[^1]), ct))!;
        var lost = new Claimed(webhook, Guid.NewGuid(), Head: 1);
        Assert.False(await hooks.Advance(lost, 1, DateTimeOffset.UtcNow, ct));
        Assert.False(await hooks.Failed(lost, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, ct));
        Assert.False(await hooks.Release(lost, ct));
    }

    [Fact]
    public async Task Who_is_suspended_is_sent_nothing_until_they_are_back_and_who_is_erased_leaves_none()
    {
        await Created(Wanted(["skill.changed"]));
        await running.Publish(_story.Account("owner", version: 2) with { Active = false });
        await running.Quiet();
        await running.Publish(_story.Next().Changed());
        await running.Quiet();
        Assert.Empty(_receiver.Calls);
        await running.Publish(_story.Account("owner", version: 3));
        await Calls(1);
        await running.Publish(new Contracts.AccountErased(Owner, 9, DateTimeOffset.UtcNow));
        await running.Quiet();
        Assert.Empty(await Traces.In(running.Database, _receiver.Url));
    }
}
