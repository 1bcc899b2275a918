using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Polly;
using Polly.Registry;

namespace SkillPlatform.Identity;

/// <summary>
/// Sends letters, on every replica. Each is taken by moving its due time ahead, outside any transaction, and deleted when the
/// server has it. A server that is away or says 4xx is tried again for two days; one that says 5xx is believed.
/// </summary>
internal sealed class Postman(
    Postbox postbox,
    IServiceScopeFactory scopes,
    IConfiguration configuration,
    ResiliencePipelineProvider<string> pipelines,
    TimeProvider time,
    ILogger<Postman> log
) : BackgroundService
{
    public const string Pipeline = "smtp";
    private const int LastAttempt = 60;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SendNext(stoppingToken)) { }
                await postbox.Wait(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Letters cannot be read ({Reason}); trying again.", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(2), time, stoppingToken);
            }
        }
    }

    private async Task<bool> SendNext(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        if (await Take(db, ct) is not { } letter)
            return false;
        try
        {
            if (await scope.ServiceProvider.GetRequiredService<LetterText>().Compose(letter) is { } message)
                await pipelines.GetPipeline(Pipeline).ExecuteAsync(async token => await Send(message, token), ct);
            await Delete(db, letter, ct);
        }
        catch (SmtpCommandException refused) when ((int)refused.StatusCode >= 500)
        {
            log.LogWarning("Letter {Id} was refused for good: {Status}.", letter.Id, (int)refused.StatusCode);
            await Delete(db, letter, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // A server that refuses repeats the address.
            var reason = e is SmtpCommandException refused ? refused.StatusCode.ToString() : e.Message;
            log.LogWarning("Letter {Id} could not be sent ({Reason}); it is tried again.", letter.Id, reason);
            if (letter.Attempts >= LastAttempt)
                await Delete(db, letter, ct);
        }
        return true;
    }

    private async Task<Letter?> Take(IdentityDb db, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // 10 s, 20 s, 40 s … at most an hour; longer than a send can take, so that no other replica sends it meanwhile.
        var taken = await db
            .Letters.FromSql(
                $"""
                update identity.letters set attempts = attempts + 1,
                  due = {now} + least(interval '1 hour', interval '10 seconds' * power(2, attempts))
                where id = (select id from identity.letters where due <= {now} order by due limit 1 for update skip locked)
                returning *
                """
            )
            .AsNoTracking()
            .ToListAsync(ct);
        return taken.SingleOrDefault();
    }

    private static Task<int> Delete(IdentityDb db, Letter letter, CancellationToken ct) =>
        db.Letters.Where(l => l.Id == letter.Id).ExecuteDeleteAsync(ct);

    private async Task Send(MimeMessage message, CancellationToken ct)
    {
        using var client = new SmtpClient();
        var smtp = configuration.GetSection("Smtp");
        await client.ConnectAsync(
            smtp["Host"] ?? "localhost",
            smtp.GetValue("Port", 1025),
            smtp.GetValue("Security", SecureSocketOptions.StartTlsWhenAvailable),
            ct
        );
        if (smtp["User"] is { Length: > 0 } user)
            await client.AuthenticateAsync(user, smtp["Password"] ?? "", ct);
        await client.SendAsync(message, ct);
        await client.DisconnectAsync(quit: true, ct);
    }
}

internal static class MailSetup
{
    public static void AddMail(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Postbox>();
        builder.Services.AddScoped<LetterText>();
        builder.Services.AddHostedService<Postman>();
        builder.Services.AddResiliencePipeline(Postman.Pipeline, smtp => smtp.AddTimeout(TimeSpan.FromSeconds(8)));
    }
}
