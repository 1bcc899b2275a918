using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SkillPlatform.Testing;

/// <summary>
/// A network between two programs that can be cut, or go dead without telling anybody; or a balancer, where it leads to several.
/// </summary>
public sealed class Wire : IAsyncDisposable
{
    private volatile int[] _to;
    private uint _turn;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<TcpClient, byte> _ends = new();
    private volatile TaskCompletionSource _flows = Done();

    /// <param name="to">The ports that it leads to, in turn.</param>
    public Wire(params int[] to)
    {
        _to = to;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = Accept();
    }

    public int Port { get; }

    /// <summary>From now on new connections lead there, in turn; those that there are stay.</summary>
    public void LeadTo(params int[] to) => _to = to;

    /// <summary>Ends every connection; new ones are let through.</summary>
    public void Cut()
    {
        foreach (var end in _ends.Keys)
            end.Dispose();
    }

    /// <summary>Nothing comes through any more, and nobody is told: connections stay open, new ones too.</summary>
    public void GoDead() => _flows = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held back comes through, where somebody still waits for it.</summary>
    public void Mend() => _flows.TrySetResult();

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Join(await _listener.AcceptTcpClientAsync(_over.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task Join(TcpClient near)
    {
        using var far = new TcpClient();
        near.NoDelay = far.NoDelay = true;
        _ends[near] = _ends[far] = 0;
        try
        {
            await _flows.Task.WaitAsync(_over.Token);
            var to = _to;
            await far.ConnectAsync(IPAddress.Loopback, to[Interlocked.Increment(ref _turn) % to.Length], _over.Token);
            await Task.WhenAny(Pump(near, far), Pump(far, near));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody is there, or all is over.
        }
        finally
        {
            _ends.TryRemove(near, out _);
            _ends.TryRemove(far, out _);
            near.Dispose();
        }
    }

    private async Task Pump(TcpClient from, TcpClient to)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.GetStream().ReadAsync(buffer, _over.Token) is > 0 and var read)
            {
                await _flows.Task.WaitAsync(_over.Token);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _over.Token);
            }
        }
        catch (Exception e)
            when (e
                    is IOException
                        or OperationCanceledException
                        or SocketException
                        or ObjectDisposedException
                        or InvalidOperationException
            )
        {
            // One of both has hung up.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Stop();
        Cut();
        _over.Dispose();
    }
}
