using System.Text.Json.Serialization;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>The skill that something is about.</summary>
public sealed record AnnouncedSkill(Guid Id, string? Slug, string Name);

/// <summary>
/// The <c>data</c> of <c>skill.changed</c>. Of an import, <c>importSource</c> says where it is from, empty where nobody did; its
/// reason says so in English.
/// </summary>
public sealed record SkillData(
    AnnouncedSkill Skill,
    string Domain,
    string Group,
    long FromVersion,
    long Version,
    bool Retired,
    Guid? Proposal,
    Guid? Import,
    string? Author,
    string? Reviewer,
    string? Reason,
    Changed[] Changes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImportSource = null
);

/// <summary>
/// The <c>data</c> of <c>proposal.…</c>. Of a comment its id alone: the words can be taken back. Where it is about no skill,
/// <c>taxonomy</c> says what it is about, and only the name stands in the skill's place.
/// </summary>
public sealed record ProposalData(
    Guid Proposal,
    int Revision,
    AnnouncedSkill Skill,
    string Domain,
    string Group,
    string Author,
    string? Actor,
    string? Text,
    Guid? Comment,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaxonomyPart? Taxonomy = null
);

/// <summary>The <c>data</c> of <c>skill.commented</c>.</summary>
public sealed record CommentData(Guid Comment, AnnouncedSkill Skill, string Domain, string Group, string Author);

/// <summary>The <c>data</c> of <c>catalogue.imported</c>: numbers of skills.</summary>
public sealed record ImportData(Guid Import, string? Source, int Added, int Changed, int Unchanged, string? By);

/// <summary>The <c>data</c> of <c>edition.published</c>.</summary>
public sealed record EditionData(Guid Edition, string Slug, string Name, string? Notes, DateTimeOffset AsOf, string By);

/// <summary>
/// Something that the other services have announced, as the log keeps it and webhooks send it: under every topic that it
/// concerns, with user ids and no names, for ever the same.
/// </summary>
/// <param name="Id">Of the stored event.</param>
/// <param name="Type">One of <see cref="Types"/>.</param>
/// <param name="At">When it happened.</param>
/// <param name="Topics">All that it concerns, whoever is told by mail.</param>
/// <param name="Author">User id of the proposal's or import's author; null for none.</param>
/// <param name="Actor">User id of who did this; null for the platform.</param>
/// <param name="Import">The import that it is part of.</param>
/// <param name="Data">What is public of it.</param>
public sealed record Announced(
    Guid Id,
    string Type,
    DateTimeOffset At,
    IReadOnlyList<Topic> Topics,
    string? Author,
    string? Actor,
    Guid? Import,
    object Data
)
{
    public const string SkillChanged = "skill.changed";
    public const string SkillCommented = "skill.commented";
    public const string Imported = "catalogue.imported";
    public const string EditionPublished = "edition.published";

    private static readonly string[] OfProposals =
    [
        "submitted",
        "revised",
        "approved",
        "changesRequested",
        "rejected",
        "accepted",
        "merged",
        "conflicted",
        "withdrawn",
        "commented",
    ];

    /// <summary>All there are; a webhook names those that it wants.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [SkillChanged, .. OfProposals.Select(kind => $"proposal.{kind}"), SkillCommented, Imported, EditionPublished];

    public static Announced Of(SkillChanged change, Guid id) =>
        new(
            id,
            SkillChanged,
            change.At,
            [
                Topic.OfSkill(change.SkillId),
                .. change.ProposalId is { } proposal ? [Topic.OfProposal(proposal)] : Array.Empty<Topic>(),
                .. Readers.WideTopicsOf(change),
            ],
            change.Author,
            Actor: null,
            change.ImportId,
            new SkillData(
                new AnnouncedSkill(change.SkillId, change.Skill.Slug, change.Skill.Name),
                change.Skill.Domain.Slug,
                change.Skill.Group.Slug,
                change.FromVersion,
                change.Version,
                change.Skill.Retired,
                change.ProposalId,
                change.ImportId,
                change.Author,
                change.Reviewer,
                change.Reason,
                change.Changes,
                change.ImportSource
            )
        );

    /// <summary>Null for a kind that nobody knows yet.</summary>
    public static Announced? Of(ProposalActivity activity, Guid id) =>
        !OfProposals.Contains(activity.Kind, StringComparer.Ordinal)
            ? null
            : new(
                id,
                $"proposal.{activity.Kind}",
                activity.At,
                Readers.TopicsOf(activity),
                activity.Author,
                activity.Actor,
                Import: null,
                new ProposalData(
                    activity.ProposalId,
                    activity.Revision,
                    new AnnouncedSkill(activity.SkillId, activity.SkillSlug, activity.SkillName),
                    activity.Domain,
                    activity.Group,
                    activity.Author,
                    activity.Actor,
                    activity.CommentId is null ? activity.Text : null,
                    activity.CommentId,
                    activity.Taxonomy
                )
            );

    public static Announced Of(SkillCommented comment, Guid id) =>
        new(
            id,
            SkillCommented,
            comment.At,
            Readers.TopicsOf(comment),
            Author: null,
            comment.Author,
            Import: null,
            new CommentData(
                comment.CommentId,
                new AnnouncedSkill(comment.SkillId, comment.SkillSlug, comment.SkillName),
                comment.Domain,
                comment.Group,
                comment.Author
            )
        );

    public static Announced Of(ImportFinished import, Guid id) =>
        new(
            id,
            Imported,
            import.At,
            [Topic.Everything],
            import.By,
            Actor: null,
            import.ImportId,
            new ImportData(import.ImportId, import.Source, import.Added, import.Changed, import.Unchanged, import.By)
        );

    public static Announced Of(EditionPublished edition, Guid id) =>
        new(
            id,
            EditionPublished,
            edition.At,
            [Topic.Everything],
            Author: null,
            edition.By,
            Import: null,
            new EditionData(edition.EditionId, edition.Slug, edition.Name, edition.Notes, edition.AsOf, edition.By)
        );
}
