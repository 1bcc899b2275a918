using SkillPlatform.Contracts;

namespace SkillPlatform.Changes;

/// <summary>
/// The one change of a proposal that a comment is about: where it stood in the revision that was read, and what it changes,
/// so that it is found again in later revisions.
/// </summary>
/// <param name="Revision">The revision that was read.</param>
/// <param name="Change">Which of its changes, from 0.</param>
/// <param name="Op">What the change does.</param>
/// <param name="Role">Of the requirement it is about; null where it is about the skill.</param>
/// <param name="Level">Likewise.</param>
public sealed record About(int Revision, int Change, string Op, string? Role, string? Level)
{
    /// <summary>A change as it is commented on; null where there is none.</summary>
    /// <param name="revision">The revision that was read.</param>
    /// <param name="changes">Its changes.</param>
    /// <param name="change">Which of them.</param>
    /// <param name="requirement">Which requirement, of a skill that is added; null for the skill itself.</param>
    public static About? Of(int revision, Change[] changes, int change, int? requirement = null)
    {
        if (changes.ElementAtOrDefault(change) is not { } about)
            return null;
        var stated = requirement is { } number ? (about as AddSkill)?.Requirements.ElementAtOrDefault(number) : null;
        if (requirement is not null && stated is null)
            return null;
        var cell = stated is null ? Cell.Of(about) : new Cell(stated.Role, stated.Level);
        return new(revision, change, Headline.Operation(about), cell?.Role, cell?.Level);
    }

    /// <summary>Where it stands among the changes of a revision: another than the one that was read may have it elsewhere.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="changes">Its changes.</param>
    public int? At(int revision, Change[] changes)
    {
        // Where it stood before it stands most likely still, and is not taken for another of its kind.
        var stays = changes.ElementAtOrDefault(Change) is { } still && IsIt(still);
        var at = revision == Revision || stays ? Change : Array.FindIndex(changes, IsIt);
        return at >= 0 && at < changes.Length ? at : null;
    }

    /// <summary>Where its requirement stands in a skill that is added; null for what is about the skill.</summary>
    /// <param name="add">The change.</param>
    public int? In(AddSkill add) =>
        Role is not null && Array.FindIndex(add.Requirements, IsIt) is >= 0 and var at ? at : null;

    /// <summary>What it says in a revision; null where it has no words, or is not there.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="changes">Its changes.</param>
    public string? Wording(int revision, Change[] changes) =>
        At(revision, changes) is { } at
            ? changes[at] switch
            {
                StateRequirement c => c.Description,
                RewordRequirement c => c.Description,
                DescribeSkill c => c.Description,
                RenameSkill c => c.Name,
                Renaming c => c.Name,
                Describing c => c.Description,
                AddSkill c when Role is null => c.Description ?? "",
                AddSkill c => Array.Find(c.Requirements, IsIt)?.Description,
                _ => null,
            }
            : null;

    /// <summary>The changes of a revision with other words here; as they were, where there are none.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="changes">Its changes.</param>
    /// <param name="wording">The other words.</param>
    public Change[] With(int revision, Change[] changes, string wording)
    {
        var at = At(revision, changes);
        return [.. changes.Select((change, i) => i == at ? Saying(change, wording) : change)];
    }

    private Change Saying(Change change, string wording) =>
        change switch
        {
            StateRequirement c => c with { Description = wording },
            RewordRequirement c => c with { Description = wording },
            DescribeSkill c => c with { Description = wording },
            RenameSkill c => c with { Name = wording },
            Renaming c => c with { Name = wording },
            Describing c => c with { Description = wording },
            AddSkill c when Role is null => c with { Description = wording },
            AddSkill c => c with
            {
                Requirements = [.. c.Requirements.Select(r => IsIt(r) ? r with { Description = wording } : r)],
            },
            _ => change,
        };

    private bool IsIt(Change change) =>
        Headline.Operation(change) == Op
        && (change is AddSkill || (Cell.Of(change) is var cell && cell?.Role == Role && cell?.Level == Level));

    private bool IsIt(Requirement requirement) => requirement.Role == Role && requirement.Level == Level;
}
