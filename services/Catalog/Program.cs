using SkillPlatform.Catalog;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddTokens();
builder.AddEventStore("catalog-db", Store.Configure, Announcements.Of);
builder.AddMessaging("catalog", bus => bus.AddInbox());
builder.Services.AddOpenApi();
builder.Services.AddSingleton<ImportWorker>();
builder.Services.AddHostedService(services => services.GetRequiredService<ImportWorker>());

var app = builder.Build();
app.UseServiceDefaults();
app.UseAuthentication();
app.UseAuthorization();
app.MapOpenApi("/api/catalog/openapi.json").AllowAnonymous();
var api = app.MapGroup("/api/catalog");
Domains.Map(api);
SkillSearch.Map(api);
ImportCatalogue.Map(api);
Import.Map(api);
if (args is ["import", var file])
    return await ImportFile.Run(app.Services, file);
await app.RunAsync();
return 0;
