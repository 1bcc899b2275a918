using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>ETags and cursors of this service.</summary>
public static class Tag
{
    /// <summary>
    /// The version of the stream, which <c>If-Match</c> compares, and a fingerprint of what else the page shows: names and
    /// comments change without the stream.
    /// </summary>
    public static string Of(long version, People people, params IEnumerable<object> more)
    {
        var text = string.Join('|', more.Prepend(people.Fingerprint));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6));
        return string.Create(CultureInfo.InvariantCulture, $"{version}-{hash}");
    }

    extension(Paging paging)
    {
        /// <summary>The last id seen, for lists whose key is one id.</summary>
        public Guid? AfterId =>
            paging.After is null ? null
            : paging.After is [var id] && Guid.TryParse(id, out var parsed) ? parsed
            : throw new BadHttpRequestException("cursor is not one this list gave.");

        /// <summary>The last number seen, for lists whose key is one number.</summary>
        public long? AfterNumber =>
            paging.After is null ? null
            : paging.After is [var text]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
            : throw new BadHttpRequestException("cursor is not one this list gave.");
    }
}
