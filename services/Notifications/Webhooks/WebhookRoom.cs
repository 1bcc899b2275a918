using Marten;

namespace SkillPlatform.Notifications;

/// <summary>Puts the log and the webhooks together.</summary>
public static class WebhookRoom
{
    public static void AddWebhooks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Reach.Of(builder.Configuration));
        builder.Services.AddSingleton<Calling>();
        builder.Services.AddSingleton<AnnouncedLog>();
        builder.Services.AddSingleton<Hooks>();
        builder.Services.AddSingleton<LogSignal>();
        builder.Services.ConfigureMarten(
            (services, options) => options.Listeners.Add(services.GetRequiredService<LogSignal>())
        );
        builder.Services.AddHostedService<Courier>();
        builder.Services.AddHostedService<Upkeep>();
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        SaveWebhook.Map(api);
        ShowWebhooks.Map(api);
        StopWebhook.Map(api);
        TestWebhook.Map(api);
        ReplayWebhook.Map(api);
        RotateSecret.Map(api);
        ListCalls.Map(api);
    }
}
