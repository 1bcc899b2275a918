using System.Globalization;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Identity;

/// <summary>Where pages leave letters; <see cref="Postman"/> takes them.</summary>
public sealed class Postbox(Guessing guessing, TimeProvider time) : IDisposable
{
    private readonly Signal _waiting = new();

    /// <summary>
    /// Stages a letter in the caller's database context. The caller saves, then rings. Past so many a day to one address there
    /// is none, and nobody is told; what an owner has to hear of goes always.
    /// </summary>
    public async Task Put(IdentityDb db, string kind, string address, Guid? account = null)
    {
        if (!Letter.IsOwed(kind) && !await guessing.MayWrite(address))
            return;
        db.Letters.Add(
            new Letter
            {
                Id = Guid.CreateVersion7(),
                Kind = kind,
                Address = address,
                Account = account,
                Culture = CultureInfo.CurrentUICulture.Name,
                Due = time.GetUtcNow(),
            }
        );
    }

    public void Ring() => _waiting.Set();

    internal Task Wait(CancellationToken ct) => _waiting.WaitAsync(TimeSpan.FromSeconds(2), ct);

    public void Dispose() => _waiting.Dispose();
}
