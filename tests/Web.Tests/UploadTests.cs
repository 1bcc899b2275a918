using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using SkillPlatform.Testing;
using SkillPlatform.Web.Languages;
using SkillPlatform.Web.Uploads;

namespace SkillPlatform.Web.Tests;

/// <summary>A table of somebody who may only propose.</summary>
public sealed class UploadTests(WebFixture web) : IClassFixture<WebFixture>
{
    private const string Id = "01990000-0000-7000-8000-0000000000ac";
    private readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    internal static object ChangeSet(string id) =>
        new
        {
            id,
            state = "done",
            source = "tides.xlsx",
            unchanged = 39,
            taxonomy = new[]
            {
                new
                {
                    taxonomy = new
                    {
                        kind = "role",
                        slug = "pilot",
                        name = "Harbour pilot",
                    },
                    kind = "roleRenamed",
                    before = "Lotse",
                    after = "Harbour pilot",
                    near = (string?)null,
                },
                new
                {
                    taxonomy = new
                    {
                        kind = "role",
                        slug = "pilto",
                        name = "Pilto",
                    },
                    kind = "roleAdded",
                    before = "",
                    after = "",
                    near = (string?)"Pilot",
                },
                new
                {
                    taxonomy = new
                    {
                        kind = "group",
                        slug = "hold",
                        name = "Hold",
                    },
                    kind = "groupKept",
                    before = "",
                    after = "",
                    near = (string?)null,
                },
            },
            skills = new[]
            {
                new
                {
                    skill = "reading-tides",
                    name = "Reading tides",
                    changes = new[]
                    {
                        new
                        {
                            op = "rewordRequirement",
                            role = "pilot",
                            level = "junior",
                            was = "Reads a chart.",
                            description = "Reads any chart.",
                        },
                    },
                    conflicts = new[]
                    {
                        new
                        {
                            change = 0,
                            code = "changed",
                            was = "Reads a chart.",
                            now = "Somebody was faster.",
                            wanted = "Reads any chart.",
                        },
                    },
                },
            },
        };

