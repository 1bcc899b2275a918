using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;
using OpenIddict.Abstractions;
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
        // As long as services take it, where nobody can tell them that it is void.
        Assert.InRange(
            token.ValidTo - token.IssuedAt + ServiceDefaults.Tokens.Skew,
            TimeSpan.FromMinutes(4),
            TimeSpan.FromMinutes(5)
        );
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
        // Not by the same client twice at once, then.
        await Execute("update identity.open_iddict_tokens set redemption_date = redemption_date - interval '1 minute'");

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, first.RefreshToken!)
        );

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SignIn.Refresh(running.Authority, second.RefreshToken!)
        );
    }

    [Fact]
    public async Task One_refresh_token_many_times_at_once_leaves_one_family()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        var first = await SignIn.As(running.Authority, address);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(async _ =>
                {
                    try
                    {
                        return await SignIn.Refresh(running.Authority, first.RefreshToken!);
                    }
                    catch (InvalidOperationException)
                    {
                        return null;
                    }
                })
        );
        var second = Assert.Single(answers.OfType<Signed>());
        Assert.NotNull((await SignIn.Refresh(running.Authority, second.RefreshToken!)).RefreshToken);
        var subject = new JsonWebToken(first.AccessToken).Subject;
        Assert.Equal(
            1L,
            await Execute(
                $"select count(*) from identity.open_iddict_tokens where subject = '{subject}' and type like '%refresh_token' and status = 'valid'"
            )
        );
    }

    [Fact]
    public void Refresh_tokens_end_thirty_days_after_the_sign_in_however_often_they_are_renewed()
    {
        var begun = new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);
        var account = new Account { Email = "somebody@example.net" };
        TimeSpan? Life(int days) =>
            TokenClaims.Of(account, [], "skillplatform", begun, begun.AddDays(days)).GetRefreshTokenLifetime();
        Assert.Equal(TimeSpan.FromDays(14), Life(0));
        Assert.Equal(TimeSpan.FromDays(10), Life(20));
        Assert.Equal(TimeSpan.Zero, Life(30));
        // What is renewed says when it all began.
        Assert.Equal(
            begun,
            TokenClaims.BegunAt(TokenClaims.Of(account, [], "skillplatform", begun, begun.AddDays(20)))
        );
    }

    [Fact]
    public async Task Who_stays_signed_in_signs_in_again_after_thirty_days()
    {
        var clock = new Clock();
        await using var host = new IdentityHost(Local.FreePort(), running.NewSettings("thirty"), time: clock);
        host.Start();
        var signed = await SignIn.As(host.Authority, "contributor@example.org");
        foreach (var day in new[] { 13, 26, 29 })
        {
            clock.Ahead = TimeSpan.FromDays(day);
            signed = await SignIn.Refresh(host.Authority, signed.RefreshToken!);
        }
        clock.Ahead = TimeSpan.FromDays(30);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.Refresh(host.Authority, signed.RefreshToken!));
    }

    // Its timers are those of the system.
    private sealed class Clock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }

    [Fact]
    public async Task A_hash_of_fewer_rounds_is_made_anew_by_signing_in_and_no_session_ends()
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await running.Create(address);
        var old = new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = 1_000 }));
        await Change(account => account.PasswordHash = old.HashPassword(account, SignIn.Password));
        using var first = new Browser(running.Authority);
        using var entered = await first.SignIn(address, SignIn.Password);
        Assert.Equal("/", entered.Headers.Location?.OriginalString);
        var hash = "";
        await Change(account => hash = account.PasswordHash!);
        // Version 3 of the format: a byte, four of the function, four of the rounds.
        Assert.Equal(
            Passwords.Rounds,
            System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(hash).AsSpan(5))
        );
        using var second = new Browser(running.Authority);
        using var again = await second.SignIn(address, SignIn.Password);
        using var home = await first.Http.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.OK, home.StatusCode);

        async Task Change(Action<Account> how)
        {
            await using var scope = running.Host.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
            how(await db.Users.SingleAsync(a => a.Email == address, TestContext.Current.CancellationToken));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<object?> Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(running.Settings["ConnectionStrings:identity-db"]);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
