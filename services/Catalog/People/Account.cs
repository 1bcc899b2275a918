using Marten;

namespace SkillPlatform.Catalog;

/// <summary>Who a user id stands for: the only personal data the catalogue holds, and only to show it.</summary>
public sealed class Account
{
    /// <summary>The user id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Display name; null once erased.</summary>
    public string? Name { get; set; }

    /// <summary>Of the message this came from: late ones change nothing.</summary>
    public long Version { get; set; }

    public bool Erased { get; set; }
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
