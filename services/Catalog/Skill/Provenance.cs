using System.Globalization;
using JasperFx.Events;
using Marten;
using SkillPlatform.Contracts;

namespace SkillPlatform.Catalog;

/// <summary>
/// Where a change comes from: in the headers of its events, set once per session by whoever stages them. People are user
/// ids; their names are documents.
/// </summary>
public sealed record Provenance(
    string? Author = null,
    string? Reviewer = null,
    string? Reason = null,
    Guid? Proposal = null,
    int? Revision = null,
    Guid? Import = null
)
{
    public void Stamp(IDocumentSession session)
    {
        Set(session, "author", Author);
        Set(session, "reviewer", Reviewer);
        Set(session, "reason", Reason);
        Set(session, "proposal", Proposal?.ToString());
        Set(session, "revision", Revision);
        Set(session, "import", Import?.ToString());
    }

    public static Provenance Of(ProposalAccepted accepted) =>
        new(accepted.Author, accepted.Reviewer, accepted.Rationale, accepted.ProposalId, accepted.Revision);

    public static Provenance Of(IEvent e) =>
        new(
            Text(e, "author"),
            Text(e, "reviewer"),
            Text(e, "reason"),
            Guid.TryParse(Text(e, "proposal"), out var proposal) ? proposal : null,
            int.TryParse(Text(e, "revision"), CultureInfo.InvariantCulture, out var revision) ? revision : null,
            Guid.TryParse(Text(e, "import"), out var import) ? import : null
        );

    private static void Set(IDocumentSession session, string name, object? value)
    {
        if (value is not null)
            session.SetHeader(name, value);
    }

    private static string? Text(IEvent e, string name) => e.GetHeader(name)?.ToString();
}
