// What scripts/screenshots and scripts/lighthouse look with, and at: Chromium, a package of npm's, the platform that runs.
const { execFileSync, spawnSync } = require('child_process'), fs = require('fs'), path = require('path');
const root = path.dirname(__dirname);
const state = path.join(root, '.run');
const origin = process.env.SKILLPLATFORM_URL ?? `http://localhost:${process.env.SKILLPLATFORM_WEB_PORT ?? 8080}`;

const fail = what => { console.error(what); process.exit(1); };

async function ready() {
  const answer = await fetch(`${origin}/health/ready`, { signal: AbortSignal.timeout(3000) }).catch(() => null);
  if (!answer?.ok) fail(`The platform does not answer at ${origin}; start it with ./run --detach`);
}

function chromium() {
  const found = process.env.CHROME_PATH ?? spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout.trim();
  return found || fail('missing: chromium: sudo apt-get install chromium');
}

// Where it is, fetched once.
function npm(name, version) {
  const folder = `${state}/tools/${name}-${version}`, found = `${folder}/node_modules/${name}`;
  if (fs.existsSync(found)) return found;
  fs.mkdirSync(folder, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  try {
    execFileSync('npm', ['install', '--prefix', folder, ...quiet, `${name}@${version}`], { stdio: 'inherit' });
  } catch {
    fail(`npm could not install ${name}@${version} (is the network there?)`);
  }
  return found;
}

// Of a list of the API.
const first = async list => ((await (await fetch(origin + list)).json()).items ?? [])[0];

module.exports = { root, state, origin, ready, chromium, npm, first };
