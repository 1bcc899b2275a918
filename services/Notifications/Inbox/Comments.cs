using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Notifications;

/// <summary>What a comment says now; nothing once it was removed, and then by whom: <c>author</c>, <c>moderator</c> or <c>erasure</c>.</summary>
/// <param name="Text">Its words.</param>
/// <param name="RemovedBy">Who removed it.</param>
/// <param name="Suggestion">Another wording for the change that it is about.</param>
public sealed record Said(string? Text, string? RemovedBy, string? Suggestion = null);

/// <summary>
/// The words of comments, asked of Proposals whenever they are shown or sent. None are kept here, so that none have to be
/// called back when they are edited or removed (docs/decisions/0017-words-taken-back.md).
/// </summary>
public sealed class Comments(HttpClient proposals)
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private sealed record Removal(string By);

    private sealed record Comment(Guid Id, string? Text, Removal? Removed, string? Suggestion = null);

    private sealed record Answer(Comment[] Items);

    public static void Add(IHostApplicationBuilder builder) =>
        builder.Services.AddHttpClient<Comments>(http => http.BaseAddress = new Uri("http://proposals"));

    /// <summary>What is said in the comments of news; for one that is not there, nothing; null if Proposals does not answer.</summary>
    public async Task<IReadOnlyDictionary<Guid, Said>?> Of(IEnumerable<News> news, CancellationToken ct)
    {
        try
        {
            return await Neighbourhood.Ask(Patience, limit => Ask(news, limit), ct);
        }
        catch (NeighbourSilentException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyDictionary<Guid, Said>?> Ask(IEnumerable<News> news, CancellationToken ct)
    {
        var said = new Dictionary<Guid, Said>();
        foreach (var ids in news.Select(n => n.Comment).OfType<Guid>().Distinct().Chunk(AtOnce))
        {
            var path = $"/api/proposals/comments?{string.Join('&', ids.Select(id => $"id={id}"))}";
            foreach (var id in ids)
                said[id] = new Said(null, null);
            foreach (var comment in (await proposals.GetFromJsonAsync<Answer>(path, ct))!.Items)
                said[comment.Id] = new Said(comment.Text, comment.Removed?.By, comment.Suggestion);
        }
        return said;
    }
}
