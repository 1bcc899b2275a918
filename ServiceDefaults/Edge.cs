using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace SkillPlatform.ServiceDefaults;

/// <summary>What is true of every request, whatever it asks for. First of all, so that no route has to think of it.</summary>
public sealed class Edge : IStartupFilter
{
    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(Pass);
            next(app);
        };

    private static async Task Pass(HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        // HEAD is answered as GET is; the server leaves out the body, for it knows what it was asked.
        var isHead = HttpMethods.IsHead(request.Method);
        if (isHead)
            request.Method = HttpMethods.Get;
        try
        {
            await next(http);
        }
        finally
        {
            if (isHead)
                request.Method = HttpMethods.Head;
        }
    }

    /// <summary>What cannot be read is the caller's error, also where the framework throws what it throws for bugs, too.</summary>
    /// <param name="exception">What was thrown.</param>
    public static BadHttpRequestException? Unreadable(Exception? exception) =>
        exception switch
        {
            // A form that is too large has no token, either, and that is what is complained of.
            BadHttpRequestException bad => Unreadable(bad.InnerException)
                is { StatusCode: StatusCodes.Status413PayloadTooLarge } large
                ? large
                : bad,
            // A form with too much in it, or none at all.
            InvalidDataException { Source: "Microsoft.AspNetCore.WebUtilities" or "Microsoft.AspNetCore.Http" } form =>
                new BadHttpRequestException(form.Message, form),
            // A charset that nobody knows.
            InvalidOperationException
            {
                Source: "Microsoft.AspNetCore.Http.Extensions",
                InnerException: ArgumentException charset
            } => new BadHttpRequestException(charset.Message, StatusCodes.Status415UnsupportedMediaType, charset),
            // PostgreSQL holds no U+0000, and no text has half a character.
            PostgresException { SqlState: "22021" or "22P05" } or EncoderFallbackException =>
                new BadHttpRequestException("The request holds characters that no text has.", exception),
            AggregateException several => several.InnerExceptions.Select(Unreadable).FirstOrDefault(e => e is not null),
            _ => exception?.InnerException is { } inner ? Unreadable(inner) : null,
        };
}
