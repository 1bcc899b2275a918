namespace SkillPlatform.Notifications;

/// <summary>
/// What can be watched. The key is the skill's or proposal's id, the slug of a domain or role, <c>{domain}.{group}</c> for a
/// group, and <c>all</c> for the catalogue: only ids survive a rename, and only skills and proposals have them.
/// </summary>
public sealed record Topic(string Scope, string Key)
{
    public const string Proposal = "proposal";
    public const string Skill = "skill";
    public const string Role = "role";
    public const string Group = "group";
    public const string Domain = "domain";
    public const string Catalogue = "catalogue";

    /// <summary>Narrowest first: of several watches that match, the first is the reason that is told.</summary>
    public static IReadOnlyList<string> Scopes { get; } = [Proposal, Skill, Role, Group, Domain, Catalogue];

    public static Topic Everything { get; } = new(Catalogue, "all");

    public static Topic OfProposal(Guid id) => new(Proposal, id.ToString());

    public static Topic OfSkill(Guid id) => new(Skill, id.ToString());

    public static Topic OfRole(string slug) => new(Role, slug);

    public static Topic OfGroup(string domain, string group) => new(Group, $"{domain}.{group}");

    public static Topic OfDomain(string slug) => new(Domain, slug);

    public static Topic Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return new Topic(text[..slash], text[(slash + 1)..]);
    }

    /// <summary>0 for the narrowest scope.</summary>
    public int Width => Scopes.ToList().IndexOf(Scope);

    public override string ToString() => $"{Scope}/{Key}";
}
