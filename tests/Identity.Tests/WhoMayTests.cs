using System.Security.Claims;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SkillPlatform.ServiceDefaults;
using SkillPlatform.Testing;

namespace SkillPlatform.Identity.Tests;

/// <summary>Every route of the API, by every kind of caller, against the approved table.</summary>
public sealed class WhoMayTests(Running running)
{
    private static readonly string[] All = [Roles.Contributor, Roles.Reviewer, Roles.Moderator, Roles.Administrator];

    [Fact]
    public async Task Who_may_call_what_is_what_was_approved()
    {
        var suspended = await Account(All);
        await using (var scope = running.Host.Services.CreateAsyncScope())
            await scope
                .ServiceProvider.GetRequiredService<IdentityDb>()
                .Users.Where(account => account.Id == suspended)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(account => account.Suspended, true),
                    TestContext.Current.CancellationToken
                );
        (string, string?)[] callers =
        [
            ("anonymous", null),
            ("contributor", Token(await Account(All[..1]), All[..1])),
            ("reviewer", Token(await Account(All[..2]), All[..2])),
            ("moderator", Token(await Account(All[2..3]), All[2..3])),
            ("administrator", Token(await Account(All[3..]), All[3..])),
            ("expired", Token(await Account(All), All, TimeSpan.FromMinutes(-5))),
            ("demoted", Token(await Account(All[..1]), All)),
            ("suspended", Token(suspended, All)),
            ("erased", Token(Guid.CreateVersion7(), All)),
            ("service that reads", Token(await Service("read"), [], service: true)),
            ("service that proposes", Token(await Service("propose"), All[..1], service: true)),
            ("service that imports", Token(await Service("import"), [Roles.Importer], service: true)),
            ("service that administers", Token(await Service("administer"), All[3..], service: true)),
        ];
        var differs = await WhoMay.Approve(
            "Identity.Tests",
            running.Host.Services.GetRequiredService<EndpointDataSource>(),
            new Uri(running.Authority),
            callers
        );
        Assert.True(differs.Length == 0, differs);
    }

    private async Task<Guid> Service(string scope)
    {
        await using var scoped = running.Host.Services.CreateAsyncScope();
        var db = scoped.ServiceProvider.GetRequiredService<IdentityDb>();
        var account = new ServiceAccount
        {
            Id = Guid.CreateVersion7(),
            Name = Guid.CreateVersion7().ToString(),
            Scopes = [scope],
            EndsAt = DateTimeOffset.UtcNow.AddDays(1),
        };
        db.Add(account);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return account.Id;
    }

    private async Task<Guid> Account(string[] roles)
    {
        var address = $"{Guid.CreateVersion7():N}@example.net";
        await using var scope = running.Host.Services.CreateAsyncScope();
        await DevelopmentAccounts.Create(
            scope.ServiceProvider,
            address,
            "Somebody",
            roles,
            TestContext.Current.CancellationToken
        );
        return await scope
            .ServiceProvider.GetRequiredService<IdentityDb>()
            .Users.Where(account => account.Email == address)
            .Select(account => account.Id)
            .SingleAsync(TestContext.Current.CancellationToken);
    }

    // Of a later time than now: one of the routes signs its caller out everywhere.
    private string Token(Guid account, string[] roles, TimeSpan? lifetime = null, bool service = false)
    {
        var expires = DateTime.UtcNow + (lifetime ?? TimeSpan.FromHours(2));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = running.Authority,
                Audience = "skillplatform",
                Subject = new ClaimsIdentity([
                    new Claim("sub", account.ToString()),
                    .. roles.Select(role => new Claim(Roles.RoleClaim, role)),
                    new Claim(Roles.ServiceClaim, service ? "true" : "false", ClaimValueTypes.Boolean),
                ]),
                IssuedAt = expires.AddHours(-1),
                Expires = expires,
                TokenType = "at+jwt",
                SigningCredentials = new SigningCredentials(
                    running.Host.Services.GetRequiredService<TokenKeys>().Of(TokenKeys.Sign)[0],
                    SecurityAlgorithms.RsaSha256
                ),
            }
        );
    }
}
