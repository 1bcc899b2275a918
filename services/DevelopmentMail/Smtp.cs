using System.Buffers;
using System.Net;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace SkillPlatform.DevelopmentMail;

/// <summary>Takes every mail for whomever.</summary>
public sealed class Smtp(Mailbox mailbox, IOptions<Settings> settings, ILogger<Smtp> log)
    : MessageStore,
        IHostedService,
        IHealthCheck
{
    private const int Largest = 50 * 1024 * 1024;
    private readonly Connections _connections = new();
    private SmtpServer.SmtpServer? _server;
    private Task _listening = Task.CompletedTask;

    public int Port => _connections.Port;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(settings.Value.SmtpAddress), settings.Value.SmtpPort);
        var options = new SmtpServerOptionsBuilder()
            .ServerName("development-mail")
            .MaxMessageSize(Largest, MaxMessageSizeHandling.Strict)
            .Endpoint(new EndpointDefinitionBuilder().Endpoint(endpoint).Build())
            .Build();
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add((IMessageStore)this);
        services.Add(_connections);
        _server = new SmtpServer.SmtpServer(options, services);
        _listening = _server.StartAsync(CancellationToken.None);
        // A port that is taken ends the process here.
        if (_listening.IsFaulted)
            return _listening;
        log.LogInformation("SMTP at {Address}:{Port}", endpoint.Address, Port);
        return Task.CompletedTask;
    }

    public override Task<SmtpResponse> SaveAsync(
        ISessionContext context,
        IMessageTransaction transaction,
        ReadOnlySequence<byte> buffer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            mailbox.Add(transaction.From.AsAddress(), transaction.To.Select(to => to.AsAddress()), buffer);
            return Task.FromResult(SmtpResponse.Ok);
        }
        catch (IOException e)
        {
            // The disk is full, say: not the sender's fault, and not for ever.
            log.LogError(e, "A mail could not be kept");
            return Task.FromResult(new SmtpResponse(SmtpReplyCode.InsufficientStorage, "not now"));
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    ) =>
        Task.FromResult(
            _listening.IsCompleted ? HealthCheckResult.Unhealthy("SMTP has ended") : HealthCheckResult.Healthy()
        );

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Clients keep their connections open: nobody waits for them to hang up.
        _server?.Shutdown();
        return Task.CompletedTask;
    }
}
