extern alias Catalog;
extern alias Identity;
extern alias Notifications;
extern alias Proposals;
extern alias Web;

using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using JasperFx.Events;
using Marten;
using MassTransit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Architecture.Tests;

/// <summary>What the built hosts say of themselves: routes and who may call them, and names of stored events.</summary>
public sealed partial class HostTests
{
    [Fact]
    public async Task Routes_and_who_may_call_them_are_the_approved_ones() =>
        Repository.Approve(
            "routes",
            [
                .. await Routes<Catalog::Program>("catalog"),
                .. await Routes<Identity::Program>("identity"),
                .. await Routes<Notifications::Program>("notifications"),
                .. await Routes<Proposals::Program>("proposals"),
                .. await Routes<Web::Program>("web"),
            ]
        );

    [Fact]
    public void Names_of_stored_events_are_the_approved_ones() =>
        Repository.Approve(
            "events",
            [
                .. Events<Catalog::Program>("catalog"),
                .. Events<Identity::Program>("identity"),
                .. Events<Notifications::Program>("notifications"),
                .. Events<Proposals::Program>("proposals"),
            ]
        );

    [Fact]
    public void Stored_names_are_one_style() =>
        Repository.None(
            from service in (string[][])
                [
                    [.. Events<Catalog::Program>("")],
                    [.. Events<Identity::Program>("")],
                    [.. Events<Notifications::Program>("")],
                    [.. Events<Proposals::Program>("")],
                ]
            from name in service
            where name.Contains('-', StringComparison.Ordinal)
            select name,
            "Stored names are snake_case, and for ever."
        );

    /// <summary>
    /// Streams are for ever: each text in an event is on a list that a person has looked at (0005). What is really stored is
    /// searched through in EndToEnd.Tests, WhatIsTakenBackIsGone.
    /// </summary>
    [Fact]
    public void Texts_in_stored_events_are_the_approved_ones() =>
        Repository.Approve(
            "event-texts",
            [
                .. EventTexts<Catalog::Program>("catalog"),
                .. EventTexts<Identity::Program>("identity"),
                .. EventTexts<Notifications::Program>("notifications"),
                .. EventTexts<Proposals::Program>("proposals"),
            ]
        );

    [Fact]
    public void No_library_reports_usage_to_its_makers()
    {
        Assert.False(Reports<Catalog::Program>());
        Assert.False(Reports<Identity::Program>());
        Assert.False(Reports<Notifications::Program>());
        Assert.False(Reports<Proposals::Program>());
        Assert.False(Reports<Web::Program>());

        static bool Reports<TProgram>()
            where TProgram : class
        {
            using var host = new Unstarted<TProgram>();
            return host.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled;
        }
    }

    private static async Task<List<string>> Routes<TProgram>(string service)
        where TProgram : class
    {
        await using var host = new Unstarted<TProgram>();
        var policies = host.Services.GetService<IAuthorizationPolicyProvider>();
        var lines = new List<string>();
        foreach (
            var endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        )
        {
            var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["ANY"];
            var who = await Who(endpoint, policies);
            lines.AddRange(methods.Select(method => $"{service} {method} /{Path(endpoint)} : {who}"));
        }
        return [.. lines.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    // A fingerprint of what a file holds changes with it.
    private static string Path(RouteEndpoint endpoint) =>
        Fingerprint().Replace(endpoint.RoutePattern.RawText?.TrimStart('/') ?? "", ".{fingerprint}.");

    private static async Task<string> Who(RouteEndpoint endpoint, IAuthorizationPolicyProvider? policies)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || policies is null)
            return "anyone";
        var policy =
            await AuthorizationPolicy.CombineAsync(
                policies,
                endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(),
                endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>()
            ) ?? await policies.GetFallbackPolicyAsync();
        if (policy is null)
            return "anyone";
        var roles = policy
            .Requirements.OfType<RolesAuthorizationRequirement>()
            .SelectMany(r => r.AllowedRoles)
            .ToArray();
        var others = policy
            .Requirements.Where(r =>
                r
                    is not (
                        RolesAuthorizationRequirement
                        or DenyAnonymousAuthorizationRequirement
                        or MayWrite
                        or IsPerson
                    )
            )
            .Select(r => r.GetType().Name);
        string[] all = [.. roles, .. others];
        return (all.Length == 0 ? "signed in" : string.Join(" or ", all))
            + (policy.Requirements.OfType<IsPerson>().Any() ? ", a person" : "");
    }

    private static List<string> Events<TProgram>(string service)
        where TProgram : class
    {
        using var host = new Unstarted<TProgram>();
        return
        [
            .. Known(host.Services)
                .Select(e => $"{service} {e.EventTypeName} : {e.EventType.Name}")
                .Order(StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<string> EventTexts<TProgram>(string service)
        where TProgram : class
    {
        using var host = new Unstarted<TProgram>();
        return Known(host.Services)
            .SelectMany(e => Records(e.EventType).SelectMany(Texts))
            .Select(text => $"{service} {text}")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
    }

    // Of a record, of the records in it, and of all that may stand in its place.
    private static IEnumerable<string> Texts(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(property =>
                Bare(property.PropertyType) is var held && (held == typeof(string) || held == typeof(object))
                    ? [$"{type.Name}.{property.Name}"]
                    : Records(held).SelectMany(Texts)
            );

    private static Type Bare(Type type) =>
        type.IsArray ? type.GetElementType()! : Nullable.GetUnderlyingType(type) ?? type;

    private static Type[] Records(Type type) =>
        type.Namespace?.StartsWith("SkillPlatform", StringComparison.Ordinal) != true ? []
        : type.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(d => d.DerivedType).ToArray()
            is { Length: > 0 } all
            ? all
        : [type];

    private static IEnumerable<IEventType> Known(IServiceProvider services) =>
        services.GetService<IDocumentStore>()?.Options.Events.AllKnownEventTypes() ?? [];

    [GeneratedRegex(@"\.[0-9a-z]{10,}\.")]
    private static partial Regex Fingerprint();
}
