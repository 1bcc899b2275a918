using System.Net;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class GuessingTests(Running running)
{
    [Fact]
    public async Task Sixty_wrong_passwords_at_once_are_looked_at_as_often_as_one_after_the_other()
    {
        var address = await New();
        var answers = await AtOnce(60, address, "wrong password");
        Assert.InRange(answers.Count(status => status == HttpStatusCode.OK), 1, 10);
        Assert.Equal(60, answers.Count(status => status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests));
        // Not even the right one, from here.
        Assert.DoesNotContain(HttpStatusCode.Redirect, await AtOnce(1, address, SignIn.Password));
    }

    [Fact]
    public async Task Right_passwords_at_once_are_no_guesses_of_each_other()
    {
        var answers = await AtOnce(16, await New(), SignIn.Password);
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.Redirect, status));
    }

    private async Task<string> New()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        return address;
    }

    private async Task<HttpStatusCode[]> AtOnce(int times, string address, string password)
    {
        using var browser = new Browser(running.Authority);
        var page = await browser.Http.GetStringAsync(new Uri("/sign-in", UriKind.Relative));
        var form = new SentForm(page, "password") { ["email"] = address, ["password"] = password };
        return await Task.WhenAll(
            Enumerable
                .Range(0, times)
                .Select(async _ =>
                {
                    using var answer = await form.Send(browser.Http);
                    return answer.StatusCode;
                })
        );
    }
}
