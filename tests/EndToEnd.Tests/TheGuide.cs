using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using SkillPlatform.Testing;

namespace SkillPlatform.EndToEnd.Tests;

/// <summary>Each command of docs/guide.md, one after the other in one shell, as its reader would try them.</summary>
public sealed partial class TheGuide(RunningPlatform running)
{
    [Fact]
    public async Task Its_commands_do_what_it_says()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/guide.md"));
        var commands = string.Join('\n', Block().Matches(guide).Select(block => block.Groups["commands"].Value));
        await running.Admin.Import(
            SampleCatalogue.Of(1, "Guided").Replace("Skill 1", "Read by a guide", StringComparison.Ordinal)
        );
        using var receiver = new Receiver();
        var folder = Directory.CreateTempSubdirectory("skillplatform-guide-").FullName;
        try
        {
            var start = new ProcessStartInfo("bash", ["-x", "-c", commands])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            start.Environment["SKILLPLATFORM_URL"] = running.Platform.Web.GetLeftPart(UriPartial.Authority);
            start.Environment["SKILLPLATFORM_AUTHORITY"] = running.Platform.Authority;
            start.Environment["SKILLPLATFORM_RECEIVER"] = receiver.Address;
            start.Environment["SKILLPLATFORM_SKILL"] = "read-by-a-guide";
            using var shell = Process.Start(start)!;
            var (output, errors) = (shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            await shell.WaitForExitAsync(limit.Token);
            var said = await output;
            Assert.True(shell.ExitCode == 0, $"{said}\n{await errors}");
            foreach (
                var expected in (string[])
                    [
                        "signed in as ",
                        "unchanged: 304",
                        "last changed: ",
                        "refused: /problems/own-proposal",
                        "merged",
                        "import: done, 0 changed",
                        "webhook: delivered",
                        "the signature is right",
                    ]
            )
                Assert.Contains(expected, said, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(
        @"^```bash\n(?<commands>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Block();

    /// <summary>Takes whatever a webhook sends.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Receiver()
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/hooks/";
            free.Stop();
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _ = Take();
        }

        public string Address { get; }

        private async Task Take()
        {
            try
            {
                while (true)
                    (await _listener.GetContextAsync()).Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        public void Dispose() => _listener.Close();
    }
}
