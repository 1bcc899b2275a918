using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace SkillPlatform.ServiceDefaults;

/// <summary>Names of the platform's roles and claims.</summary>
public static class Roles
{
    /// <summary>Every account.</summary>
    public const string Contributor = "contributor";

    /// <summary>Decides on proposals of the domains in <see cref="ScopeClaim"/>.</summary>
    public const string Reviewer = "reviewer";

    /// <summary>Hides comments, suspends accounts.</summary>
    public const string Moderator = "moderator";

    /// <summary>Everything but reviewing, unless also a reviewer.</summary>
    public const string Administrator = "administrator";

    /// <summary>Sends catalogue documents. Of service accounts; administrators do without it.</summary>
    public const string Importer = "importer";

    /// <summary>Claim, with the value <c>true</c>, that says that no person is calling but a service account.</summary>
    public const string ServiceClaim = "service";

    /// <summary>Claim with the slug of a domain a reviewer may decide on; <c>*</c> for all. May occur several times.</summary>
    public const string ScopeClaim = "reviewer_scope";

    /// <summary>Claim with a role. May occur several times.</summary>
    public const string RoleClaim = "role";
}

/// <summary>Who is calling, as the token says.</summary>
/// <param name="Id">The <c>sub</c> claim: opaque, stable, the same in every service.</param>
/// <param name="Roles">Names of <see cref="ServiceDefaults.Roles"/>.</param>
/// <param name="ReviewerScopes">Slugs of domains, or <c>*</c>.</param>
public sealed record Caller(string Id, IReadOnlySet<string> Roles, IReadOnlySet<string> ReviewerScopes)
{
    /// <summary>True for a service account: it does what its roles say, and nothing that only a person does.</summary>
    public bool IsService { get; init; }

    /// <summary>The caller behind a principal; null where nobody is signed in.</summary>
    /// <param name="user">The principal.</param>
    public static Caller? Of(ClaimsPrincipal user) =>
        user.FindFirst("sub")?.Value is { } id
            ? new Caller(id, All(user, ServiceDefaults.Roles.RoleClaim), All(user, ServiceDefaults.Roles.ScopeClaim))
            {
                IsService = user.HasClaim(ServiceDefaults.Roles.ServiceClaim, "true"),
            }
            : null;

    /// <summary>The signed-in caller of a request on a route that demands one.</summary>
    /// <param name="http">The request.</param>
    public static Caller Of(HttpContext http) =>
        Of(http.User) ?? throw new InvalidOperationException("The route must require a signed-in caller.");

    /// <summary>True if the caller has the role.</summary>
    /// <param name="role">Name of <see cref="ServiceDefaults.Roles"/>.</param>
    public bool Is(string role) => Roles.Contains(role);

    /// <summary>True if the caller is a reviewer of the domain.</summary>
    /// <param name="domain">Slug.</param>
    public bool Reviews(string domain) =>
        Is(ServiceDefaults.Roles.Reviewer) && (ReviewerScopes.Contains("*") || ReviewerScopes.Contains(domain));

    private static HashSet<string> All(ClaimsPrincipal user, string type) =>
        user.FindAll(type).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
}

/// <summary>What any person may do who is signed in, a service account may if it may propose; else it reads.</summary>
public sealed class MayWrite()
    : AssertionRequirement(context =>
        !context.User.HasClaim(Roles.ServiceClaim, "true")
        || context.User.IsInRole(Roles.Contributor)
        || (context.Resource is HttpContext http && HttpMethods.IsGet(http.Request.Method))
    );

/// <summary>No service account, whatever its roles.</summary>
public sealed class IsPerson() : AssertionRequirement(context => !context.User.HasClaim(Roles.ServiceClaim, "true"));

