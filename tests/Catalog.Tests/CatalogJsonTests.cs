using System.Text;

namespace SkillPlatform.Catalog.Tests;

public sealed class CatalogJsonTests
{
    private const string Requirement = """
        {"role":"Cloud Engineer","level":"Junior","mandatory":true,"description":"Deploys."}
        """;

    [Fact]
    public void A_right_document_is_read_whole()
    {
        var (document, errors) = Read(Document(Skill("Lambda", Requirement)));
        Assert.Empty(errors);
        Assert.NotNull(document);
        Assert.Equal("here", document.Source);
        Assert.Equal(["Cloud Engineer"], document.Roles);
        Assert.Equal("Cloud", document.Domains[0].Name);
        var skill = document.Domains[0].Groups[0].Skills[0];
        Assert.Equal(["faas"], skill.Keywords!);
        Assert.Equal(
            new CatalogDocument.Requirement("Cloud Engineer", "Junior", true, "Deploys."),
            Assert.Single(skill.Requirements)
        );
    }

    [Fact]
    public void Keywords_and_requirements_may_be_left_out() =>
        Assert.Empty(Read(Document("""{"name":"Lambda"}""")).Errors);

    [Fact]
    public void A_byte_order_mark_is_no_error() => Assert.Empty(Read("\ufeff" + Document(Skill("L"))).Errors);

    [Fact]
    public void Names_that_differ_in_case_only_are_different() =>
        Assert.Empty(Read(Document(Skill("lambda") + "," + Skill("Lambda"))).Errors);

