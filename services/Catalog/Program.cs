using MassTransit;
using SkillPlatform.Catalog;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddTokens();
builder.AddEventStore("catalog-db", Store.Configure, Announcements.Of);
builder.AddMessaging(
    "catalog",
    bus =>
    {
        // Few at a time: acceptances that meet on one skill must not outrun their retries.
        bus.AddConsumer<WhenProposalAccepted>(consumer => consumer.ConcurrentMessageLimit = 4);
        bus.AddConsumer<WhenAccountChanged>();
        bus.AddInbox();
    }
);
builder.Services.AddOpenApi();
builder.Services.AddSingleton<ImportWorker>();
builder.Services.AddHostedService(services => services.GetRequiredService<ImportWorker>());
builder.Services.AddSingleton<SkillPages>();
builder.Services.AddHostedService(services => services.GetRequiredService<SkillPages>());

var app = builder.Build();
app.UseServiceDefaults();

// Here rather than first of all, so that routes that end the pipeline early still answer problems.
app.UseRouting();
app.UseAuthentication();
app.UseAuthorization();
app.MapOpenApi("/api/catalog/openapi.json").AllowAnonymous();
var api = app.MapGroup("/api/catalog");
SkillPage.Map(api);
SkillAddress.Map(api);
SkillHistory.Map(api);
SkillDiff.Map(api);
Changes.Map(api);
Domains.Map(api);
SkillSearch.Map(api);
ImportCatalogue.Map(api);
Import.Map(api);
if (args is ["import", var file])
    return await ImportFile.Run(app.Services, file);
await app.RunAsync();
return 0;