    [Fact]
    public async Task What_a_table_would_change_is_shown_and_then_proposed_without_another_upload()
    {
        web.Catalog.On("POST /api/catalog/changesets", new { id = Id, state = "queued" }, 202)
            .On($"GET /api/catalog/changesets/{Id}", ChangeSet(Id));
        web.Proposals.On("POST /api/proposals/batches", new { id = Id, proposals = 1 }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        using var form = new MultipartFormDataContent
        {
            { new StringContent(await Token(browser)), "__RequestVerificationToken" },
            { new StringContent("the table"), "document", "tides.xlsx" },
        };
        using var taken = await browser.Client.PostAsync("/en/upload", form, _ct);
        Assert.Equal($"/en/uploads/{Id}", taken.Headers.Location?.OriginalString);
        Assert.Equal("?source=tides.xlsx", web.Catalog.Last("/api/catalog/changesets").Query);

        var html = await browser.Html($"/en/uploads/{Id}");
        Assert.Contains("Skills: 1 · changes: 1 · conflicts: 1 · unchanged: 39", html);
        Assert.Contains("Someone was faster here", html);
        Assert.Matches(@"class=""notice"">\s*New role: Pilto\.\s*Did you mean “Pilot”\?", WebUtility.HtmlDecode(html));
        using var nothing = await browser.Post($"/en/uploads/{Id}", $"/en/uploads/{Id}", ("rationale", " "));
        Assert.Equal(422, (int)nothing.StatusCode);
        using var proposed = await browser.Post(
            $"/en/uploads/{Id}",
            $"/en/uploads/{Id}",
            ("rationale", "As agreed."),
            ("once", "this-form")
        );
        Assert.Equal($"/en/batches/{Id}", proposed.Headers.Location?.OriginalString);
        var sent = web.Proposals.Last("/api/proposals/batches");
        Assert.Equal("this-form", sent.Headers["Idempotency-Key"]);
        Assert.Contains("\"skill\":\"reading-tides\",\"changes\":[{\"op\":\"rewordRequirement\"", sent.Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_undoes_an_import_takes_back_what_no_proposal_speaks_of(bool proposes)
    {
        var import = Guid.CreateVersion7();
        var set = JsonSerializer.SerializeToNode(ChangeSet(Id), JsonSerializerOptions.Web)!;
        set["undoes"] = import;
        set["takesBack"] = true;
        if (!proposes)
            set["skills"] = new JsonArray();
        web.Catalog.On($"GET /api/catalog/changesets/{Id}", set)
            .On($"POST /api/catalog/imports/{import}/undo/origin", new { }, 503);
        web.Proposals.On("POST /api/proposals/batches", new { id = Id, proposals = 1 }, 201);
        using var browser = web.Browser();
        await browser.SignIn();
        var html = await browser.Html($"/en/uploads/{Id}");
        Assert.Contains("is taken back at once", html);
        Assert.Equal(proposes, html.Contains("name=\"rationale\"", StringComparison.Ordinal));
        var before = Sent();
        using var refused = await browser.Post(
            $"/en/uploads/{Id}",
            $"/en/uploads/{Id}",
            ("rationale", proposes ? "A mistake." : "")
        );
        Assert.Equal(503, (int)refused.StatusCode);
        Assert.Equal((before.Proposals + (proposes ? 1 : 0), before.Undone + 1), Sent());
        // The proposals are made, and are not made again with what could not be taken back.
        var again = new SentForm(await refused.Content.ReadAsStringAsync(_ct), "once");
        Assert.Equal(proposes ? Id : null, again.Has("made") ? again["made"] : null);
        web.Catalog.On($"POST /api/catalog/imports/{import}/undo/origin", new { }, 204);
        using var done = await again.Send(browser.Client);
        Assert.Equal(proposes ? $"/en/batches/{Id}" : $"/en/uploads/{Id}", done.Headers.Location?.OriginalString);
        Assert.Equal((before.Proposals + (proposes ? 1 : 0), before.Undone + 2), Sent());

        (int Proposals, int Undone) Sent() =>
            (
                web.Proposals.Count("/api/proposals/batches"),
                web.Catalog.Count($"/api/catalog/imports/{import}/undo/origin")
            );
    }

    [Fact]
    public async Task Nothing_is_taken_back_where_the_proposals_of_an_undo_are_refused()
    {
        var import = Guid.CreateVersion7();
        var set = JsonSerializer.SerializeToNode(ChangeSet(Id), JsonSerializerOptions.Web)!;
        (set["undoes"], set["takesBack"]) = (import, true);
        web.Catalog.On($"GET /api/catalog/changesets/{Id}", set)
            .On($"POST /api/catalog/imports/{import}/undo/origin", new { }, 204);
        web.Proposals.On("POST /api/proposals/batches", new { type = "/problems/quota-exceeded" }, 429);
        using var browser = web.Browser();
        await browser.SignIn();
        using var refused = await browser.Post($"/en/uploads/{Id}", $"/en/uploads/{Id}", ("rationale", "A mistake."));
        Assert.Equal(429, (int)refused.StatusCode);
        Assert.Equal(0, web.Catalog.Count($"/api/catalog/imports/{import}/undo/origin"));
    }

    [Fact]
    public async Task What_is_refused_stays_in_the_form_and_says_why()
    {
        web.Catalog.On($"GET /api/catalog/changesets/{Id}", ChangeSet(Id));
        web.Proposals.On("POST /api/proposals/batches", new { type = "/problems/quota-exceeded" }, 429);
        using var browser = web.Browser();
        await browser.SignIn();
        using var refused = await browser.Post($"/en/uploads/{Id}", $"/en/uploads/{Id}", ("rationale", "As agreed."));
        Assert.Equal(429, (int)refused.StatusCode);
        var html = await refused.Content.ReadAsStringAsync(_ct);
        Assert.Contains("As agreed.", html);
        Assert.Contains("as much as one may", html);
    }

    [Theory]
    [InlineData("/en/upload", "POST /api/catalog/changesets", "?")]
    [InlineData("/en/admin/import", "POST /api/catalog/imports", "?dryRun=true&")]
    public async Task What_was_misunderstood_is_corrected_and_checked_again_without_another_upload(
        string page,
        string route,
        string query
    )
    {
        web.Catalog.On(
                route,
                new
                {
                    table = Id,
                    errors = new Dictionary<string, string[]>(StringComparer.Ordinal)
                    {
                        ["/Tides/rows/3/level"] = ["Must not be empty."],
                    },
                },
                422
            )
            .On($"GET /api/catalog/tables/{Id}", Samples.Table(Id, "xlsx"));
        using var browser = web.Browser();
        web.Identity.Roles = ["contributor", "administrator"];
        await browser.SignIn();
        web.Identity.Roles = ["contributor"];
        using var form = new MultipartFormDataContent
        {
            { new StringContent(await Token(browser)), "__RequestVerificationToken" },
            { new StringContent("the table"), "document", "tides.xlsx" },
        };
        using var refused = await browser.Client.PostAsync(page, form, _ct);
        Assert.Equal(422, (int)refused.StatusCode);
        var html = await refused.Content.ReadAsStringAsync(_ct);
        Assert.Single(Regex.Matches(html, "The document has errors"));
        // Counted and called as in the file.
        Assert.Contains("sheet Tides, row 6, column Stage", html);
        Assert.Contains("Read as you said on 3 Nov 2026", html);
        var again = new SentForm(html, "table");
        Assert.Equal((page, Id), (again.Action, again["table"]));

        using var _ = await browser.Post(
            "/en/upload",
            page,
            ("table", Id),
            ("heading", "Job"),
            ("means", ""),
            ("heading", "Stage"),
            ("means", "level"),
            ("sheet", "Tides"),
            ("role", "Pilot"),
            ("sheet", "Legend"),
            ("role", ""),
            ("skip", "Legend")
        );
        var asked = web.Catalog.Last(route.Split(' ')[1], "POST");
        Assert.Equal(
            $"{query}table={Id}&reading="
                + Uri.EscapeDataString("""{"columns":{"Stage":"level"},"sheets":{"Tides":"Pilot","Legend":""}}"""),
            asked.Query
        );
        Assert.Empty(asked.Body);
    }

    [Theory]
    [InlineData("/de/upload", 17, false, "Zu groß")]
    [InlineData("/ja/upload", 17, true, "サイズが大きすぎます")]
    [InlineData("/de/proposals/01990000-0000-7000-8000-0000000000ac/comments", 3, false, "Zu groß")]
    public async Task What_is_too_large_is_taken_in_nowhere_and_its_sender_told_so_in_their_language(
        string page,
        int megabytes,
        bool chunked,
        string title
    )
    {
        var before = web.Catalog.Count("/api/catalog/changesets");
        using var browser = web.Browser();
        await browser.SignIn();
        using var form = new MultipartFormDataContent
        {
            { new StringContent(await Token(browser)), "__RequestVerificationToken" },
            { new ByteArrayContent(new byte[megabytes << 20]), "document", "tides.xlsx" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, page) { Content = form };
        request.Headers.TransferEncodingChunked = chunked;
        using var refused = await browser.Client.SendAsync(request, _ct);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Contains($"<h1>{title}</h1>", await refused.Content.ReadAsStringAsync(_ct));
        Assert.Equal(before, web.Catalog.Count("/api/catalog/changesets"));
    }

    [Fact]
    public async Task Who_only_says_that_much_will_come_is_answered_before_it_does()
    {
        using var browser = web.Browser();
        await browser.SignIn();
        using var connection = new TcpClient();
        await connection.ConnectAsync(web.Address.Host, web.Address.Port, _ct);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            System.Text.Encoding.ASCII.GetBytes(
                $"POST /en/upload HTTP/1.1\r\nHost: {web.Address.Authority}\r\nContent-Length: {1L << 30}\r\n"
                    + "Content-Type: multipart/form-data; boundary=x\r\n"
                    + $"Cookie: {browser.Cookies.GetCookieHeader(web.Address)}\r\n\r\n--x\r\n"
            ),
            _ct
        );
        using var answer = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 413", await answer.ReadLineAsync(_ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_names_of_a_very_large_document_are_not_looked_for()
    {
        using var large = new MemoryStream([.. "{}"u8, .. Enumerable.Repeat((byte)' ', 8 << 20)]);
        Assert.Null(await DocumentPlaces.Read(new FormFile(large, 0, large.Length, "document", "a.json"), _ct));
        Assert.NotNull(await DocumentPlaces.Read(new FormFile(large, 0, 100, "document", "a.json"), _ct));
    }

    [Theory]
    [InlineData("At most 1,000 characters.", "Höchstens 1.000 Zeichen.")]
    [InlineData("At most 5,000 roles.", "Höchstens 5.000 Rollen.")]
    [InlineData(
        "A record has at most 16 MB. Is a quotation mark in it not closed?",
        "Ein Datensatz hat höchstens 16 MB. Ist darin ein Anführungszeichen nicht geschlossen?"
    )]
    [InlineData("A skill has at most 64 MB.", "Ein Skill hat höchstens 64 MB.")]
    [InlineData(
        "“Snior” is not among the levels of its domain. Did you mean “Senior”?",
        "„Snior“ gehört nicht zu den Stufen seiner Domäne. Meinten Sie „Senior“?"
    )]
    [InlineData("“a” is not among the document's roles.", "„a“ gehört nicht zu den Rollen des Dokuments.")]
    [InlineData(
        "There is no column “x”. There are: domain,role.",
        "Eine Spalte „x“ gibt es nicht. Es gibt: Domäne, Rolle."
    )]
    [InlineData(
        "This is not JSON, or nested more than 64 deep: line 3, byte 14.",
        "Das ist kein JSON, oder es ist tiefer als 64 verschachtelt: Zeile 3, Byte 14."
    )]
    [InlineData(
        "“r2” of esco is something else in the catalogue than the id before it.",
        "„r2“ von esco ist im Katalog etwas anderes als die Kennung davor."
    )]
    [InlineData("“1” of a: b is “Knots” already.", "„1“ von a: b ist bereits „Knots“.")]
    [InlineData("Something new.", "Something new.")]
    public void What_is_wrong_is_said_in_the_language_of_its_reader(string said, string german) =>
        Assert.Equal(german, FileErrors.In(Texts.In("de"), said));

    [Theory]
    [InlineData("/rows/12/level", "row 13 below the heading, column Level")]
    [InlineData("/Pilot~1Mate/rows/0/7", "sheet Pilot/Mate, row 1 below the heading, column H")]
    [InlineData("/header/3", "heading, column D")]
    [InlineData("/header/27", "heading, column AB")]
    [InlineData("/header/skill", "heading, column Skill")]
    [InlineData("/domains/0/groups/1", null)]
    public void A_place_in_a_table_is_said_as_people_count(string pointer, string? place) =>
        Assert.Equal(place, FileErrors.Place(Texts.In("en"), pointer));

    [Theory]
    [InlineData("/domains/0/groups/0/skills/0/keywords/1", "Sea › Coast › Reading tides › moon")]
    [InlineData(
        "/domains/0/groups/0/skills/0/requirements/0/level",
        "Sea › Coast › Reading tides › Pilot, Junor › Junor"
    )]
    [InlineData("/domains/0/groups/0/skills/7", "Sea › Coast")]
    [InlineData("/domains/1", "")]
    [InlineData("", "")]
    public void A_place_in_a_document_is_said_by_the_names_that_stand_there(string pointer, string names)
    {
        using var document = System.Text.Json.JsonDocument.Parse(
            """
            {"domains":[{"name":"Sea","groups":[{"name":"Coast","skills":[{"name":"Reading tides","keywords":["tide","moon"],
              "requirements":[{"role":"Pilot","level":"Junor","mandatory":true}]}]}]},{"groups":[]}]}
            """
        );
        Assert.Equal(names, DocumentPlaces.Of(document.RootElement, pointer));
    }

    private static async Task<string> Token(Browser browser) =>
        Regex
            .Match(
                await browser.Html("/en/upload"),
                "name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"",
                RegexOptions.ExplicitCapture,
                TimeSpan.FromSeconds(1)
            )
            .Groups["token"]
            .Value;
}
