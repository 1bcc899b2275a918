using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals.Tests;

/// <summary>What others are told, as JSON that was once approved; and what is read of others' messages.</summary>
public sealed class AnnouncementTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Dictionary<string, object[]> Told = new(StringComparer.Ordinal)
    {
        ["revised"] =
        [
            Given.Submitted,
            new ProposalRevised(Given.Known.Subject, 2, "Better.", [Given.Reword], false, Given.Now),
        ],
        ["approved"] = [Given.Submitted, new ProposalApproved(1, "reviewer", "Good.", Given.Now)],
        ["changesRequested"] = [Given.Submitted, new ChangesRequested(1, "reviewer", "Say more.", Given.Now)],
        ["rejected"] = [Given.Submitted, new ProposalRejected(1, "reviewer", "No.", Given.Now)],
        ["conflicted"] = Given.Histories[State.Conflicted],
        ["merged"] = Given.Histories[State.Merged],
        ["withdrawn"] = Given.Histories[State.Withdrawn],
    };

    public static TheoryData<string> Kinds => [.. Told.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_happens_to_a_proposal_is_told(string kind)
    {
        var activity = Assert.IsType<ProposalActivity>(
            Announcements.Of(Given.Proposal(Told[kind])!, Told[kind][^1], isLast: true)
        );
        Assert.Equal(kind, activity.Kind);
        Approve($"ProposalActivity.{kind}", activity);
    }

    [Fact]
    public void The_approval_that_completes_says_accepted_and_the_acceptance_goes_to_the_catalogue()
    {
        var history = Given.Histories[State.Accepted];
        var approval = Announcements.Of(Given.Proposal(history[..2])!, history[1], isLast: false);
        Approve("ProposalActivity.accepted", approval!);
        var accepted = (EventSourcing.Ordered)Announcements.Of(Given.Proposal(history)!, history[2], isLast: true)!;
        Assert.Equal(Given.Proposal(history)!.Skill.Id, accepted.By);
        Approve("ProposalAccepted", accepted.Message);
    }

    [Fact]
    public void Nobody_is_told_of_a_draft()
    {
        object[] revised =
        [
            Given.Drafted,
            new ProposalRevised(Given.Known.Subject, 2, "Better.", [Given.Reword], false, Given.Now),
        ];
        object[] withdrawn = [Given.Drafted, new ProposalWithdrawn(1, Given.Now)];
        Assert.Null(Announcements.Of(Given.Proposal(revised)!, revised[1], isLast: true));
        Assert.Null(Announcements.Of(Given.Proposal(withdrawn)!, withdrawn[1], isLast: true));
    }

    [Fact]
    public void What_others_say_is_read_as_approved()
    {
        Approve("SkillChanged", Given.Changed(Given.SkillId, 3, Given.Skill()));
        Approve("TaxonomyChanged", Given.TaxonomyMessage);
        Approve("ProposalApplied", new ProposalApplied(Given.Id, 1, Given.SkillId, "functions", 3, 5, Given.Now));
        Approve("ProposalConflicted", new Contracts.ProposalConflicted(Given.Id, 1, Given.Conflicts, Given.Now));
        Approve(
            "AccountChanged",
            new AccountChanged("reviewer", 1, "Name", "name@example.org", "en", "UTC", ["reviewer"], ["*"], true)
        );
        Approve("AccountErased", new AccountErased("reviewer", 2, Given.Now));
    }

    private static void Approve(string name, object message)
    {
        var file = Path.Combine(Here(), "Messages", name + ".json");
        var json = JsonSerializer.Serialize(message, message.GetType(), Json);
        if (Environment.GetEnvironmentVariable("SKILLPLATFORM_APPROVE") == "1")
            File.WriteAllText(file, json + "\n");
        var approved = File.ReadAllText(file).TrimEnd();
        Assert.Equal(approved, json);
        var read = JsonSerializer.Deserialize(approved, message.GetType(), Json);
        Assert.Equal(approved, JsonSerializer.Serialize(read, message.GetType(), Json));
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
