using SkillPlatform.EventSourcing;
using SkillPlatform.Identity;
using SkillPlatform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();

// The longest form is that of a passkey: nobody fills our memory before signing in.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 << 10);
builder.AddTokens(Account.Now, isAtHand: true);
builder.AddEventStore("identity-db", AccountHistory.Configure, Announcements.Of);
builder.AddMessaging("identity", _ => { });
builder.AddAccounts();
builder.AddOpenId();
builder.AddMail();
builder.AddPages();

var app = builder.Build();
app.UseServiceDefaults();
app.UseKnownHosts();
app.UsePages();
app.UseReadLimits();
app.UseRouting();
app.UseAuthentication();
app.UseAuthorization();
app.MapOpenId();
app.MapPages();
app.MapAccounts();
return await app.Serve(args);
