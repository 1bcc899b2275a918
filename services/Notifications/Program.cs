using SkillPlatform.EventSourcing;
using SkillPlatform.Notifications;
using SkillPlatform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
if (await ErrorQueues.RunCommand(args, builder.Configuration, Consumers.Endpoints) is { } exitCode)
    return exitCode;
builder.AddServiceDefaults();
builder.AddTokens(Account.Now);
builder.Services.AddOpenApi();
var signal = new OutboxSignal();

builder.AddEventStore("notifications-db", options => Store.Configure(options, signal), announce: null);
builder.AddSending(signal);
builder.AddWebhooks();
Comments.Add(builder);
Unheard.Add(builder);
builder.AddMessaging("notifications", Consumers.Add);

var app = builder.Build();
app.UseServiceDefaults();
app.UseAuthentication();
app.UseAuthorization();
Api.Map(app.MapGroup("/api/notifications").WithETags());
app.MapOpenApi("/api/notifications/openapi.json").AllowAnonymous();
return await app.Serve(args);
