using Microsoft.AspNetCore.Http;
using SkillPlatform.EventSourcing;

namespace SkillPlatform.Catalog.Tests;

public sealed class PointInTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static (PointInTime? Point, Refusal? Refused) Of(string query, string? accept = null)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);
        if (accept is not null)
            http.Request.Headers["Accept-Datetime"] = accept;
        return PointInTime.Of(http.Request, Now);
    }

    [Theory]
    [InlineData("?asOf=2026-03-31T12:00:00Z", "2026-03-31T12:00:00Z")]
    [InlineData("?asOf=2026-03-31T12:00:00.1234567Z", "2026-03-31T12:00:00.1234567Z")]
    [InlineData("?asOf=2026-03-31T14:00:00%2B02:00", "2026-03-31T12:00:00Z")]
    [InlineData("?asOf=2026-03-31T14:00:00+02:00", "2026-03-31T12:00:00Z")]
    public void Times_are_read_with_their_offset(string query, string time) =>
        Assert.Equal(
            DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture),
            Of(query).Point!.Time
        );

    [Theory]
    [InlineData("?asOf=yesterday")]
    [InlineData("?asOf=2026-03-31")]
    [InlineData("?asOf=2026-03-31T12:00:00")]
    [InlineData("?asOf=2026-02-30T12:00:00Z")]
    [InlineData("?asOf=")]
    [InlineData("?version=0")]
    [InlineData("?version=-1")]
    [InlineData("?version=x")]
    [InlineData("?version=99999999999999999999")]
    [InlineData("?version=1&asOf=2026-03-31T12:00:00Z")]
    public void What_is_no_point_in_time_is_malformed(string query) =>
        Assert.Equal(RefusalKind.Malformed, Of(query).Refused!.Kind);

    [Fact]
    public void The_future_is_refused_and_now_is_not()
    {
        Assert.Equal(RefusalKind.Invalid, Of("?asOf=2026-11-23T12:00:00Z").Refused!.Kind);
        Assert.Equal(Now, Of("?asOf=2026-11-22T12:00:00Z").Point!.Time);
    }

    [Fact]
    public void Accept_Datetime_is_an_http_date()
    {
        var point = Of("", "Tue, 31 Mar 2026 12:00:00 GMT").Point!;
        Assert.True(point.Negotiated);
        Assert.Equal(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero), point.Time);
        Assert.Equal(RefusalKind.Malformed, Of("", "2026-03-31").Refused!.Kind);
    }
}
