namespace SkillPlatform.DevelopmentMail;

/// <summary>The configuration section <c>DevelopmentMail</c>. Where the pages are is <c>ASPNETCORE_URLS</c>.</summary>
public sealed class Settings
{
    /// <summary>What holds unless said otherwise; <c>AllowedHosts</c> so that no site can reach this under its own name.</summary>
    public static readonly Dictionary<string, string?> Unless = new(StringComparer.Ordinal)
    {
        ["Urls"] = "http://127.0.0.1:8025",
        ["AllowedHosts"] = "localhost;127.0.0.1;[::1]",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
    };

    public string SmtpAddress { get; set; } = "127.0.0.1";

    /// <summary>0 takes any free one.</summary>
    public int SmtpPort { get; set; } = 1025;

    /// <summary>Where mails are kept, a file each; without it they are gone with the process.</summary>
    public string? Folder { get; set; }

    /// <summary>How many mails are kept; the oldest go first.</summary>
    public int Keep { get; set; } = 5000;
}
