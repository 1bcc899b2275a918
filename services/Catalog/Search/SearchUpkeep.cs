using Npgsql;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog;

/// <summary>
/// Makes rows of the search index that are missing, of an older form, or behind their skill: after an update, and where a
/// replica of an older version still writes. What there is goes on being found meanwhile.
/// </summary>
public sealed class SearchUpkeep(
    NpgsqlDataSource source,
    Turns turns,
    IHostApplicationLifetime host,
    ILogger<SearchUpkeep> log
) : BackgroundService
{
    private const long Turn = 0x5570646174; // "Update"
    private const int AtOnce = 250;

    // A small catalogue is whole before the first request; a large one does not keep anyone waiting.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan[] Looks =
    [
        TimeSpan.FromSeconds(15),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
    ];

    public static void Add(IServiceCollection services)
    {
        services.BeforeServing((sp, ct) => Tidy(sp.GetRequiredService<NpgsqlDataSource>(), ct));
        services.AddHostedService<SearchUpkeep>();
        services.AddSingleton<TaxonomyNow>();
    }

    private static async Task Tidy(NpgsqlDataSource source, CancellationToken ct)
    {
        // Texts out of line: where a word stands is in its index, and what is found is then few pages. The rest never: it is
        // read with each hit.
        await using (
            var store = source.CreateCommand(
                """
                do $$ begin
                  if exists (select from pg_class where oid = 'public.skill_texts'::regclass and reloptions is null) then
                    alter table public.skill_texts alter column words set storage external;
                    alter table public.skill_texts set (toast_tuple_target = 128);
                    alter table public.skill_search set (toast_tuple_target = 8160);
                  end if;
                end $$
                """
            )
        )
            await store.ExecuteNonQueryAsync(ct);
        var since = TimeProvider.System.GetTimestamp();
        foreach (var some in (await Behind(source, ct)).Chunk(AtOnce))
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
                return;
            await SearchIndex.Renew(source, some, ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var look = 0; !stoppingToken.IsCancellationRequested; )
            try
            {
                await using (await turns.Take(Turn, stoppingToken))
                    foreach (var some in (await Behind(source, stoppingToken)).Chunk(AtOnce))
                        await SearchIndex.Renew(source, some, stoppingToken);
                if (look == Looks.Length)
                    return;
                await Task.Delay(Looks[look++], stoppingToken);
            }
            catch (Exception e) when (!host.ApplicationStopping.IsCancellationRequested)
            {
                log.LogWarning("The search index waits ({Reason}).", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
    }

    private static async Task<List<Guid>> Behind(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            select s.skill from skill_versions s
            left join skill_search x on x.skill = s.skill
            where s.to_version is null
              and (s.retired and x.skill is not null
                or not s.retired and (x.skill is null or x.form < $1 or x.version < s.from_version
                  or exists (select from requirement_versions r where r.skill = s.skill and r.from_version > x.version)))
            """
        );
        command.CommandTimeout = 120;
        command.Parameters.Add(new() { Value = SearchWords.Form });
        var skills = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            skills.Add(row.GetGuid(0));
        return skills;
    }
}
