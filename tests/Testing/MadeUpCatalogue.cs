using System.Globalization;
using System.Text.Json;

namespace SkillPlatform.Testing;

/// <summary>
/// A catalogue of a real framework's shape in our own words, any size, the same each time: 13,000 skills in 28 domains and 336
/// groups, 2,900 roles, 124,000 requirements, names in four scripts. In documents that one after the other can be imported.
/// </summary>
public static class MadeUpCatalogue
{
    public const int Skills = 13_000;
    public const int Roles = 2_900;
    public const int Domains = 28;
    private const int GroupsPerDomain = 12;
    private const int PerDocument = 500;

    private static readonly string[] Levels = ["Entry", "Practitioner", "Expert"];

    private static readonly string[] Deeds = Words(
        "adjust advise align analyse arrange assemble assess audit balance build calculate calibrate carry-out clean coach "
            + "compare compose configure coordinate cut debug deliver deploy design develop document draft draw educate estimate "
            + "evaluate examine execute explain finish fit forecast guide handle harvest inspect install instruct interpret "
            + "investigate lead maintain manage measure mix model monitor negotiate operate optimise order organise paint pack "
            + "perform plan polish prepare present process produce protect prune record reduce repair report restore review "
            + "schedule select sew shape sort store supervise supply teach test trace train translate transport treat tune "
            + "validate verify weigh weld write"
    );
    private static readonly string[] Kinds = Words(
        "acoustic aerial agricultural analogue aquatic artistic automated automotive biological ceramic chemical civil clinical "
            + "coastal commercial complex composite critical cultural customary dental digital distributed domestic elastic "
            + "electric electronic embedded emotional environmental ethical external fibrous financial flexible floral frozen "
            + "geological geometric global handmade heavy historical hydraulic hybrid industrial inorganic internal legal local "
            + "magnetic manual marine maritime mechanical medical metallic mineral mobile modular molecular musical narrow natural "
            + "nautical nuclear nutritional optical oral organic outdoor parallel periodic personal photographic physical plastic "
            + "pneumatic portable precise preventive public radial recycled regional remote renewable rural scientific seasonal "
            + "secure sensory serial social solar spatial statistical sterile structural surgical technical textile thermal "
            + "toxic tropical urban vertical veterinary virtual visual wireless wooden"
    );
    private static readonly string[] Things = Words(
        "accounts agreements alloys animals antennas archives assets audiences batteries bearings beverages blueprints boilers "
            + "bridges budgets cables cameras campaigns cargo catalogues cells circuits claims clients coatings collections "
            + "compilers components compounds concrete contracts controllers conveyors costumes crops currents databases dashboards "
            + "deliveries devices diagnoses diets documents drains drawings drills emissions engines equipment events exhibitions "
            + "experiments fabrics facilities films filters fires fisheries floors foods forests foundations frames freight fuels "
            + "furnaces furniture games gardens garments gases gears glass grains guidelines hazards heritage hulls images "
            + "incidents instruments insurance inventories investments irrigation journals kilns kitchens laboratories landscapes "
            + "languages lasers leases lenses lessons libraries livestock looms lubricants machines maps markets materials meals "
            + "medicines memory menus messages metals methods mines mixtures motors moulds museums networks nurseries oils orchards "
            + "orders organs ovens packages panels patients pavements payments permits pesticides pharmacies pipelines plants "
            + "platforms policies ponds portfolios ports power presses prices printers projects proposals protocols prototypes "
            + "pumps quarries queries radiators railways records recipes reefs refineries registers reports reservoirs resources "
            + "risks robots roofs routes samples satellites scaffolds schedules schools scripts sculptures seeds sensors services "
            + "ships signals soils sounds spectra sports stages standards statistics steel stocks stones strategies structures "
            + "studios suppliers surfaces surveys systems tanks taxes teams telescopes theories therapies timber tissues tools "
            + "tourism traffic turbines tunnels tyres vaccines valves vehicles vessels vineyards warehouses waste waves weapons "
            + "websites wells wheels windows wines workshops yarns"
    );
    private static readonly string[] Places = Words(
        "airports care-homes construction-sites courts factories farms hospitals hotels laboratories mines offices orchards ports "
            + "prisons railways restaurants schools ships shops theatres universities warehouses"
    );
    private static readonly string[] People = Words(
        "adviser analyst architect assistant broker clerk consultant coordinator designer developer director engineer examiner "
            + "inspector instructor manager mechanic operator planner researcher specialist supervisor teacher technician tester "
            + "worker"
    );

    private static readonly string[] Starts = Words(
        "bran carb delt ferr galv hydr juno kelv lumin magn nebul orb pell quart rost silv terr umbr velv wolf xyl zeph"
    );
    private static readonly string[] Middles = Words("ac ad al am an ar el em en er ic id il im in ir ol om on or");
    private static readonly string[] Ends = Words(
        "ade age aline ander ane ate by eve ette ex fix gard holm ide ine ium ix lite mar met oid ome ora ose per phon "
            + "plast pore sel ster tane ter tex thon trix tron ule um ware yde"
    );

