using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(SkillPlatform.Identity.Tests.Running))]

namespace SkillPlatform.Identity.Tests;

/// <summary>Identity on a port of its own, which is its issuer too, with a database, a virtual host and a mail server.</summary>
public sealed class IdentityHost(
    int port,
    IReadOnlyDictionary<string, string> settings,
    string environment = "Development",
    string? authority = null,
    ILoggerProvider? log = null,
    TimeProvider? time = null
) : WebApplicationFactory<Program>
{
    private IHostApplicationLifetime? _life;

    public string Address => $"http://localhost:{port.ToString(CultureInfo.InvariantCulture)}";

    public string Authority => authority ?? Address;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseEnvironment(environment);
        builder.UseSetting("Identity:Authority", Authority);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in settings)
            builder.UseSetting(name, value);
        if (log is not null)
            builder.ConfigureServices(services => services.AddLogging(logging => logging.AddProvider(log)));
        if (time is not null)
            builder.ConfigureTestServices(services => services.AddSingleton(time));
    }

    public IdentityHost Start()
    {
        UseKestrel(port);
        StartServer();
        _life = Services.GetRequiredService<IHostApplicationLifetime>();
        return this;
    }

    public override async ValueTask DisposeAsync()
    {
        await _life.End();
        await base.DisposeAsync();
    }
}

/// <summary>One host that most tests share.</summary>
public sealed class Running : IAsyncLifetime
{
    public const string FirstAdministrator = "first@example.net";
    private readonly Servers _servers = new();
    private IdentityHost? _host;

    public SmtpSink Mail { get; } = new();

    public IReadOnlyDictionary<string, string> Settings { get; private set; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    public Uri Broker { get; private set; } = new("amqp://none");

    public IdentityHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public string Authority => Host.Authority;

    public async ValueTask InitializeAsync()
    {
        await _servers.InitializeAsync();
        await Mail.Start();
        Broker = await _servers.Rabbit.NewVirtualHost();
        Settings = NewSettings("identity");
        _host = new IdentityHost(Local.FreePort(), Settings).Start();
    }

    /// <summary>A database of its own, everything else shared.</summary>
    public Dictionary<string, string> NewSettings(string database) =>
        new(StringComparer.Ordinal)
        {
            ["ConnectionStrings:identity-db"] = _servers.Postgres.NewDatabase(database),
            ["ConnectionStrings:messaging"] = Broker.ToString(),
            ["Smtp:Host"] = "127.0.0.1",
            ["Smtp:Port"] = Mail.Port.ToString(CultureInfo.InvariantCulture),
            ["Smtp:From"] = "SkillPlatform <no-reply@example.org>",
            ["Identity:Administrator"] = FirstAdministrator,
            // All tests come from one address.
            ["Identity:FailuresPerClient"] = "1000",
        };

    /// <summary>A confirmed contributor with the password of the development accounts.</summary>
    public async Task Create(string address)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        await DevelopmentAccounts.Create(
            scope.ServiceProvider,
            address,
            "Somebody",
            [Roles.Contributor],
            TestContext.Current.CancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        await Mail.DisposeAsync();
        await _servers.DisposeAsync();
    }
}
