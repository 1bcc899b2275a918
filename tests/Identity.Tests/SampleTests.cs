using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using MimeKit;
using SkillPlatform.Mail;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

/// <summary>Each kind of letter in each language, for people to read.</summary>
public sealed class SampleTests
{
    private const string Link =
        "https://identity.example.org/confirm?account=019cad00-0000-7000-8000-000000000001&token=Q0ZESjhBYmM";
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);
    private static readonly Sender Sender = new(
        new MailboxAddress("SkillPlatform", "skills@example.org"),
        new Uri("https://identity.example.org")
    );

    public static TheoryData<string> Cultures => [.. Texts.Cultures];

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Each_kind_of_letter_is_as_it_was_approved(string culture)
    {
        using var services = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider();
        var texts = services.GetRequiredService<IStringLocalizer<Texts>>();
        var found = Samples.Approve(
            "Identity.Tests",
            culture,
            [.. Letter.Kinds.Select(kind => (kind, Written(kind, culture, texts)))],
            html: culture is "en" or "ar"
        );
        Assert.True(found.Length == 0, found);
    }

    [Fact]
    public void A_letter_is_the_same_mail_on_every_try_from_when_it_was_asked_for()
    {
        var letter = new Letter { Id = Guid.CreateVersion7(Now), Culture = "en" };
        Assert.Equal(Now, letter.At);
        using var services = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider();
        var texts = services.GetRequiredService<IStringLocalizer<Texts>>();
        var mails = Enumerable.Range(0, 2).Select(_ => Written(Letter.Confirm, "en", texts, letter)).ToList();
        Assert.Equal($"{letter.Id:n}@identity.example.org", mails[0].MessageId);
        Assert.Equal((mails[0].MessageId, Now), (mails[1].MessageId, mails[1].Date));
    }

    private static MimeMessage Written(string kind, string culture, IStringLocalizer texts, Letter? letter = null) =>
        LetterText.Write(
            letter ?? new Letter { Id = Guid.CreateVersion7(Now), Culture = culture },
            kind,
            "Rita Reader",
            "reader@example.org",
            kind is Letter.Known or Letter.Moving || Letter.Secured.Contains(kind, StringComparer.Ordinal)
                ? "https://identity.example.org/forgot"
                : Link,
            texts,
            Sender
        );
}
