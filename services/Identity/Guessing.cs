using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>How often something was tried: in a window that ends, or in a row, and then not again before.</summary>
public sealed class Guess
{
    /// <summary>A hash of what is counted: of any length before, and nobody's address.</summary>
    public string Key { get; set; } = "";

    public int Count { get; set; }

    public DateTimeOffset Until { get; set; }
}

/// <summary>What is guessed, or asked for at somebody else's cost.</summary>
public enum Guessed
{
    /// <summary>
    /// Counted for each address and client together, and apart for a browser that somebody has signed in with before: a
    /// stranger's failures are not its owner's.
    /// </summary>
    Password,

    /// <summary>
    /// Counted for the account, since whoever gets that far has its password or a session; apart for a browser that is known, as
    /// above.
    /// </summary>
    Code,

    /// <summary>Counted for the address that is written to. Asking in a row makes nobody wait longer.</summary>
    Letter,
}

/// <summary>
/// Slows down guessing. Each attempt is counted before it is checked, in the database and so for all replicas, and given
/// back if it was right: many at once get no further than one after the other. Known addresses and unknown ones are counted
/// alike. Failures in a row make the next attempt wait, each time for longer; answers come no sooner than a fixed time
/// after the question.
/// </summary>
public sealed class Guessing(
    NpgsqlDataSource database,
    Marks marks,
    SecurityLog security,
    TimeProvider time,
    IConfiguration configuration
) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longer = TimeSpan.FromHours(1);
    private readonly int _perAddress = configuration.GetValue("Identity:FailuresPerAddress", 10);
    private readonly int _perClient = configuration.GetValue("Identity:FailuresPerClient", 60);
    private readonly int _lettersPerDay = configuration.GetValue("Identity:LettersPerDay", 20);
    private readonly int _fromAnywhere = configuration.GetValue("Identity:FailuresFromAnywhere", 100);

    // Attempts on one address wait for each other, or right ones that come at once would count as guesses of each other.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Begins an attempt and counts it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="address">Whose account, whether there is one or not; normalised.</param>
    /// <param name="what">What is guessed.</param>
    public async Task<Attempt> Begin(HttpContext http, string? address, Guessed what = Guessed.Password)
    {
        ArgumentNullException.ThrowIfNull(http);
        var since = time.GetTimestamp();
        var keys = KeysOf(http, address, what);
        var turn = _turns[keys.Tries[0] % _turns.Length];
        await turn.WaitAsync(http.RequestAborted);
        var attempt = new Attempt(this, keys, turn, since);
        try
        {
            await attempt.Count(http.RequestAborted);
            return attempt;
        }
        catch
        {
            attempt.Dispose();
            throw;
        }
    }

    /// <summary>Lets the caller's client try an address again that it proved to own.</summary>
    public Task Forgive(HttpContext http, string? address) =>
        Execute(
            "delete from identity.guesses where key = any($1)",
            [KeysOf(http, address, Guessed.Password).All],
            CancellationToken.None
        );

    /// <summary>
    /// Whether one more letter may go to an address today, and counts it. With dots, and with something after a plus, it is
    /// another address, and mostly the same person.
    /// </summary>
    public Task<bool> MayWrite(string address, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        var at = address.LastIndexOf('@');
        var person = address[..at].Split('+')[0].Replace(".", "", StringComparison.Ordinal) + address[at..];
        return Count(Keys.Hash("day", person.ToUpperInvariant()), TimeSpan.FromDays(1), _lettersPerDay, ct);
    }

    /// <summary>Forgets what is long over.</summary>
    public Task Forget(CancellationToken ct) =>
        Execute("delete from identity.guesses where until < $1", [time.GetUtcNow().AddDays(-1)], ct);

    /// <summary>The answer of the JSON API to who has to wait.</summary>
    public static IResult TooMany(HttpContext http, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Seconds(wait);
        return TypedResults.Problem(
            type: "/problems/too-many-requests",
            title: "Too many attempts",
            detail: "Wait, then try again.",
            statusCode: StatusCodes.Status429TooManyRequests
        );
    }

    internal static string Seconds(TimeSpan wait) =>
        Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>One attempt. It says whether it may be checked; who checked says what came out.</summary>
    public sealed class Attempt : IDisposable
    {
        private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(400);
        private readonly Guessing _guessing;
        private readonly Keys _keys;
        private readonly long _since;
        private SemaphoreSlim? _turn;

        internal Attempt(Guessing guessing, Keys keys, SemaphoreSlim turn, long since) =>
            (_guessing, _keys, _turn, _since) = (guessing, keys, turn, since);

        /// <summary>How long to wait, where there were too many; else null.</summary>
        public TimeSpan? RetryAfter { get; private set; }

        /// <summary>True where failures in a row make it wrong whatever it is; said to nobody.</summary>
        public bool Locked { get; private set; }

        internal async Task Count(CancellationToken ct)
        {
            var may =
                await _guessing.Count(_keys.Tries, Window, _guessing._perAddress, ct)
                && await _guessing.Count(_keys.Client, Window, _guessing._perClient, ct);
            Locked = may && _keys.Row is { } row && !await _guessing.CountInARow(row, ct);
            // What is not looked at is no guess, or one client alone could use up what all have.
            if (may && (Locked || await _guessing.Count(_keys.Anywhere, Longer, _guessing._fromAnywhere, ct)))
                return;
            if (may)
                await _guessing.TakeBack(_keys.Row, ct);
            RetryAfter = Window;
            _guessing.Security.TooOften(_keys.What, _keys.Named.Address, _keys.Named.Client);
            Dispose();
        }

        /// <summary>It was right: nothing is held against anybody.</summary>
        public async Task Succeeded()
        {
            await _guessing.Execute(
                "update identity.guesses set count = count - 1 where key = any($1) and count > 0",
                [_keys.Counted],
                CancellationToken.None
            );
            _guessing.Security.Right(_keys.What, _keys.Named.Address, _keys.Named.Client);
            if (_keys.Row is { } row)
                await _guessing.Execute("delete from identity.guesses where key = $1", [row], CancellationToken.None);
            Dispose();
        }

        /// <summary>It was wrong, or a letter: waits until that may be answered.</summary>
        public Task Failed()
        {
            Dispose();
            if (_keys.What != Guessed.Letter)
                _guessing.Security.Wrong(_keys.What, _keys.Named.Address, _keys.Named.Client, Locked);
            var left = Floor - _guessing.Elapsed(_since);
            return left > TimeSpan.Zero ? _guessing.Delay(left) : Task.CompletedTask;
        }

        /// <summary>Lets the next one go.</summary>
        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }

    /// <summary>What an attempt is counted under.</summary>
    internal sealed record Keys(
        Guessed What,
        (string Address, string Client) Named,
        string Tries,
        string? Anywhere,
        string? Client,
        string? Row
    )
    {
        public string[] Counted => [.. new[] { Tries, Anywhere, Client }.OfType<string>()];

        public string[] All => [.. new[] { Tries, Row }.OfType<string>()];

        public static Keys Of(HttpContext http, string address, Guessed what, string? device)
        {
            var client = ReadLimits.Network(http);
            // Enough to tell them apart in a log.
            var named = (Hash("address", address)[..12], Hash("client", client)[..12]);
            return what switch
            {
                Guessed.Password when device is not null => new(
                    what,
                    named,
                    Hash("known", address, device),
                    null,
                    null,
                    Hash("known-row", address, device)
                ),
                Guessed.Password => new(
                    what,
                    named,
                    Hash("password", address, client),
                    Hash("anywhere", address),
                    Hash("client", client),
                    Hash("row", address, client)
                ),
                Guessed.Code when device is not null => new(
                    what,
                    named,
                    Hash("known-code", address, device),
                    null,
                    null,
                    Hash("known-code-row", address, device)
                ),
                Guessed.Code => new(what, named, Hash("code", address), null, null, Hash("code-row", address)),
                _ => new(what, named, Hash("letter", address), null, Hash("client", client), null),
            };
        }

        public static string Hash(params string[] parts) =>
            Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }

    private Keys KeysOf(HttpContext http, string? address, Guessed what) =>
        Keys.Of(http, address ?? "", what, marks.DeviceOf(http, address));

    // At once or not at all: the row is locked while it is counted.
    private async Task<bool> Count(string? key, TimeSpan window, int most, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return key is null
            || await Execute(
                """
                insert into identity.guesses as g (key, count, until) values ($1, 1, $3)
                on conflict (key) do update set
                  count = case when g.until <= $2 then 1 else g.count + 1 end,
                  until = case when g.until <= $2 then $3 else g.until end
                where g.until <= $2 or g.count < $4
                """,
                [key, now, now + window, most],
                ct
            ) == 1;
    }

    // The fifth makes the next one wait for a minute, and each after that for twice as long, up to an hour. A day later all
    // is forgotten.
    private async Task<bool> CountInARow(string key, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return await Execute(
                """
                insert into identity.guesses as g (key, count, until) values ($1, 1, $2)
                on conflict (key) do update set
                  count = case when g.until < $3 then 1 else g.count + 1 end,
                  until = case when g.until < $3 or g.count < 4 then $2
                    else $2 + interval '1 minute' * least(60, power(2, least(g.count - 4, 6))) end
                where g.until <= $2
                """,
                [key, now, now.AddDays(-1)],
                ct
            ) == 1;
    }

    private Task TakeBack(string? row, CancellationToken ct) =>
        row is null
            ? Task.CompletedTask
            : Execute(
                "update identity.guesses set count = count - 1, until = $2 where key = $1 and count > 0",
                [row, time.GetUtcNow()],
                ct
            );

    private async Task<int> Execute(string sql, object[] values, CancellationToken ct)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteNonQueryAsync(ct);
    }

    private SecurityLog Security => security;

    private TimeSpan Elapsed(long since) => time.GetElapsedTime(since);

    private Task Delay(TimeSpan left) => Task.Delay(left, time);

    public void Dispose()
    {
        foreach (var turn in _turns)
            turn.Dispose();
    }
}
