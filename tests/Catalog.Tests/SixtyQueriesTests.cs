using System.Text.Json;
using SkillPlatform.Testing;

namespace SkillPlatform.Catalog.Tests;

/// <summary>Names, keywords and texts in six scripts, each beside others that nearly fit.</summary>
public sealed class SixScripts(Servers servers) : IAsyncLifetime
{
    private static readonly (string Name, string[] Keywords, string Text)[] Skills =
    [
        ("C", [], "Writes for small devices."),
        ("C#", ["Roslyn"], "Writes services."),
        ("C++", ["RAII"], "Writes engines."),
        ("F#", [], "Writes functions."),
        (".NET", ["ASP.NET Core"], "Runs what C# is compiled to."),
        ("Node.js", ["npm"], "Runs JavaScript on servers."),
        ("JavaScript", ["ECMAScript"], "Writes for browsers."),
        ("Java", ["JVM"], "Writes for application servers."),
        ("CI/CD", ["continuous delivery"], "Delivers with every commit."),
        ("R&D management", [], "Leads research."),
        ("E-mail delivery", ["SMTP"], "Knows why letters bounce."),
        ("Data base design", ["normal forms"], "Draws tables before making them."),
        ("Docker containers", ["images"], "Packs programs for any machine."),
        ("Container orchestration", ["Kubernetes"], "Keeps a cluster in the state that was asked for."),
        (
            "Serverless Functions",
            ["AWS Lambda", "cold starts"],
            "Names what an idle function costs and avoids throttling."
        ),
        ("Python", ["pandas"], "Cleans measurements."),
        ("Photography", [], "Lights a scene."),
        ("Café management", ["espresso"], "Runs a small kitchen."),
        ("Quality policies", ["ISO 9001"], "Audits suppliers."),
        ("Größe schätzen", ["Aufwand"], "Sagt vorher, wie lange es dauert."),
        ("Rechnungen prüfen", ["Buchhaltung"], "Vergleicht Beträge mit Bestellungen."),
        ("Häuser dämmen", [], "Wählt Baustoffe für kalte Winter."),
        ("Gestión de redes", ["conmutadores"], "Diagnostica fallos de conexión."),
        ("Diseño de interfaces", [], "Prueba con usuarios."),
        ("Journaux d'analyse", ["supervision"], "Lit les journaux et trouve la panne."),
        ("Réseaux neuronaux", ["apprentissage"], "Entraîne des modèles."),
        ("Бессерверные вычисления", ["облако"], "Знает цену холодного запуска."),
        ("Проверка договоров", ["юрист"], "Находит рискованные условия."),
        ("Ёмкостное планирование", [], "Считает запас мощности."),
        ("サーバーレス設計", ["クラウド"], "コールドスタートの費用を説明できる。"),
        ("契約書の管理", ["法務"], "更新期限を見逃さない。"),
        ("データベース設計", ["正規化"], "表を作る前に図を描く。"),
        ("ガラス加工", [], "炉の温度を調整する。"),
        ("数据库设计", ["规范化"], "建表之前先画图。"),
        ("网络安全", ["防火墙"], "发现入侵并作出反应。"),
        ("إدارة المشاريع", ["تخطيط"], "يضع جدولا زمنيا واقعيا."),
        ("تحليل البيانات", ["إحصاء"], "ينظف القياسات قبل استخدامها."),
        ("데이터 분석", ["통계"], "측정값을 정리한다."),
        ("Ανάλυση δεδομένων", ["στατιστική"], "Καθαρίζει μετρήσεις."),
    ];

