// Reads the reports of scripts/lighthouse, prints a table and what is wrong; ends with 1 if a page is below the goals.
const fs = require('fs'), folder = process.argv[2];
const goals = { performance: 98, accessibility: 100, 'best-practices': 100, seo: 100 }, most = 60;
let well = true;
const row = cells => console.log(cells.map((cell, i) => i ? String(cell).padStart(15) : cell.padEnd(58)).join(''));
row(['', ...Object.keys(goals), 'kB transferred']);
for (const file of fs.readdirSync(folder)) {
  const report = JSON.parse(fs.readFileSync(`${folder}/${file}`));
  const scores = Object.keys(goals).map(name => Math.round(report.categories[name].score * 100));
  const size = report.audits['total-byte-weight'].numericValue / 1000;
  row([new URL(report.finalDisplayedUrl).pathname, ...scores, size.toFixed(1)]);
  if (Object.values(goals).every((goal, i) => scores[i] >= goal) && size <= most) continue;
  well = false;
  for (const name of Object.keys(goals))
    for (const { id, weight } of report.categories[name].auditRefs)
      if (weight > 0 && report.audits[id].score !== null && report.audits[id].score < 0.9)
        console.log(`  ${name}: ${report.audits[id].title} ${report.audits[id].displayValue ?? ''}`);
}
console.log(`Goals: ${Object.entries(goals).map(goal => goal.join(' ')).join(', ')}, at most ${most} kB.`);
process.exit(well ? 0 : 1);
