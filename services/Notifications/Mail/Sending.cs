using MimeKit;

namespace SkillPlatform.Notifications;

/// <summary>Puts the delivery of mails together from the configuration.</summary>
public static class Sending
{
    public static void AddSending(this IHostApplicationBuilder builder, OutboxSignal signal)
    {
        var smtp = builder.Configuration.GetSection("Smtp").Get<SmtpOptions>() ?? new SmtpOptions();
        var origin = builder.Configuration["Web:PublicOrigin"] ?? "http://localhost:8080";
        var from = MailboxAddress.Parse(smtp.From);
        var signature = smtp.Dkim is null ? null : new Signature(smtp.Dkim);
        builder.Services.AddSingleton(new Sender(from, new Uri(origin), signature));
        builder.Services.AddSingleton(new ReturnPath(smtp.ReturnPath, from));
        builder.Services.AddSingleton(signal);
        builder.Services.AddSingleton<Claims>();
        builder.Services.AddSingleton<Measures>();
        builder.Services.AddSingleton(services => new SmtpServer(smtp, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<Digests>();
        builder.Services.AddHostedService<DigestSweep>();
        builder.Services.AddHostedService<Postman>();
    }
}
