using SkillPlatform.Web.Catalogue;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Watching;

namespace SkillPlatform.Web.Webhooks;

/// <summary>A webhook as its owner sees it; administrators see of its address the host alone.</summary>
/// <param name="Why">If it is off: by whom or what.</param>
/// <param name="Secret">In the answer to what made it, and never again.</param>
public sealed record Webhook(
    Guid Id,
    string Url,
    string Scope,
    string Key,
    string Name,
    string[] Types,
    string Shape,
    string State,
    string? Why,
    DateTimeOffset? FailingSince,
    DateTimeOffset? NextAttempt,
    DateTimeOffset CreatedAt,
    string Owner,
    string? Secret = null
)
{
    public bool On => State == "on";

    public string Host => Uri.TryCreate(Url, UriKind.Absolute, out var url) ? url.Authority : Url;

    /// <summary>What is wrong with it: it was ended, or its receiver does not take what is next; null for nothing.</summary>
    public string? Trouble =>
        On ? (FailingSince is null ? null : "failing-now")
        : Why is "owner" or "administrator" or "gone" or "failing" ? Why
        : "owner";

    /// <summary>All types there are, in the order of their services.</summary>
    public static readonly string[] AllTypes =
    [
        "skill.changed",
        "proposal.submitted",
        "proposal.revised",
        "proposal.approved",
        "proposal.changesRequested",
        "proposal.rejected",
        "proposal.accepted",
        "proposal.merged",
        "proposal.conflicted",
        "proposal.withdrawn",
        "proposal.commented",
        "skill.commented",
        "catalogue.imported",
        "edition.published",
    ];

    public static readonly string[] Shapes = ["standard", "slack", "teams"];

    /// <summary>The kind of news that a type is in the inbox.</summary>
    public static string KindOf(string type) =>
        type.Split('.') switch
        {
            ["proposal", var what and ("approved" or "accepted")] => what,
            ["catalogue", var what] => what,
            [var about, [var first, .. var rest]] => $"{about}{char.ToUpperInvariant(first)}{rest}",
            _ => type,
        };
}

/// <summary>What was sent.</summary>
public sealed record SentRequest(Dictionary<string, string> Headers, string Body);

/// <summary>What was answered.</summary>
public sealed record GivenResponse(int Status, string Body);

/// <summary>One call of a webhook.</summary>
/// <param name="Position">Null for a test, which cannot be sent again.</param>
/// <param name="Response">Null where there was none; then <paramref name="Error"/> says why.</param>
public sealed record Call(
    DateTimeOffset At,
    Guid WebhookId,
    long? Position,
    string Type,
    int Attempt,
    string State,
    SentRequest Request,
    GivenResponse? Response,
    double Seconds,
    string? Error
);

/// <summary>A secret, to be shown this once.</summary>
/// <param name="OldUntil">Until when the one before signs too; null where there is none before.</param>
public sealed record Secret(string Value, DateTimeOffset? OldUntil = null);

/// <summary>What a form says, or is to say again: nothing that was typed is lost.</summary>
/// <param name="Topic"><c>catalogue/all</c>, <c>domain/sea</c> …; for a skill <c>skill</c> alone.</param>
/// <param name="Skill">Its slug, or the address of its page.</param>
public sealed record Typed(string Url, string Topic, string Skill, string[] Types, string Shape)
{
    public static Typed Of(Webhook webhook) =>
        About(webhook.Scope, webhook.Key) with
        {
            Url = webhook.Url,
            Types = webhook.Types,
            Shape = webhook.Shape,
        };

    /// <summary>A new one about this.</summary>
    public static Typed About(string? scope, string? key) =>
        new(
            "",
            scope == "skill" ? scope
                : string.IsNullOrEmpty(scope) ? "catalogue/all"
                : $"{scope}/{key}",
            scope == "skill" ? key ?? "" : "",
            [Webhook.AllTypes[0]],
            Webhook.Shapes[0]
        );

    public static Typed In(IFormCollection form, Tree tree, Texts t) =>
        new(
            form["url"].ToString().Trim(),
            // Of many, names are typed.
            Pick.Slug(form["topic"], Topics(tree, t)) ?? "",
            form["skill"].ToString().Trim(),
            [.. form["type"].OfType<string>()],
            form["shape"].ToString()
        );

    /// <summary>What one can be about, and a skill, which the form names beside.</summary>
    public static Named[] Topics(Tree tree, Texts t) =>
        [
            new("catalogue/all", t["watching.catalogue"]),
            new("skill", t["webhooks.one-skill"]),
            .. (tree.Choices ?? []).Select(domain => new Named($"domain/{domain.Slug}", domain.Name)),
            .. tree.Groups.Select(group => new Named($"group/{group.Slug.Replace('/', '.')}", group.Name)),
            .. (tree.Roles ?? []).Select(role => new Named($"role/{role.Slug}", $"{t["skill.role"]}: {role.Name}")),
        ];

    /// <summary>As the service takes it.</summary>
    public object Wanted
    {
        get
        {
            var (scope, key) = Topic.Split('/', 2) is [var first, var second] ? (first, second) : (Topic, Skill);
            return new
            {
                url = Url,
                scope,
                // Whoever copies the whole address means the same.
                key = scope == "skill" ? key.Split('?', '#')[0].TrimEnd('/').Split('/')[^1] : key,
                types = Types,
                shape = Shape,
            };
        }
    }
}

/// <summary>What is wrong with what was sent: at its fields, or in all.</summary>
/// <param name="Problem">A sentence above all; null for none.</param>
/// <param name="Fields">What the service says, by pointer.</param>
public sealed record Wrong(string? Problem = null, IReadOnlyDictionary<string, string[]>? Fields = null)
{
    public static readonly Wrong Nothing = new();

    public static Wrong Of<T>(Visit visit, Answer<T> answer)
        where T : class =>
        answer.Errors is { Count: > 0 } fields
            ? new Wrong(visit.T["webhooks.wrong"], fields)
            : new Wrong(visit.Why(answer, "webhooks.missing"));

    /// <summary>What is said of one field, whose parts have pointers below it; null for nothing.</summary>
    public string? At(params ReadOnlySpan<string> pointers)
    {
        foreach (var (pointer, said) in Fields ?? new Dictionary<string, string[]>(StringComparer.Ordinal))
        foreach (var asked in pointers)
            if (pointer == asked || pointer.StartsWith($"{asked}/", StringComparison.Ordinal))
                return said.FirstOrDefault() ?? "";
        return null;
    }
}
