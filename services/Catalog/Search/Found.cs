using Npgsql;

namespace SkillPlatform.Catalog;

/// <summary>Where the skills looked for stand, and whom they are for; null for anywhere and anyone.</summary>
public sealed record Narrowed(string? Domain, string? Group, string? Role, string? Level)
{
    /// <summary>
    /// What names begin with, as SQL of the column <c>sort</c>: a character; of scripts with thousands of them the ideographs
    /// together, and the consonant of a Hangul syllable.
    /// </summary>
    public const string Initial = """
        case when ascii(sort) between 44032 and 55203 then substr('ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ', (ascii(sort) - 44032) / 588 + 1, 1)
          when ascii(sort) between 13312 and 40959 or ascii(sort) between 63744 and 64255 or ascii(sort) > 131071 and ascii(sort) < 205744 then '漢'
          else left(sort, 1) end
        """;

    /// <summary>With one of which the name begins; null for any.</summary>
    public string[]? Initials { get; init; }

    public bool IsNot => this is { Domain: null, Group: null, Role: null, Level: null, Initials: null };

    public string Sql =>
        string.Concat(
            Domain is null ? "" : " and s.domain = @domain",
            Group is null ? "" : " and s.\"group\" = @group",
            Role is null
                ? ""
                : " and s.skill in (select r.skill from requirement_versions r where r.role = @role"
                    + (Level is null ? "" : " and r.level = @level")
                    + " and r.to_version is null and r.description is not null)",
            Level is null || Role is not null ? "" : " and @level = any(s.levels)",
            Initials is null ? "" : $" and {Initial} = any(@initials)"
        );

    public void Bind(NpgsqlCommand command)
    {
        // All are named by the facets' orders; typed, where they are null.
        Add("domain", Domain);
        Add("group", Group);
        Add("role", Role);
        Add("level", Level);
        if (Initials is not null)
            command.Parameters.AddWithValue("initials", Initials);

        void Add(string name, string? value) =>
            command.Parameters.Add(new(name, NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value });
    }
}

/// <summary>
/// Which skills fit what was typed, as SQL, and how well: <c>rank</c>, the less the better. Each is answered by an index, one
/// after the other only where the one before finds nothing: what was asked for, what was meant but for typing errors, what has
/// at least half of the words.
/// </summary>
public sealed record Found(int Stage, string? Hits, Action<NpgsqlCommand> Bind)
{
    public const int AsAsked = 0;
    public const int AsMeant = 1;
    public const int Some = 2;

    /// <summary>Ranks of a stage begin here, so that a cursor tells its stage.</summary>
    public const int PerStage = 100;

    /// <summary>Everything there is.</summary>
    public static Found Everything { get; } = new(AsAsked, null, _ => { });

    public static Found Exactly(SearchQuery query) =>
        new(
            AsAsked,
            """
            select skill, case when lines[1] = @line then 0 when @line = any(lines) then 1 when starts_with(lines[1], @line) then 2
                when named @@ @all::tsquery then 3 when words @@ @all::tsquery then 4 else 5 end as rank
              from skill_search where words @@ @any::tsquery
              union all select skill, 6 from skill_texts where words @@ @texts::tsquery
            """,
            command =>
            {
                command.Parameters.AddWithValue("line", query.Line);
                command.Parameters.AddWithValue("all", query.AllAsTyped);
                command.Parameters.AddWithValue("any", query.AllInAnyForm);
                command.Parameters.AddWithValue("texts", query.AllInText);
            }
        );

    /// <summary>Null where some word resembles none.</summary>
    public static Found? Meant(SearchQuery query, string[][] alike)
    {
        var words = query.Words.Select((word, at) => Alternatives(word, alike[at], ofText: false)).ToArray();
        return Array.Exists(alike, a => a.Length > 0)
            ? new Found(
                AsMeant,
                """
                select skill, case when named @@ @any::tsquery then 100 else 101 end as rank
                  from skill_search where words @@ @any::tsquery
                  union all select skill, 102 from skill_texts where words @@ @texts::tsquery
                """,
                command =>
                {
                    command.Parameters.AddWithValue("any", SearchQuery.All(words));
                    command.Parameters.AddWithValue(
                        "texts",
                        SearchQuery.All(query.Words.Select((word, at) => Alternatives(word, alike[at], ofText: true)))
                    );
                }
            )
            : null;
    }

    /// <summary>Null for one word: half of it is none.</summary>
    public static Found? Partly(SearchQuery query, string[][] alike)
    {
        if (query.Words.Count < 2)
            return null;
        var words = query.Words.Select((word, at) => Alternatives(word, alike[at], ofText: false)).ToArray();
        return new Found(
            Some,
            """
            select skill, 300 - matched as rank from (
                select skill, (select count(*) from unnest(@each::tsquery[]) e where words @@ e)::int as matched
                from skill_search where words @@ @some::tsquery) m
              where matched * 2 >= cardinality(@each::text[])
            """,
            command =>
            {
                command.Parameters.AddWithValue("some", SearchQuery.Any(words));
                command.Parameters.AddWithValue("each", words);
            }
        );
    }

    private static string Alternatives(SearchQuery.Word word, string[] alike, bool ofText) =>
        SearchQuery.Any([ofText ? word.InText : word.InAnyForm, .. alike.Select(SearchQuery.Quoted)]);

    /// <summary>The beginning of a statement: <c>found</c>.</summary>
    public string With(Narrowed narrowed) =>
        Hits is null
            ? $"""
                with found as materialized (
                  select s.skill, s.slug, s.domain, s."group", s.roles, s.levels, s.sort, 0 as length, 0 as rank, false as told
                  from skill_search s where true{narrowed.Sql}
                )

                """
            : $"""
                with hits as (
                  select skill, min(rank) as rank, bool_or(rank in (6, 102)) as told from (
                  {Hits}
                  ) h group by skill
                ), found as materialized (
                  select s.skill, s.slug, s.domain, s."group", s.roles, s.levels, s.sort, length(s.lines[1]) as length, h.rank, h.told
                  from hits h join skill_search s on s.skill = h.skill where true{narrowed.Sql}
                )

                """;
}
