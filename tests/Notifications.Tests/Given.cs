using SkillPlatform.Contracts;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications.Tests;

/// <summary>What tests begin with.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);
    public static readonly Guid Skill = Guid.Parse("019cad00-0000-7000-8000-000000000001");
    public static readonly Guid Proposal = Guid.Parse("019cad00-0000-7000-8000-000000000002");

    public static readonly Sender Sender = new(
        new MimeKit.MailboxAddress("SkillPlatform", "notifications@example.org"),
        new Uri("https://skills.example.org")
    );

    public static SkillState State(string name = "Serverless Functions") =>
        new(
            "serverless-functions",
            name,
            ["faas"],
            new Named("cloud", "Cloud"),
            new Named("compute", "Compute"),
            [new Named("junior", "Junior"), new Named("senior", "Senior")],
            [new Named("ai-product-engineer", "AI Product Engineer"), new Named("sre", "SRE")],
            [new Requirement("ai-product-engineer", "junior", true, "Deploys a function.")],
            Retired: false
        );

    public static Changed Cell(
        string kind,
        string? before = null,
        string? after = null,
        string role = "ai-product-engineer"
    ) => new(2, kind, role, "junior", before, after, false, true);

    public static SkillChanged Change(
        Guid? proposal = null,
        Guid? import = null,
        string? author = "author",
        string? reviewer = "reviewer",
        string name = "Serverless Functions",
        string? reason = "Clearer.",
        params Changed[] changes
    ) =>
        new(
            Skill,
            1,
            3,
            Now,
            author,
            reviewer,
            reason,
            proposal,
            import,
            changes.Length > 0 ? changes : [Cell("requirementMadeMandatory")],
            State(name)
        );

    public static ProposalActivity Activity(string kind, string? actor = "reviewer", string? text = null) =>
        new(
            Proposal,
            kind,
            1,
            Skill,
            "serverless-functions",
            "Serverless Functions",
            "cloud",
            "compute",
            "author",
            actor,
            text,
            Now
        );

    public static Watch Watching(
        string user,
        Topic topic,
        string reason = Watch.Manual,
        bool active = true,
        string follow = Follows.Changes,
        bool muted = false
    ) =>
        new()
        {
            Id = Watch.IdOf(user, topic),
            User = user,
            Topic = topic.ToString(),
            Reason = reason,
            Active = active,
            Follow = follow,
            Muted = muted,
            Since = Now,
        };

    public static AccountChanged Account(string user, long version = 1, string culture = "en", bool active = true) =>
        new(user, version, $"The {user}", $"{user}@example.org", culture, "Europe/Berlin", ["contributor"], [], active);
}
