using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace SkillPlatform.Testing;

/// <summary>What a host logs, to be looked at.</summary>
public sealed class KeptLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, string Line)> _lines = new();

    public IEnumerable<string> All => _lines.Select(l => l.Line);

    public string[] Of(string category) => [.. _lines.Where(l => l.Category == category).Select(l => l.Line)];

    public ILogger CreateLogger(string categoryName) => new One(this, categoryName);

    public void Dispose() { }

    private sealed class One(KeptLog kept, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => kept._lines.Enqueue((category, formatter(state, exception) + exception));
    }
}
