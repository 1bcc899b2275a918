namespace SkillPlatform.AppHost;

/// <summary>How much of a machine one replica may take: docs/operating.md says what it needs.</summary>
/// <param name="Processors">At most.</param>
/// <param name="Megabytes">At most; a process that wants more is ended.</param>
internal sealed record Size(string Processors, int Megabytes)
{
    public static Size Of(Part part) =>
        part switch
        {
            { Name: "postgres" } => new("2.0", 2048),
            { Volume: not null } => new("1.0", 1024),
            _ => new("1.0", 768),
        };

    /// <summary>The database server, where it is one of ours.</summary>
    public static Part? Postgres(Deployment deployment) => deployment.Servers.FirstOrDefault(s => s.Name == "postgres");
}

/// <summary>How a container is asked whether it is well, with no more than the shell that each of them has.</summary>
internal static class Probe
{
    public static string Of(Part part) =>
        part switch
        {
            { Name: "postgres" } => """pg_isready -q -h 127.0.0.1 -d postgres -U "$POSTGRES_USER" """.TrimEnd(),
            // It greets who speaks its language.
            { Volume: not null } =>
                $@"exec 3<>/dev/tcp/127.0.0.1/{part.Port} && printf 'AMQP\0\0\11\1' >&3 && read -r -n 1 -t 3 <&3",
            _ =>
                $"""exec 3<>/dev/tcp/127.0.0.1/{part.Port} && printf 'GET /health/ready HTTP/1.0\r\n\r\n' >&3 && read -r _ code _ <&3 && [ "$code" = 200 ]""",
        };
}
