using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>What an operator sees of a change on its way, as all processes export it.</summary>
public sealed class OneTrace(RunningPlatform running)
{
    private const int Server = 2;
    private const int Consumer = 5;

    [Fact]
    public async Task One_trace_leads_from_the_approval_over_the_catalogue_to_the_mail_servers_answer()
    {
        await running.Reader.Send(HttpMethod.Put, "/api/notifications/watches/skill/serverless-functions");
        var (status, body, headers) = await running.Contributor.Post(
            "/api/proposals",
            new
            {
                skill = "serverless-functions",
                rationale = "To be followed through every process.",
                changes = new[]
                {
                    new
                    {
                        op = "replaceKeywords",
                        was = await Keywords(),
                        keywords = new[] { $"traced-{Guid.NewGuid():N}" },
                    },
                },
            }
        );
        Assert.True(status == 201, $"{status} {body}");
        var proposal = headers.Location!.ToString().Split('/')[^1];
        var (approved, problem, _) = await running.Reviewer.Post(
            $"/api/proposals/{proposal}/reviews",
            new
            {
                revision = 1,
                verdict = "approve",
                comment = (string?)null,
            }
        );
        Assert.True(approved is >= 200 and < 300, $"{approved} {problem}");

        // Spans come in the order in which they end and processes export.
        var trace = await Eventually.Get(
            () => Task.FromResult(Trace($"/api/proposals/{proposal}/reviews")),
            spans => spans.Any(span => span.Name == "mail.send") && spans.All(HasParent(spans)),
            TimeSpan.FromSeconds(60)
        );

        Assert.Empty(((string[])["web", "proposals", "catalog", "notifications"]).Except(trace.Select(s => s.Process)));
        Assert.All(
            trace.Where(span => span.Name == "mail.send"),
            span => Assert.Contains("smtp.response.status_code", span.Raw, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task No_span_is_alone_but_what_came_from_outside_and_none_knows_a_person()
    {
        await Eventually.Holds(() => Task.FromResult(!running.Telemetry.Spans.IsEmpty), TimeSpan.FromSeconds(60));

        Assert.Empty(
            running
                .Telemetry.Spans.Where(span => span.Parent == "" && span.Kind is not (Server or Consumer))
                .Select(span => $"{span.Process}: {span.Name}")
                .Distinct(StringComparer.Ordinal)
        );
        Assert.All(
            running.Telemetry.Spans,
            span => Assert.DoesNotContain("@example.org", span.Raw, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("skillplatform.relay.lag")]
    [InlineData("skillplatform.relay.oldest")]
    [InlineData("skillplatform.queue.messages")]
    [InlineData("skillplatform.mails")]
    [InlineData("skillplatform.mails.waiting")]
    [InlineData("skillplatform.page_cache.requests")]
    [InlineData("skillplatform.leader.changes")]
    public async Task What_operators_ask_is_measured(string metric)
    {
        await running.Nobody.Get("/api/catalog/skills/serverless-functions");
        using var browser = new HttpClient { BaseAddress = running.Platform.Web };
        await browser.GetAsync("/en/skills/serverless-functions");
        await Eventually.Holds(
            () => Task.FromResult(running.Telemetry.Metrics.Any(m => m.Contains(metric, StringComparison.Ordinal))),
            TimeSpan.FromSeconds(60)
        );
    }

    private async Task<string[]> Keywords() =>
        [
            .. (await running.Nobody.Get("/api/catalog/skills/serverless-functions"))
                .GetProperty("keywords")
                .EnumerateArray()
                .Select(keyword => keyword.GetString()!),
        ];

    private Span[] Trace(string path)
    {
        var spans = running.Telemetry.Spans.ToArray();
        var first = spans.FirstOrDefault(span =>
            span.Kind == Server && span.Raw.Contains(path, StringComparison.Ordinal)
        );
        return first is null ? [] : [.. spans.Where(span => span.Trace == first.Trace)];
    }

    private static Func<Span, bool> HasParent(Span[] spans)
    {
        var ids = spans.Select(span => span.Id).ToHashSet(StringComparer.Ordinal);
        return span => span.Parent == "" || ids.Contains(span.Parent);
    }
}
