/** `npm run bench:renewals`: renewals and purchases a second of one worker, and what one renewal costs. `--write` keeps them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import Stripe from 'stripe';
import type { SubscriptionId } from '../billing/ids.ts';
import { subscriptionWorkflowId } from '../billing/workflow-ids.ts';
import { openDatabase } from '../db/orm.ts';
import { atATime } from '../dev/api-client.ts';
import { buyHerd, fallDueAt } from '../dev/herd.ts';
import { startSystem } from '../dev/system.ts';
import { keepFigures, table } from './figures.ts';
import { processorTime } from './processor-time.ts';

const SIZE = Number(process.env['RENEWALS'] ?? 300);
const LEAD = 20_000;

const home = mkdtempSync(join(tmpdir(), 'perennial-bench-'));
const quiet = { LOG_LEVEL: 'warn', NODE_ENV: 'production', OUTBOX_PAGE: 'false' };
const system = await startSystem({
  home,
  environment: { worker: quiet, api: quiet },
  postgresSettings: { shared_preload_libraries: 'pg_stat_statements' },
});
const orm = await openDatabase({ url: system.databaseUrl, poolSize: 4 });
try {
  const herd = await buyHerd(system, SIZE);
  const due = Date.now() + LEAD;
  await fallDueAt(herd, due);
  await sleep(due - Date.now());
  await orm.em.fork().execute('create extension if not exists pg_stat_statements');
  const before = await counted();
  const usedBefore = used();
  const began = performance.now();
  while ((await renewed()) < SIZE) await sleep(50);
  const seconds = (performance.now() - began) / 1000;
  const after = await counted();
  const usedAfter = used();
  const each = (what: 'transactions' | 'statements') => ((after[what] - before[what]) / SIZE).toFixed(1);
  const cost = await costOfOne(herd.subscriptionIds[0] ?? '');
  const findings = await herd.call('GET', '/v1/invariants');
  if (!findings.ok) throw new Error(JSON.stringify(findings.disagreements));
  const charges = await bareCharges();
  const rows = [
    [
      'renewals a second, one worker, charge at the sandbox',
      (SIZE / seconds).toFixed(1),
      'Kill Bill 0.22.26: 17.5 tuned, 3 untuned',
    ],
    [
      'purchases a second, checkout created and confirmed',
      herd.purchasesPerSecond.toFixed(1),
      'Kill Bill 0.22.26: 6.7',
    ],
    ['the sandbox alone, bare charges a second', charges.toFixed(1), 'the limit, same run'],
    ['history events of one renewal', String(cost.events), 'aim: at most 30'],
    ['Temporal actions of one renewal', String(cost.actions), 'aim: at most 6'],
    ['database statements of one renewal, relay and polls included', each('statements'), ''],
    ['database transactions of one renewal, relay and polls included', each('transactions'), ''],
    ...[...usedAfter].map(
      ([part, ms]) =>
        [
          `processor time of one renewal: ${part}`,
          `${((ms - (usedBefore.get(part) ?? 0)) / SIZE).toFixed(1)} ms`,
          '',
        ] as const,
    ),
  ] as const;
  table(rows);
  if (process.argv.includes('--write')) keepFigures('renewals', rows);
} finally {
  await orm.close();
  await system.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exit();

function used() {
  const parts = Object.entries(system.processes).map(([name, { pid }]) => [name, pid] as const);
  return processorTime(Object.fromEntries(parts));
}

async function renewed(): Promise<number> {
  const rows: { n: number }[] = await orm.em
    .fork()
    .execute(`select count(*)::int as n from orders where billing_reason = 'subscription_cycle' and status = 'paid'`);
  return rows[0]?.n ?? 0;
}

/** What the database has done so far. */
async function counted(): Promise<{ transactions: number; statements: number }> {
  const rows: { transactions: string; statements: string }[] = await orm.em.fork().execute(
    `select xact_commit as transactions, (select sum(calls) from pg_stat_statements where toplevel) as statements
     from pg_stat_database where datname = current_database()`,
  );
  return { transactions: Number(rows[0]?.transactions ?? 0), statements: Number(rows[0]?.statements ?? 0) };
}

/**
 * From the timer of the renewal to the end of its last task. Actions as Temporal Cloud counts them: a timer, an
 * activity, and each workflow task with local activities.
 */
async function costOfOne(id: string): Promise<{ events: number; actions: number }> {
  const connection = await Connection.connect({ address: system.temporalAddress });
  const client = new Client({ connection });
  const { events = [] } = await client.workflow.getHandle(subscriptionWorkflowId(id as SubscriptionId)).fetchHistory();
  await connection.close();
  const kinds = (events ?? []).map((event) => ({
    fired: Boolean(event.timerFiredEventAttributes),
    timer: Boolean(event.timerStartedEventAttributes),
    activity: Boolean(event.activityTaskScheduledEventAttributes),
    marker: Boolean(event.markerRecordedEventAttributes),
    upsert: Boolean(event.upsertWorkflowSearchAttributesEventAttributes),
  }));
  const renewal = kinds.slice(kinds.findLastIndex(({ fired }) => fired));
  const actions = renewal.filter(({ timer, activity, marker, upsert }) => timer || activity || marker || upsert).length;
  // The timer that is waiting now is the next renewal's.
  return { events: renewal.length, actions };
}

/** The same charges at the same width, with nothing of ours around them. */
async function bareCharges(): Promise<number> {
  const { hostname, port } = new URL(system.stripeApi);
  const stripe = new Stripe('sk_test_bench', { host: hostname, port, protocol: 'http', telemetry: false });
  const customer = await stripe.customers.create({ email: 'bench@example.com' });
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
  const began = performance.now();
  await atATime(Array.from({ length: SIZE }), 32, () =>
    stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      customer: customer.id,
      payment_method: method.id,
      off_session: true,
      confirm: true,
      expand: ['latest_charge.balance_transaction'],
    }),
  );
  return SIZE / ((performance.now() - began) / 1000);
}

function sleep(ms: number): Promise<void> {
  return new Promise((passed) => setTimeout(passed, Math.max(0, ms)));
}
