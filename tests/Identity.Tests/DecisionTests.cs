using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Identity.Tests;

public sealed class DecisionTests
{
    private const string By = "an administrator";
    private static readonly HashSet<string> None = [];

    private static Account Contributor => new() { Name = "Somebody", Email = "somebody@example.net" };

    private static Caller Caller(string id, params string[] roles) =>
        new(id, roles.ToHashSet(StringComparer.Ordinal), None);

    [Fact]
    public void New_roles_are_recorded_with_who_gave_them()
    {
        var decision = ChangeRoles.Decide(
            Contributor,
            new ChangeRoles.Wanted(["reviewer", "reviewer"], ["b", "a"]),
            By
        );
        var changed = Assert.IsType<AccountRolesChanged>(
            Assert.Single(Assert.IsType<Decision.Accepted>(decision).Items)
        );
        Assert.Equal(["contributor", "reviewer"], changed.Roles);
        Assert.Equal(["a", "b"], changed.ReviewerScopes);
        Assert.Equal(By, changed.By);
    }

    [Fact]
    public void The_same_roles_again_are_nothing() =>
        Assert.Equal(
            Decision.Nothing,
            ChangeRoles.Decide(Contributor, new ChangeRoles.Wanted(["contributor"], []), By)
        );

    [Theory]
    [InlineData("king", "*", "/roles/0")]
    [InlineData("reviewer", "Not A Slug", "/reviewerScopes/0")]
    [InlineData("reviewer", "a\n", "/reviewerScopes/0")]
    [InlineData("contributor", "*", "/reviewerScopes")]
    [InlineData("reviewer", null, "/reviewerScopes")]
    public void Roles_and_scopes_must_be_such(string role, string? scope, string pointer)
    {
        var decision = ChangeRoles.Decide(
            Contributor,
            new ChangeRoles.Wanted([role], scope is null ? [] : [scope]),
            By
        );
        Assert.Contains(pointer, Assert.IsType<Decision.Refused>(decision).Refusal.Errors!.Keys);
    }

    [Fact]
    public void An_administrator_cannot_leave_the_platform_without_one()
    {
        var admin = new Account { Roles = ["administrator", "contributor"] };
        var decision = ChangeRoles.Decide(admin, new ChangeRoles.Wanted(["contributor"]), admin.Subject);
        Assert.Equal("own-role", Assert.IsType<Decision.Refused>(decision).Refusal.Code);
    }

    [Fact]
    public void Moderators_suspend_others_but_not_administrators_and_nobody_themselves()
    {
        var admin = new Account { Roles = ["administrator", "contributor"] };
        Assert.IsType<Decision.Accepted>(SuspendAccount.Suspend(Contributor, Caller("m", Roles.Moderator)));
        Assert.IsType<Decision.Refused>(SuspendAccount.Suspend(admin, Caller("m", Roles.Moderator)));
        Assert.IsType<Decision.Accepted>(SuspendAccount.Suspend(admin, Caller("a", Roles.Administrator)));
        Assert.IsType<Decision.Refused>(SuspendAccount.Suspend(admin, Caller(admin.Subject, Roles.Administrator)));
    }

    [Fact]
    public void Moderators_reinstate_others_but_not_administrators()
    {
        var (admin, somebody) = (new Account { Roles = ["administrator", "contributor"] }, Contributor);
        (admin.Suspended, somebody.Suspended) = (true, true);
        Assert.IsType<Decision.Accepted>(SuspendAccount.Reinstate(somebody, Caller("m", Roles.Moderator), false));
        Assert.IsType<Decision.Refused>(SuspendAccount.Reinstate(admin, Caller("m", Roles.Moderator), false));
        Assert.IsType<Decision.Accepted>(SuspendAccount.Reinstate(admin, Caller("a", Roles.Administrator), false));
    }

    [Fact]
    public void A_suspension_twice_is_one()
    {
        var suspended = Contributor;
        suspended.Suspended = true;
        Assert.Equal(Decision.Nothing, SuspendAccount.Suspend(suspended, Caller("m", Roles.Moderator)));
    }

    [Theory]
    [InlineData("\u200B", null)]
    [InlineData("\u2800 \u00AD", null)]
    [InlineData("\u202Emoc.elpmaxe", "moc.elpmaxe")]
    [InlineData("  Zoe\u0308   M\u00FCller\u00A0", "Zo\u00EB M\u00FCller")]
    public void A_name_is_what_can_be_seen_of_it(string given, string? name)
    {
        Assert.Equal(name is not null, Input.IsName(given));
        if (name is not null)
            Assert.Equal(name, Input.Name(given));
        Assert.Equal(
            name is not null,
            ChangeMe.Decide(Contributor, new ChangeMe.Wanted(given, "de", "UTC")) is Decision.Accepted
        );
    }

    [Theory]
    [InlineData("de", "Europe/Berlin", true)]
    [InlineData("en-GB", "Etc/UTC", true)]
    [InlineData("en", "UTC", true)]
    [InlineData("", "Etc/UTC", false)]
    [InlineData("en", "../etc/passwd", false)]
    [InlineData("en", "W. Europe Standard Time", false)]
    public void Languages_and_time_zones_are_real_ones(string culture, string zone, bool taken) =>
        Assert.Equal(
            taken,
            ChangeMe.Decide(Contributor, new ChangeMe.Wanted("Another Name", culture, zone)) is Decision.Accepted
        );
}
