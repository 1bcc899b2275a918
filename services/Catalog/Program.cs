using SkillPlatform.Catalog;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
if (await ErrorQueues.RunCommand(args, builder.Configuration, Consumers.Endpoints) is { } exitCode)
    return exitCode;
builder.AddServiceDefaults();
builder.AddTokens(Account.Now);
builder.AddEventStore("catalog-db", Store.Configure, Announcements.Of, Store.IsNew);
builder.AddMessaging("catalog", Consumers.Add);
builder
    .Services.AddOpenApi(CatalogDocument.Term.Describe)
    .AddHostedService<ReviewFallsDue>()
    .AddSingleton<ExportsAtOnce>()
    .AddSingleton<OverviewNow>();
SearchUpkeep.Add(builder.Services);
SkillPages.Add(builder.Services);
builder.Services.AddSingleton<ImportWorker>();
builder.Services.AddHostedService(services => services.GetRequiredService<ImportWorker>());

var app = builder.Build();
app.UseServiceDefaults();

// Here rather than first of all, so that routes that end the pipeline early still answer problems.
app.UseRouting();
app.UseAuthentication();
app.UseAuthorization();
app.MapOpenApi("/api/catalog/openapi.json").AllowAnonymous();
Api.Map(app.MapGroup("/api/catalog").WithETags());
if (args is ["import", .., var file])
    return await ImportFile.Run(app.Services, file, intoEmpty: args.Contains("--into-empty"));
return await app.Serve(args);
