// What the pages of pages.json are about, made through the API by those whose it is, and found again where it is there already.
const { origin, first } = require('./browser.js');

// `by` names who calls: by.admin('POST', '/api/catalog/editions', {…}).
async function states(by) {
  const profileOf = slug => by.nobody('GET', `/api/catalog/skills/${slug}`);
  const before = (await first('/api/proposals?state=conflicted&limit=1'))?.skill;
  const profile = before ? await profileOf(before) : await fullest();
  const skill = profile.slug;
  const { role, level } = profile.requirements[0];
  const [from, to] = profile.levels.map(l => l.slug);
  const second = (await by.nobody('GET', '/api/catalog/skills?limit=2')).items.find(s => s.slug !== skill);
  const domain = profile.domain.slug;

  const one = async (who, list) => (await by[who]('GET', `${list}${list.includes('?') ? '&' : '?'}limit=1`)).items[0];
  const found = async (who, list, make) => (await one(who, list)) ?? (await make(), await until(() => one(who, list)));
  const reworded = (at, says, description = `${says} ${at.description}`) =>
    ({ op: 'rewordRequirement', role: at.role, level: at.level, was: at.description, description });
  const proposed = async (rationale, changes, more) =>
    (await by.contributor('POST', '/api/proposals', { skill, rationale, changes, ...more })).id;
  const reviewed = (id, verdict, comment, revision = 1) =>
    by.reviewer('POST', `/api/proposals/${id}/reviews`, { revision, verdict, comment });
  // The first with a requirement for each proposal, else the one with most.
  async function fullest() {
    let most;
    for (const { slug } of (await by.nobody('GET', '/api/catalog/skills?limit=200')).items) {
      const one = await profileOf(slug);
      if (!most || one.requirements.length > most.requirements.length) most = one;
      if (most.requirements.length >= 6) break;
    }
    return most;
  }

  // Each at a requirement of its own, so that none stands in another's way.
  const at = i => profile.requirements[i % profile.requirements.length];
  const edition = await found('nobody', '/api/catalog/editions', () =>
    by.admin('POST', '/api/catalog/editions', { name: '2026.1', notes: 'The first that has a name. *More* will follow.' }));

  const is = {
    conflicted: async () => {
      const [one, another] = [
        await proposed('It is what everybody asks for in the first week.', [reworded(at(0), 'From the first week:')]),
        await proposed('Said with fewer words.', [reworded(at(0), '', 'Knows the words, and finds the page that explains them.')]),
      ];
      for (const id of [one, another]) await reviewed(id, 'approve');
    },
    open: async () => {
      const id = await proposed('The text does not say **when** it is enough.', [
        reworded(at(1), 'With help:'), { op: 'replaceKeywords', was: profile.keywords, keywords: [...profile.keywords, 'checklist'] }]);
      await by.reviewer('POST', `/api/proposals/${id}/comments`,
        { text: 'Would this not be clearer?', change: 0, suggestion: `With the help of a checklist: ${at(1).description}` });
      await by.contributor('POST', `/api/proposals/${id}/comments`, { text: 'It would; I shall take it over. @Reviewer, is the rest as you want it?' });
      await by.contributor('PUT', `/api/proposals/${id}`,
        { rationale: 'The text does not say **when** it is enough; now it does.', changes: [reworded(at(1), 'With the help of others:')] });
    },
    changesRequested: async () =>
      reviewed(await proposed('More than this is asked for today.', [reworded(at(2), 'On their own:')]), 'requestChanges', 'Please say what *on their own* means: without being asked?'),
    rejected: async () =>
      reviewed(await proposed('Nobody needs this.', [{ op: 'dropRequirement', role: at(3).role, level: at(3).level, was: at(3).description }]), 'reject', 'Two teams work with it every day.'),
    withdrawn: async () => by.contributor('POST', `/api/proposals/${await proposed('Just a thought.', [reworded(at(4), 'Always:')])}/withdrawal`),
    draft: () => proposed('Not ready yet.', [reworded(at(5), 'Sometimes:')], { draft: true }),
  };
  const proposals = {};
  for (const [state, make] of Object.entries(is)) proposals[state] = (await found('contributor', `/api/proposals?author=me&state=${state}`, make)).id;
  // Of the two that wanted the same, the one that came first.
  proposals.merged = (await until(() => one('nobody', `/api/proposals?state=merged&skill=${skill}`))).id;

  const retired = 'fax', answers = async status => (await fetch(`${origin}/api/catalog/skills/${retired}`)).status === status;
  if (await answers(404))
    await reviewed((await by.contributor('POST', '/api/proposals', { rationale: 'Some still ask for it.', changes: [{
      op: 'addSkill', domain, group: profile.group.slug, name: 'Fax', keywords: ['paper'],
      requirements: [{ role, level, mandatory: false, description: 'Sends a page.' }] }] })).id, 'approve');
  if (!(await answers(410))) {
    const { id } = await until(() => by.contributor('POST', '/api/proposals',
      { skill: retired, rationale: 'Nobody asks for it any more.', changes: [{ op: 'retireSkill' }] }).catch(() => null));
    await reviewed(id, 'approve');
    await until(() => answers(410));
  }

  const comment = await found('contributor', `/api/proposals/discussions/${skill}/comments`, () =>
    by.reader('POST', `/api/proposals/discussions/${skill}/comments`, { text: 'Who has a good exercise for this?\n\n- a small one\n- with an answer' }));
  const { batch } = await found('reader', '/api/proposals?author=me', () =>
    by.reader('POST', '/api/proposals/batches', { rationale: 'The same words everywhere.', proposals: [profile, second].map(({ slug, keywords }) =>
      ({ skill: slug, changes: [{ op: 'replaceKeywords', was: keywords, keywords: ['handbook', ...keywords] }] })) }));
  const upload = await by.contributor('POST', '/api/catalog/changesets', {
    levels: profile.levels.map(l => l.name), roles: profile.roles.map(r => r.name),
    domains: [{ name: profile.domain.name, groups: [{ name: profile.group.name, skills: [{ name: profile.name, keywords: profile.keywords,
      requirements: profile.requirements.map((r, i) => ({ role: named(profile.roles, r.role), level: named(profile.levels, r.level), mandatory: r.mandatory !== (i === 1), description: i ? r.description : `${r.description} And says why.` })) }] }] }],
  });
  const webhook = await found('contributor', '/api/notifications/webhooks', () =>
    // To a public address by its number, since there may be no names here; what it is told of does not happen.
    by.contributor('POST', '/api/notifications/webhooks', { url: 'https://1.1.1.1/hook', scope: 'role', key: role, types: ['proposal.withdrawn'] }));
  await found('admin', '/api/identity/service-accounts', () =>
    by.admin('POST', '/api/identity/service-accounts', { name: 'Nightly export', scopes: ['read'], endsAt: new Date(Date.now() + 90 * 86400e3).toISOString() }));

  for (const [scope, key] of [['skill', skill], ['role', role], ['domain', domain]]) await by.contributor('PUT', `/api/notifications/watches/${scope}/${key}`, {});
  await by.contributor('PUT', '/api/notifications/me/role', { role, level });
  const read = await by.nobody('GET', `/api/catalog/skills/${skill}`);
  for (const [i, mark] of [['met', 'Since the last project.'], ['partly'], ['not']].entries()) {
    const { role, level, since } = read.requirements[i];
    await by.contributor('PUT', `/api/notifications/me/marks/${skill}/${role}/${level}`, { version: since.version, state: mark[0], note: mark[1] });
  }

  return {
    ...proposals, skill, role, level, from, to, other: second.slug, domain, edition: edition.slug, retired, comment: comment.id, batch,
    upload: upload.id, webhook: webhook.id,
    import: (await one('admin', '/api/catalog/imports')).id,
    account: (await one('admin', '/api/identity/accounts')).id,
    identity: new URL((await fetch(`${origin}/signin`, { redirect: 'manual' })).headers.get('location')).origin,
  };
}

const named = (parts, slug) => parts.find(part => part.slug === slug).name;

// What is decided in one service arrives in the other by message.
async function until(asked) {
  for (const end = Date.now() + 30000; Date.now() < end; await new Promise(next => setTimeout(next, 200))) {
    const answer = await asked();
    if (answer) return answer;
  }
  throw new Error(`never came: ${asked}`);
}

module.exports = { states };
