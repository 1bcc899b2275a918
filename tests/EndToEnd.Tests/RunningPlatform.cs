using SkillPlatform.Testing;

[assembly: AssemblyFixture(typeof(SkillPlatform.EndToEnd.Tests.RunningPlatform))]

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>The whole platform as processes, with a mail server that keeps what it got, and everyone signed in.</summary>
public sealed class RunningPlatform : IAsyncLifetime
{
    /// <summary>Skills for browsers are called this and a number.</summary>
    public const string BrowsedSkills = "Skill";

    /// <summary>How many of them there are.</summary>
    public const int Browsed = 13;

    /// <summary>Their domain.</summary>
    public const string BrowsedDomain = "Seen in a browser";

    /// <summary>Who knows it may say that a mail came back.</summary>
    public const string BounceSecret = "of-the-receiving-server";

    private readonly SmtpSink _smtp = new();
    private Platform? _platform;

    public Platform Platform => _platform!;
    public SmtpSink Mails => _smtp;
    public Collector Telemetry { get; } = new();
    public Api Nobody { get; private set; } = null!;
    public Api Admin { get; private set; } = null!;
    public Api Reviewer { get; private set; } = null!;
    public Api Reviewer2 { get; private set; } = null!;
    public Api Contributor { get; private set; } = null!;
    public Api Reader { get; private set; } = null!;

    /// <summary>Id of the import that the catalogue comes from.</summary>
    public string Import { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await _smtp.Start();
        // Of every process that is started from here on.
        foreach (var (name, value) in await Telemetry.Start())
            Environment.SetEnvironmentVariable(name, value);
        // Where the tests' receivers are.
        Environment.SetEnvironmentVariable("Webhooks__AllowedNetworks", "127.0.0.1/32");
        Environment.SetEnvironmentVariable("Mail__BounceSecret", BounceSecret);
        _platform = new Platform(("127.0.0.1", _smtp.Port));
        await _platform.Start();
        Nobody = new Api(_platform.Web);
        Admin = await SignedIn("admin");
        Reviewer = await SignedIn("reviewer");
        Reviewer2 = await SignedIn("reviewer2");
        Contributor = await SignedIn("contributor");
        Reader = await SignedIn("reader");
        Import = (await Admin.Import(SampleCatalogue.Serverless())).GetProperty("id").GetString()!;
        await Admin.Import(SampleCatalogue.Of(Browsed, BrowsedDomain));
    }

    public Task<Api> SignedIn(string name) => Api.SignedIn(Platform.Web, Platform.Authority, $"{name}@example.org");

    /// <summary>Somebody new, who registers and confirms as a person would, and signs in.</summary>
    public async Task<Api> Registered(string name, string address)
    {
        await Platform.Register(Mails, name, address);
        return new(Platform.Web, (await SignIn.As(Platform.Authority, address)).AccessToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null)
            await _platform.DisposeAsync();
        await _smtp.DisposeAsync();
        await Telemetry.DisposeAsync();
    }
}
