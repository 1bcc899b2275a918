namespace SkillPlatform.Web.Pages;

/// <summary>Why a service said no, in the reader's language where it is one of the reasons that pages know.</summary>
public static class Refused
{
    public static string Why<T>(this Visit visit, Answer<T> answer, string missing = "missing.proposals")
        where T : class =>
        answer.Down ? visit.T[missing]
        : visit.T.Has($"refused.{answer.Code}") ? visit.T[$"refused.{answer.Code}"]
        : answer.Problem ?? visit.T["error.400.text"];

    /// <summary>What a page that shows a form again answers with.</summary>
    public static int Shown<T>(this Answer<T> answer)
        where T : class => answer.Down ? 503 : answer.Status;
}
