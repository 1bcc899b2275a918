using JasperFx.Events;
using Marten;

namespace SkillPlatform.Notifications;

/// <summary>Nothing that happens here concerns another service yet.</summary>
public static class Announcements
{
    public static Task<object?> Of(IEvent @event, IQuerySession session, CancellationToken ct) =>
        Task.FromResult<object?>(null);
}
