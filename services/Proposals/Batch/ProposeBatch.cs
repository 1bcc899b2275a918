using JasperFx.Events;
using Marten.Events.Aggregation;
using Microsoft.AspNetCore.Mvc;
using SkillPlatform.Changes;
using SkillPlatform.Contracts;
using SkillPlatform.EventSourcing;
using SkillPlatform.ServiceDefaults;

namespace SkillPlatform.Proposals;

/// <summary>Changes to several skills under one reason.</summary>
/// <param name="Rationale">Why: Markdown, 1 to 5,000 characters. Each proposal says so.</param>
/// <param name="Proposals">1 to 300, a skill once.</param>
public sealed record BatchWanted(string? Rationale = null, BatchedProposal?[]? Proposals = null);

/// <param name="Skill">Slug, current or former, or id; absent where the change is <c>addSkill</c>, or one of the taxonomy.</param>
/// <param name="Changes">1 to 100 operations.</param>
public sealed record BatchedProposal(string? Skill = null, Change[]? Changes = null);

/// <summary>What the write of a batch answers. Skills that already are as the changes want them have no proposal.</summary>
public sealed record BatchWritten(Guid Id, int Proposals);

public sealed record BatchSubmitted(string Author, string Rationale, int Proposals, DateTimeOffset At);

/// <summary>Proposals that were made together. Each is decided on by itself.</summary>
public sealed record Batch(Guid Id, string Author, string Rationale, int Proposals, DateTimeOffset At)
{
    public static Batch? Fold(Batch? state, Guid id, object @event) =>
        @event is BatchSubmitted e ? new Batch(id, e.Author, e.Rationale, e.Proposals, e.At) : state;
}

public sealed class BatchFold : SingleStreamProjection<Batch, Guid>
{
    public override Batch? Evolve(Batch? snapshot, Guid id, IEvent e) => Batch.Fold(snapshot, id, e.Data);
}

/// <summary>
/// Proposes changes to several skills at once: a proposal for each, that reviewers take or leave. Where somebody was faster,
/// the proposal begins in conflict, and its author revises it. What skills stand in may follow them: it is looked at as they
/// will leave it.
/// </summary>
public static class ProposeBatch
{
    public const int Most = 300;
    private const int LargestBytes = 8 << 20;

    /// <summary>So many of one batch count as one: reviewers read them together.</summary>
    public const int CountAsOne = 10;

    /// <summary>What a batch is made of: a skill and what is to happen to it, as known here.</summary>
    public sealed record Item(BatchedProposal Wanted, KnownSkill? Skill, Surroundings Around, Guid Id, Guid NewSkill);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/batches", Post)
            .WithMetadata(new RequestSizeLimitAttribute(LargestBytes))
            .Produces<BatchWritten>(201)
            .WithSummary("Proposes changes to several skills under one reason: a proposal for each.");

    private static async Task<IResult> Post(
        BatchWanted body,
        HttpContext http,
        Commands commands,
        Catalogue catalogue,
        Tallies tallies,
        TimeProvider time
    )
    {
        var (ct, now) = (http.RequestAborted, time.GetUtcNow());
        var items = new List<Item>();
        foreach (var (i, wanted) in (body.Proposals ?? []).Take(Most + 1).Index())
        {
            var (skill, around) = await catalogue.Find(wanted?.Skill, wanted?.Changes, ct);
            // The first is the newest: lists begin with it.
            var id = Guid.CreateVersion7(now.AddMilliseconds(-i));
            items.Add(new Item(wanted ?? new(), skill, around, id, Guid.CreateVersion7(now)));
        }
        var (author, batch) = (Caller.Of(http).Id, Guid.CreateVersion7(now));
        var (proposals, refusal) = Decide(body.Rationale, items, batch, author, now);
        if (refusal is not null)
            return refusal.AsProblem();
        var why = TextForm.Text(body.Rationale!);
        return await commands.Handle<Batch>(
            http,
            batch,
            body,
            _ => Decision.Of(new BatchSubmitted(author, why, proposals.Count, now)),
            done => new Answer(
                201,
                new BatchWritten(done.Id, ((BatchSubmitted)done.Events[0]).Proposals),
                $"/api/proposals/batches/{done.Id}"
            ),
            stage: (session, _) =>
            {
                foreach (var (id, events) in proposals)
                    session.Stage<Proposal>(id, 0, events);
            },
            starts: true,
            quota: await tallies.For(
                http,
                Act.Proposal,
                TextForm.Length(why) + items.Sum(item => Form.Characters(item.Wanted.Changes ?? [])),
                times: (proposals.Count + CountAsOne - 1) / CountAsOne
            )
        );
    }

