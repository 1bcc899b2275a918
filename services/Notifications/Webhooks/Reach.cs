using System.Net;
using System.Net.Sockets;

namespace SkillPlatform.Notifications;

/// <summary>An address that no webhook may call.</summary>
public sealed class ForbiddenAddressException(string host)
    : Exception($"{host} is, or resolves to, an address inside a network that webhooks may not call.");

/// <summary>
/// Where webhooks may call: public addresses, and the networks of <c>Webhooks__AllowedNetworks</c>. Asked when a webhook is
/// saved, so that its owner is told; and again at each connection, which goes to the very address that was checked: a name
/// may say something else by then.
/// </summary>
/// <param name="allowed">Networks that may be called although they are inside.</param>
/// <param name="resolve">Addresses of a host, which may be a literal address in any spelling.</param>
public sealed class Reach(IReadOnlyList<IPNetwork> allowed, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    // IANA's registries of special addresses, and the one public address behind which Azure keeps its metadata.
    private static readonly IPNetwork[] Inside =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            // Tunnels and other protocols, among them Teredo, which leads to an IPv4 address that nobody sees.
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly TimeSpan ForNames = TimeSpan.FromSeconds(5);

    /// <summary><c>Webhooks__AllowedNetworks</c>: networks as <c>10.1.0.0/16</c>, with commas between.</summary>
    public static Reach Of(IConfiguration configuration) =>
        new(
            [
                .. (configuration["Webhooks:AllowedNetworks"] ?? "")
                    .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
                    .Select(network => IPNetwork.Parse(network)),
            ],
            Dns.GetHostAddressesAsync
        );

    /// <summary>What is wrong with an address to call; null if nothing is.</summary>
    public async Task<string?> WrongWith(string url, CancellationToken ct)
    {
        if (
            url.Length > 2000
            || !Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            || (parsed.Scheme != Uri.UriSchemeHttps && parsed.Scheme != Uri.UriSchemeHttp)
            || parsed.IdnHost.Length == 0
        )
            return "An absolute https or http address of at most 2,000 characters.";
        if (parsed.UserInfo.Length > 0)
            return "The address must hold no user name or password.";
        if (parsed.Port is < 1 or > 65535)
            return "The port is a number from 1 to 65535.";
        try
        {
            await Addresses(parsed.IdnHost, ct);
            return null;
        }
        catch (ForbiddenAddressException forbidden)
        {
            return forbidden.Message;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return $"{parsed.IdnHost} is not found.";
        }
    }

    /// <summary>Calls go through this alone: no redirect, no proxy, no cookie, and no trace of ours in the request.</summary>
    public SocketsHttpHandler Handler() =>
        new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            // Neither a header for the receiver nor a span for us: the address itself may be a secret.
            ActivityHeadersPropagator = null,
            ConnectCallback = async (context, ct) =>
            {
                var addresses = await Addresses(context.DnsEndPoint.Host, ct);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };

    // All of them must be allowed: with one that is not, the name means something inside, whichever comes first today.
    private async Task<IPAddress[]> Addresses(string host, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(ForNames);
        IPAddress[] addresses;
        try
        {
            addresses = await resolve(host, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TryAgain);
        }
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        return addresses.All(May) ? addresses : throw new ForbiddenAddressException(host);
    }

    /// <summary>True if the address may be called.</summary>
    public bool May(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (allowed.Any(network => network.Contains(address)))
            return true;
        if (Inside.Any(network => network.Contains(address)))
            return false;
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return true;
        // An IPv6 address that stands for an IPv4 one leads where that one leads.
        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address))
            return May(new IPAddress(bytes.AsSpan(2, 4)));
        if (Nat64.Contains(address))
            return May(new IPAddress(bytes.AsSpan(12, 4)));
        return Global.Contains(address) && address.ScopeId == 0;
    }
}
