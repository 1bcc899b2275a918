using Marten;
using MassTransit;
using SkillPlatform.Contracts;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>
/// Name and comments go; what was proposed and decided stays, under an opaque id. A draft was nobody's business but its
/// author's: it goes whole, although it is a stream.
/// </summary>
public sealed class WhenAccountErased(IDocumentSession session, GivenUpMessages givenUp) : IConsumer<AccountErased>
{
    public async Task Consume(ConsumeContext<AccountErased> context)
    {
        var (m, ct) = (context.Message, context.CancellationToken);
        session.TryUpdateRevision(new Account(m.UserId, m.Version, null, [], [], Active: false, m.At), m.Version);
        session.QueueSqlCommand("delete from tallies where person = ?", m.UserId);
        session.DeleteWhere<CommentText>(text => text.Author == m.UserId);
        var drafts = await session
            .Query<ProposalPage>()
            .Where(page => page.Author == m.UserId && !page.Submitted)
            .Select(page => page.Id)
            .ToListAsync(ct);
        foreach (var draft in drafts)
        {
            session.Delete<ProposalPage>(draft);
            session.QueueSqlCommand("delete from mt_events where stream_id = ?", draft);
            session.QueueSqlCommand("delete from mt_streams where id = ?", draft);
        }
        await givenUp.Forget(m.UserId, ct, "proposals-when-account-changed");
    }
}
