using System.Text.Json.Serialization;
using SkillPlatform.Contracts;
using SkillPlatform.Web.Comments;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Proposals;

/// <summary>What these pages need of a proposal.</summary>
public sealed record Proposal(
    Guid Id,
    string? Skill,
    string? SkillName,
    Person? Author,
    string State,
    int Revision,
    string Rationale,
    Change[] Changes,
    Conflict[]? Conflicts,
    Verdict[]? Reviews,
    Step[]? Timeline,
    DateTimeOffset CreatedAt,
    Revision[]? Revisions = null,
    Comment[]? Comments = null,
    string? Domain = null,
    long? SkillVersion = null,
    DomainApprovals[]? Approvals = null,
    Older? Older = null,
    long? Number = null,
    Guid? Batch = null,
    TaxonomyPart? Taxonomy = null
)
{
    /// <summary>The domains whose reviewers decide.</summary>
    public IEnumerable<string> Domains => Approvals?.Select(a => a.Domain) ?? new[] { Domain }.OfType<string>();
}

/// <summary>Of what there is more than it comes with.</summary>
public sealed record Older(bool Revisions, bool Comments, bool Timeline);

/// <summary>How far a domain is with it.</summary>
public sealed record DomainApprovals(string Domain, int Has, int Needs);

/// <summary>One revision, as its author sent it.</summary>
public sealed record Revision(
    [property: JsonPropertyName("revision")] int Number,
    string Rationale,
    Change[] Changes,
    bool KeptApprovals,
    DateTimeOffset At
);

/// <summary>An operation of a newer version.</summary>
public sealed record OtherChange : Change;

public sealed record Verdict(
    [property: JsonPropertyName("reviewer")] Person? Reviewer,
    int Revision,
    [property: JsonPropertyName("verdict")] string Given,
    string? Comment,
    DateTimeOffset At,
    bool Counts = true
);

public sealed record Step(string Kind, int Revision, Person? Actor, DateTimeOffset At);
