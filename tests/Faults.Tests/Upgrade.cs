using SkillPlatform.Testing;

namespace SkillPlatform.Faults.Tests;

// Twelve processes of ours are enough for a machine.
[CollectionDefinition("upgrade", DisableParallelization = true)]
public sealed class OnItsOwn;

/// <summary>
/// The release before this one is built from this repository's history, and this one's replicas start beside its, on one database
/// server and one broker, while people are at work; then the old ones end. SKILLPLATFORM_PREVIOUS names another
/// commit than the newest tag, or the folder of a checkout that is built already.
/// </summary>
[Collection("upgrade")]
public sealed class Upgrade
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("SKILLPLATFORM_TEST_FAULTS") == "long";
    private const int Rate = 3;

    [Fact]
    public async Task An_upgrade_under_load_loses_nothing_and_answers_no_request_with_5xx()
    {
        Assert.SkipUnless(Long, "with SKILLPLATFORM_TEST_FAULTS=long");
        var previous = await Previous();
        Assert.SkipWhen(previous is null, "this clone has neither a tag nor SKILLPLATFORM_PREVIOUS");
        var root = Directory.Exists(previous) ? previous : await Build(previous!);
        await using var old = new Rig { Root = root };
        await old.InitializeAsync();
        using var browser = new Browser(old.Platform.Web.ToString());
        await SignIn(browser);
        await using var young = new Platform(old.Platform);
        var load = new Load(old.Contributor, old.Reviewer, old.Cells(900), "upgrade");
        using var stop = new CancellationTokenSource();
        var running = load.Run(Rate, stop.Token);
        await Merged(old, load, 10);

        // Both answer, each in its turn.
        await young.StartServices();
        old.Platform.LeadTo(old.Platform, young);
        await Merged(old, load, 60);

        // Out of the balancer, then told to end.
        old.Platform.LeadTo(young);
        await old.Platform.EndServices();
        await Merged(old, load, 90);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal([], load.Unsettling);
        var sent = load.History.ToArray();
        var aftermath = new Aftermath(old);
        await aftermath.Drained(sent);
        await aftermath.CommandsTookEffectOnce(sent);
        await aftermath.TheCatalogueRemembers(sent);
        await aftermath.WatchersWereTold(sent);
        using var account = await browser.Http.GetAsync(new Uri("/account", UriKind.Relative));
        Assert.Equal(200, (int)account.StatusCode);
        TestContext.Current.SendDiagnosticMessage($"{sent.Length} proposals from {previous} to this one");
        if (root != previous)
            Directory.Delete(root, recursive: true);
    }

    /// <summary>The newest tag, or what is named; null where there is neither.</summary>
    private static async Task<string?> Previous()
    {
        if (Environment.GetEnvironmentVariable("SKILLPLATFORM_PREVIOUS") is { Length: > 0 } named)
            return named;
        var tags = await Local.Run("git", ["-C", Repository.Root, "tag", "--list", "v*", "--sort=-version:refname"]);
        return tags.Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
    }

    private static async Task<string> Build(string commit)
    {
        var folder = Local.NewFolder("previous");
        await Local.Run(
            "bash",
            [
                "-c",
                $"set -o pipefail; git -C '{Repository.Root}' archive '{commit}' | tar -x -C '{folder}' && cd '{folder}' && "
                    + $"dotnet build services/services.slnf -c {Repository.Configuration} -v q -nologo -p:RunAnalyzers=false -p:UseSharedCompilation=false -nodeReuse:false",
            ]
        );
        return folder;
    }

    // As somebody who looks at their account: through both services, by forms, with their cookies.
    private static async Task SignIn(Browser browser)
    {
        var next = new Uri("/account", UriKind.Relative);
        for (var step = 0; step < 10; step++)
        {
            using var answer = await browser.Http.GetAsync(next);
            if (answer.Headers.Location is not { } location)
            {
                var (path, html) = (answer.RequestMessage!.RequestUri!, await answer.Content.ReadAsStringAsync());
                if (!html.Contains("name=\"password\"", StringComparison.Ordinal))
                    return;
                using var posted = await browser.Fill(
                    path.ToString(),
                    ("email", "reader@example.org"),
                    ("password", Testing.SignIn.Password)
                );
                location = posted.Headers.Location!;
                next = new Uri(path, location);
                continue;
            }
            next = new Uri(answer.RequestMessage!.RequestUri!, location);
        }
        Assert.Fail($"Not signed in; last at {next}.");
    }

    private static Task Merged(Rig rig, Load load, int more)
    {
        var until = load.History.Count + more;
        return Eventually.Holds(
            () => Task.FromResult(load.History.Count(s => s.ApprovedAt != DateTime.MaxValue) >= until),
            TimeSpan.FromMinutes(2)
        );
    }
}
