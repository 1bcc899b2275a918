using Marten;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>Who a user id stands for, which is the only personal data the catalogue holds, and what it may do here.</summary>
public sealed class Account
{
    /// <summary>The user id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Display name; null once erased.</summary>
    public string? Name { get; set; }

    /// <summary>Of the message this came from: late ones change nothing.</summary>
    public long Version { get; set; }

    public bool Erased { get; set; }

    /// <summary>False while suspended.</summary>
    public bool Active { get; set; } = true;

    /// <summary>Null, as the scopes, for accounts last heard of before this was kept.</summary>
    public string[]? Roles { get; set; }

    public string[]? ReviewerScopes { get; set; }

    public DateTimeOffset? SignedOutAt { get; set; }

    /// <summary>False once demoted, suspended or erased.</summary>
    public bool StillReviews(string domain) =>
        Active
        && Roles?.Contains(ServiceDefaults.Roles.Reviewer, StringComparer.Ordinal) == true
        && ReviewerScopes?.Any(scope => scope == "*" || scope == domain) == true;

    /// <summary>Everyone who reviews at all.</summary>
    public static Task<IReadOnlyList<Account>> Reviewers(IQuerySession session, CancellationToken ct) =>
        session
            .Query<Account>()
            .Where(account => account.Roles!.Contains(ServiceDefaults.Roles.Reviewer))
            .ToListAsync(ct);

    /// <summary>How the account stands, as far as has been heard.</summary>
    public static async Task<Standing?> Now(IServiceProvider services, string id, CancellationToken ct) =>
        await services.GetRequiredService<IQuerySession>().LoadAsync<Account>(id, ct) switch
        {
            null => null,
            { Erased: true } => Standing.Erased,
            var account => new(account.Active, account.Roles, account.ReviewerScopes, account.SignedOutAt),
        };
}

/// <summary>A person as answers name them. <c>Name</c> is null once erased, and while the catalogue has not heard of the id.</summary>
public sealed record Person(string Id, string? Name, bool Erased);

/// <summary>Names for the user ids of an answer.</summary>
public sealed class People(IReadOnlyDictionary<string, Account> accounts)
{
    public static async Task<People> Load(IQuerySession session, IEnumerable<string?> ids, CancellationToken ct)
    {
        var known = ids.OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var accounts = known.Length == 0 ? [] : await session.LoadManyAsync<Account>(ct, known);
        return new People(accounts.ToDictionary(account => account.Id, StringComparer.Ordinal));
    }

    public Person? Of(string? id) =>
        id is null ? null
        : accounts.TryGetValue(id, out var account) ? new Person(id, account.Name, account.Erased)
        : new Person(id, null, Erased: false);
}
