using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SkillPlatform.Architecture.Tests;

/// <summary>The host as Program builds it, with nothing started: no server, database or broker is needed.</summary>
internal sealed class Unstarted<TProgram> : WebApplicationFactory<TProgram>
    where TProgram : class
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("Logging:LogLevel:Default", "Critical");
        foreach (var name in (string[])["catalog", "proposals", "notifications", "identity", "web"])
        {
            builder.UseSetting(
                $"ConnectionStrings:{name}-db",
                "Host=127.0.0.1;Port=1;Database=none;Username=none;Timeout=1"
            );
            builder.UseSetting($"services:{name}:http:0", $"http://{name}.invalid");
        }
        builder.UseSetting("ConnectionStrings:messaging", "amqp://none:none@127.0.0.1:1/");
        builder.UseSetting("Identity:Authority", "http://127.0.0.1:1");
        builder.UseSetting("Web:PublicOrigin", "http://localhost:8080");
        builder.UseSetting("Smtp:Host", "127.0.0.1");
        builder.UseSetting("Smtp:Port", "1");
        builder.UseSetting("Smtp:From", "skills@example.org");
        builder.ConfigureTestServices(services =>
        {
            foreach (
                var hosted in services
                    .Where(s => s.ServiceType == typeof(IHostedService))
                    .Where(s => s.ImplementationType?.Name != "GenericWebHostService")
                    .ToArray()
            )
                services.Remove(hosted);
        });
    }
}
