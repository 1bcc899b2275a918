using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Catalog;

/// <summary>Every route of the catalogue, by name.</summary>
public static class Api
{
    public static void Map(IEndpointRouteBuilder api)
    {
        SkillPage.Map(api);
        SkillAddress.Map(api);
        SkillHistory.Map(api);
        SkillDiff.Map(api);
        ConfirmRequirements.Map(api);
        PlanReview.Map(api);
        Overview.Map(api);
        OldRequirements.Map(api);
        Changes.Map(api);
        ChangeLines.Map(api);
        Domains.Map(api);
        RolePage.Map(api);
        RetiredParts.Map(api);
        SkillSearch.Map(api);
        SkillFacets.Map(api);
        SkillAddresses.Map(api);
        ImportCatalogue.Map(api);
        RunImport.Map(api);
        UploadFile.Map(api);
        ChangeSet.Map(api);
        SentTable.Map(api);
        UndoImport.Map(api);
        UndoOrigin.Map(api);
        Import.Map(api);
        Export.Map(api);
        PublishEdition.Map(api);
        ReadEditions.Map(api);
        CompareEditions.Map(api);
        api.MapErrorQueues(Consumers.Endpoints);
        api.MapGet("/{**unknown}", () => TypedResults.NotFound()).ExcludeFromDescription().AllowAnonymous();
    }
}
