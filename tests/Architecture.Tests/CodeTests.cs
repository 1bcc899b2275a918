extern alias Notifications;
extern alias Web;

using Notifications::SkillPlatform.Notifications;

namespace SkillPlatform.Architecture.Tests;

/// <summary>What a service says by a code, which pages say in the reader's language.</summary>
public sealed class CodeTests
{
    [Fact]
    public void Pages_have_words_for_each_reason_why_a_mail_does_not_go() =>
        Assert.Equal(
            WhyNot.All.Select(why => $"mails.why.{why.Code}").Order(StringComparer.Ordinal),
            Web::SkillPlatform
                .Web.Languages.Texts.In("en")
                .Keys.Where(key => key.StartsWith("mails.why.", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );
}
