using Npgsql;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.EventSourcing.Tests;

public sealed class AroundTests
{
    [Theory]
    [InlineData("57P01", true)]
    [InlineData("53100", true)]
    [InlineData("08006", true)]
    [InlineData("40001", true)]
    [InlineData("XX000", true)]
    [InlineData("58030", true)]
    [InlineData("25006", true)]
    [InlineData("22P02", false)]
    [InlineData("23505", false)]
    [InlineData("42703", false)]
    public void What_a_server_says_is_of_the_message_unless_it_says_that_it_cannot(string state, bool around) =>
        Assert.Equal(around, IsAround(new PostgresException("", "ERROR", "ERROR", state)));

    [Fact]
    public async Task A_connection_that_breaks_is_not_of_the_message_whoever_is_told()
    {
        Assert.True(IsAround(new NpgsqlException("Broken.", new ObjectDisposedException("stream"))));
        await using var connection = new NpgsqlConnection("Host=127.0.0.1");
        await using var command = new NpgsqlCommand("select 1", connection);
        Assert.True(
            IsAround(await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteNonQueryAsync()))
        );
        Assert.False(IsAround(new InvalidOperationException("Ours.")));
    }

    private static bool IsAround(Exception exception) =>
        Messaging.IsAround(exception) && Messaging.IsAround(new AggregateException(exception));
}