    private static readonly (string[] Things, string[] Deeds, string Of)[] Others =
    [
        (
            ["契約書", "在庫", "予算", "機械", "電池", "回路", "図面", "食品", "品質", "安全", "配管", "データベース"],
            ["の管理", "の設計", "の点検", "の分析", "の計画", "の評価", "の修理"],
            ""
        ),
        (
            ["договоров", "запасов", "бюджета", "двигателей", "насосов", "сетей", "чертежей", "отходов", "перевозок"],
            ["проверка", "ремонт", "планирование", "оценка", "разработка", "учёт"],
            " "
        ),
        (
            ["العقود", "المخزون", "الميزانية", "المحركات", "الشبكات", "البيانات", "النفايات"],
            ["إدارة", "صيانة", "تخطيط", "تقييم", "تحليل"],
            " "
        ),
    ];

    /// <param name="times">How many times the size of a real one; names of more than one take a number.</param>
    public static IEnumerable<string> Documents(int times = 1)
    {
        var random = new Random(15);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var roles = Enumerable
            .Range(0, Roles)
            .Select(n => Once($"{Kinds[n % Kinds.Length]} {Things[n * 7 % Things.Length]} {Of(People, n / 3)}"))
            .ToArray();
        taken.Clear();
        var perDomain = (Skills * times / Domains) + 1;
        for (var domain = 0; domain < Domains; domain++)
        for (var start = 0; start < perDomain; start += PerDocument)
        {
            var number = domain;
            var skills = Enumerable
                .Range(start, Math.Min(PerDocument, perDomain - start))
                .GroupBy(n => n % GroupsPerDomain)
                .Select(group =>
                    (object)
                        new
                        {
                            name = $"{Of(Kinds, (number * GroupsPerDomain) + group.Key)} {Of(Things, group.Key * 5)}",
                            skills = group.Select(_ => Skill(random, Name(random), roles)).ToArray(),
                        }
                )
                .ToArray();
            yield return JsonSerializer.Serialize(
                new
                {
                    source = "made up for measurements",
                    licence = "same as the project",
                    levels = Levels,
                    roles,
                    domains = new[]
                    {
                        new
                        {
                            name = $"{Of(Kinds, domain * 3)} {Of(Things, domain * 11)} and services",
                            groups = skills,
                        },
                    },
                }
            );
        }

        string Name(Random random)
        {
            if (random.Next(50) == 0)
            {
                var (things, deeds, of) = Others[random.Next(Others.Length)];
                return Once($"{Any(random, deeds)}{of}{Any(random, things)}", of.Length == 0);
            }
            var kind = random.Next(2) == 0 ? Any(random, Kinds) : Coined(random.Next(8_000));
            var name = $"{Any(random, Deeds)} {kind} {Any(random, Things)}";
            return Once(random.Next(4) == 0 ? $"{name} in {Any(random, Places)}" : name);
        }

        string Once(string name, bool isReversed = false)
        {
            // Japanese says the thing before the deed.
            if (isReversed && name.IndexOf('の', StringComparison.Ordinal) is >= 0 and var deed)
                name = name[(deed + 3)..] + name[..(deed + 3)];
            var once = name;
            for (var n = 2; !taken.Add(once); n++)
                once = string.Create(CultureInfo.InvariantCulture, $"{name} {n}");
            return once;
        }
    }

    private static object Skill(Random random, string name, string[] roles)
    {
        // Some are asked of few, few of many: nine and a half on average.
        var asked = random.Next(10) == 0 ? random.Next(20, 52) : random.Next(2, 12);
        // As in real ones, a skill says nearly the same to each role.
        var text = Text(random, name);
        return new
        {
            name,
            keywords = Enumerable
                .Range(0, random.Next(0, 9))
                .Select(_ => $"{Any(random, Deeds)} {Any(random, Things)}")
                .Distinct(StringComparer.Ordinal),
            requirements = Enumerable
                .Range(0, asked)
                .Select(_ => roles[random.Next(2) == 0 ? random.Next(roles.Length) : random.Next(200)])
                .Distinct(StringComparer.Ordinal)
                .Select(role => new
                {
                    role,
                    level = Any(random, Levels),
                    mandatory = random.Next(3) > 0,
                    description = $"{text} Told to {role}.",
                }),
        };
    }

    private static string Text(Random random, string name) =>
        $"Can {name} and {Any(random, Deeds)} {Any(random, Things)} so that they stay as they were agreed, knows "
        + $"what is used for them in {Any(random, Places)}, and tells others in time what has to be done.";

    // A real framework knows thousands of words, most of them in few names.
    private static string Coined(int n) =>
        $"{Of(Starts, n)}{Of(Middles, n / Starts.Length)}{Of(Ends, n / (Starts.Length * Middles.Length))}";

    private static string[] Words(string words) => [.. words.Split(' ').Select(word => word.Replace('-', ' '))];

    private static T Any<T>(Random random, T[] of) => of[random.Next(of.Length)];

    private static T Of<T>(T[] of, int n) => of[n % of.Length];
}
