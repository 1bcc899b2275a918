using SkillPlatform.EventSourcing;
using SkillPlatform.Proposals;
using SkillPlatform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
if (await ErrorQueues.RunCommand(args, builder.Configuration, Consumers.Endpoints) is { } exitCode)
    return exitCode;
builder.AddServiceDefaults();
builder.AddTokens(Account.Now);
builder.AddEventStore("proposals-db", Store.Configure, Announcements.Of, Store.IsNew);
builder.Services.BeforeServing(ProposalPage.Renew);
builder.Services.AddSingleton<ProposalLog>();
builder.Services.AddSingleton<Tallies>();
builder.AddMessaging("proposals", Consumers.Add);
builder.AddNeighbours();
builder.Services.AddHostedService<RemindOfProposal>();
builder.Services.AddOpenApi();
var app = builder.Build();
app.UseServiceDefaults();
app.UseAuthentication();
app.UseAuthorization();
app.MapOpenApi("/api/proposals/openapi.json").AllowAnonymous();
Api.Map(app.MapGroup("/api/proposals").WithETags());
return await app.Serve(args);