    /// <summary>The proposals of a batch: the events of each, or what is wrong. Pure.</summary>
    public static (IReadOnlyList<(Guid Id, object[] Events)> Proposals, Refusal? Refusal) Decide(
        string? rationale,
        IReadOnlyList<Item> items,
        Guid batch,
        string author,
        DateTimeOffset now
    )
    {
        var errors = new List<(string, string)>();
        errors.Text("/rationale", rationale, Form.MaxText);
        if (items.Count is 0 or > Most)
            errors.Add(("/proposals", $"Between 1 and {Most} proposals."));
        if (errors.Count > 0)
            return ([], Refusal.Fields(errors));
        var proposals = new List<(Guid, object[])>();
        var (named, asked) = (new HashSet<object>(), new HashSet<string>(StringComparer.Ordinal));
        var (skills, places) = (new List<Course>(), (Places?)null);
        foreach (var (i, given) in items.Index())
        {
            var item = IsOfTaxonomy(given)
                ? given with
                {
                    Around = given.Around with
                    {
                        Places = places ?? given.Around.Places,
                        Standing = Vacated.By(skills, given.Around.Standing),
                    },
                }
                : given;
            var at = $"/proposals/{i}";
            if (!named.Add(NameOf(item)))
            {
                errors.Add(($"{at}/skill", "This skill stands here twice."));
                continue;
            }
            var proposed = new Proposed(item.Wanted.Skill, rationale, item.Wanted.Changes);
            var (sound, refusal) = SubmitProposal.Check(proposed, item.Skill, item.Around, item.NewSkill);
            if (ReferenceEquals(refusal, SubmitProposal.AlreadySo))
                continue;
            if (sound is { Subject.Part: not null })
                places = TaxonomyCourse.Of(item.Around.Places, sound.Changes, item.Around.Standing).After;
            else if (sound is not null)
                skills.Add(Course.Of(item.Skill?.Says, sound.Changes, item.Around));
            if (sound is not null)
                proposals.Add((item.Id, [Submitted(sound)]));
            else if (refusal!.Code == SubmitProposal.ChangedCode)
                proposals.Add((item.Id, IsOfTaxonomy(item) ? OfTaxonomy(item) : Conflicting(item)));
            else
                errors.AddRange(At(at, refusal));
        }
        return errors.Count > 0 ? ([], Refusal.Fields(errors))
            : proposals.Count == 0
                ? ([], Refusal.Conflicting("nothing-to-propose", "The skills already are as these changes want them."))
            : (proposals, null);

        // Whoever decides on several is asked once; all of them wait in their queue.
        bool Asks(Sound sound) =>
            Deciders
                .Domains(sound.Subject, Proposal.Target(sound.Changes))
                .Aggregate(false, (asks, domain) => asked.Add(domain) || asks);

        ProposalSubmitted Submitted(Sound sound) =>
            new(sound.Subject, author, 1, sound.Rationale, sound.Changes, now, sound.Effect, batch, !Asks(sound));

        object[] Conflicting(Item item)
        {
            var course = Course.Of(item.Skill?.Says, item.Wanted.Changes!, item.Around);
            var add = item.Wanted.Changes!.OfType<AddSkill>().FirstOrDefault();
            return InConflict(
                item.Skill?.Subject ?? new Subject(item.NewSkill, null, add!.Name, add.Domain, add.Group),
                course.Steps.Select(step => step.Change),
                course.Conflicts
            );
        }

        object[] OfTaxonomy(Item item)
        {
            var course = TaxonomyCourse.Of(item.Around.Places, item.Wanted.Changes!, item.Around.Standing);
            return InConflict(
                ChangeTaxonomy.About(course.Steps, item.Around),
                course.Steps.Select(step => step.Change),
                course.Conflicts
            );
        }

        object[] InConflict(Subject subject, IEnumerable<Change> changes, IEnumerable<Conflict> conflicts) =>
            [
                new ProposalSubmitted(
                    subject,
                    author,
                    1,
                    TextForm.Text(rationale!),
                    [.. changes],
                    now,
                    Batch: batch,
                    IsQuiet: true
                ),
                new ProposalConflicted(1, [.. conflicts], now),
            ];
    }

    private static bool IsOfTaxonomy(Item item) =>
        item.Wanted.Changes?.Any(change => Part.Of(change) is not null) == true;

    private static object NameOf(Item item) =>
        item.Skill is { } skill ? skill.Id
        : item.Wanted.Changes is [AddSkill add] ? (add.Domain, add.Group, TextForm.Likeness(add.Name ?? ""))
        : item;

    private static IEnumerable<(string, string)> At(string at, Refusal refusal) =>
        refusal.Errors is { } errors
            ? errors.SelectMany(e => e.Value.Select(message => (at + e.Key, message)))
            : [($"{at}/skill", refusal.Detail)];
}
