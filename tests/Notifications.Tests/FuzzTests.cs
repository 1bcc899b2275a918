using SkillPlatform.Testing;

namespace SkillPlatform.Notifications.Tests;

/// <summary>A link from a mail, however it was mangled on its way, ends nothing but what it is for.</summary>
public sealed class FuzzTests(Running running) : IClassFixture<Running>
{
    [Fact]
    public void A_token_that_is_none_is_answered_without_a_failure()
    {
        using var client = running.As(null);
        Fuzz.Texts(
            [Unsubscribe.NewToken(), Unsubscribe.NewToken()[..5], "00000000-0000-0000-0000-000000000000", "."],
            token =>
            {
                var path =
                    $"/api/notifications/unsubscribe/{Uri.EscapeDataString(token[..Math.Min(token.Length, 2_000)])}";
                foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
                {
                    using var request = new HttpRequestMessage(method, path);
                    using var answer = client.Send(request);
                    Assert.InRange((int)answer.StatusCode, 200, 499);
                }
            }
        );
    }
}
