using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>Puts the delivery of mails together from the configuration.</summary>
public static class Sending
{
    public static void AddSending(this IHostApplicationBuilder builder, OutboxSignal signal)
    {
        var smtp = builder.Configuration.GetSection("Smtp").Get<SmtpOptions>() ?? new SmtpOptions();
        var origin = builder.Configuration["Web:PublicOrigin"] ?? "http://localhost:8080";
        var sender = Sender.Of(smtp, new Uri(origin));
        builder.Services.AddSingleton(sender);
        builder.Services.AddSingleton<Letters>();
        builder.Services.AddSingleton(new ReturnPath(smtp.ReturnPath, sender.From));
        builder.Services.AddSingleton(signal);
        builder.Services.AddSingleton<Claims>();
        builder.Services.AddSingleton<Gathering>();
        builder.Services.AddSingleton<Measures>();
        builder.Services.AddSingleton(services => new SmtpServer(smtp, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<Digests>();
        builder.Services.AddHostedService<Teller>();
        builder.Services.AddSingleton<DigestSweep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DigestSweep>());
        builder.Services.AddHealthChecks().AddCheck<DigestSweep>("digests", tags: ["ready"]);
        builder.Services.AddHostedService<Postman>();
        builder.Services.AddSingleton<Returned>();
        var mailbox = builder.Configuration.GetSection("Mail:Bounces").Get<MailboxOptions>();
        if (mailbox is { Host.Length: > 0 })
        {
            builder.Services.AddSingleton(mailbox);
            builder.Services.AddHostedService<BounceMailbox>();
        }
    }
}
