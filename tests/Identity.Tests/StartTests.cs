using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

public sealed class StartTests(Running running)
{
    [Fact]
    public async Task Replicas_that_start_at_once_on_nothing_share_keys_and_accounts()
    {
        var settings = running.NewSettings("replicas");
        await using var one = new IdentityHost(Running.FreePort(), settings);
        // One issuer, two processes: the second listens elsewhere, as behind a balancer.
        await using var two = new IdentityHost(Running.FreePort(), settings, authority: one.Authority);
        await Task.WhenAll(Task.Run(one.Start), Task.Run(two.Start));

        var signed = await SignIn.As(one.Authority, "reader@example.org");

        using var elsewhere = new Api(new Uri(two.Address), signed.AccessToken);
        Assert.Equal("Reader", (await elsewhere.Get("/api/identity/me")).GetProperty("name").GetString());
        Assert.Equal(
            one.Services.GetRequiredService<TokenKeys>().Published.Select(k => k.KeyId),
            two.Services.GetRequiredService<TokenKeys>().Published.Select(k => k.KeyId)
        );
    }

    [Fact]
    public async Task Production_refuses_to_start_with_development_accounts()
    {
        await using var host = new IdentityHost(
            Running.FreePort(),
            new Dictionary<string, string>(running.Settings, StringComparer.Ordinal)
            {
                ["Identity:WebClientSecret"] = "a secret of the operator",
            },
            environment: "Production",
            authority: "https://id.example.net"
        );
        var refusal = Assert.Throws<InvalidOperationException>(() => host.Start());
        Assert.Contains("development accounts", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_refuses_plain_http()
    {
        await using var host = new IdentityHost(Running.FreePort(), running.Settings, environment: "Production");
        var refusal = Assert.Throws<InvalidOperationException>(() => host.Start());
        Assert.Contains("https", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_lie_in_the_database_under_protection()
    {
        await using var connection = new NpgsqlConnection(running.Settings["ConnectionStrings:identity-db"]);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select count(*) from identity.token_keys", connection);
        Assert.Equal(2L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Migrations_bring_a_database_to_what_the_code_expects()
    {
        using var scope = running.Host.Services.CreateScope();
        Assert.False(scope.ServiceProvider.GetRequiredService<IdentityDb>().Database.HasPendingModelChanges());
    }
}
