using SkillPlatform.Catalog;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddTokens();
builder.AddEventStore("catalog-db", Store.Configure, Announcements.Of);
builder.AddMessaging("catalog", bus => bus.AddInbox());
builder.Services.AddOpenApi();

var app = builder.Build();
app.UseServiceDefaults();
app.UseAuthentication();
app.UseAuthorization();
app.MapOpenApi("/api/catalog/openapi.json").AllowAnonymous();
await app.RunAsync();
