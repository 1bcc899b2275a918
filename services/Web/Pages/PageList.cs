namespace SkillPlatform.Web.Pages;

/// <summary>One page of a service's list.</summary>
public sealed record PageList<T>(T[] Items, string? NextCursor);