    [Theory]
    [InlineData("\"level\":\"Junior\"", "\"level\":\"junior\"", "/requirements/0/level")]
    [InlineData("\"level\":\"Junior\"", "\"level\":7", "/requirements/0/level")]
    [InlineData("\"level\":\"Junior\",", "", "/requirements/0/level")]
    [InlineData("\"role\":\"Cloud Engineer\"", "\"role\":\"Baker\"", "/requirements/0/role")]
    [InlineData("\"role\":\"Cloud Engineer\"", "\"role\":\"\"", "/requirements/0/role")]
    [InlineData("\"mandatory\":true", "\"mandatory\":\"yes\"", "/requirements/0/mandatory")]
    [InlineData("\"mandatory\":true", "\"mandatory\":null", "/requirements/0/mandatory")]
    [InlineData("\"mandatory\":true,", "", "/requirements/0/mandatory")]
    [InlineData("\"Deploys.\"", "\"a\\u0000b\"", "/requirements/0/description")]
    [InlineData("\"Deploys.\"", "\"a\\ud800b\"", "/requirements/0/description")]
    [InlineData("\"Deploys.\"", "[\"Deploys.\"]", "/requirements/0/description")]
    [InlineData("\"Deploys.\"", "\"Deploys.\",\"note\":{\"a\":[1]}", "/requirements/0/note")]
    [InlineData("\"Deploys.\"", "\"Deploys.\",\"role\":\"Cloud Engineer\"", "/requirements/0/role")]
    [InlineData("\"Deploys.\"", "\"Deploys.\",\"a/b~c\":1", "/requirements/0/a~1b~0c")]
    [InlineData("\"name\":\"Lambda\"", "\"name\":\" \"", "/name")]
    [InlineData("\"name\":\"Lambda\"", "\"name\":\"\\u3164\\u202e\"", "/name")]
    [InlineData("\"name\":\"Lambda\"", "\"name\":\"Lambda\",\"retired\":true", "/retired")]
    [InlineData("\"name\":\"Lambda\"", "\"nom\":\"Lambda\"", "/nom", "/name")]
    [InlineData("\"faas\"", "3", "/keywords/0")]
    [InlineData("[\"faas\"]", "\"faas\"", "/keywords")]
    public void Each_error_in_a_skill_has_its_pointer(string right, string wrong, params string[] pointers)
    {
        var skill = Skill("Lambda", Requirement);
        Assert.Contains(right, skill, StringComparison.Ordinal);
        var (_, errors) = Read(Document(skill.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Equal(pointers.Select(p => "/domains/0/groups/0/skills/0" + p), errors);
    }

    [Theory]
    [InlineData("\"source\":\"here\"", "\"source\":1", "/source")]
    [InlineData("\"source\":\"here\"", "\"surce\":\"here\"", "/surce")]
    [InlineData("\"roles\":[\"Cloud Engineer\"],", "", "/roles")]
    [InlineData("[\"Cloud Engineer\"]", "[\"Cloud Engineer\",\"Cloud Engineer\"]", "/roles/1")]
    [InlineData("[\"Cloud Engineer\"]", "[\"Cloud Engineer\",\"Cloud\\u00a0Engineer \"]", "/roles/1")]
    [InlineData("\"roles\":", "\"levels\":[],\"roles\":", "/levels")]
    [InlineData("\"roles\":", "\"levels\":[\"A\",\"A\"],\"roles\":", "/levels/1")]
    [InlineData("\"name\":\"Cloud\"", "\"name\":\"Cloud\",\"levels\":[\"A\",null]", "/domains/0/levels/1")]
    [InlineData("\"groups\":", "\"group\":", "/domains/0/group", "/domains/0/groups")]
    public void Each_error_around_the_skills_has_its_pointer(string right, string wrong, params string[] pointers)
    {
        var document = Document(Skill("Lambda"));
        Assert.Contains(right, document, StringComparison.Ordinal);
        Assert.Equal(pointers, Read(document.Replace(right, wrong, StringComparison.Ordinal)).Errors);
    }

    [Fact]
    public void All_errors_are_found_in_one_go()
    {
        var twice = Document(Skill("A", Requirement, Requirement) + "," + Skill("A") + "," + Skill("B", Requirement))
            .Replace("\"Cloud Engineer\"]", "\"Chef\"]", StringComparison.Ordinal);
        Assert.Equal(
            [
                "/domains/0/groups/0/skills/0/requirements/0/role",
                "/domains/0/groups/0/skills/0/requirements/1/role",
                "/domains/0/groups/0/skills/0/requirements/1",
                "/domains/0/groups/0/skills/1/name",
                "/domains/0/groups/0/skills/2/requirements/0/role",
            ],
            Read(twice).Errors
        );
    }

    [Fact]
    public void A_name_with_errors_of_its_own_is_no_trouble_for_others()
    {
        var json = $$"""
            {"roles":["{{new string(
                'r',
                301
            )}}","Pilot"],"domains":[{"name":"D","levels":["",7,"Low"],"groups":[{"name":"G","skills":[
              {"name":"S","requirements":[{"role":"Pilt","level":"Lo","mandatory":true,"description":""}]}]}]}]}
            """;
        var errors = Read(json).Errors;
        Assert.Contains("/roles/0", errors);
        Assert.Contains("/domains/0/groups/0/skills/0/requirements/0/role", errors);
        Assert.Contains("/domains/0/groups/0/skills/0/requirements/0/level", errors);
    }

    [Fact]
    public void The_same_skill_twice_in_a_group_is_a_duplicate()
    {
        const string json = """
            {"roles":[],"domains":[
              {"name":"D","groups":[{"name":"G","skills":[{"name":"S"}]},{"name":"H","skills":[{"name":"S"},{"name":"T"},{"name":"S"}]}]},
              {"name":"E","groups":[{"name":"G","skills":[{"name":"S"}]},{"name":"G","skills":[]}]},
              {"name":"E","groups":[]}
            ]}
            """;
        Assert.Equal(
            ["/domains/1/groups/1/name", "/domains/2/name", "/domains/0/groups/1/skills/2/name"],
            Read(json).Errors
        );
    }

    [Fact]
    public void A_level_may_be_stated_by_the_domain_the_document_or_be_known()
    {
        var stated = Document(Skill("A", Requirement))
            .Replace("\"groups\"", "\"levels\":[\"X\"],\"groups\"", StringComparison.Ordinal);
        Assert.Equal(["/domains/0/groups/0/skills/0/requirements/0/level"], Read(stated).Errors);
        var own = Document(Skill("A", Requirement.Replace("Junior", "Own", StringComparison.Ordinal)));
        Assert.Equal(["/domains/0/groups/0/skills/0/requirements/0/level"], Read(own).Errors);
        Assert.Empty(Read(own, domain => domain.Name == "Cloud" ? ["Own"] : null).Errors);
    }

    [Fact]
    public void A_description_of_10_000_characters_is_right_and_one_more_is_not()
    {
        Assert.Empty(Read(Document(Skill("A", Described(10_000, "x")))).Errors);
        Assert.Empty(Read(Document(Skill("A", Described(10_000, "🚀")))).Errors);
        const string at = "/domains/0/groups/0/skills/0/requirements/0/description";
        Assert.Equal([at], Read(Document(Skill("A", Described(10_001, "x")))).Errors);
        Assert.Equal([at], Read(Document(Skill("A", Described(20 * 1024 * 1024, "x")))).Errors);

        static string Described(int length, string text) =>
            Requirement.Replace("Deploys.", string.Concat(Enumerable.Repeat(text, length)), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_keywords_are_one_error()
    {
        var keywords = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"k{i}\""));
        var (_, errors) = Read(Document("{\"name\":\"A\",\"keywords\":[" + keywords + "]}"));
        Assert.Equal(["/domains/0/groups/0/skills/0/keywords"], errors);
    }

    [Fact]
    public void Reading_stops_at_too_many_errors()
    {
        var (_, errors) = Read(Document(string.Join(',', Enumerable.Repeat("1", 100_000))));
        Assert.Equal(DocumentErrors.Most + 1, errors.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"roles\":[],}")]
    [InlineData("{\"roles\":[],\"domains\":[]} x")]
    [InlineData("not json")]
    public void What_is_no_json_is_malformed(string text)
    {
        var (document, errors) = WholeDocument.Read(Encoding.UTF8.GetBytes(text), _ => null);
        Assert.Null(document);
        Assert.True(errors.Unreadable);
        Assert.Contains("line 1", errors.All[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_json_names_the_place()
    {
        var (_, errors) = Read(
            Document(Skill("A", Requirement)).Replace("\"Deploys.\"", "\"Deploys.", StringComparison.Ordinal)
        );
        Assert.Equal("/domains/0/groups/0/skills/0/requirements/0/description", errors[^1]);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var (_, errors) = WholeDocument.Read(Encoding.UTF8.GetBytes(new string('[', 10_000)), _ => null);
        Assert.True(errors.Unreadable);
        var deep = "{\"roles\":[],\"domains\":[],\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}";
        Assert.True(WholeDocument.Read(Encoding.UTF8.GetBytes(deep), _ => null).Errors.Unreadable);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_an_error()
    {
        var bytes = Encoding.UTF8.GetBytes(Document(Skill("Lambd@")));
        bytes[Array.IndexOf(bytes, (byte)'@')] = 0xff;
        var (_, errors) = WholeDocument.Read(bytes, _ => null);
        Assert.Equal("/domains/0/groups/0/skills/0/name", Assert.Single(errors.All).Pointer);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(4_096)]
    public void Skills_are_found_wherever_its_pieces_end(int piece)
    {
        const string json = """
            {"x":[{"groups":[{"skills":[1]}]}],"domains":[7,{"skills":["no"],"groups":[{"skills":[{"name":"ä\"]}","n":[[{}]]},[ ],null , "s"],"name":"G"},
             {"skills":[]},{"skills":{"skills":[1]}}]},{"groups":[{"name":"H","skills":[{"a":{"skills":[2]}}]}]}],"domain":[{"groups":[]}],"roles":[]}
            """;
        var bytes = Encoding.UTF8.GetBytes("\ufeff" + json);
        var index = JsonIndex.Of(new Trickle(bytes, piece));
        Assert.Null(index.Broken);
        Assert.Equal(
            [
                """1/0/0 {"name":"ä\"]}","n":[[{}]]}""",
                "1/0/1 [ ]",
                "1/0/2 null",
                "1/0/3 \"s\"",
                """2/0/0 {"a":{"skills":[2]}}""",
            ],
            index.Skills.Select(s =>
                $"{s.Domain}/{s.Group}/{s.Skill} {Encoding.UTF8.GetString(bytes, (int)s.Start, s.Length)}"
            )
        );
        Assert.Equal(
            json.Replace("{\"name\":\"ä\\\"]}\",\"n\":[[{}]]},[ ],null , \"s\"", "", StringComparison.Ordinal)
                .Replace("""{"a":{"skills":[2]}}""", "", StringComparison.Ordinal),
            Encoding.UTF8.GetString(index.Frame)
        );
    }

    [Fact]
    public void Roles_and_levels_may_be_said_after_the_skills_that_need_them()
    {
        var skill = Skill("A", Requirement.Replace("Junior", "Own", StringComparison.Ordinal));
        var late =
            $$"""{"domains":[{"groups":[{"skills":[{{skill}}],"name":"G"}],"name":"D"}],"levels":["Own"],"roles":["Cloud Engineer"]}""";
        Assert.Empty(Read(late).Errors);
        Assert.Equal(
            ["/domains/0/groups/0/skills/0/requirements/0/role"],
            Read(late.Replace("[\"Cloud Engineer\"]", "[\"Chef\"]", StringComparison.Ordinal)).Errors
        );
    }

    /// <summary>As a disk or a network may give it: some bytes at a time.</summary>
    private sealed class Trickle(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(piece, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(piece, count));
    }

    private static (CatalogDocument? Document, string[] Errors) Read(string json, KnownLevels? known = null)
    {
        var (document, errors) = WholeDocument.Read(Encoding.UTF8.GetBytes(json), known ?? (_ => null));
        Assert.Equal(errors.Any, document is null);
        return (document, [.. errors.All.Select(e => e.Pointer)]);
    }

    private static string Skill(string name, params string[] requirements) =>
        $$"""{"name":"{{name}}","keywords":["faas"],"requirements":[{{string.Join(',', requirements)}}]}""";

    private static string Document(string skills) =>
        """{"source":"here","licence":"MIT","roles":["Cloud Engineer"],"domains":[{"name":"Cloud","groups":[{"name":"Compute","skills":["""
        + skills
        + "]}]}]}";
}
