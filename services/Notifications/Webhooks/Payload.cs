using System.Text.Json;
using System.Text.Json.Nodes;
using SkillPlatform.Mail;

namespace SkillPlatform.Notifications;

/// <summary>The body of a call: the entry itself, or a sentence for a chat in its owner's language. Pure.</summary>
public static class Payload
{
    /// <summary>What a test sends; no entry of the log.</summary>
    public const string Test = "webhook.test";

    public static string Of(Entry entry, string shape, Texts texts, Sender sender) =>
        shape switch
        {
            Shapes.Slack => Slack(Said(entry, texts), sender),
            Shapes.Teams => Teams(Said(entry, texts), texts, sender),
            // Written and not parsed again: the same entry, the same bytes.
            _ =>
                $$"""{"type":{{JsonSerializer.Serialize(entry.Type)}},"timestamp":"{{entry.At.UtcDateTime:O}}","data":{{entry.Data}}}""",
        };

    private sealed record Sentence(string Text, string Path, string? Label);

    private static Sentence Said(Entry entry, Texts texts)
    {
        var data = JsonNode.Parse(entry.Data)!;
        var (skill, proposal) = (data["skill"], data["proposal"]?.GetValue<string>());
        var kind = KindOf(entry.Type, merged: proposal is not null);
        var key = $"hook.{entry.Type}";
        var text = texts[
            texts.Has(key) ? key : $"title.{kind}",
            ("skill", skill?["name"]?.GetValue<string>()),
            ("source", data["source"]?.GetValue<string>()),
            ("edition", data["name"]?.GetValue<string>())
        ];
        var (path, label) =
            entry.Type == Announced.EditionPublished
                ? ($"/editions/{Uri.EscapeDataString(data["slug"]!.GetValue<string>())}", "link.edition")
            : proposal is not null ? ($"/proposals/{proposal}", "link.proposal")
            : skill?["slug"]?.GetValue<string>() is { } slug ? ($"/skills/{Uri.EscapeDataString(slug)}", "link.skill")
            : ("/", null);
        return new Sentence(Line.Cut(Line.One(text), 300), path, label);
    }

    /// <summary>The kind of news that an entry is to people.</summary>
    public static string KindOf(string type, bool merged) =>
        type switch
        {
            Announced.SkillChanged => merged ? NewsKind.Merged : NewsKind.SkillChanged,
            Announced.SkillCommented => NewsKind.SkillCommented,
            Announced.Imported => NewsKind.Imported,
            Announced.EditionPublished => NewsKind.EditionPublished,
            "proposal.approved" => NewsKind.Approved,
            "proposal.accepted" => NewsKind.Accepted,
            _ when type.Split('.') is ["proposal", [var first, .. var rest]] =>
                $"proposal{char.ToUpperInvariant(first)}{rest}",
            _ => type,
        };

    // What would be read as a link, a channel or a person is not.
    private static string Slack(Sentence said, Sender sender)
    {
        var text = said
            .Text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
        return new JsonObject { ["text"] = $"{text}\n<{sender.To(said.Path)}>" }.ToJsonString();
    }

    // A run of text rather than a block: a block reads Markdown, and a skill's name may look like some.
    private static string Teams(Sentence said, Texts texts, Sender sender)
    {
        var card = new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["lang"] = texts.Language,
            ["body"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "RichTextBlock",
                    ["inlines"] = new JsonArray(new JsonObject { ["type"] = "TextRun", ["text"] = said.Text }),
                }
            ),
        };
        if (said.Label is { } label)
            card["actions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Action.OpenUrl",
                    ["title"] = texts[label],
                    ["url"] = sender.To(said.Path),
                }
            );
        return new JsonObject
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(
                new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["content"] = card }
            ),
        }.ToJsonString();
    }
}
