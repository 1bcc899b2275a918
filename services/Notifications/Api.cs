using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>Everything that can be called.</summary>
public static class Api
{
    public static void Map(RouteGroupBuilder api)
    {
        StartWatching.Map(api);
        StopWatching.Map(api);
        MuteThread.Map(api);
        ListWatches.Map(api);
        SetPreferences.Map(api);
        ListMarks.Map(api);
        SetMark.Map(api);
        MyRole.Map(api);
        ExportMine.Map(api);
        ReadInbox.Map(api);
        Unsubscribe.Map(api);
        Deliveries.Map(api);
        Bounces.Map(api);
        Suppressions.Map(api);
        PreviewWatch.Map(api);
        WebhookRoom.Map(api);
        api.MapErrorQueues(Consumers.Endpoints);
    }
}
