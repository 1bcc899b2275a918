using System.Net;
using System.Net.Sockets;

namespace SkillPlatform.Notifications.Tests;

/// <summary>Where webhooks may call: decided without a network, and seen with a listener that nobody must reach.</summary>
public sealed class ReachTests
{
    private static Reach Real(params string[] allowed) =>
        new([.. allowed.Select(network => IPNetwork.Parse(network))], Dns.GetHostAddressesAsync);

    private static Reach Names(params string[] addresses) =>
        new([], (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray()));

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.1.2.3:8080/hook")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://\uff11\uff12\uff17.0.0.1/")]
    [InlineData("http://0/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST:5432/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[0:0:0:0:0:ffff:7f00:0001]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://[64:ff9b::127.0.0.1]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("http://[64:ff9b:1::1]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://[2002:a00:1::1]/")]
    [InlineData("http://[2001:0:53aa:64c::1]/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://100.100.100.200/")]
    [InlineData("http://168.63.129.16/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://10.255.255.255/")]
    [InlineData("http://172.16.0.1/")]
    [InlineData("http://172.31.255.255/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://192.0.2.1/")]
    [InlineData("http://198.51.100.1/")]
    [InlineData("http://203.0.113.1/")]
    [InlineData("http://198.18.0.1/")]
    [InlineData("http://224.0.0.1/")]
    [InlineData("http://255.255.255.255/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[fc00::1]/")]
    [InlineData("http://[fdff::1]/")]
    [InlineData("http://[fec0::1]/")]
    [InlineData("http://[ff02::1]/")]
    [InlineData("http://[2001:db8::1]/")]
    [InlineData("http://[3fff::1]/")]
    [InlineData("http://[100::1]/")]
    public async Task What_is_inside_is_refused_in_every_spelling(string url) =>
        Assert.NotNull(await Real().WrongWith(url, TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("ftp://93.184.216.34/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://93.184.216.34/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/hook")]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("https://user@93.184.216.34/")]
    [InlineData("https://user:word@93.184.216.34/")]
    [InlineData("https://93.184.216.34:0/")]
    [InlineData("https://93.184.216.34:65536/")]
    [InlineData("https://no-such-name.invalid/")]
    [InlineData("http://a..b/")]
    public async Task What_is_no_address_to_call_is_refused(string url) =>
        Assert.NotNull(await Real().WrongWith(url, TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("https://93.184.216.34/hook?x=1")]
    [InlineData("http://93.184.216.34:8080/")]
    [InlineData("https://172.32.0.1/")]
    [InlineData("https://[2606:4700::1111]/")]
    [InlineData("https://[2002:5db8:d822::1]/")]
    [InlineData("https://[64:ff9b::93.184.216.34]/")]
    public async Task What_is_public_is_not(string url) =>
        Assert.Null(await Real().WrongWith(url, TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("127.0.0.1", "http://127.0.0.1/", true)]
    [InlineData("127.0.0.1", "http://[::ffff:127.0.0.1]/", true)]
    [InlineData("127.0.0.1", "http://127.0.0.2/", false)]
    [InlineData("10.1.0.0/16", "http://10.1.2.3/", true)]
    [InlineData("10.1.0.0/16", "http://10.2.0.1/", false)]
    [InlineData("fd00::/8", "http://[fd12::1]/", true)]
    public async Task An_administrator_may_allow_a_network(string network, string url, bool allowed)
    {
        var reach = Real(network.Contains('/', StringComparison.Ordinal) ? network : $"{network}/32");
        Assert.Equal(allowed, await reach.WrongWith(url, TestContext.Current.CancellationToken) is null);
    }

    [Theory]
    [InlineData("10.0.0.1", "93.184.216.34")]
    [InlineData("93.184.216.34", "10.0.0.1")]
    [InlineData("2606:4700::1111", "::1")]
    public async Task A_name_is_refused_whichever_of_its_addresses_is_inside(string first, string second) =>
        Assert.Contains(
            "webhooks may not call",
            await Names(first, second).WrongWith("https://hooks.example.org/", TestContext.Current.CancellationToken)
        );

    [Fact]
    public async Task A_name_that_means_something_else_by_the_time_of_the_call_is_not_called()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var port = ((IPEndPoint)inside.LocalEndpoint).Port;
        var asked = 0;
        var reach = new Reach(
            [],
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(asked++ == 0 ? "93.184.216.34" : "127.0.0.1")])
        );
        var url = $"http://rebind.example.org:{port}/";
        Assert.Null(await reach.WrongWith(url, TestContext.Current.CancellationToken));
        using var http = new HttpClient(reach.Handler()) { Timeout = TimeSpan.FromSeconds(5) };
        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(url));
        Assert.IsType<ForbiddenAddressException>(failed.InnerException);
        Assert.False(inside.Pending());
        // The same listener is reached where its network is allowed: what was refused was not just missing.
        using var allowed = new HttpClient(Real("127.0.0.0/8").Handler());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var call = allowed.GetAsync($"http://127.0.0.1:{port}/", limit.Token);
        using var reached = await inside.AcceptSocketAsync(limit.Token);
        reached.Close();
        await Assert.ThrowsAnyAsync<Exception>(() => call);
    }
}
