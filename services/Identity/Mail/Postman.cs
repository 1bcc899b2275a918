using Microsoft.EntityFrameworkCore;
using SkillPlatform.Mail;

namespace SkillPlatform.Identity;

/// <summary>
/// Sends letters, on every replica. Each is taken by moving its due time ahead, outside any transaction, and deleted when the
/// server has it. A server that is away or says 4xx is tried again for two days; one that says 5xx is believed.
/// </summary>
internal sealed class Postman(
    Postbox postbox,
    IServiceScopeFactory scopes,
    SmtpServer server,
    ReturnPath returnPath,
    TimeProvider time,
    ILogger<Postman> log
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var connection = new SmtpConnection(server.Options, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (server.Rest is { Ticks: > 0 } rest)
                    await Task.Delay(rest, time, stoppingToken);
                if (!await SendNext(connection, stoppingToken))
                    await postbox.Wait(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Letters cannot be read ({Reason}); trying again.", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(2), time, stoppingToken);
            }
        }
    }

    private async Task<bool> SendNext(SmtpConnection connection, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        if (await Take(db, ct) is not { } letter)
            return false;
        var outcome = await Send(letter, scope.ServiceProvider.GetRequiredService<LetterText>(), connection);
        var mine = db.Letters.Where(l => l.Id == letter.Id);
        var again = outcome?.Again(letter.Attempts - 1, time.GetUtcNow() - letter.At);
        if (again is { } wait)
            await mine.ExecuteUpdateAsync(set => set.SetProperty(l => l.Due, time.GetUtcNow() + wait), ct);
        else
            await mine.ExecuteDeleteAsync(ct);
        // At the first time and the last. A server that refuses repeats the address: its number alone.
        if (outcome is not (null or Outcome.Accepted) && (letter.Attempts == 1 || again is null))
            log.LogWarning("Letter {Id}: {Outcome} {Code}.", letter.Id, outcome.GetType().Name, outcome.Code);
        return true;
    }

    // Null where there is nobody to write to.
    private async Task<Outcome?> Send(Letter letter, LetterText text, SmtpConnection connection)
    {
        try
        {
            return await text.Compose(letter) is { } mail
                ? await server.Send(connection, mail, returnPath.Of(letter.Id))
                : null;
        }
        catch (Exception e)
        {
            return new Outcome.Unreachable(e.Message);
        }
    }

    private async Task<Letter?> Take(IdentityDb db, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // Longer than a send can take, so that no other replica sends it meanwhile.
        var later = now + TimeSpan.FromSeconds(10 + 2 * server.Options.TimeoutSeconds);
        var taken = await db
            .Letters.FromSql(
                $"""
                update identity.letters set attempts = attempts + 1, due = {later}
                where id = (select id from identity.letters where due <= {now} order by due limit 1 for update skip locked)
                returning *
                """
            )
            .AsNoTracking()
            .ToListAsync(ct);
        return taken.SingleOrDefault();
    }
}

internal static class MailSetup
{
    public static void AddMail(this WebApplicationBuilder builder)
    {
        var smtp = builder.Configuration.GetSection("Smtp").Get<SmtpOptions>() ?? new SmtpOptions();
        var sender = Sender.Of(smtp, new Uri(builder.Configuration["Identity:Authority"]!));
        builder.Services.AddSingleton(sender);
        builder.Services.AddSingleton(new ReturnPath(smtp.ReturnPath, sender.From));
        builder.Services.AddSingleton(services => new SmtpServer(smtp, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<Postbox>();
        builder.Services.AddScoped<LetterText>();
        builder.Services.AddHostedService<Postman>();
    }
}
