namespace SkillPlatform.Contracts;

/// <summary>
/// An account as it stands. Published by Identity when it is confirmed and whenever name, address, culture, roles or
/// scopes change. Readers keep it as a document under <paramref name="UserId"/> and never copy it into an event stream;
/// they keep the highest <paramref name="Version"/>.
/// </summary>
/// <param name="UserId">Opaque id, the token's <c>sub</c>.</param>
/// <param name="Version">Grows with every change of this account.</param>
/// <param name="Name">Display name.</param>
/// <param name="Email">Confirmed address; empty for a service account, which takes no mail.</param>
/// <param name="Culture">BCP 47 tag, for example <c>de</c>.</param>
/// <param name="TimeZone">IANA name, for example <c>Europe/Berlin</c>.</param>
/// <param name="Roles">Of <c>contributor, reviewer, moderator, administrator</c>, and for service accounts <c>importer</c>.</param>
/// <param name="ReviewerScopes">Slugs of domains this reviewer may decide on; <c>*</c> for all.</param>
/// <param name="Active">False while suspended.</param>
/// <param name="SignedOutAt">When everything signed in with it had to end last, UTC; null if never. Tokens and sessions of that second are void, later ones stand.</param>
/// <param name="EmailConfirmedAt">When its owner last followed a link that was sent to <paramref name="Email"/>, UTC; null if not known.</param>
public sealed record AccountChanged(
    string UserId,
    long Version,
    string Name,
    string Email,
    string Culture,
    string TimeZone,
    string[] Roles,
    string[] ReviewerScopes,
    bool Active,
    DateTimeOffset? SignedOutAt = null,
    DateTimeOffset? EmailConfirmedAt = null
);

/// <summary>
/// An account was deleted. Published by Identity. Readers delete the person's document and what they hold of name and
/// address, for good, and remember the id, so that a late <see cref="AccountChanged"/> does not bring it back.
/// </summary>
/// <param name="UserId">Opaque id.</param>
/// <param name="Version">Higher than every version published before.</param>
/// <param name="At">When, UTC.</param>
public sealed record AccountErased(string UserId, long Version, DateTimeOffset At);
