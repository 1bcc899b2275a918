using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity;

/// <summary>The programs that the caller lets act for them, and taking that back.</summary>
public static class MyClients
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/me/clients", List).Produces<Page<ConsentBody>>();
        api.MapDelete("/me/clients/{client}", Delete).Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> List(HttpContext http, Consents consents) =>
        TypedResults.Ok(
            new Page<ConsentBody>(await consents.Of(Caller.Of(http).Id, http.RequestAborted), NextCursor: null)
        );

    private static async Task<IResult> Delete(HttpContext http, string client, Consents consents) =>
        await consents.TakeBack(Caller.Of(http).Id, client, http.RequestAborted)
            ? TypedResults.NoContent()
            : Refusal.NoSuch("program").AsProblem();
}
