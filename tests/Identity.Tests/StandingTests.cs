using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

/// <summary>A token counts as far as its account stands behind it, at each replica.</summary>
public sealed class StandingTests(Running running) : IAsyncLifetime
{
    private const string Me = "/api/identity/me";
    private IdentityHost? _other;

    public ValueTask InitializeAsync()
    {
        _other = new IdentityHost(Local.FreePort(), running.Settings, authority: running.Authority).Start();
        return default;
    }

    public async ValueTask DisposeAsync() => await _other!.DisposeAsync();

    [Fact]
    public async Task What_was_issued_before_everything_was_signed_out_is_void_and_what_is_issued_at_once_after_counts()
    {
        var email = await New();
        var token = (await SignIn.As(running.Authority, email)).AccessToken;
        Assert.Equal((200, 200), await Answers(token));
        using var api = new Api(new Uri(running.Authority), token);
        // Early in a second, so that the next sign-in would be in the same one.
        await Eventually.Holds(() => Task.FromResult(DateTime.UtcNow.Millisecond < 200));
        Assert.Equal(200, (await api.Send(HttpMethod.Delete, $"{Me}/sessions")).Status);
        Assert.Equal((401, 401), await Answers(token));

        var again = (await SignIn.As(running.Authority, email)).AccessToken;
        Assert.Equal((200, 200), await Answers(again));
    }

    [Fact]
    public async Task Who_is_given_other_roles_signs_in_again_to_do_anything()
    {
        var email = await New();
        using var admin = await As("admin@example.org");
        var account = (await admin.Get($"/api/identity/accounts?q={email}")).GetProperty("items")[0];
        var token = (await SignIn.As(running.Authority, email)).AccessToken;
        Assert.Equal((200, 200), await Answers(token));
        var done = await admin.Send(
            HttpMethod.Put,
            $"/api/identity/accounts/{account.GetProperty("id")}/roles",
            new { roles = new[] { "moderator" } },
            ("If-Match", "*")
        );
        Assert.Equal(200, done.Status);
        Assert.Equal((401, 401), await Answers(token));
    }

    private async Task<(int, int)> Answers(string token)
    {
        using var here = new Api(new Uri(running.Authority), token);
        using var there = new Api(new Uri(_other!.Address), token);
        return ((await here.Send(HttpMethod.Get, Me)).Status, (await there.Send(HttpMethod.Get, Me)).Status);
    }

    private async Task<Api> As(string email) =>
        new(new Uri(running.Authority), (await SignIn.As(running.Authority, email)).AccessToken);

    private async Task<string> New()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        return address;
    }
}
