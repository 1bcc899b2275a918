using SkillPlatform.Catalog;

namespace SkillPlatform.Catalog.Tests;

public sealed class SlugsTests
{
    [Theory]
    [InlineData("Serverless Functions", "serverless-functions")]
    [InlineData("C#", "c-sharp")]
    [InlineData("C++", "c-plus-plus")]
    [InlineData("F#", "f-sharp")]
    [InlineData("C", "c")]
    [InlineData(".NET", "dot-net")]
    [InlineData("ASP.NET Core", "asp-net-core")]
    [InlineData("Node.js", "node-js")]
    [InlineData("Cloud & Infrastructure", "cloud-and-infrastructure")]
    [InlineData("Engineering (Legacy)", "engineering-legacy")]
    [InlineData("people's skills", "peoples-skills")]
    [InlineData("  -- Größe -- ", "grosse")]
    [InlineData("Бессерверные функции", "besservernye-funktsii")]
    [InlineData("Ｃ＃", "c-sharp")]
    [InlineData("Ⅳ", "iv")]
    public void A_slug_is_plain_ascii(string name, string slug) => Assert.Equal(slug, Slugs.Of(name));

    [Theory]
    [InlineData("深圳")]
    [InlineData("הנדסה")]
    [InlineData("🚀🚀")]
    [InlineData("???")]
    [InlineData("\u200b")]
    [InlineData("Ελληνικά")]
    public void Any_script_gets_a_slug(string name) => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", Slugs.Of(name));

    [Fact]
    public void Names_that_cannot_be_spelled_keep_apart() =>
        Assert.NotEqual(Slugs.Of("???"), Slugs.Of("!!!"), StringComparer.Ordinal);

    [Fact]
    public void A_slug_is_bounded_and_ends_at_a_word()
    {
        var slug = Slugs.Of(string.Join(' ', Enumerable.Repeat("requirement", 40)));
        Assert.True(slug.Length <= Slugs.Longest);
        Assert.EndsWith("-requirement", slug, StringComparison.Ordinal);
        Assert.Equal(Slugs.Longest, Slugs.Of(new string('x', 5000)).Length);
    }

    [Fact]
    public void A_taken_slug_gets_the_first_free_suffix()
    {
        var taken = new HashSet<string>(StringComparer.Ordinal) { "c", "c-2", new string('x', 80) };
        Assert.Equal("d", Slugs.Unique("d", taken.Contains));
        Assert.Equal("c-3", Slugs.Unique("c", taken.Contains));
        Assert.Equal("new-2", Slugs.Unique("new", taken.Contains));
        Assert.Equal(new string('x', 78) + "-2", Slugs.Unique(new string('x', 80), taken.Contains));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(68)]
    [InlineData(69)]
    [InlineData(80)]
    public void What_stands_around_a_slug_are_its_variants(int length)
    {
        var slug = new string('x', length);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var n = 0; n < 120; n++)
            taken.Add(Slugs.Unique(slug, taken.Contains));
        Assert.All(taken, t => Assert.True(Stands(t), t));
        if (length < 68)
            Assert.All([$"{slug}x", $"{slug}-x", $"{slug}-x2", slug[1..], $"a{slug}"], t => Assert.False(Stands(t), t));

        bool Stands(string it) =>
            Slugs
                .Around(slug)
                .Any(r => string.CompareOrdinal(it, r.First) >= 0 && string.CompareOrdinal(it, r.Beyond) < 0);
    }
}
