using System.Text.Json.Serialization;
using SkillPlatform.Contracts;

namespace SkillPlatform.Notifications;

/// <summary>Kinds of news.</summary>
public static class NewsKind
{
    public const string SkillChanged = "skillChanged";
    public const string Merged = "proposalMerged";
    public const string Rejected = "proposalRejected";
    public const string ChangesRequested = "proposalChangesRequested";
    public const string Conflicted = "proposalConflicted";
    public const string Revised = "proposalRevised";
    public const string Withdrawn = "proposalWithdrawn";
    public const string Commented = "proposalCommented";
    public const string SkillCommented = "skillCommented";
    public const string Imported = "imported";
    public const string Submitted = "proposalSubmitted";
    public const string Approved = "approved";
    public const string Accepted = "accepted";
    public const string Mentioned = "mentioned";
    public const string Reminder = "reminder";
    public const string WebhookStopped = "webhookStopped";
    public const string ReviewDue = "reviewDue";
    public const string EditionPublished = "editionPublished";

    public static IReadOnlyList<string> All { get; } =
    [
        SkillChanged,
        Merged,
        Rejected,
        ChangesRequested,
        Conflicted,
        Revised,
        Withdrawn,
        Commented,
        SkillCommented,
        Imported,
        Submitted,
        Approved,
        Accepted,
        Mentioned,
        Reminder,
        WebhookStopped,
        ReviewDue,
        EditionPublished,
    ];
}

/// <summary>One changed thing, with the names that were right at the time.</summary>
/// <param name="Cell">Role and level by their slugs, which stay where names do not; null where it is about none, or older.</param>
public sealed record NewsLine(
    string Kind,
    string? Role,
    string? Level,
    string? Before,
    string? After,
    bool? MandatoryBefore,
    bool? MandatoryAfter,
    string? Cell = null
);

/// <summary>What an import did, in numbers of skills.</summary>
public sealed record ImportCounts(string? Source, int Added, int Changed, int Unchanged);

/// <summary>
/// Something that happened and that readers are told: held once, however many they are. A document and no event, for it
/// may hold what people wrote: reasons, which stay, and never comments, which can be taken back.
/// </summary>
public sealed record News
{
    public Guid Id { get; init; }
    public string Kind { get; init; } = "";
    public Guid? SkillId { get; init; }
    public string? SkillSlug { get; init; }
    public string SkillName { get; init; } = "";

    /// <summary>Of which kind it is where it is no skill: <c>role</c>, <c>level</c>, <c>group</c>, <c>domain</c>.</summary>
    public string? Part { get; init; }

    /// <summary>Which of them, by slugs; null for a skill.</summary>
    public string? PartKey { get; init; }
    public Named? Domain { get; init; }
    public Named? Group { get; init; }
    public Guid? ProposalId { get; init; }

    /// <summary>User id of the proposal's author, or of who asked for the import.</summary>
    public string? Author { get; init; }

    /// <summary>User id of who did this; null for the platform.</summary>
    public string? Actor { get; init; }

    /// <summary>User id of who accepted the change.</summary>
    public string? Reviewer { get; init; }

    /// <summary>User ids of those whose verdict it asks for.</summary>
    public string[] Asked { get; init; } = [];

    /// <summary>User ids of those whom the comment names.</summary>
    public string[] Mentions { get; init; } = [];

    /// <summary>User id of who wrote the comment that this one answers.</summary>
    public string? Answers { get; init; }

    /// <summary>The rationale or verdict, in the person's words.</summary>
    public string? Text { get; init; }

    /// <summary>Of what an import changed, where that is from; empty where nobody said. Said in the reader's words in the place of a rationale.</summary>
    public string? ImportSource { get; init; }

    /// <summary>The comment that it tells of; what it says is asked for when it is read.</summary>
    public Guid? Comment { get; init; }

    /// <summary>The wording that the comment suggests, while a letter is written; asked for with its words, and kept no more than they.</summary>
    [JsonIgnore]
    public string? Suggestion { get; init; }

    /// <summary>Of the skill after it; orders what happened to one skill.</summary>
    public long Version { get; init; }
    public NewsLine[] Lines { get; init; } = [];
    public ImportCounts? Import { get; init; }

    /// <summary>The edition that it tells of.</summary>
    public Named? Edition { get; init; }

    /// <summary>Host of the webhook that it is about.</summary>
    public string? Webhook { get; init; }
    public DateTimeOffset At { get; init; }

    /// <summary>True where its lines are what somebody would change, and not what has changed.</summary>
    [JsonIgnore]
    public bool IsWanted => Kind is NewsKind.Submitted or NewsKind.Revised;

    /// <summary>Everybody whose name it needs.</summary>
    [JsonIgnore]
    public IEnumerable<string> People => new[] { Author, Actor, Reviewer }.OfType<string>();

    public static Guid OfMerge(Guid proposal) => Ids.Of("merged", proposal.ToString());
}

/// <summary>One reader is told of one piece of news: the entry of the inbox, and what a mail is made from.</summary>
public sealed record Notification
{
    public Guid Id { get; init; }
    public string User { get; init; } = "";
    public Guid News { get; init; }
    public string Kind { get; init; } = "";

    /// <summary>The watch that matched; unsubscribing ends it.</summary>
    public string Topic { get; init; } = "";

    /// <summary>The topic's name at the time.</summary>
    public string TopicName { get; init; } = "";

    /// <summary>One of <see cref="Reasons"/>, or the scope that was watched.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Opens the way to unsubscribe without sign-in: 192 random bits.</summary>
    public string Token { get; init; } = "";

    /// <summary>The reader's frequency at the time: what is not <c>immediate</c> waits for its digest.</summary>
    public string Frequency { get; init; } = "";

    /// <summary>True where the frequency is that of the watch, whatever the reader wants of their others.</summary>
    public bool OfWatch { get; init; }

    /// <summary>The digest in which it was told; null before, and for what needs none.</summary>
    public Guid? Digest { get; init; }
    public DateTimeOffset At { get; init; }
    public DateTimeOffset? Read { get; init; }
}
