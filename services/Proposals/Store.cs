using JasperFx.Events.Projections;
using Marten;
using SkillPlatform.Contracts;

namespace SkillPlatform.Proposals;

/// <summary>What this service stores. Names of events are for ever.</summary>
public static class Store
{
    /// <summary>What release 1 cannot read.</summary>
    public static bool IsNew(object @event) =>
        @event switch
        {
            ProposalDrafted e => IsNew(e.Changes),
            ProposalSubmitted e => IsNew(e.Changes),
            ProposalRevised e => IsNew(e.Changes),
            // It would lose this at the next edit.
            CommentPosted e => e.About is not null,
            _ => false,
        };

    private static bool IsNew(Change[] changes) =>
        changes.Any(c => c is MergeSkill or Renaming or Describing or Reordering or Retiring);

    public static void Configure(StoreOptions options)
    {
        options.Events.MapEventType<ProposalDrafted>("proposal_drafted");
        options.Events.MapEventType<ProposalSubmitted>("proposal_submitted");
        options.Events.MapEventType<ProposalRevised>("proposal_revised");
        options.Events.MapEventType<ProposalApproved>("proposal_approved");
        options.Events.MapEventType<ChangesRequested>("changes_requested");
        options.Events.MapEventType<ProposalRejected>("proposal_rejected");
        options.Events.MapEventType<ProposalAccepted>("proposal_accepted");
        options.Events.MapEventType<ProposalConflicted>("proposal_conflicted");
        options.Events.MapEventType<ProposalMerged>("proposal_merged");
        options.Events.MapEventType<ProposalWithdrawn>("proposal_withdrawn");
        options.Events.MapEventType<ProposalReminded>("proposal_reminded");
        options.Events.MapEventType<BatchSubmitted>("batch_submitted");
        options.Events.MapEventType<CommentPosted>("comment_posted");
        options.Events.MapEventType<CommentEdited>("comment_edited");
        options.Events.MapEventType<CommentRemoved>("comment_removed");
        options.Events.MapEventType<ReviewPolicySet>("review_policy_set");
        options.Events.MapEventType<QuotasSet>("quotas_set");

        options.Projections.Add(new ProposalFold { Name = "proposal" }, ProjectionLifecycle.Live);
        options.Projections.Add(new ProposalPageFold { Name = "proposal_page" }, ProjectionLifecycle.Inline);
        options.Projections.Add(new BatchFold { Name = "batch" }, ProjectionLifecycle.Inline);
        options.Projections.Add(new CommentFold { Name = "comment" }, ProjectionLifecycle.Inline);
        options.Projections.Add(new ReviewPolicyFold { Name = "review_policy" }, ProjectionLifecycle.Inline);
        options.Projections.Add(new QuotasFold { Name = "quotas" }, ProjectionLifecycle.Inline);

        options
            .Schema.For<ProposalPage>()
            .DocumentAlias("proposal_page")
            .Index(p => p.Skill.Id)
            .Index(p => p.Author)
            .Index(p => p.Batch!)
            .Index(p => p.State);
        options.Schema.For<Comment>().DocumentAlias("comment").Index(c => new { c.Subject, c.Id });
        options.Schema.For<CommentText>().DocumentAlias("comment_text").Index(t => t.Author);
        options.Schema.For<Batch>().DocumentAlias("batch");
        options.Schema.For<Quotas>().DocumentAlias("quotas");
        options.Storage.ExtendedSchemaObjects.Add(Tallies.Schema());
        options.Storage.ExtendedSchemaObjects.Add(Tallies.Begun());
        options.Schema.For<ReviewPolicy>().DocumentAlias("review_policy");
        options.Schema.For<KnownSkill>().DocumentAlias("known_skill").UseNumericRevisions(true).Index(s => s.Likeness);
        options.Schema.For<KnownSlug>().DocumentAlias("known_slug");
        options.Schema.For<KnownTaxonomy>().DocumentAlias("known_taxonomy").UseNumericRevisions(true);
        options.Schema.For<Account>().DocumentAlias("account").UseNumericRevisions(true).GinIndexJsonData();
    }
}
