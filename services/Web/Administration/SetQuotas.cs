using System.Globalization;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

public sealed record Rate(int Hour, int Day);

/// <summary>How much one person may do, as the proposals tell it; null for as much as they like.</summary>
public sealed record Limits(
    Rate? Proposals,
    Rate? Revisions,
    Rate? Comments,
    Rate? Reviews,
    Rate? Characters,
    int? OpenProposals,
    int? RevisionsOfOne,
    int ReviewersTimes = 1
);

/// <param name="Fields">What stands in the form, by name; null if the quotas cannot be read at the moment.</param>
public sealed record QuotasModel(
    IReadOnlyDictionary<string, string>? Fields,
    bool Done = false,
    string? Problem = null
);

/// <summary>How much one person may do in an hour and in a day.</summary>
public static class SetQuotas
{
    /// <summary>What is counted in an hour and in a day, as fields and texts name it.</summary>
    public static readonly string[] Counted = ["proposals", "revisions", "comments", "reviews", "characters"];

    /// <summary>What is one number.</summary>
    public static readonly string[] Single = ["openProposals", "revisionsOfOne", "reviewersTimes"];

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/quotas", Get).RequireAuthorization();
        app.MapPost("/admin/quotas", Post).RequireAuthorization();
    }

    private static async Task<IResult> Get(string? done, Services services, Visit visit, CancellationToken ct)
    {
        if (!visit.Administers())
            return Page.Error(403);
        var limits = (await services.Get<Limits>("proposals", $"/api/proposals/quotas", ct)).Value;
        return Page.Of<QuotasView>(
            new QuotasModel(limits is null ? null : Fields(limits), done is not null),
            limits is null ? 503 : 200
        );
    }

    private static async Task<IResult> Post(IFormCollection form, Services services, Visit visit, CancellationToken ct)
    {
        if (!visit.Administers())
            return Page.Error(403);
        var fields = Counted
            .SelectMany(name => new[] { $"{name}.hour", $"{name}.day" })
            .Concat(Single)
            .ToDictionary(name => name, name => form[name].ToString().Trim(), StringComparer.Ordinal);
        if (Read(fields) is not { } wanted)
            return Page.Of<QuotasView>(new QuotasModel(fields, Problem: visit.T["quota.wrong"]), 422);
        var now = await services.Get<Limits>("proposals", $"/api/proposals/quotas", ct);
        var set = now.Value is null
            ? now
            : await services.Send<Limits>("proposals", HttpMethod.Put, $"/api/proposals/quotas", wanted, ct, now.Tag);
        return set.Ok
            ? TypedResults.Redirect(visit.To($"/admin/quotas") + "?done=set")
            : Page.Of<QuotasView>(
                new QuotasModel(
                    fields,
                    Problem: set.Status == 422 ? visit.T["quota.wrong"] : visit.Why(set, "admin.missing")
                ),
                set.Shown()
            );
    }

    private static Dictionary<string, string> Fields(Limits limits)
    {
        var rates = new[] { limits.Proposals, limits.Revisions, limits.Comments, limits.Reviews, limits.Characters };
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, rate) in Counted.Zip(rates))
            (fields[$"{name}.hour"], fields[$"{name}.day"]) = (Text(rate?.Hour), Text(rate?.Day));
        foreach (var (name, number) in Single.Zip([limits.OpenProposals, limits.RevisionsOfOne, limits.ReviewersTimes]))
            fields[name] = Text(number);
        return fields;

        static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
    }

    // Both of a rate or none; null where something is no number.
    private static Limits? Read(Dictionary<string, string> fields)
    {
        var wrong = false;
        var rates = Counted.Select(name => Of(Number($"{name}.hour"), Number($"{name}.day"))).ToArray();
        var limits = new Limits(
            rates[0],
            rates[1],
            rates[2],
            rates[3],
            rates[4],
            Number(Single[0]),
            Number(Single[1]),
            Number(Single[2]) ?? 1
        );
        return wrong ? null : limits;

        Rate? Of(int? hour, int? day)
        {
            wrong |= hour is null != day is null;
            return hour is { } inHour && day is { } inDay ? new Rate(inHour, inDay) : null;
        }

        int? Number(string name)
        {
            if (fields[name].Length == 0)
                return null;
            wrong |= !int.TryParse(fields[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            return number;
        }
    }
}
