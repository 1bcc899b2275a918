using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;

namespace SkillPlatform.ServiceDefaults;

/// <summary>
/// What a service says of its own API: names, groups, sentences, problem codes and sample values, from <c>openapi.json</c> beside
/// its Program; what all services have alike is in that of ServiceDefaults. Shapes come from the code.
/// </summary>
public sealed partial record Description
{
    /// <summary>The name of the product.</summary>
    public string Title { get; init; } = "";

    /// <summary>What it is for. Markdown.</summary>
    public string About { get; init; } = "";

    /// <summary>Groups of operations, in reading order, with what one does with them.</summary>
    public Dictionary<string, string> Groups { get; init; } = [];

    /// <summary>What a parameter of this name means wherever nothing else is said.</summary>
    public Dictionary<string, string> Parameters { get; init; } = [];

    /// <summary>Problem codes: status, and when it comes.</summary>
    public Dictionary<string, Problem> Problems { get; init; } = [];

    /// <summary>What a member of this name holds in examples.</summary>
    public Dictionary<string, JsonNode?> Samples { get; init; } = [];

    /// <summary>By method and path within the service.</summary>
    public Dictionary<string, Operation> Operations { get; init; } = [];

    /// <summary>A problem code.</summary>
    /// <param name="Status">The HTTP status it comes with.</param>
    /// <param name="When">When it comes, a sentence.</param>
    public sealed record Problem(int Status, string When);

    /// <summary>One operation.</summary>
    /// <param name="Id">The name a generated client gives it.</param>
    /// <param name="Group">One of <see cref="Groups"/>.</param>
    /// <param name="Summary">A few words, as a command.</param>
    public sealed record Operation(string Id, string Group, string Summary)
    {
        /// <summary>Markdown, after what the code says of it.</summary>
        public string Text { get; init; } = "";

        /// <summary>Where a parameter means something of its own here.</summary>
        public Dictionary<string, string> Parameters { get; init; } = [];

        /// <summary>Codes beside those that every operation of its kind may answer.</summary>
        public string[] Problems { get; init; } = [];

        /// <summary>Whether <c>If-Match</c> is <c>required</c> or <c>taken</c>; null where it means nothing.</summary>
        public string? Match { get; init; }

        /// <summary>True where an <c>Idempotency-Key</c> is heeded.</summary>
        public bool Once { get; init; }

        /// <summary>What is sent, where samples by name do not say enough.</summary>
        public JsonNode? Request { get; init; }
    }

