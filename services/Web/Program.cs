using SkillPlatform.ServiceDefaults;
using SkillPlatform.Web;
using SkillPlatform.Web.Api;
using SkillPlatform.Web.Cache;
using SkillPlatform.Web.Mcp;
using SkillPlatform.Web.Pages;
using SkillPlatform.Web.SignIn;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();

// The longest form is a skill with all its requirements. Imports say themselves that they take more.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 2 << 20);
builder.AddSessions();
builder.AddSignIn();
builder.AddProxy();
builder.AddWriteLimits();
builder.AddPages();
builder.AddMcp();
builder.AddMessaging("web", Consumers.Add);
var app = builder.Build();
app.UseReadLimits(refused => refused.UsePages());
app.UseAnonymousPages();
app.UseServiceDefaults();
app.UsePages();
app.UseRouting();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.UseAntiforgery();
app.MapProxy();
app.MapReference();
app.MapGuide();
app.MapMcp();
app.MapSignIn();
app.MapPages();
return await app.Serve(args);
