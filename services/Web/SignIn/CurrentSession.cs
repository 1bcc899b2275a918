namespace SkillPlatform.Web.SignIn;

/// <summary>The session of this request, as the ticket store read it, with tokens that are still good.</summary>
public sealed class CurrentSession(string id, SessionTokens tokens)
{
    public string Id { get; } = id;
    public SessionTokens Tokens { get; set; } = tokens;

    /// <summary>Null while the session stands but its token could not be renewed.</summary>
    public string? AccessToken { get; set; }
}

public static class CurrentSessions
{
    private static readonly object Unavailable = new();

    public static CurrentSession? CurrentSession(this HttpContext http) => http.Features.Get<CurrentSession>();

    public static void Keep(this HttpContext http, CurrentSession? session) => http.Features.Set(session);

    /// <summary>True when there is a session cookie that cannot be looked up: signed in or not, nobody knows.</summary>
    public static bool SessionsUnavailable(this HttpContext http) => http.Items.ContainsKey(Unavailable);

    public static void SessionsAreUnavailable(this HttpContext http) => http.Items[Unavailable] = true;
}
