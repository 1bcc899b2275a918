using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class SignInTests(Running running)
{
    [Fact]
    public async Task A_script_signs_in_with_cookies_and_one_form_post()
    {
        var signed = await SignIn.As(running.Authority, "reviewer@example.org");

        var token = new JsonWebToken(signed.AccessToken);
        Assert.Equal("at+jwt", token.Typ);
        Assert.Equal("RS256", token.Alg);
        Assert.Equal(running.Authority, token.Issuer);
        Assert.Equal(["skillplatform"], token.Audiences);
        Assert.Equal(7, Guid.Parse(token.Subject).Version);
        Assert.InRange(token.ValidTo - token.IssuedAt, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        var payload = JsonDocument.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Decode(token.EncodedPayload));
        Assert.Equal("""["contributor","reviewer"]""", payload.RootElement.GetProperty("role").GetRawText());
        Assert.Equal("""["*"]""", payload.RootElement.GetProperty("reviewer_scope").GetRawText());
        Assert.DoesNotContain("Reviewer\"", payload.RootElement.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("example.org", payload.RootElement.GetRawText(), StringComparison.Ordinal);
        var id = new JsonWebToken(signed.IdToken);
        Assert.Equal("Reviewer", id.GetClaim("name").Value);
        Assert.Equal(token.Subject, id.Subject);
    }

    [Fact]
    public async Task A_refresh_token_works_once_and_its_replay_ends_the_family()
    {
        var first = await SignIn.As(running.Authority, "contributor@example.org");
        var second = await SignIn.Refresh(running.Authority, first.RefreshToken!);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, first.RefreshToken!)
        );

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, second.RefreshToken!)
        );
    }
}