/// <summary>Access tokens: validated by every service itself, and demanded unless a route says otherwise.</summary>
public static class Tokens
{
    /// <summary>How far clocks may differ: so long a token is taken after its end.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Validates JWT access tokens (<c>typ: at+jwt</c>) of <c>Identity:Authority</c> for the audience
    /// <c>Identity:Audience</c> (default <c>skillplatform</c>): issuer, audience, expiry, signature by a published key with
    /// RS256, ES256 or PS256. Routes demand a signed-in caller unless they allow anonymous ones. <c>Identity:Metadata</c>
    /// names the discovery document where it is reached under another address than the issuer's. A token counts as far as
    /// its account, as the service knows it, still stands behind it.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="standing">Looks an account up, by its key: it is asked with nearly every request.</param>
    /// <param name="isAtHand">True where the account itself is looked at, and not what was heard of it: never late.</param>
    public static void AddTokens(this IHostApplicationBuilder builder, StandingOf standing, bool isAtHand = false)
    {
        builder.Services.AddSingleton(_ => new Standings(standing, isAtHand));
        builder.Services.AddTransient<IStartupFilter, PersonalAnswers>();
        builder.Services.AddTransient<IStartupFilter, Denials>();
        var identity = builder.Configuration.GetSection("Identity");
        var authority = identity["Authority"] ?? throw new InvalidOperationException("Identity__Authority is missing.");
        builder
            .Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(options =>
            {
                options.Authority = authority;
                if (identity["Metadata"] is { Length: > 0 } metadata)
                    options.MetadataAddress = metadata;
                options.Audience = identity["Audience"] ?? "skillplatform";
                options.RequireHttpsMetadata = !builder.Environment.IsDevelopment();
                options.MapInboundClaims = false;
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidTypes = ["at+jwt"],
                    ValidAlgorithms = ["RS256", "ES256", "PS256"],
                    ValidIssuers = [authority, authority.TrimEnd('/') + "/"],
                    NameClaimType = "sub",
                    RoleClaimType = Roles.RoleClaim,
                    ClockSkew = Skew,
                };
                // What exactly was wrong with a token helps nobody but an attacker.
                options.IncludeErrorDetails = false;
                options.Events = new JwtBearerEvents
                {
                    OnMessageReceived = AskForKeys,
                    OnTokenValidated = AskForAccount,
                    OnChallenge = SayIfItCannotBeChecked,
                };
            });
        builder
            .Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(
                new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new MayWrite()).Build()
            )
            .AddPolicy(Roles.Administrator, policy => policy.RequireRole(Roles.Administrator))
            .AddPolicy(Roles.Importer, policy => policy.RequireRole(Roles.Importer, Roles.Administrator))
            .AddPolicy(Roles.Moderator, policy => policy.RequireRole(Roles.Moderator, Roles.Administrator))
            .AddPolicy(Roles.Reviewer, policy => policy.RequireRole(Roles.Reviewer));
    }

    // A service that starts while the authority is away cannot check any token: not the caller's fault. Asked for before
    // the check, not after it failed: the keys may have come meanwhile.
    private static async Task AskForKeys(MessageReceivedContext context)
    {
        if (!context.Request.Headers.ContainsKey("Authorization"))
            return;
        try
        {
            await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted);
        }
        catch (InvalidOperationException e)
        {
            context.Fail(new CannotBeChecked("The authority's keys are not known yet.", e));
        }
    }

    private static async Task AskForAccount(TokenValidatedContext context)
    {
        var (http, user) = (context.HttpContext, context.Principal!);
        if (user.FindFirst("sub")?.Value is not { Length: > 0 } account)
            return;
        try
        {
            var standing = await http
                .RequestServices.GetRequiredService<Standings>()
                .Of(http.RequestServices, account, HttpMethods.IsGet(http.Request.Method), http.RequestAborted);
            if (standing?.Admits(((JsonWebToken)context.SecurityToken).IssuedAt) == false)
                context.Fail("The account has ended what this token was issued for.");
            else
                standing?.Narrow((ClaimsIdentity)user.Identity!);
        }
        catch (Exception e) when (Messaging.IsAround(e))
        {
            context.Fail(new CannotBeChecked("The account cannot be looked up.", e));
        }
    }

    private static Task SayIfItCannotBeChecked(JwtBearerChallengeContext context)
    {
        if (context.AuthenticateFailure is CannotBeChecked)
        {
            context.HandleResponse();
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "2";
        }
        return Task.CompletedTask;
    }

    private sealed class CannotBeChecked(string message, Exception inner) : Exception(message, inner);
}
