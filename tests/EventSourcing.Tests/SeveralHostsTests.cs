using Microsoft.Extensions.Configuration;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.EventSourcing.Tests;

/// <summary>Connection strings that name more than one machine.</summary>
public sealed class SeveralHostsTests
{
    [Theory]
    [InlineData("amqp://u:p@a/v", "amqp://u:p@a/v")]
    [InlineData("amqps://u:p@a/v,amqps://b/v,amqps://c:1/v", "amqps://u:p@a/v")]
    [InlineData("amqp://u:p,q@a/v,amqp://b/v", "amqp://u:p,q@a/v")]
    public void The_first_address_of_a_broker_says_who_signs_in_and_where(string text, string first) =>
        Assert.Equal(new Uri(first), Broker.Of(Configured(text)).Address);

    [Theory]
    [InlineData("")]
    [InlineData("amqp://u:secret@a,b:5672/v")]
    [InlineData("Host=a;Password=secret")]
    [InlineData("https://u:secret@a/")]
    public void What_is_no_address_is_refused_without_saying_it(string text)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Broker.Of(Configured(text)));
        Assert.Contains("ConnectionStrings__messaging", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    // That it is then always the one that takes writes is seen where there are two: PastOneMachine.
    [Fact]
    public async Task A_database_address_may_name_several_hosts_and_which_of_them_is_meant()
    {
        await using var source = EventStore.DataSource("Host=a,b;Target Session Attributes=primary");
        Assert.NotNull(source);
    }

    private static IConfiguration Configured(string messaging) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:messaging", (string?)messaging)])
            .Build();
}
