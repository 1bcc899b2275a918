using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmtpServer;
using SmtpServer.IO;
using SmtpServer.Net;

namespace SkillPlatform.DevelopmentMail;

/// <summary>
/// The library's own listener leaves Nagle's algorithm on: pipelined commands are answered in several short packets, and
/// each waits 40 ms for the client's acknowledgement (42 mails a second instead of thousands).
/// </summary>
public sealed class Connections : IEndpointListenerFactory
{
    public int Port { get; private set; }

    public IEndpointListener CreateListener(IEndpointDefinition endpointDefinition)
    {
        var listener = new TcpListener(endpointDefinition.Endpoint);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return new Listener(listener);
    }

    private sealed class Listener(TcpListener listener) : IEndpointListener
    {
        public async Task<ISecurableDuplexPipe> GetPipeAsync(
            ISessionContext context,
            CancellationToken cancellationToken
        )
        {
            var client = await listener.AcceptTcpClientAsync(cancellationToken);
            client.NoDelay = true;
            return new Connection(client);
        }

        public void Dispose() => listener.Stop();
    }

    private sealed class Connection(TcpClient client) : ISecurableDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(client.GetStream());
        public PipeWriter Output { get; } = PipeWriter.Create(client.GetStream());
        public bool IsSecure => false;
        public SslProtocols SslProtocol => SslProtocols.None;

        public Task UpgradeAsync(
            X509Certificate certificate,
            SslProtocols protocols,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException("There is no TLS on the way to a development tool.");

        public void Dispose() => client.Dispose();
    }
}
