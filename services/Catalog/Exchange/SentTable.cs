using Marten;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>
/// The last table that somebody sent, as it is read, so that they can say how it should be instead, without sending it again.
/// Kept as long as a document that was only checked.
/// </summary>
public sealed class SentTable
{
    public Guid Id { get; set; }
    public string? By { get; set; }
    public DateTimeOffset At { get; set; }
    public string? Source { get; set; }
    public TableForm Form { get; set; } = new("csv");

    /// <summary>When it was said how tables of these headings are to be read; null where it is guessed, or was said just now.</summary>
    public DateTimeOffset? ReadAs { get; set; }

    public HeadingRead[] Headings { get; set; } = [];
    public SheetRead[] Sheets { get; set; } = [];

    /// <summary>Larger ones are not kept.</summary>
    public const int LargestBytes = ChangeSet.LargestBytes;

    public static void Configure(StoreOptions options)
    {
        options.Schema.For<SentTable>().DocumentAlias("sent_table").Index(t => t.By!);
        options.Schema.For<SentFile>().DocumentAlias("sent_file").Index(f => f.By!);
        options.Schema.For<KnownTable>().DocumentAlias("known_table").Index(t => t.By);
    }

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet(
                "/tables/{id:guid}",
                async (HttpContext http, Guid id, IQuerySession session) =>
                    await session.LoadAsync<SentTable>(id, http.RequestAborted) is { } table
                    && table.By == Caller.Of(http).Id
                        ? Results.Ok(
                            new TablePage(
                                table.Id,
                                table.Source,
                                table.Form,
                                table.ReadAs,
                                table.Headings,
                                table.Sheets,
                                TableReading.Meanings,
                                CsvText.Encodings,
                                CsvText.Separators
                            )
                        )
                        : Refusal.NoSuch("table").AsProblem()
            )
            .Produces<TablePage>()
            .WithSummary("How a table that was sent is read, for whoever sent it.");

    /// <summary>What is kept for a person's sake goes with the person.</summary>
    public static void Erase(IDocumentSession session, string by)
    {
        session.DeleteWhere<SentTable>(t => t.By == by);
        session.DeleteWhere<SentFile>(f => f.By == by);
        session.DeleteWhere<KnownTable>(t => t.By == by);
    }
}

/// <summary>The bytes of a table that was sent.</summary>
public sealed record SentFile(Guid Id, string? By, DateTimeOffset At, string Format, byte[] Bytes);

/// <summary>How somebody said that tables with certain headings are to be read.</summary>
public sealed class KnownTable
{
    public string Id { get; set; } = "";
    public string By { get; set; } = "";
    public DateTimeOffset At { get; set; }
    public TableReading Reading { get; set; } = TableReading.Guessed;

    /// <summary>So many a person; the oldest are forgotten.</summary>
    public const int MostOfOne = 50;

    public static string IdOf(string by, string key) => $"{by}/{key}";
}

public sealed record TablePage(
    Guid Id,
    string? Source,
    TableForm Form,
    DateTimeOffset? ReadAs,
    HeadingRead[] Headings,
    SheetRead[] Sheets,
    string[] Meanings,
    string[] Encodings,
    string[] Separators
);
