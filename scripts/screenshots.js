// Takes the pictures of scripts/screenshots: node screenshots.js ORIGIN FOLDER [PATH…], or ORIGIN --readme FOLDER.
const { chromium } = require('playwright-core');
const [origin, ...given] = process.argv.slice(2);
const password = 'skillplatform-dev-1';

const first = async path => ((await (await fetch(origin + path)).json()).items ?? [])[0];
const sizes = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };

async function pages() {
  const skill = (await first('/api/catalog/skills?limit=1')).slug;
  const profile = await (await fetch(`${origin}/api/catalog/skills/${skill}`)).json();
  const { role, level } = profile.requirements[0];
  const [from, to] = profile.levels.map(l => l.slug);
  const proposal = (await first('/api/proposals?limit=1'))?.id;
  const edition = (await first('/api/catalog/editions?limit=1'))?.slug;
  return {
    nobody: [
      '/', '/?q=functions', '/?q=nothing-of-the-kind', `/?domain=${profile.domain.slug}`, '/roles', `/roles/${role}`,
      `/roles/${role}?level=${from}&compare=${to}`, `/roles/${role}/matrix`, '/my-role', '/changes', '/editions',
      ...(edition ? [`/editions/${edition}`, `/editions/${edition}/compare/current`] : []),
      `/skills/${skill}`, `/skills/${skill}/matrix`, `/skills/${skill}?asOf=2001-01-01`, `/skills/${skill}/compare?from=${from}&to=${to}`,
      `/skills/${skill}/history`, `/skills/${skill}/requirements/${role}/${level}/history`, `/skills/${skill}/discussion`,
      '/skills/there-is-none', '/proposals', ...(proposal ? [`/proposals/${proposal}`] : []), '/about', '/help', '/privacy',
    ],
    contributor: [
      '/', `/skills/${skill}`, `/roles/${role}`, `/roles/${role}/matrix`, `/skills/${skill}/mark?role=${role}&level=${level}`, '/my-marks',
      '/my-role', '/account',
    ],
    admin: ['/admin', '/admin/site', '/admin/site/imprint', '/admin/overview'],
  };
}

const mended = path => path.replace(/^\/$/, 'home').replace(/^\//, '').replace(/[^\w-]+/g, '_');

async function visitor(browser, who, language, size, colorScheme) {
  const context = await browser.newContext({ baseURL: origin, locale: language, viewport: sizes[size], colorScheme });
  const page = await context.newPage();
  if (who !== 'nobody') {
    await page.goto(`/${language}/account`);
    await page.fill('input[type=email]', `${who}@example.org`);
    await page.fill('input[type=password]', password);
    await page.locator('main form button').first().click();
    await page.waitForURL(url => url.origin === new URL(origin).origin);
  }
  return page;
}

async function all(browser, folder, only) {
  const wanted = await pages();
  let taken = 0, wide = 0;
  for (const [who, paths] of Object.entries(wanted))
    for (const language of ['en', 'de', 'ar'])
      for (const size of Object.keys(sizes)) {
        const page = await visitor(browser, who, language, size, 'light');
        for (const path of only.length ? paths.filter(p => only.includes(p)) : paths) {
          await page.goto(`/${language}${path}`);
          for (const colorScheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme });
            await page.screenshot({ path: `${folder}/${who}.${mended(path)}.${language}.${size}.${colorScheme}.png`, fullPage: true });
            taken++;
          }
          const beside = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          if (beside > 0) console.log(`${language} ${size} ${who} ${path}: ${beside} pixels stand beside the screen`, wide++);
        }
        await page.context().close();
      }
  console.log(`${taken} pictures in ${folder}`);
  return wide === 0;
}

// What the README shows: small, and with what the starter catalogue has.
async function readme(browser, folder) {
  const { nobody, contributor } = await pages();
  const at = part => nobody.find(path => path.includes(part));
  const profile = contributor[1];
  const pictures = [
    ['home', 'nobody', 'en', '/', 'light'],
    ['skill-de', 'nobody', 'de', profile, 'light'],
    ['skill-ar', 'nobody', 'ar', profile, 'light'],
    ['compare', 'nobody', 'en', at('/compare?'), 'light'],
    ['matrix', 'nobody', 'en', `${contributor[3]}`, 'light'],
    ['mark', 'contributor', 'en', contributor[4], 'light'],
    ['overview', 'admin', 'en', '/admin/overview', 'light'],
    ['skill-night', 'nobody', 'es', profile, 'dark'],
  ];
  for (const [name, who, language, path, colours] of pictures) {
    const page = await visitor(browser, who, language, 'desk', colours);
    await page.setViewportSize({ width: 1024, height: 720 });
    await page.goto(`/${language}${path}`);
    await page.screenshot({ path: `${folder}/${name}.png` });
    await page.context().close();
  }
  return true;
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH, args: ['--no-sandbox', '--disable-gpu'] });
  const well = given[0] === '--readme' ? await readme(browser, given[1]) : await all(browser, given[0], given.slice(1));
  await browser.close();
  process.exit(well ? 0 : 1);
})();
