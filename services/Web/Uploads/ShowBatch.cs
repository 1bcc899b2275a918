using SkillPlatform.Web.Pages;
using SkillPlatform.Web.Skills;

namespace SkillPlatform.Web.Uploads;

/// <summary>Proposals that were made together.</summary>
public sealed record Batch(
    Guid Id,
    Person? Author,
    string Rationale,
    Dictionary<string, int>? States,
    PageList<OpenProposal> Proposals,
    DateTimeOffset CreatedAt
);

public static class ShowBatch
{
    public static void Map(WebApplication app) => app.MapGet("/batches/{id:guid}", Get).AllowAnonymous();

    private static async Task<IResult> Get(Guid id, string? cursor, Services services, CancellationToken ct)
    {
        FormattableString address = $"/api/proposals/batches/{id}?limit={100}";
        var batch = await services.Get<Batch>("proposals", address.With("cursor", cursor), ct);
        return batch.Value is { } found ? Page.Of<BatchView>(found) : Page.Error(batch.Status);
    }
}
