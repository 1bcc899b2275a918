using System.Globalization;
using SkillPlatform.Web.Pages;

namespace SkillPlatform.Web.Administration;

/// <summary>A program that signs in as itself, as Identity tells it.</summary>
public sealed record ServiceAccount(
    string Id,
    string Name,
    string[] Scopes,
    DateTimeOffset EndsAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt,
    string? ClientSecret = null
)
{
    /// <summary>Part of the key of a text.</summary>
    public string State(DateTimeOffset now) =>
        RevokedAt is not null ? "revoked"
        : EndsAt <= now ? "over"
        : "active";
}

/// <summary>What the form for a new one says.</summary>
public sealed record TypedServiceAccount(string Name, IReadOnlyList<string> Scopes, string LastDay);

/// <param name="Accounts">Null if they cannot be read at the moment.</param>
/// <param name="Made">The one that was just made, with its secret.</param>
public sealed record ServiceAccountsModel(
    PageList<ServiceAccount>? Accounts,
    TypedServiceAccount Typed,
    DateTimeOffset Now,
    ServiceAccount? Made = null,
    bool Done = false,
    string? Problem = null
);

/// <summary>The service accounts there are, one more, and one less.</summary>
public static class ServiceAccounts
{
    public static readonly string[] Scopes = ["read", "propose", "import", "administer"];
    private const string Day = "yyyy-MM-dd";

    private sealed record Wanted(string Name, IReadOnlyList<string> Scopes, DateTimeOffset EndsAt);

    public static void Map(WebApplication app)
    {
        app.MapGet("/admin/service-accounts", Get).RequireAuthorization();
        app.MapPost("/admin/service-accounts", Make).RequireAuthorization();
        app.MapPost("/admin/service-accounts/{id:guid}/revoke", Revoke).RequireAuthorization();
    }

    private static Task<IResult> Get(
        string? cursor,
        string? done,
        Services services,
        Visit visit,
        TimeProvider time,
        CancellationToken ct
    ) =>
        visit.Administers()
            ? Show(New(time) with { Done = done is not null }, cursor, 200, services, ct)
            : Task.FromResult<IResult>(Page.Error(403));

    private static async Task<IResult> Make(
        IFormCollection form,
        Services services,
        Visit visit,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var model = New(time);
        var typed = new TypedServiceAccount(
            form["name"].ToString(),
            [.. form["scope"].OfType<string>()],
            form["lastDay"].ToString()
        );
        // A day that is none is in the past, which is what the service will say of it.
        var ends = DateTimeOffset.TryParseExact(
            typed.LastDay,
            Day,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var day
        )
            ? day.AddDays(1)
            : DateTimeOffset.UnixEpoch;
        var made = await services.Send<ServiceAccount>(
            "identity",
            HttpMethod.Post,
            $"/api/identity/service-accounts",
            new Wanted(typed.Name, typed.Scopes, ends),
            ct
        );
        return made.Value is { ClientSecret: not null } account
            ? await Show(model with { Made = account }, null, 200, services, ct)
            : await Show(
                model with
                {
                    Typed = typed,
                    Problem = visit.Why(made, "admin.missing"),
                },
                null,
                made.Shown(),
                services,
                ct
            );
    }

    private static async Task<IResult> Revoke(
        Guid id,
        // Read, so that the form's token is asked for.
        IFormCollection form,
        Services services,
        Visit visit,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (!visit.Administers())
            return Page.Error(403);
        var ended = await services.Send<ServiceAccount>(
            "identity",
            HttpMethod.Delete,
            $"/api/identity/service-accounts/{id}",
            null,
            ct
        );
        return ended.Ok
            ? TypedResults.Redirect(visit.To($"/admin/service-accounts") + "?done=revoked")
            : await Show(
                New(time) with
                {
                    Problem = visit.Why(ended, "admin.missing"),
                },
                null,
                ended.Shown(),
                services,
                ct
            );
    }

    private static async Task<IResult> Show(
        ServiceAccountsModel model,
        string? cursor,
        int status,
        Services services,
        CancellationToken ct
    )
    {
        var list = await services.Get<PageList<ServiceAccount>>(
            "identity",
            ((FormattableString)$"/api/identity/service-accounts?limit={50}").With("cursor", cursor),
            ct
        );
        // The secret is shown, whatever else is not.
        return Page.Of<ServiceAccountsView>(
            model with
            {
                Accounts = list.Value,
            },
            list.Value is null && model.Made is null ? 503 : status
        );
    }

    private static ServiceAccountsModel New(TimeProvider time)
    {
        var now = time.GetUtcNow();
        var quarter = now.AddDays(90).ToString(Day, CultureInfo.InvariantCulture);
        return new ServiceAccountsModel(null, new TypedServiceAccount("", ["read"], quarter), now);
    }
}
