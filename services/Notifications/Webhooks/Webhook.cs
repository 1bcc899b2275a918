using System.Security.Cryptography;
using System.Text;

namespace SkillPlatform.Notifications;

/// <summary>What a webhook's body looks like.</summary>
public static class Shapes
{
    public const string Standard = "standard";
    public const string Slack = "slack";
    public const string Teams = "teams";

    public static IReadOnlyList<string> All { get; } = [Standard, Slack, Teams];
}

/// <summary>
/// An address that is called with what the log holds of a topic. It has read the log up to <paramref name="Position"/>:
/// what comes after that is still to be sent, in order, and one that fails holds up those behind it.
/// </summary>
/// <param name="Id">Its id.</param>
/// <param name="User">User id of the owner.</param>
/// <param name="Url">The address; may be a secret itself.</param>
/// <param name="Topic">What it is about.</param>
/// <param name="Types">Those of <see cref="Announced.Types"/> that it wants.</param>
/// <param name="Shape">One of <see cref="Shapes"/>.</param>
/// <param name="Secret"><c>whsec_</c> and the key, in base64.</param>
/// <param name="OldSecret">The one before, until <paramref name="OldUntil"/>.</param>
/// <param name="OldUntil">See above.</param>
/// <param name="Version">Grows with what its owner changes.</param>
/// <param name="On">False once it was switched off.</param>
/// <param name="Why">By whom or what: <c>owner, administrator, gone</c> (it answered 410), <c>failing</c>.</param>
/// <param name="Position">See above.</param>
/// <param name="Attempts">Failed ones for what is next.</param>
/// <param name="FailingSince">The first of them.</param>
/// <param name="NextAttempt">Not called before.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Webhook(
    Guid Id,
    string User,
    string Url,
    Topic Topic,
    string[] Types,
    string Shape,
    string Secret,
    string? OldSecret,
    DateTimeOffset? OldUntil,
    long Version,
    bool On,
    string? Why,
    long Position,
    int Attempts,
    DateTimeOffset? FailingSince,
    DateTimeOffset NextAttempt,
    DateTimeOffset CreatedAt
)
{
    public const string ByOwner = "owner";
    public const string ByAdministrator = "administrator";
    public const string Gone = "gone";
    public const string Failing = "failing";

    private const string Prefix = "whsec_";

    /// <summary>How long the old secret signs too, after a new one was made.</summary>
    public static readonly TimeSpan Rotation = TimeSpan.FromHours(24);

    public string Host => new Uri(Url).Host;

    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary><c>webhook-signature</c> of Standard Webhooks: by each secret that is good, with a space between.</summary>
    public string Sign(Guid id, DateTimeOffset now, string body)
    {
        var signed = Encoding.UTF8.GetBytes($"{id}.{now.ToUnixTimeSeconds()}.{body}");
        string[] secrets = OldSecret is { } old && now < OldUntil ? [Secret, old] : [Secret];
        return string.Join(
            ' ',
            secrets.Select(secret =>
                $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[Prefix.Length..]), signed))}"
            )
        );
    }
}
