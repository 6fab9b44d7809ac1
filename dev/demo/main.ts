/** `npm run demo`: fifty customers live a year, then the shop's months and whether the books agree. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningStart } from '../api-client.ts';
import { printInvariants } from '../print-invariants.ts';
import { onEnding } from '../services/endings.ts';
import { startSystem } from '../system.ts';
import { liveAYear, type Month, type Place } from './year.ts';

const bar = (done: number, of: number, what: string) => {
  const width = 30;
  const full = Math.round((done / of) * width);
  const line = `  ${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.round((100 * done) / of)).padStart(3)} %  ${what}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${line}${done === of ? '\n' : ''}`);
  else if (done % 10 === 0 || done === of) process.stdout.write(`${line}\n`);
};

function printMonths(months: readonly Month[]): void {
  const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
  process.stdout.write('\n  month     active  trialing  past due    paused  canceled      revenue\n');
  for (const { month, active, trialing, past_due, paused, canceled, revenue } of months) {
    const counts = [
      [active, 8],
      [trialing, 10],
      [past_due, 10],
      [paused, 10],
      [canceled, 10],
    ] as const;
    const cells = counts.map(([count, width]) => String(count).padStart(width)).join('');
    process.stdout.write(`  ${month} ${cells}${money.format(revenue / 100).padStart(13)}\n`);
  }
  const total = months.reduce((sum, { revenue }) => sum + revenue, 0);
  process.stdout.write(`  the year ${' '.repeat(47)}${money.format(total / 100).padStart(13)}\n\n`);
}

const started = await runningStart();
const home = started === null ? mkdtempSync(join(tmpdir(), 'perennial-demo-')) : null;
const ending = new AbortController();
onEnding(() => ending.abort());
const say = (line: string) => process.stdout.write(`  ${line}\n`);
if (home !== null) say('Nothing runs here: starting a system for the demo.');
const system = home === null ? null : await startSystem({ home, log: say, signal: ending.signal });
try {
  const place: Place =
    started === null || system !== null
      ? { api: system?.api ?? '', stripeApi: system?.stripeApi ?? '', operatorToken: system?.operatorToken ?? '' }
      : { api: started.api, stripeApi: started.stripe_api, operatorToken: started.operator_token };
  const began = performance.now();
  const year = await liveAYear(place, bar);
  printMonths(year.months);
  say(`${year.keysChecked} license keys are good exactly where they should be.`);
  printInvariants(year.invariants);
  say(`Lived in ${Math.round((performance.now() - began) / 1000)} s.`);
  process.exitCode = year.invariants.ok ? 0 : 1;
} finally {
  await system?.stop();
  if (home !== null) rmSync(home, { recursive: true, force: true });
}
process.exit();
