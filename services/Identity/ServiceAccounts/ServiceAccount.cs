using Microsoft.EntityFrameworkCore;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>
/// A program that signs in as itself, with a secret of its own and until a day that was set. It is nobody: it has no
/// address, gets no letter and never decides on a proposal. It stays here when it is over, for history names it.
/// </summary>
public sealed class ServiceAccount
{
    public const string Read = "read";
    public const string Propose = "propose";
    public const string Import = "import";
    public const string Administer = "administer";

    /// <summary>What an administrator can let one do.</summary>
    public static IReadOnlyList<string> AllScopes { get; } = [Read, Propose, Import, Administer];

    /// <summary>The token's <c>sub</c>, and the client id: one program, one name.</summary>
    public Guid Id { get; set; }

    public string Name { get; set; } = "";

    /// <summary>Of <see cref="AllScopes"/>, in that order.</summary>
    public string[] Scopes { get; set; } = [];

    public DateTimeOffset EndsAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Id of the administrator.</summary>
    public string CreatedBy { get; set; } = "";

    /// <summary>When it last got a token; null if never.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Version of its event stream.</summary>
    public long Version { get; set; }

    public string Subject => Id.ToString();

    public bool IsOver(DateTimeOffset now) => RevokedAt is not null || EndsAt <= now;

    /// <summary>What the scopes come to in the services. To read what only somebody signed in reads takes no role.</summary>
    public static string[] RolesOf(IEnumerable<string> scopes) =>
        [
            .. scopes
                .Select(scope =>
                    scope switch
                    {
                        Propose => Roles.Contributor,
                        Import => Roles.Importer,
                        Administer => Roles.Administrator,
                        _ => null,
                    }
                )
                .OfType<string>()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>How it stands; null where there is none of that id.</summary>
    public static async Task<Standing?> Now(IdentityDb db, Guid id, CancellationToken ct) =>
        await db.ServiceAccounts.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, ct) is { } account
            ? new Standing(account.RevokedAt is null, RolesOf(account.Scopes), [], account.RevokedAt)
            : null;
}

public sealed record ServiceAccountMade(string[] Scopes, DateTimeOffset EndsAt, string By);

public sealed record ServiceAccountRevoked(string By);

/// <summary>A service account as administrators see it.</summary>
/// <param name="Id">Its id, in history too, and the client id at the token endpoint.</param>
/// <param name="Name">What history calls it.</param>
/// <param name="Scopes">Of <c>read, propose, import, administer</c>.</param>
/// <param name="EndsAt">From when on it gets no tokens; those it has end then, too.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="LastUsedAt">When it last got a token; null if never.</param>
/// <param name="RevokedAt">When an administrator ended it; null where none did.</param>
/// <param name="ClientSecret">Said once, to who made it.</param>
public sealed record ServiceAccountBody(
    string Id,
    string Name,
    string[] Scopes,
    DateTimeOffset EndsAt,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
    )]
        string? ClientSecret = null
)
{
    public static ServiceAccountBody Of(ServiceAccount a) =>
        new(a.Subject, a.Name, a.Scopes, a.EndsAt, a.CreatedAt, a.CreatedBy, a.LastUsedAt, a.RevokedAt);
}
