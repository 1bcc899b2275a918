using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SkillPlatform.Testing;

/// <summary>A service's real host, in this process, on a real port, with the settings given.</summary>
/// <typeparam name="TProgram">The service's <c>Program</c>.</typeparam>
/// <param name="authority">Whose tokens it accepts.</param>
/// <param name="settings">Configuration, with colons: <c>ConnectionStrings:catalog-db</c>.</param>
public sealed class ServiceHost<TProgram>(Authority authority, IReadOnlyDictionary<string, string> settings)
    : WebApplicationFactory<TProgram>
    where TProgram : class
{
    private IHostApplicationLifetime? _life;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseEnvironment("Development");
        builder.UseSetting("Identity:Authority", authority.Issuer);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in settings)
            builder.UseSetting(name, value);
    }

    /// <summary>Starts the host on a free loopback port.</summary>
    public ServiceHost<TProgram> Start()
    {
        UseKestrel(0);
        // Off the runner's few threads: starting blocks, and what it waits for must not need the thread it blocks.
        Task.Run(StartServer).GetAwaiter().GetResult();
        _life = Services.GetRequiredService<IHostApplicationLifetime>();
        return this;
    }

    public override async ValueTask DisposeAsync()
    {
        await _life.End();
        await base.DisposeAsync();
    }

    /// <summary>A client that does not follow redirects, signed in as the caller if one is given.</summary>
    public HttpClient As(string? sub = null, string[]? roles = null, string[]? scopes = null)
    {
        ClientOptions.AllowAutoRedirect = false;
        var client = CreateClient();
        if (sub is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Bearer",
                authority.Token(sub, roles, scopes)
            );
        return client;
    }
}

/// <summary>Ends what a <see cref="WebApplicationFactory{T}"/> has started.</summary>
public static class Ending
{
    /// <summary>
    /// The program stops its host itself, as its process would, and is waited for. Stopped by the factory as well, at the same
    /// time, it waits for nothing: its services go while its bus still reads, which then takes up a queue anew and keeps it.
    /// </summary>
    /// <param name="life">Of the host; null where it has not begun.</param>
    public static async Task End(this IHostApplicationLifetime? life)
    {
        if (life is null)
            return;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = life.ApplicationStopped.Register(() => stopped.TrySetResult());
        life.StopApplication();
        await stopped.Task;
    }
}

/// <summary>Awaits what becomes true.</summary>
public static class Eventually
{
    /// <summary>Asks until the answer satisfies; fails with the last answer after the limit, which bounds what a busy machine may take.</summary>
    public static async Task<T> Get<T>(
        Func<Task<T>> ask,
        Func<T, bool> satisfies,
        TimeSpan? limit = null,
        TimeSpan? pause = null
    )
    {
        var until = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (satisfies(answer))
                return answer;
            if (TimeProvider.System.GetElapsedTime(until) > (limit ?? TimeSpan.FromMinutes(1)))
                throw new TimeoutException($"Did not come true; last seen: {answer}");
            await Task.Delay(pause ?? TimeSpan.FromMilliseconds(20));
        }
    }

    public static Task Holds(Func<Task<bool>> ask, TimeSpan? limit = null) => Get(ask, yes => yes, limit);
}
