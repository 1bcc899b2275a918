using Microsoft.Extensions.Configuration.Memory;
using SkillPlatform.DevelopmentMail;

var builder = WebApplication.CreateBuilder(args);
if (!builder.Environment.IsDevelopment())
{
    await Console.Error.WriteLineAsync("This keeps every mail, shows it to everyone and sends none: Development only.");
    return 1;
}

// Lowest of all sources: settings and environment go before it.
builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Settings.Unless });
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.Configure<Settings>(builder.Configuration.GetSection("DevelopmentMail"));
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<Mailbox>();
builder.Services.AddSingleton<Smtp>();
builder.Services.AddHostedService(services => services.GetRequiredService<Smtp>());
builder.Services.AddHealthChecks().AddCheck<Smtp>("smtp");
builder.Services.AddRazorComponents();

var app = builder.Build();
app.UseStrictHeaders();
app.MapHealthChecks("/health/ready");
app.MapGet("/health/live", () => Results.Ok());
app.MapApi();
app.MapPages();
await app.RunAsync();
return 0;