    /// <summary>Lets the OpenAPI document of every host say what is written down for it.</summary>
    /// <param name="services">The host's services.</param>
    public static void Add(IServiceCollection services) =>
        services
            .AddOptions<OpenApiOptions>("v1")
            .Configure<IHostEnvironment, IConfiguration>(
                (options, host, configuration) =>
                {
                    var description = Of(host.ApplicationName);
                    // The pages that people sign in on are no part of it.
                    options.ShouldInclude = call =>
                        call.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
                    // Several routes name what they want the same; each is told apart by whose it is.
                    options.CreateSchemaReferenceId = type =>
                        type.Type.DeclaringType is { IsAbstract: true, IsSealed: true } owner
                        && OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } id
                            ? owner.Name + id
                            : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
                    options.AddSchemaTransformer(
                        (schema, _, _) =>
                        {
                            JustNumbers(schema);
                            return Task.CompletedTask;
                        }
                    );
                    options.AddOperationTransformer(
                        (operation, context, _) =>
                        {
                            description.Describe(operation, context);
                            return Task.CompletedTask;
                        }
                    );
                    options.AddDocumentTransformer(
                        (document, _, _) =>
                        {
                            description.Describe(document, configuration["Identity:Authority"]);
                            return Task.CompletedTask;
                        }
                    );
                }
            );

    /// <summary>Of a service by its assembly's name, with what all have alike.</summary>
    /// <param name="service">The assembly.</param>
    public static Description Of(string service)
    {
        var (common, own) = (Read(typeof(Description).Assembly), Read(System.Reflection.Assembly.Load(service)));
        return own with
        {
            Groups = With(own.Groups, common.Groups),
            Parameters = With(common.Parameters, own.Parameters),
            Problems = With(common.Problems, own.Problems),
            Samples = With(common.Samples, own.Samples),
            Operations = With(own.Operations, common.Operations),
        };
    }

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private static Description Read(System.Reflection.Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream("openapi.json");
        return stream is null ? new() : JsonSerializer.Deserialize<Description>(stream, Strict)!;
    }

    private static Dictionary<string, T> With<T>(Dictionary<string, T> first, Dictionary<string, T> then)
    {
        var both = new Dictionary<string, T>(first, StringComparer.Ordinal);
        foreach (var (key, value) in then)
            both[key] = value;
        return both;
    }

    /// <summary>How an operation is named here: method and path within the service, without constraints.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The whole path.</param>
    public static string Key(string method, string path) =>
        $"{method.ToUpperInvariant()} /{Prefix().Replace(Constraint().Replace(path, "${name}}"), "").Trim('/')}";

    private void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var call = context.Description;
        var metadata = call.ActionDescriptor.EndpointMetadata;
        var path = call.RelativePath ?? "";
        var said = Operations.GetValueOrDefault(Key(call.HttpMethod ?? "GET", path));
        var policies = metadata
            .OfType<IAuthorizeData>()
            .Select(a => a.Policy)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        var free = metadata.OfType<IAllowAnonymous>().Any();
        if (said is not null)
        {
            operation.OperationId = said.Id;
            operation.Tags = new HashSet<OpenApiTagReference> { new(said.Group, context.Document) };
            string[] sentences =
            [
                operation.Summary ?? "",
                said.Text,
                policies.Length == 0 ? "" : $"For: {string.Join(" or ", policies)}.",
            ];
            operation.Description = string.Join("\n\n", sentences.Where(sentence => sentence.Length > 0));
            operation.Summary = said.Summary;
        }
        NameParameters(operation, path, said);
        operation.Security = free
            ? [new OpenApiSecurityRequirement()]
            : [Requirement("token", context.Document), Requirement("signIn", context.Document, "skillplatform")];
        foreach (var code in Codes(operation, free, policies.Length > 0, said))
            Add(operation, code, Problems[code]);
    }

    private static OpenApiSecurityRequirement Requirement(
        string scheme,
        OpenApiDocument? document,
        params string[] scopes
    ) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [.. scopes] };

    private void NameParameters(OpenApiOperation operation, string path, Operation? said)
    {
        var parameters = operation.Parameters ??= [];
        foreach (var parameter in parameters.OfType<OpenApiParameter>())
            if (parameter.In == ParameterLocation.Query)
                parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
        foreach (Match match in InPath().Matches(path))
            if (parameters.All(p => p.Name != match.Groups["name"].Value))
                parameters.Add(
                    Parameter(
                        match.Groups["name"].Value,
                        ParameterLocation.Path,
                        match.Groups["kind"].Value == "guid" ? "uuid" : null
                    )
                );
        if (operation.Responses?.GetValueOrDefault("200")?.Content?.Values.Any(IsPage) == true)
        {
            parameters.Add(Parameter("limit", ParameterLocation.Query, kind: JsonSchemaType.Integer));
            parameters.Add(Parameter("cursor", ParameterLocation.Query));
        }
        if (said?.Match is { } match2)
            parameters.Add(Parameter("If-Match", ParameterLocation.Header, required: match2 == "required"));
        if (said?.Once == true)
            parameters.Add(Parameter("Idempotency-Key", ParameterLocation.Header));
        foreach (var parameter in parameters.OfType<OpenApiParameter>())
        {
            parameter.Description =
                said?.Parameters.GetValueOrDefault(parameter.Name!)
                ?? Parameters.GetValueOrDefault(parameter.Name!)
                ?? parameter.Description;
            if (Samples.GetValueOrDefault(parameter.Name!) is JsonValue sample && Fits(sample, parameter.Schema!))
                parameter.Example = sample.DeepClone();
        }
    }

    private static OpenApiParameter Parameter(
        string name,
        ParameterLocation place,
        string? format = null,
        JsonSchemaType kind = JsonSchemaType.String,
        bool required = false
    ) =>
        new()
        {
            Name = name,
            In = place,
            Required = required || place == ParameterLocation.Path,
            Schema = new OpenApiSchema { Type = kind, Format = format },
        };

    private static bool IsPage(OpenApiMediaType answer) => answer.Schema?.Properties?.ContainsKey("nextCursor") == true;

    private IEnumerable<string> Codes(OpenApiOperation operation, bool free, bool forSome, Operation? said)
    {
        string[] codes =
        [
            .. operation.Parameters is { Count: > 0 } || operation.RequestBody is not null
                ? (string[])["malformed"]
                : [],
            .. free ? (string[])[] : ["not-signed-in"],
            .. forSome ? (string[])["not-allowed"] : [],
            .. operation.Parameters!.Any(p => p.In == ParameterLocation.Path) ? (string[])["not-found"] : [],
            .. operation.RequestBody is not null ? (string[])["validation"] : [],
            .. said?.Once == true ? (string[])["idempotency-key-reused"] : [],
            .. said?.Match is not null ? (string[])["stale"] : [],
            .. said?.Match == "required" ? (string[])["precondition-required"] : [],
            "too-many-requests",
            .. said?.Problems ?? [],
        ];
        return codes.Distinct(StringComparer.Ordinal);
    }

    private static void Add(OpenApiOperation operation, string code, Problem problem)
    {
        var status = problem.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var responses = operation.Responses ??= [];
        if (
            responses.GetValueOrDefault(status) is not OpenApiResponse { Description: { } said } known
            || !said.Contains('`')
        )
            responses[status] = known = new OpenApiResponse { Description = "" };
        known.Description += $"{(known.Description!.Length == 0 ? "" : "\n\n")}`/problems/{code}`: {problem.When}";
        known.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["application/problem+json"] = new()
            {
                Schema = new OpenApiSchemaReference("Problem"),
                Example = new JsonObject
                {
                    ["type"] = $"/problems/{code}",
                    ["title"] = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(problem.Status),
                    ["status"] = problem.Status,
                    ["detail"] = problem.When,
                    ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
                },
            },
        };
    }

    private void Describe(OpenApiDocument document, string? authority)
    {
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Info = new OpenApiInfo
        {
            Title = Title.Length == 0 ? document.Info.Title : Title,
            Version = document.Info.Version,
            Description = About,
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        var components = document.Components ??= new OpenApiComponents();
        var schemas = components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        schemas.Remove("ProblemDetails");
        schemas["Problem"] = Problem9457();
        // Of those that a member tells apart it is one, not any: a generated client then reads it as that one.
        foreach (var schema in schemas.Values.OfType<OpenApiSchema>().Where(schema => schema.Discriminator is not null))
            (schema.OneOf, schema.AnyOf) = (schema.AnyOf, null);
        components.SecuritySchemes = Schemes(authority?.TrimEnd('/') ?? "");
        var used = document
            .Paths.Values.SelectMany(path => path.Operations?.Values.AsEnumerable() ?? [])
            .SelectMany(operation => operation.Tags ?? new HashSet<OpenApiTagReference>())
            .Select(tag => tag.Name)
            .ToHashSet(StringComparer.Ordinal);
        document.Tags = new HashSet<OpenApiTag>(
            Groups
                .Where(group => used.Contains(group.Key))
                .Select(group => new OpenApiTag { Name = group.Key, Description = group.Value })
        );
        foreach (var (path, item) in document.Paths)
        foreach (var (method, operation) in item.Operations ?? [])
            AddExamples(operation, Operations.GetValueOrDefault(Key(method.Method, path)), document);
    }

    private static OpenApiSchema Problem9457() =>
        new()
        {
            Type = JsonSchemaType.Object,
            Description = "An error (RFC 9457). `type` is stable; `errors` names fields by JSON pointer.",
            Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status" },
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    AdditionalProperties = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Array,
                        Items = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                },
            },
        };

    private static Dictionary<string, IOpenApiSecurityScheme> Schemes(string authority) =>
        new(StringComparer.Ordinal)
        {
            ["token"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "An access token, of a person or a service account.",
            },
            ["signIn"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Description =
                    "OpenID Connect: people by authorization code with PKCE as the public client `skillplatform-cli`, "
                    + "service accounts by client credentials.",
                Flows = new OpenApiOAuthFlows
                {
                    AuthorizationCode = new OpenApiOAuthFlow
                    {
                        AuthorizationUrl = new Uri($"{authority}/connect/authorize", UriKind.RelativeOrAbsolute),
                        TokenUrl = new Uri($"{authority}/connect/token", UriKind.RelativeOrAbsolute),
                        Scopes = Scopes,
                    },
                    ClientCredentials = new OpenApiOAuthFlow
                    {
                        TokenUrl = new Uri($"{authority}/connect/token", UriKind.RelativeOrAbsolute),
                        Scopes = Scopes,
                    },
                },
            },
        };

    private static Dictionary<string, string> Scopes =>
        new(StringComparer.Ordinal) { ["skillplatform"] = "To call this API." };

    private static readonly Dictionary<string, OpenApiMediaType> NoContent = [];
    private static readonly Dictionary<string, IOpenApiSchema> NoMembers = [];

    private void AddExamples(OpenApiOperation operation, Operation? said, OpenApiDocument document)
    {
        foreach (var (type, content) in operation.RequestBody?.Content ?? NoContent)
            Complete(type, content, said?.Request);
        foreach (var response in operation.Responses?.Values ?? Enumerable.Empty<IOpenApiResponse>())
        foreach (var (type, content) in response.Content ?? NoContent)
            if (type == "application/problem+json")
                content.Schema = new OpenApiSchemaReference("Problem", document);
            else
                Complete(type, content, null);
    }

    private void Complete(string type, OpenApiMediaType content, JsonNode? example)
    {
        // What is no JSON has no members.
        if (!type.EndsWith("json", StringComparison.Ordinal))
            content.Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Format = type.StartsWith("text/", StringComparison.Ordinal) ? null : "binary",
            };
        else if (content.Schema is { } schema)
            content.Example = example?.DeepClone() ?? Sample(schema, "", 0);
    }

    private JsonNode? Sample(IOpenApiSchema schema, string name, int depth)
    {
        if (Samples.TryGetValue(name, out var sample) && sample is not null && Fits(sample, schema))
            return sample.DeepClone();
        if (schema.Enum is [{ } first, ..])
            return first.DeepClone();
        var forms = schema.OneOf is { Count: > 0 } one ? one : schema.AnyOf;
        if (forms is { Count: > 0 })
            return forms.FirstOrDefault(form => form.Type != JsonSchemaType.Null) is { } form && depth < Deepest
                ? Sample(form, name, depth)
                : null;
        var type = schema.Type ?? JsonSchemaType.Object;
        if (type.HasFlag(JsonSchemaType.Object))
            return OfObject(schema, depth);
        if (type.HasFlag(JsonSchemaType.Array))
            return depth < Deepest && Sample(schema.Items!, name, depth + 1) is { } item
                ? new JsonArray(item)
                : new JsonArray();
        if (type.HasFlag(JsonSchemaType.String))
            return schema.Format switch
            {
                "uuid" => "01981f3a-5c7e-7d20-9c1b-0e5a4f6b7c81",
                "date-time" => "2026-11-25T09:08:00Z",
                "uri" => "https://example.org/",
                _ => name.Length == 0 ? "text" : name,
            };
        if (type.HasFlag(JsonSchemaType.Boolean))
            return false;
        return type.HasFlag(JsonSchemaType.Integer) || type.HasFlag(JsonSchemaType.Number) ? 1 : null;
    }

    private const int Deepest = 6;

    private JsonObject OfObject(IOpenApiSchema schema, int depth)
    {
        var made = new JsonObject();
        foreach (var (name, member) in schema.Properties ?? NoMembers)
            if (name == "nextCursor")
                made[name] = null;
            else if (depth < Deepest || schema.Required?.Contains(name) == true)
                made[name] = Sample(member, name, depth + 1);
        return made;
    }

    private static bool Fits(JsonNode sample, IOpenApiSchema schema)
    {
        var forms = schema.OneOf is { Count: > 0 } one ? one : schema.AnyOf;
        if (forms is { Count: > 0 })
            return forms.Any(form => Fits(sample, form));
        var type = schema.Type ?? JsonSchemaType.Object;
        return sample.GetValueKind() switch
        {
            JsonValueKind.String => type.HasFlag(JsonSchemaType.String) && schema.Format is null,
            JsonValueKind.Number => type.HasFlag(JsonSchemaType.Integer) || type.HasFlag(JsonSchemaType.Number),
            JsonValueKind.True or JsonValueKind.False => type.HasFlag(JsonSchemaType.Boolean),
            JsonValueKind.Array => type.HasFlag(JsonSchemaType.Array)
                && sample.AsArray() is [{ } item, ..]
                && Fits(item, schema.Items!),
            JsonValueKind.Object => type.HasFlag(JsonSchemaType.Object)
                && sample.AsObject().All(member => schema.Properties?.ContainsKey(member.Key) == true),
            _ => false,
        };
    }

    // Numbers are read from texts, too; whoever generates a client wants the number alone.
    private static void JustNumbers(OpenApiSchema schema)
    {
        if (
            schema.Type is not { } type
            || !type.HasFlag(JsonSchemaType.String)
            || !(type.HasFlag(JsonSchemaType.Integer) || type.HasFlag(JsonSchemaType.Number))
        )
            return;
        schema.Type = type & ~JsonSchemaType.String;
        schema.Pattern = null;
    }

    [GeneratedRegex(
        @"(?<name>\{[^{}:]+):(?:[^{}]|\{[^{}]*\})*\}",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\A/?api/[a-z]+", RegexOptions.NonBacktracking)]
    private static partial Regex Prefix();

    [GeneratedRegex(
        @"\{\**(?<name>\w+)(?::(?<kind>\w+))?",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex InPath();
}
