using Marten;
using MassTransit;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Completes the news of an import, and lets the mails that waited for it go.</summary>
public sealed class WhenImportFinished(IDocumentSession session, TimeProvider time) : IConsumer<ImportFinished>
{
    public async Task Consume(ConsumeContext<ImportFinished> context)
    {
        var import = context.Message;
        var news = new News
        {
            Id = import.ImportId,
            Kind = NewsKind.Imported,
            Author = import.By,
            Import = new ImportCounts(import.Source, import.Added, import.Changed, import.Unchanged),
            At = import.At,
        };
        session.Store(news);
        session.ReleaseMails(import.ImportId, time.GetUtcNow());
        if (import.Added + import.Changed > 0)
            await session.Tell(news, [Topic.Everything], time.GetUtcNow(), ct: context.CancellationToken);
    }
}
