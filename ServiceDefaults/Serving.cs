using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace SkillPlatform.ServiceDefaults;

/// <summary>The end of every <c>Program.cs</c>: it serves, or does beforehand what a deployment wants done once.</summary>
public static class Serving
{
    /// <summary>
    /// Key of the services, each a <c>Func&lt;CancellationToken, Task&gt;</c>, that bring the database up to date. Those who add
    /// them may not know this assembly.
    /// </summary>
    public const string Preparation = "before-serving";

    /// <summary>
    /// Serves until told to end; with the argument <c>migrate</c>, brings the database up to date and ends, without a broker and
    /// without serving. A start does the same and then finds nothing to do.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="args">Of the process.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Serve(this WebApplication app, string[] args)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (args is not ["migrate"])
            await app.RunAsync();
        else
            foreach (var prepare in app.Services.GetKeyedServices<Func<CancellationToken, Task>>(Preparation))
                await prepare(app.Lifetime.ApplicationStopping);
        return 0;
    }
}
