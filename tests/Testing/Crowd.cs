using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;

namespace SkillPlatform.Testing;

/// <summary>
/// Many people who watch the whole catalogue: more than could register here in a test's time. They are copied from one who did,
/// account and watch, as Notifications stores them.
/// </summary>
public static class Crowd
{
    private static readonly string[] Languages = ["en", "de", "es", "fr", "ru", "ja", "ar"];

    public static string Address(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"crowd-{number}@example.org");

    /// <summary>Makes them.</summary>
    /// <param name="platform">Somebody signed in there watches <c>catalogue/all</c> already.</param>
    /// <param name="watcher">User id of that somebody.</param>
    /// <param name="count">How many.</param>
    public static async Task Gather(Platform platform, string watcher, int count)
    {
        const string topic = "catalogue/all";
        await using var source = NpgsqlDataSource.Create(platform.Database("notifications"));
        var account = await Document(source, "mt_doc_account", watcher);
        var watch = await Document(source, "mt_doc_watch", WatchOf(watcher, topic));
        var (users, accounts, watches, watching) = (
            new string[count],
            new string[count],
            new Guid[count],
            new string[count]
        );
        for (var i = 0; i < count; i++)
        {
            var user = users[i] = $"crowd-{i}";
            account["id"] = user;
            account["name"] = $"Reader {i}";
            account["email"] = Address(i);
            account["culture"] = Languages[i % Languages.Length];
            accounts[i] = account.ToJsonString();
            watches[i] = WatchOf(user, topic);
            watch["id"] = watches[i].ToString();
            watch["user"] = user;
            watching[i] = watch.ToJsonString();
        }
        await Copy(source, "mt_doc_account", watcher, users, accounts);
        await Copy(source, "mt_doc_watch", WatchOf(watcher, topic), watches, watching);
    }

    /// <summary>They go, and leave nothing that was theirs.</summary>
    public static async Task Leave(Platform platform)
    {
        await using var source = NpgsqlDataSource.Create(platform.Database("notifications"));
        await using var command = source.CreateCommand(
            """
            delete from mt_doc_watch where data ->> 'user' like 'crowd-%';
            delete from mt_doc_notification where data ->> 'user' like 'crowd-%';
            delete from mt_doc_account where id like 'crowd-%';
            delete from mail where user_id like 'crowd-%';
            """
        );
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<JsonObject> Document(NpgsqlDataSource source, string table, object id)
    {
        await using var command = source.CreateCommand($"select data::text from {table} where id = $1");
        command.Parameters.Add(new() { Value = id });
        return JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)!.AsObject();
    }

    // With whatever else stands beside the document, versions and types.
    private static async Task Copy<T>(NpgsqlDataSource source, string table, object from, T[] ids, string[] documents)
    {
        await using var listing = source.CreateCommand(
            "select string_agg(quote_ident(column_name), ', ') from information_schema.columns where table_name = $1 and column_name not in ('id', 'data')"
        );
        listing.Parameters.Add(new() { Value = table });
        var rest = (string)(await listing.ExecuteScalarAsync())!;
        await using var copy = source.CreateCommand(
            $"""
            insert into {table} (id, data, {rest})
            select copied.id, copied.data::jsonb, {string.Join(
                ", ",
                rest.Split(", ").Select(column => $"one.{column}")
            )}
            from unnest($1, $2) copied(id, data), {table} one where one.id = $3
            """
        );
        copy.Parameters.Add(new() { Value = ids });
        copy.Parameters.Add(new() { Value = documents });
        copy.Parameters.Add(new() { Value = from });
        await copy.ExecuteNonQueryAsync();
    }

    // As the service derives it, so that it finds the watch of each mail.
    private static Guid WatchOf(string user, string topic)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"watch\n{user}\n{topic}"));
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes.AsSpan(0, 16), bigEndian: true);
    }
}
