using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(SkillPlatform.Identity.Tests.Running))]

namespace SkillPlatform.Identity.Tests;

/// <summary>Identity on a port of its own, which is its issuer too, with a database, a virtual host and a mail server.</summary>
public sealed class IdentityHost(
    int port,
    IReadOnlyDictionary<string, string> settings,
    string environment = "Development"
) : WebApplicationFactory<Program>
{
    public string Authority => $"http://localhost:{port.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseEnvironment(environment);
        builder.UseSetting("Identity:Authority", Authority);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in settings)
            builder.UseSetting(name, value);
    }

    public IdentityHost Start()
    {
        UseKestrel(port);
        StartServer();
        return this;
    }
}

/// <summary>One host that most tests share.</summary>
public sealed class Running : IAsyncLifetime
{
    private readonly Servers _servers = new();
    private IdentityHost? _host;

    public SmtpSink Mail { get; } = new();

    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    public IdentityHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public string Authority => Host.Authority;

    public async ValueTask InitializeAsync()
    {
        await _servers.InitializeAsync();
        await Mail.Start();
        Settings["ConnectionStrings:identity-db"] = _servers.Postgres.NewDatabase("identity");
        Settings["ConnectionStrings:messaging"] = (await _servers.Rabbit.NewVirtualHost()).ToString();
        Settings["Smtp:Host"] = "127.0.0.1";
        Settings["Smtp:Port"] = Mail.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Settings["Smtp:From"] = "SkillPlatform <no-reply@example.org>";
        Settings["Identity:FailuresPerClient"] = "1000";
        _host = new IdentityHost(FreePort(), Settings).Start();
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        await Mail.DisposeAsync();
        await _servers.DisposeAsync();
    }
}
