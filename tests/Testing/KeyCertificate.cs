using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SkillPlatform.Testing;

/// <summary>A certificate that keys at rest are encrypted with, in a file that goes with it.</summary>
public sealed class KeyCertificate : IDisposable
{
    public const string Password = "secret";

    public KeyCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=keys", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1)
        );
        System.IO.File.WriteAllBytes(File, certificate.Export(X509ContentType.Pkcs12, Password));
    }

    public string File { get; } = Path.GetTempFileName();

    public void Dispose() => System.IO.File.Delete(File);
}