    public CatalogService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Service = await CatalogService.Start(servers);
        var imported = await Service.Import(
            JsonSerializer.Serialize(
                new
                {
                    source = "test",
                    roles = new[] { "Engineer" },
                    domains = new[]
                    {
                        new
                        {
                            name = "Everything",
                            groups = new[]
                            {
                                new
                                {
                                    name = "All",
                                    skills = Skills.Select(s => new
                                    {
                                        name = s.Name,
                                        keywords = s.Keywords,
                                        requirements = new[]
                                        {
                                            new
                                            {
                                                role = "Engineer",
                                                level = "Senior",
                                                mandatory = true,
                                                description = s.Text,
                                            },
                                        },
                                    }),
                                },
                            },
                        },
                    },
                }
            )
        );
        Assert.Equal("done", imported.GetProperty("state").GetString());
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

public sealed class SixtyQueriesTests(SixScripts six) : IClassFixture<SixScripts>
{
    [Theory]
    // Signs, and how people say them.
    [InlineData("c", "C")]
    [InlineData("c#", "C#")]
    [InlineData("C＃", "C#")]
    [InlineData("c sharp", "C#")]
    [InlineData("csharp", "C#")]
    [InlineData("c++", "C++")]
    [InlineData("c plus plus", "C++")]
    [InlineData("cpp", "C++")]
    [InlineData("f sharp", "F#")]
    [InlineData(".net", ".NET")]
    [InlineData("dot net", ".NET")]
    [InlineData("dotnet", ".NET")]
    [InlineData("node js", "Node.js")]
    [InlineData("nodejs", "Node.js")]
    [InlineData("java", "Java")]
    [InlineData("ci cd", "CI/CD")]
    [InlineData("cicd", "CI/CD")]
    [InlineData("r and d management", "R&D management")]
    // Hyphens and spaces.
    [InlineData("email delivery", "E-mail delivery")]
    [InlineData("e mail", "E-mail delivery")]
    [InlineData("e‑mail", "E-mail delivery")]
    // Case, accents, width, composition.
    [InlineData("DOCKER", "Docker containers")]
    [InlineData("ｄｏｃｋｅｒ", "Docker containers")]
    [InlineData("cafe", "Café management")]
    [InlineData("cafe\u0301 management", "Café management")]
    [InlineData("grosse schatzen", "Größe schätzen")]
    [InlineData("groesse", "Größe schätzen")]
    [InlineData("gestion de redes", "Gestión de redes")]
    [InlineData("diseno", "Diseño de interfaces")]
    // Plurals.
    [InlineData("docker container", "Docker containers")]
    [InlineData("containers orchestration", "Container orchestration")]
    [InlineData("quality policy", "Quality policies")]
    [InlineData("rechnung prüfen", "Rechnungen prüfen")]
    [InlineData("haus dämmen", "Häuser dämmen")]
    [InlineData("gestión red", "Gestión de redes")]
    [InlineData("journal analyse", "Journaux d'analyse")]
    [InlineData("réseau neuronal", "Réseaux neuronaux")]
    // Parts, keywords, another order.
    [InlineData("functions serverless", "Serverless Functions")]
    [InlineData("lambda", "Serverless Functions")]
    [InlineData("kuber", "Container orchestration")]
    [InlineData("throttling", "Serverless Functions")]
    [InlineData("measurements", "Python")]
    // Cyrillic.
    [InlineData("бессерверные вычисления", "Бессерверные вычисления")]
    [InlineData("ДОГОВОР", "Проверка договоров")]
    [InlineData("проверка договора", "Проверка договоров")]
    [InlineData("емкостное", "Ёмкостное планирование")]
    [InlineData("холодного запуска", "Бессерверные вычисления")]
    [InlineData("besservernye", "Бессерверные вычисления")]
    // Japanese.
    [InlineData("サーバーレス", "サーバーレス設計")]
    [InlineData("サーバレス設計", "サーバーレス設計")]
    [InlineData("ｻｰﾊﾞｰﾚｽ", "サーバーレス設計")]
    [InlineData("契約", "契約書の管理")]
    [InlineData("管理 契約書", "契約書の管理")]
    [InlineData("温度", "ガラス加工")]
    // Chinese.
    [InlineData("数据库", "数据库设计")]
    [InlineData("安全", "网络安全")]
    [InlineData("入侵", "网络安全")]
    // Arabic.
    [InlineData("المشاريع", "إدارة المشاريع")]
    [InlineData("اداره مشاريع", "إدارة المشاريع")]
    [InlineData("بيانات", "تحليل البيانات")]
    // Korean and Greek.
    [InlineData("데이터", "데이터 분석")]
    [InlineData("분석", "데이터 분석")]
    [InlineData("ΑΝΑΛΥΣΗ ΔΕΔΟΜΕΝΩΝ", "Ανάλυση δεδομένων")]
    public async Task What_was_asked_for_stands_first(string q, string name)
    {
        var (first, exact) = await First(q);
        Assert.Equal((name, true), (first, exact));
    }

    [Theory]
    [InlineData("kubernetse", "Container orchestration")]
    [InlineData("pyhton", "Python")]
    [InlineData("javascirpt", "JavaScript")]
    [InlineData("dokcer contaners", "Docker containers")]
    [InlineData("photografy", "Photography")]
    [InlineData("rechnugen", "Rechnungen prüfen")]
    [InlineData("вычесления", "Бессерверные вычисления")]
    [InlineData("المشاريغ", "إدارة المشاريع")]
    [InlineData("契約書作成", "契約書の管理")]
    [InlineData("python telepathy", "Python")]
    public async Task What_was_meant_stands_first_where_nothing_is_called_so_and_that_is_said(string q, string name)
    {
        var (first, exact) = await First(q);
        Assert.Equal((name, false), (first, exact));
    }

    [Theory]
    [InlineData("zxqwv")]
    [InlineData("telepathy levitation")]
    [InlineData("…")]
    [InlineData("\uFFFE")]
    public async Task What_resembles_nothing_is_not_found(string q) => Assert.Equal((null, false), await First(q));

    [Fact]
    public async Task Where_a_text_has_the_words_it_is_shown_with_its_place()
    {
        var found = await six.Service.Get("/skills?q=idle%20function%20throttling");
        var snippet = found.GetProperty("items")[0].GetProperty("snippet");
        Assert.Equal("engineer", snippet.GetProperty("role").GetString());
        Assert.Equal("senior", snippet.GetProperty("level").GetString());
        Assert.Contains("avoids throttling", snippet.GetProperty("text").GetString(), StringComparison.Ordinal);
        var named = await six.Service.Get("/skills?q=photography");
        Assert.False(named.GetProperty("items")[0].TryGetProperty("snippet", out _));
    }

    private async Task<(string? Name, bool Exact)> First(string q)
    {
        var found = await six.Service.Get($"/skills?q={Uri.EscapeDataString(q)}");
        return (
            found.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()).FirstOrDefault(),
            found.GetProperty("exact").GetBoolean()
        );
    }
}
