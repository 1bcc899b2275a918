using SkillPlatform.Testing;

namespace SkillPlatform.Benchmarks;

/// <summary>
/// From the answer to whoever takes something away until each of two replicas of every service refuses what was issued
/// before it, to read and to write.
/// </summary>
public static class Revocation
{
    private const int Rounds = 3;
    private const string Accounts = "/api/identity/accounts";
    private const string Me = "/api/identity/me";
    private const string ServiceAccounts = "/api/identity/service-accounts";
    private const string Nobody = "01990000-0000-7000-8000-00000000aa01";

    // Of each service, what only administrators read and what only they do; it is done to what does not exist.
    private static readonly (string Service, string Read, string Write)[] Places =
    [
        ("Catalog", "/api/catalog/errors", "/api/catalog/errors/none/replay"),
        ("Proposals", "/api/proposals/errors", "/api/proposals/errors/none/replay"),
        ("Notifications", "/api/notifications/errors", "/api/notifications/errors/none/replay"),
        ("Identity", Accounts, $"{Accounts}/{Nobody}/suspension"),
    ];

    public static async Task<Measure[]> Run(Platform platform, People people, SmtpSink mails)
    {
        foreach (var (service, _, _) in Places)
            await platform.Replicate(service, 2);
        var slowest = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            var email = $"revoked-{Guid.NewGuid():N}@example.net";
            await platform.Register(mails, "Revoked", email);
            var found = await people.Admin.Get($"{Accounts}?q={email}");
            var account = $"{Accounts}/{found.GetProperty("items")[0].GetProperty("id")}";
            await Person("demoted", _ => Roles("contributor"));
            await Person("signed out everywhere", own => Done(own.Send(HttpMethod.Delete, $"{Me}/sessions")));
            await Person("suspended", _ => Done(people.Admin.Post($"{account}/suspension")));
            await Done(people.Admin.Send(HttpMethod.Delete, $"{account}/suspension"));
            await Person("erased", own => Done(own.Send(HttpMethod.Delete, Me, new { password = SignIn.Password })));
            var (service, token) = await ServiceAccount(platform, people);
            await Take(
                "a service account that was revoked",
                token,
                () => Done(people.Admin.Send(HttpMethod.Delete, $"{ServiceAccounts}/{service}"))
            );

            Task Roles(params string[] roles) =>
                Done(people.Admin.Send(HttpMethod.Put, $"{account}/roles", new { roles }, ("If-Match", "*")));

            async Task Person(string what, Func<Api, Task> take)
            {
                await Roles("contributor", "administrator");
                var given = (await SignIn.As(platform.Authority, email)).AccessToken;
                using var own = new Api(platform.Web, given);
                await Take($"an administrator who was {what}", given, () => take(own));
            }
        }
        foreach (var (service, _, _) in Places)
            await platform.End($"{service} 2");
        return
        [
            .. slowest.Select(kind => Measure.AtMost($"{kind.Key}, refused by every replica", kind.Value, "ms", 1_000)),
        ];

        async Task Take(string kind, string token, Func<Task> take)
        {
            var replicas = Places
                .SelectMany(place => new[] { place.Service, $"{place.Service} 2" }, (place, name) => (place, name))
                .Select(at => (at.place, Api: new Api(platform[at.name], token)))
                .ToArray();
            // Each has heard of it, and may remember for a while.
            foreach (var (place, api) in replicas)
                await Eventually.Holds(async () =>
                    !await Refuses(api, HttpMethod.Get, place.Read) && !await Refuses(api, HttpMethod.Post, place.Write)
                );
            await take();
            var taken = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(
                replicas.SelectMany(at =>
                    new[]
                    {
                        Eventually.Holds(() => Refuses(at.Api, HttpMethod.Get, at.place.Read)),
                        Eventually.Holds(() => Refuses(at.Api, HttpMethod.Post, at.place.Write)),
                    }
                )
            );
            var took = TimeProvider.System.GetElapsedTime(taken).TotalMilliseconds;
            slowest[kind] = Math.Max(slowest.GetValueOrDefault(kind), took);
            foreach (var (_, api) in replicas)
                api.Dispose();
        }
    }

    private static async Task<bool> Refuses(Api api, HttpMethod method, string path) =>
        (await api.Send(method, path)).Status is 401 or 403;

    private static async Task Done<T>(Task<(int Status, T Body, System.Net.Http.Headers.HttpResponseHeaders)> act)
    {
        var (status, body, _) = await act;
        if (status is < 200 or >= 300)
            throw new InvalidOperationException($"{status} {body}");
    }

    private static async Task<(string Id, string Token)> ServiceAccount(Platform platform, People people)
    {
        var (_, made, _) = await people.Admin.Post(
            ServiceAccounts,
            new
            {
                name = "Revoked",
                scopes = new[] { "administer" },
                endsAt = DateTimeOffset.UtcNow.AddDays(1),
            }
        );
        var id = made.GetProperty("id").GetString()!;
        using var identity = new Api(new Uri(platform.Authority));
        using var asked = new FormUrlEncodedContent([
            new("grant_type", "client_credentials"),
            new("client_id", id),
            new("client_secret", made.GetProperty("clientSecret").GetString()!),
            new("scope", "skillplatform"),
        ]);
        var (_, granted, _) = await identity.Post("/connect/token", asked);
        return (id, granted.GetProperty("access_token").GetString()!);
    }
}
