using Generated.Catalog;
using Generated.Notifications;
using Generated.Proposals;
using Generated.Proposals.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

// The way of a change by generated clients: read, watch, propose, review, read what it has become. Arguments: the origin, the
// author's token, the reviewer's token, a skill.
var (origin, author, reviewer, slug) = (args[0], args[1], args[2], args[3]);
var catalog = new CatalogClient(By(author));
var before = await catalog.Api.Catalog.Skills[slug].GetAsync() ?? throw new InvalidOperationException("no skill");
var cell = before.Requirements!.First(requirement => requirement.Mandatory == false);

var watched = await new NotificationsClient(By(author)).Api.Notifications.Watches["skill"][slug].PutAsync(new());
Console.WriteLine($"watches {watched!.Name}");

var proposals = new ProposalsClient(By(author));
var written = await proposals.Api.Proposals.PostAsync(
    new Proposed
    {
        Skill = slug,
        Rationale = "Proposed by a generated client.",
        Changes =
        [
            new()
            {
                ChangeMakeMandatory = new()
                {
                    Op = ChangeMakeMandatory_op.MakeMandatory,
                    Role = cell.Role,
                    Level = cell.Level,
                },
            },
        ],
    }
);
var id = written!.Id!.Value;
var read = await proposals.Api.Proposals[id].GetAsync();
Console.WriteLine(
    $"proposed {read!.State}, by one {(read.Changes!.Single().ChangeMakeMandatory is { Op: ChangeMakeMandatory_op.MakeMandatory } ? "makeMandatory" : "of another kind")}"
);

try
{
    await proposals.Api.Proposals[id].Reviews.PostAsync(new Review { Revision = 1, Verdict = "approve" });
}
catch (Problem problem)
{
    Console.WriteLine($"refused {problem.Type}");
}
await new ProposalsClient(By(reviewer))
    .Api.Proposals[id]
    .Reviews.PostAsync(
        new Review
        {
            Revision = 1,
            Verdict = "approve",
            Comment = "Reads well.",
        }
    );
for (var end = DateTime.UtcNow.AddSeconds(30); ; await Task.Delay(100))
{
    var now = await catalog.Api.Catalog.Skills[slug].GetAsync();
    if (now!.Version > before.Version)
    {
        var then = now.Requirements!.Single(r => r.Role == cell.Role && r.Level == cell.Level);
        Console.WriteLine($"mandatory {then.Mandatory}");
        return;
    }
    if (DateTime.UtcNow > end)
        throw new TimeoutException("the change did not come");
}

IRequestAdapter By(string token) =>
    new HttpClientRequestAdapter(new BaseBearerTokenAuthenticationProvider(new Known(token))) { BaseUrl = origin };

file sealed class Known(string token) : IAccessTokenProvider
{
    // Plain HTTP on this machine, which the provider of the library would refuse.
    public AllowedHostsValidator AllowedHostsValidator { get; } = new();

    public Task<string> GetAuthorizationTokenAsync(
        Uri uri,
        Dictionary<string, object>? additionalAuthenticationContext = null,
        CancellationToken cancellationToken = default
    ) => Task.FromResult(token);
}
