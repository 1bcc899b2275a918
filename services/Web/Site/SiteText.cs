using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace SkillPlatform.Web.Site;

/// <summary>What an administrator has written on one of the <see cref="SitePages"/>, in one language.</summary>
public sealed class SiteText
{
    public required string Page { get; init; }

    /// <summary>One of ours.</summary>
    public required string Language { get; init; }

    /// <summary>Markdown.</summary>
    public required string Text { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }

    public static void Configure(EntityTypeBuilder<SiteText> text)
    {
        text.ToTable("site_texts");
        text.HasKey(t => new { t.Page, t.Language });
        text.Property(t => t.Page).HasColumnName("page").HasMaxLength(20);
        text.Property(t => t.Language).HasColumnName("language").HasMaxLength(10);
        // Two who write at once: the second is told.
        text.Property(t => t.Text).HasColumnName("text").IsConcurrencyToken();
        text.Property(t => t.ChangedAt).HasColumnName("changed_at");
    }
}

/// <summary>What each installation says of itself.</summary>
public static class SitePages
{
    public const string Imprint = "imprint";

    /// <summary>As they stand at the foot of each page, and in addresses.</summary>
    public static IReadOnlyList<string> All { get; } = ["about", "help", "privacy", Imprint];
}
