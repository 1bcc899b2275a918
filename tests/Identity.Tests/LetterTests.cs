using System.Globalization;
using System.Security.Cryptography;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class LetterTests : IDisposable
{
    private readonly Running _running;
    private readonly string _key = Path.GetTempFileName();

    public LetterTests(Running running)
    {
        _running = running;
        using var rsa = RSA.Create(2048);
        File.WriteAllText(_key, rsa.ExportRSAPrivateKeyPem());
    }

    public void Dispose() => File.Delete(_key);

    [Fact]
    public async Task A_busy_mail_server_gets_the_letter_later_and_one_that_refuses_is_believed()
    {
        await using var mail = new SmtpSink { Mood = Mood.Busy };
        await mail.Start();
        var settings = _running.NewSettings("letters");
        settings["Smtp:Port"] = mail.Port.ToString(CultureInfo.InvariantCulture);
        settings["Smtp:ReturnPath"] = "bounces+{id}@example.org";
        settings["Smtp:Dkim:Domain"] = "example.org";
        settings["Smtp:Dkim:Selector"] = "s1";
        settings["Smtp:Dkim:KeyFile"] = _key;
        await using var host = new IdentityHost(Local.FreePort(), settings).Start();
        using var browser = new Browser(host.Authority);

        using var asked = await browser.Fill("/forgot", ("email", "reader@example.org"));
        Assert.Equal("/sent", asked.Headers.Location?.OriginalString);
        await Eventually.Holds(() => Task.FromResult(mail.Attempts > 0));
        mail.Mood = Mood.Friendly;
        var letter = await Eventually.Get(
            () => Task.FromResult(mail.Received.FirstOrDefault()),
            got => got is not null,
            TimeSpan.FromSeconds(60)
        );
        Assert.Equal("auto-generated", letter!.Message.Headers["Auto-Submitted"]);
        Assert.Contains($"{host.Authority}/reset?account=", letter.Message.TextBody, StringComparison.Ordinal);
        Assert.Contains($"{host.Authority}/reset?account=", letter.Message.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("d=example.org;", letter.Message.Headers["DKIM-Signature"], StringComparison.Ordinal);
        Assert.Equal($"bounces+{letter.Message.MessageId!.Split('@')[0]}@example.org", letter.From);

        var before = mail.Attempts;
        mail.Mood = Mood.Refusing;
        using var again = await browser.Fill("/forgot", ("email", "contributor@example.org"));
        await Eventually.Holds(async () => mail.Attempts > before && await Count(settings) == 0);
    }

    private static async Task<long> Count(Dictionary<string, string> settings)
    {
        await using var connection = new Npgsql.NpgsqlConnection(settings["ConnectionStrings:identity-db"]);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("select count(*) from identity.letters", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
