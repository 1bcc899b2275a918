using JasperFx.Events;
using Marten;

namespace SkillPlatform.Catalog;

/// <summary>The only place where a stored event becomes a public message.</summary>
public static class Announcements
{
    public static Task<object?> Of(IEvent @event, IQuerySession session, CancellationToken ct) =>
        Task.FromResult<object?>(null);
}
