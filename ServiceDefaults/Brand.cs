using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace SkillPlatform.ServiceDefaults;

/// <summary>
/// What an installation calls itself and how its pages look, by <c>Site__Name</c>, <c>Site__Logo</c> and <c>Site__Accent</c>.
/// Read once, at the start: what cannot be read by people is refused there, not shown.
/// </summary>
public sealed class Brand
{
    /// <summary>Where nothing is set.</summary>
    public const string Usual = "SkillPlatform";

    private const int LongestName = 60;
    private const int LargestLogo = 100 * 1024;

    // As bright and as dark as anything gets that the accent stands on, or that stands on it, by day and by night.
    private static readonly Colour Day = new(0xFB, 0xE6, 0xE4);
    private static readonly Colour Night = new(0x45, 0x1E, 0x1C);
    private static readonly Colour White = new(255, 255, 255);
    private static readonly Colour Black = new(0, 0, 0);
    private const double Enough = 4.5;

    private Brand(string name, byte[]? logo, string? styles)
    {
        (Name, Logo, Styles) = (name, logo, styles is null ? null : Encoding.UTF8.GetBytes(styles));
        LogoAddress = logo is null ? null : $"/brand/logo.{Hash(logo)}.{(IsSvg(logo) ? "svg" : "png")}";
        StylesAddress = styles is null ? null : $"/brand/accent.{Hash(Styles!)}.css";
    }

    /// <summary>Stands at the head of each page, and in its title.</summary>
    public string Name { get; }

    /// <summary>An SVG or a PNG; null for ours.</summary>
    public byte[]? Logo { get; }

    /// <summary>What makes the accent of it, by day and by night; null for ours.</summary>
    public byte[]? Styles { get; }

    /// <summary>Changes with the content; null where there is none.</summary>
    public string? LogoAddress { get; }

    /// <summary>Likewise.</summary>
    public string? StylesAddress { get; }

    /// <summary>Of the logo.</summary>
    public string LogoType => Logo is null || IsSvg(Logo) ? "image/svg+xml" : "image/png";

    /// <summary>Reads the settings.</summary>
    /// <param name="settings">Of the process.</param>
    /// <exception cref="InvalidOperationException">What is set cannot be shown; it says why, and what would do.</exception>
    public static Brand Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var name = settings["Site:Name"] is { } given && !string.IsNullOrWhiteSpace(given) ? given.Trim() : Usual;
        if (name.Length > LongestName || name.Any(char.IsControl))
            throw new InvalidOperationException($"Site__Name has at most {LongestName} characters, in one line.");
        return new Brand(
            name,
            settings["Site:Logo"] is { Length: > 0 } path ? Picture(path) : null,
            settings["Site:Accent"] is { Length: > 0 } accent ? Accented(accent) : null
        );
    }

    /// <summary>Reads the settings of the process, once.</summary>
    /// <param name="builder">Of the process.</param>
    public static void Add(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(Of(builder.Configuration));
    }

    /// <summary>Sends logo and accent where there are any.</summary>
    /// <param name="app">The application.</param>
    public static void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var brand = app.Services.GetRequiredService<Brand>();
        Send(brand.LogoAddress, brand.Logo, brand.LogoType);
        Send(brand.StylesAddress, brand.Styles, "text/css; charset=utf-8");

        void Send(string? address, byte[]? bytes, string type)
        {
            if (address is not null)
                app.MapGet(
                        address,
                        (HttpContext http) =>
                        {
                            http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                            return Results.Bytes(bytes!, type);
                        }
                    )
                    .AllowAnonymous();
        }
    }

    private static byte[] Picture(string path)
    {
        if (!File.Exists(path))
            throw new InvalidOperationException($"Site__Logo: there is no file {path}.");
        if (new FileInfo(path).Length > LargestLogo)
            throw new InvalidOperationException($"Site__Logo: {path} is larger than {LargestLogo / 1024} kB.");
        var picture = File.ReadAllBytes(path);
        return IsSvg(picture) || picture is [0x89, (byte)'P', (byte)'N', (byte)'G', ..]
            ? picture
            : throw new InvalidOperationException($"Site__Logo: {path} is neither an SVG nor a PNG.");
    }

    private static bool IsSvg(byte[] picture) =>
        Encoding.UTF8.GetString(picture.AsSpan(0, Math.Min(picture.Length, 1024))).TrimStart('\uFEFF', ' ', '\r', '\n')
            is var text
        && (
            text.StartsWith("<svg", StringComparison.Ordinal)
            || text.StartsWith("<?xml", StringComparison.Ordinal) && text.Contains("<svg", StringComparison.Ordinal)
        );

    // By day it is as it was set. At night a lighter one of the same hue, as light as it must be.
    private static string Accented(string set)
    {
        if (Colour.Parse(set) is not { } accent)
            throw new InvalidOperationException($"Site__Accent is \"{set}\", which is no colour such as #14508c.");
        if (accent.Against(Day) < Enough)
            throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Site__Accent is {set}, which cannot be read well: its contrast with the page is {accent.Against(Day):0.0} to 1 where {Enough:0.0} is the least. {accent.Towards(Black, colour => colour.Against(Day) >= Enough)} of the same hue would do."
                )
            );
        var atNight = accent.Towards(White, colour => colour.Against(Night) >= Enough);
        return $$"""
            :root { --accent: {{accent}}; --on-accent: #ffffff; }
            @media screen and (prefers-color-scheme: dark) { :root { --accent: {{atNight}}; --on-accent: #10202f; } }

            """;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];

    private sealed record Colour(int Red, int Green, int Blue)
    {
        public static Colour? Parse(string text) =>
            text is ['#', _, _, _, _, _, _]
            && int.TryParse(text[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var all)
                ? new Colour(all >> 16, (all >> 8) & 255, all & 255)
                : null;

        // Both as WCAG 2.2 defines them.
        public double Against(Colour other)
        {
            var (one, two) = (Luminance, other.Luminance);
            return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
        }

        private double Luminance => 0.2126 * Linear(Red) + 0.7152 * Linear(Green) + 0.0722 * Linear(Blue);

        private static double Linear(int part) =>
            part / 255.0 is var share && share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);

        public Colour Towards(Colour end, Func<Colour, bool> enough)
        {
            for (var step = 0; ; step++)
            {
                var mixed = new Colour(Mix(Red, end.Red), Mix(Green, end.Green), Mix(Blue, end.Blue));
                if (step == 20 || enough(mixed))
                    return mixed;

                int Mix(int from, int to) => from + (to - from) * step / 20;
            }
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"#{Red:x2}{Green:x2}{Blue:x2}");
    }
}
