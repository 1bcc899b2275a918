using Marten;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>
/// What this service knows of a person. The only place where it holds a name; an erased person leaves the id, so that a
/// late message does not bring the name back.
/// </summary>
public sealed record Account(
    string Id,
    long Version,
    string? Name,
    string[] Roles,
    string[] ReviewerScopes,
    bool Active,
    DateTimeOffset? Erased = null,
    DateTimeOffset? SignedOutAt = null
)
{
    /// <summary>How the account stands, as far as has been heard.</summary>
    public static async Task<Standing?> Now(IServiceProvider services, string id, CancellationToken ct) =>
        await services.GetRequiredService<IQuerySession>().LoadAsync<Account>(id, ct) is { } account
            ? new(account.Active, account.Roles, account.ReviewerScopes, account.SignedOutAt)
            : null;

    /// <summary>False once demoted, suspended or erased, whatever a token that is still valid says.</summary>
    public bool StillReviews(string domain) =>
        Active
        && Roles.Contains(ServiceDefaults.Roles.Reviewer, StringComparer.Ordinal)
        && ReviewerScopes.Any(scope => scope == "*" || scope == domain);
}

/// <summary>A person in an answer. The name is null once erased, and while it is not known here yet.</summary>
public sealed record Person(string Id, string? Name, bool Erased);

/// <summary>The names of people, looked up when something is read, so that erasing an account is enough.</summary>
public sealed class People
{
    private readonly Dictionary<string, Account> _known;

    public IReadOnlyDictionary<string, Account> Known => _known;

    private People(IEnumerable<Account> known) => _known = known.ToDictionary(a => a.Id, StringComparer.Ordinal);

    public static async Task<People> Load(IQuerySession session, IEnumerable<string?> ids, CancellationToken ct) =>
        new(await session.LoadManyAsync<Account>(ct, ids.OfType<string>().Distinct(StringComparer.Ordinal).ToArray()));

    public Person? this[string? id] =>
        id is null ? null
        : _known.TryGetValue(id, out var account) ? new Person(id, account.Name, account.Erased is not null)
        : new Person(id, null, Erased: false);

    /// <summary>Changes whenever one of the names does.</summary>
    public string Fingerprint =>
        string.Join(',', _known.Values.OrderBy(a => a.Id, StringComparer.Ordinal).Select(a => $"{a.Id}={a.Version}"));
}
