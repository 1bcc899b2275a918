using System.Globalization;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class LetterTests(Running running)
{
    [Fact]
    public async Task A_busy_mail_server_gets_the_letter_later_and_one_that_refuses_is_believed()
    {
        await using var mail = new SmtpSink { Mood = Mood.Busy };
        await mail.Start();
        var settings = running.NewSettings("letters");
        settings["Smtp:Port"] = mail.Port.ToString(CultureInfo.InvariantCulture);
        await using var host = new IdentityHost(Running.FreePort(), settings).Start();
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
