using System.Buffers;
using Marten;

namespace SkillPlatform.Notifications;

/// <summary>A topic as a caller named it: the key as the caller would name it now, and the name.</summary>
public sealed record Found(Topic Topic, string Key, string Name);

/// <summary>From scope and key in an address to a topic; null where there is no such thing.</summary>
public static class Finding
{
    private static readonly SearchValues<char> Slug = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-._");

    /// <summary>False for what can be the key of nothing.</summary>
    public static bool IsKey(string key) => key.Length is > 0 and <= 300 && !key.AsSpan().ContainsAnyExcept(Slug);

    public static async Task<Found?> Find(this IQuerySession reads, string scope, string key, CancellationToken ct)
    {
        if (!IsKey(key))
            return null;
        switch (scope)
        {
            case Topic.Catalogue:
                return key == Topic.Everything.Key ? new Found(Topic.Everything, key, "") : null;
            case Topic.Skill:
                var slug = await reads.LoadAsync<KnownSlug>(key, ct);
                var skill = slug is null ? null : await reads.LoadAsync<KnownSkill>(slug.Skill, ct);
                return skill is null ? null : new Found(Topic.OfSkill(skill.Id), skill.Slug, skill.Name);
            case Topic.Proposal:
                var proposal = Guid.TryParse(key, out var id) ? await reads.LoadAsync<KnownProposal>(id, ct) : null;
                return proposal is null ? null : new Found(Topic.OfProposal(id), id.ToString(), proposal.SkillName);
            default:
                var taxonomy = await reads.LoadAsync<KnownTaxonomy>(KnownTaxonomy.TheOne, ct);
                return taxonomy is null ? null : In(taxonomy, scope, key);
        }
    }

    /// <summary>Keys and names of topics as they are now; what is gone keeps its key for a name.</summary>
    public static async Task<IReadOnlyDictionary<Topic, Found>> Name(
        this IQuerySession reads,
        IReadOnlyList<Topic> topics,
        CancellationToken ct
    )
    {
        Guid[] Of(string scope) => [.. topics.Where(t => t.Scope == scope).Select(t => Guid.Parse(t.Key))];
        var skills = (await reads.LoadManyAsync<KnownSkill>(ct, Of(Topic.Skill))).ToDictionary(s =>
            Topic.OfSkill(s.Id)
        );
        var proposals = (await reads.LoadManyAsync<KnownProposal>(ct, Of(Topic.Proposal))).ToDictionary(p =>
            Topic.OfProposal(p.Id)
        );
        var taxonomy = await reads.LoadAsync<KnownTaxonomy>(KnownTaxonomy.TheOne, ct) ?? new KnownTaxonomy();
        return topics
            .Distinct()
            .ToDictionary(
                topic => topic,
                topic =>
                    skills.TryGetValue(topic, out var skill) ? new Found(topic, skill.Slug, skill.Name)
                    : proposals.TryGetValue(topic, out var p) ? new Found(topic, topic.Key, p.SkillName)
                    : In(taxonomy, topic.Scope, topic.Key)
                        ?? new Found(topic, topic.Key, topic == Topic.Everything ? "" : topic.Key)
            );
    }

    /// <summary>A role, a domain, or a group: <c>{domain}.{group}</c>, or its own slug where only one domain has it.</summary>
    public static Found? In(KnownTaxonomy taxonomy, string scope, string key)
    {
        switch (scope)
        {
            case Topic.Role:
                var role = taxonomy.Roles.FirstOrDefault(r => r.Slug == key);
                return role is null ? null : new Found(Topic.OfRole(key), key, role.Name);
            case Topic.Domain:
                var domain = taxonomy.Domains.FirstOrDefault(d => d.Slug == key);
                return domain is null ? null : new Found(Topic.OfDomain(key), key, domain.Name);
            case Topic.Group:
                var groups = taxonomy
                    .Domains.SelectMany(d =>
                        d.Groups.Select(g => (Topic: Topic.OfGroup(d.Slug, g.Slug), g.Slug, g.Name))
                    )
                    .Where(g => g.Topic.Key == key || g.Slug == key)
                    .ToList();
                return groups is [var group] ? new Found(group.Topic, group.Topic.Key, group.Name) : null;
            default:
                return null;
        }
    }
}
