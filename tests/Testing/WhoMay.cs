using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;

namespace SkillPlatform.Testing;

/// <summary>
/// Each route of a host, called by each kind of caller: who is asked to sign in (401), who is told that they may not (403),
/// and who gets further, whatever the answer is then. Held against what was approved.
/// </summary>
public static class WhoMay
{
    /// <summary>Callers by the names they have in the table. Whoever is told of below must have been told of first.</summary>
    /// <param name="authority">Whose tokens the host accepts.</param>
    /// <param name="domain">Whose reviewer is the one who is "here".</param>
    public static IReadOnlyList<(string Who, string? Token)> Callers(Authority authority, string domain)
    {
        string[] all = ["contributor", "reviewer", "moderator", "administrator"];
        return
        [
            ("anonymous", null),
            ("contributor", authority.Token("table-contributor")),
            ("reviewer elsewhere", authority.Token("table-elsewhere", all[..2], ["elsewhere"])),
            ("reviewer here", authority.Token("table-here", all[..2], [domain])),
            ("moderator", authority.Token("table-moderator", ["contributor", "moderator"])),
            ("administrator", authority.Token("table-administrator", ["contributor", "administrator"])),
            ("expired", authority.Token("table-expired", all, ["*"], lifetime: TimeSpan.FromMinutes(-5))),
            (AnotherClients, authority.Token("table-another", all, ["*"], audience: "another")),
            ("demoted", authority.Token(Demoted, all, ["*"])),
            ("suspended", authority.Token(Suspended, all, ["*"])),
            ("erased", authority.Token(Erased, all, ["*"])),
            ("service that reads", authority.Token("table-service-read", [], service: true)),
            ("service that proposes", authority.Token("table-service-propose", all[..1], service: true)),
            ("service that imports", authority.Token("table-service-import", ["importer"], service: true)),
            ("service that administers", authority.Token("table-service-administer", all[3..], service: true)),
        ];
    }

    /// <summary>Told as one whose token has expired is, everywhere, and so not in the table.</summary>
    private const string AnotherClients = "another client's";

    /// <summary>Has everything by the token, and is a contributor.</summary>
    public const string Demoted = "table-demoted";

    /// <summary>Has everything by the token and by the account, and is suspended.</summary>
    public const string Suspended = "table-suspended";

    /// <summary>Has everything by the token, and was erased.</summary>
    public const string Erased = "table-erased";

    /// <summary>What differs from the approved table, one a line; <c>SKILLPLATFORM_APPROVE=1</c> writes it.</summary>
    /// <param name="project">The test project that keeps the table.</param>
    /// <param name="routes">Of the host.</param>
    /// <param name="host">Where it is reached.</param>
    /// <param name="callers">As above.</param>
    /// <param name="bodies">What is sent to a route where an empty object would be turned down before its sender: <c>{}</c> elsewhere.</param>
    /// <param name="places">What stands for a part of a route, as for <c>{id:guid}</c>; any other part is nothing that exists.</param>
    public static async Task<string> Approve(
        string project,
        EndpointDataSource routes,
        Uri host,
        IReadOnlyList<(string Who, string? Token)> callers,
        IReadOnlyDictionary<string, string>? bodies = null,
        params (string Part, string Value)[] places
    )
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = host,
        };
        var now = new List<string>();
        foreach (
            var (method, pattern) in routes
                .Endpoints.OfType<RouteEndpoint>()
                .SelectMany(route =>
                    (route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method =>
                        (method, Pattern: "/" + (route.RoutePattern.RawText ?? "").TrimStart('/'))
                    )
                )
                // What stands beside it is for browsers, or for whoever watches over the process.
                .Where(route => route.Pattern.StartsWith("/api/", StringComparison.Ordinal))
                .Distinct()
                .OrderBy(route => route.Pattern, StringComparer.Ordinal)
                .ThenBy(route => route.method, StringComparer.Ordinal)
        )
        {
            var path = RouteTrials.Path(
                places.Aggregate(
                    pattern,
                    (path, place) => path.Replace(place.Part, place.Value, StringComparison.Ordinal)
                ),
                "nothing"
            );
            var body = bodies?.GetValueOrDefault($"{method} {pattern}") ?? "{}";
            var answers = new List<(string Who, string Answer)>();
            foreach (var (who, token) in callers)
                answers.Add((who, await Answer(client, new HttpMethod(method), path, body, token)));
            answers.RemoveAll(told => told == (AnotherClients, answers.Find(other => other.Who == "expired").Answer));
            now.AddRange(Lines($"{method} {pattern}", answers));
        }
        return Compare(project, now);
    }

    /// <summary>A route's part of the table.</summary>
    /// <param name="route">Method and pattern.</param>
    /// <param name="answers">What each caller was told.</param>
    public static IEnumerable<string> Lines(string route, IEnumerable<(string Who, string Answer)> answers) =>
        answers
            .GroupBy(a => a.Answer, a => a.Who, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"  {group.Key}: {string.Join(", ", group)}")
            .Prepend(route);

    /// <summary>The approved table of a project: by method and pattern, what each caller is told.</summary>
    /// <param name="project">The test project that keeps the table.</param>
    public static IReadOnlyList<(string Method, string Pattern, IReadOnlyDictionary<string, string> Answers)> Approved(
        string project
    )
    {
        var table = new List<(string, string, IReadOnlyDictionary<string, string>)>();
        foreach (var route in Routes(System.IO.File.ReadAllLines(File(project))).Select(r => r.Split("; ")))
        {
            var (method, pattern) = (route[0].Split(' ')[0], route[0].Split(' ')[1]);
            var answers =
                from told in route.Skip(1)
                let parts = told.Split(": ")
                from who in parts[1].Split(", ")
                select KeyValuePair.Create(who, parts[0]);
            table.Add((method, pattern, answers.ToDictionary(StringComparer.Ordinal)));
        }
        return table;
    }

    private static string File(string project) =>
        Path.Combine(Repository.Root, "tests", project, "Approved", "who-may.txt");

    private static async Task<string> Answer(
        HttpClient client,
        HttpMethod method,
        string path,
        string body,
        string? token
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (method != HttpMethod.Get)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)
            : "in";
    }

    /// <summary>What differs from the approved table, one a line; <c>SKILLPLATFORM_APPROVE=1</c> writes it.</summary>
    /// <param name="project">The test project that keeps the table.</param>
    /// <param name="now">The table as it is.</param>
    public static string Compare(string project, IReadOnlyList<string> now)
    {
        var file = File(project);
        if (Environment.GetEnvironmentVariable("SKILLPLATFORM_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllLines(file, now);
        }
        string[] before = System.IO.File.Exists(file) ? System.IO.File.ReadAllLines(file) : [];
        var (was, @is) = (Routes(before), Routes(now));
        return string.Join(
            '\n',
            was.Except(@is, StringComparer.Ordinal)
                .Select(route => "- " + route)
                .Concat(@is.Except(was, StringComparer.Ordinal).Select(route => "+ " + route))
        );
    }

    // Whole routes, so that a difference says of which one.
    private static string[] Routes(IEnumerable<string> lines) =>
        string.Join('\n', lines).Replace("\n  ", "; ", StringComparison.Ordinal).Split('\n');
}
