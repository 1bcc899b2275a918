using Microsoft.EntityFrameworkCore;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.SignIn;

namespace SkillPlatform.Web.Site;

/// <summary>A text as it is shown.</summary>
/// <param name="Own">True for what an administrator wrote; else it is ours.</param>
public sealed record ShownText(string Text, string Language, bool Own);

/// <summary>
/// What administrators have written, in memory: it is little, and each page asks whether there is an imprint to lead to.
/// What another replica has written is here some seconds later; while the database is away, all stays as it was.
/// </summary>
public sealed class SiteTexts(IDbContextFactory<WebDb> databases, TimeProvider time, ILogger<SiteTexts> log)
    : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);
    private volatile IReadOnlyList<SiteText> _all = [];

    public static void Add(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SiteTexts>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SiteTexts>());
    }

    /// <summary>Whether there is anything to show.</summary>
    public bool Has(string page) => page != SitePages.Imprint || _all.Any(text => text.Page == page);

    /// <summary>What is written in just this language.</summary>
    public SiteText? Own(string page, string language) =>
        _all.FirstOrDefault(text => text.Page == page && text.Language == language);

    /// <summary>For who reads a language; null where there is nothing.</summary>
    /// <param name="page">One of <see cref="SitePages.All"/>.</param>
    /// <param name="language">The reader's.</param>
    /// <param name="usual">That of the catalogue, where it is known.</param>
    public ShownText? For(string page, string language, string? usual)
    {
        // What the installation says of itself is truer in another language than what we say of it in the right one.
        var own = new[] { language, usual?.Split('-')[0], "en" }
            .Concat(Texts.Languages)
            .OfType<string>()
            .Select(l => Own(page, l))
            .FirstOrDefault(text => text is not null);
        return own is not null ? new ShownText(own.Text, own.Language, Own: true)
            : page != SitePages.Imprint ? new ShownText(Ours(page, language), language, Own: false)
            : null;
    }

    public static string Ours(string page, string language) =>
        page == SitePages.Imprint
            ? ""
            : System.Text.Encoding.UTF8.GetString(Embedded.Bytes($"site/{page}.{language}.md"));

    /// <summary>Writes a text, or with an empty one goes back to ours. False if it is no longer what <paramref name="seen"/> says.</summary>
    public async Task<bool> Write(string page, string language, string text, string seen, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = await db.SiteTexts.FindAsync([page, language], ct);
        if ((now?.Text ?? "") != seen)
            return false;
        if (text.Length == 0 && now is not null)
            db.Remove(now);
        else if (now is not null)
            (now.Text, now.ChangedAt) = (text, time.GetUtcNow());
        else if (text.Length > 0)
            db.Add(
                new SiteText
                {
                    Page = page,
                    Language = language,
                    Text = text,
                    ChangedAt = time.GetUtcNow(),
                }
            );
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e)
            when (e is DbUpdateConcurrencyException
                || e.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation }
            )
        {
            return false;
        }
        await Read(ct);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Read(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogDebug("{Reason} The texts about the site stay as they were.", e.Message);
            }
            await Task.Delay(Often, time, stoppingToken);
        }
    }

    private async Task Read(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        _all = await db.SiteTexts.AsNoTracking().ToListAsync(ct);
    }
}
