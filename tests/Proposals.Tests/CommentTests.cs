using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals.Tests;

public sealed class CommentTests
{
    private static readonly Discussion Here = new(On.Proposal, Given.Id, "");
    private static readonly CommentPosted Posted = new(On.Proposal, Given.Id, Given.Author, null, Given.Now);
    private static readonly Comment Mine = Comment.Fold(null, Guid.Empty, 1, Posted)!;

    private static Caller Caller(string id, params string[] roles) =>
        new(id, roles.ToHashSet(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));

    private static string Code(Decision decision) => Assert.IsType<Decision.Refused>(decision).Refusal.Code;

    [Fact]
    public void A_comment_is_posted_without_its_text() =>
        Assert.Equal(
            [Posted],
            Assert
                .IsType<Decision.Accepted>(
                    PostComment.Decide(Here, new NewComment("Why?"), null, Given.Author, Given.Now)
                )
                .Items
        );

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("\0")]
    public void A_comment_has_a_text(string? text) =>
        Assert.Equal("validation", Code(PostComment.Decide(Here, new NewComment(text), null, "a", Given.Now)));

    [Fact]
    public void A_reply_stays_in_its_discussion()
    {
        var reply = new NewComment("Yes.", Guid.Empty);
        Assert.IsType<Decision.Accepted>(PostComment.Decide(Here, reply, Mine, "a", Given.Now));
        Assert.Equal("validation", Code(PostComment.Decide(Here, reply, null, "a", Given.Now)));
        var elsewhere = Here with { Subject = Guid.CreateVersion7() };
        Assert.Equal("validation", Code(PostComment.Decide(elsewhere, reply, Mine, "a", Given.Now)));
    }

    [Fact]
    public void Only_its_author_edits_a_comment()
    {
        var edit = new EditedComment("Better.");
        Assert.IsType<Decision.Accepted>(EditComment.Decide(Here, Mine, edit, Given.Author, Given.Now));
        Assert.Equal("not-author", Code(EditComment.Decide(Here, Mine, edit, "other", Given.Now)));
        Assert.Equal("not-found", Code(EditComment.Decide(Here, null, edit, "other", Given.Now)));
        var removed = Comment.Fold(Mine, Guid.Empty, 2, new CommentRemoved("author", Given.Author, Given.Now));
        Assert.Equal("removed", Code(EditComment.Decide(Here, removed, edit, Given.Author, Given.Now)));
    }

    [Theory]
    [InlineData(Given.Author, "contributor", "author")]
    [InlineData("someone", "moderator", "moderator")]
    [InlineData("someone", "administrator", "moderator")]
    public void Authors_and_moderators_remove_comments(string id, string role, string by) =>
        Assert.Equal(
            [new CommentRemoved(by, id, Given.Now)],
            Assert.IsType<Decision.Accepted>(RemoveComment.Decide(Here, Mine, Caller(id, role), Given.Now)).Items
        );

    [Fact]
    public void Others_do_not() =>
        Assert.Equal("not-author", Code(RemoveComment.Decide(Here, Mine, Caller("other", "reviewer"), Given.Now)));

    [Fact]
    public void Removing_twice_is_removing_once()
    {
        var removed = Comment.Fold(Mine, Guid.Empty, 2, new CommentRemoved("author", Given.Author, Given.Now));
        Assert.IsType<Decision.AlreadySo>(RemoveComment.Decide(Here, removed, Caller(Given.Author), Given.Now));
    }
}
