using System.Text.Encodings.Web;
using System.Text.Json;

namespace SkillPlatform.AppHost;

/// <summary>
/// A service's account at the broker. It does as it likes with queues and exchanges that begin with its name, publishes what it says,
/// binds to what it hears, and reaches nothing else; not even the exchange without a name, which leads to every queue.
/// </summary>
/// <param name="Service">With whose name its queues begin.</param>
/// <param name="Says">The messages that it alone publishes.</param>
/// <param name="Hears">Those of others that it listens to.</param>
internal sealed record BrokerAccount(string Service, string[] Says, string[] Hears)
{
    public static IReadOnlyList<BrokerAccount> All { get; } =
    [
        new(
            "catalog",
            [
                "EditionPublished",
                "ImportFinished",
                "ProposalApplied",
                "ProposalConflicted",
                "ReviewDue",
                "SkillChanged",
                "SkillKept",
                "SkillsChanged",
                "TaxonomyChanged",
            ],
            ["AccountChanged", "AccountErased", "ProposalAccepted"]
        ),
        new(
            "proposals",
            ["ProposalAccepted", "ProposalActivity", "SkillCommented"],
            [
                "AccountChanged",
                "AccountErased",
                "ProposalApplied",
                "ProposalConflicted",
                "SkillChanged",
                "SkillsChanged",
                "TaxonomyChanged",
            ]
        ),
        new(
            "notifications",
            [],
            [
                "AccountChanged",
                "AccountErased",
                "EditionPublished",
                "ImportFinished",
                "ProposalActivity",
                "ProposalApplied",
                "ReviewDue",
                "SkillChanged",
                "SkillCommented",
                "SkillsChanged",
                "TaxonomyChanged",
            ]
        ),
        new("identity", ["AccountChanged", "AccountErased"], []),
        new(
            "web",
            [],
            [
                "AccountChanged",
                "AccountErased",
                "ProposalActivity",
                "SkillChanged",
                "SkillKept",
                "SkillsChanged",
                "TaxonomyChanged",
            ]
        ),
    ];

    // Where a container keeps it; a restart reads it anew.
    private const string File = "/var/lib/rabbitmq/accounts.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Name => $"{Servers.User}_{Service}";

    /// <summary>The name under which an installation sets its password.</summary>
    public string Password => $"{Service.ToUpperInvariant()}_BROKER_PASSWORD";

    /// <summary>
    /// What a broker reads at each start, before it listens (<c>load_definitions</c>): these accounts, and the administrator's, whom no
    /// service is. What else it has it keeps.
    /// </summary>
    /// <param name="administrator">Name.</param>
    /// <param name="password">The administrator's.</param>
    /// <param name="passwordOf">That of each account.</param>
    public static string Definitions(string administrator, string password, Func<BrokerAccount, string> passwordOf) =>
        JsonSerializer.Serialize(
            new
            {
                vhosts = new[] { new { name = "/" } },
                users = All.Select(a => User(a.Name, passwordOf(a), tags: ""))
                    .Prepend(User(administrator, password, "administrator")),
                permissions = All.Select(a =>
                        Rights(a.Name, a.Pattern([.. a.Says, .. a.Hears]), a.Pattern(a.Says), a.Pattern(a.Hears))
                    )
                    .Prepend(Rights(administrator, ".*", ".*", ".*")),
            },
            Json
        );

    /// <summary>The same for a broker of whoever runs one, passwords put in from the environment by <c>envsubst</c> or a shell.</summary>
    public static string Published { get; } =
        Definitions("$RABBITMQ_DEFAULT_USER", "$RABBITMQ_DEFAULT_PASS", a => $"${a.Password}");

    /// <summary>What a container of the broker runs in <c>bash</c>: the accounts, from its environment, then what its image would run.</summary>
    public static string Start { get; } =
        $"(umask 077 && cat >{File}) <<END\n{Published}\nEND\nexec docker-entrypoint.sh rabbitmq-server\n";

    /// <summary>The variable that has a container's broker read them, whatever files of settings its image has.</summary>
    public static (string Name, string Value) Reads { get; } =
        ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", $"-rabbit load_definitions \"{File}\"");

    // Whoever binds to an exchange makes it where it is not there yet: so what one hears one may also make, though not write to.
    private string Pattern(string[] messages) =>
        messages.Length == 0
            ? $"^{Service}-"
            : $"^({Service}-|SkillPlatform[.]Contracts:({string.Join('|', messages)})$)";

    private static object User(string name, string password, string tags) =>
        new
        {
            name,
            password,
            tags,
        };

    private static object Rights(string user, string configure, string write, string read) =>
        new
        {
            user,
            vhost = "/",
            configure,
            write,
            read,
        };
}
