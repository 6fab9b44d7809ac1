/** Units that customers are credited with on a meter, one row for each grant that credits some. */
import Big from 'big.js';
import { type CreditLife, spendCredits, sumOfUnits } from '../billing/credits.ts';
import type { CustomerId, GrantId, MeterId } from '../billing/ids.ts';
import { unitsUsed } from '../usage/accounts.ts';
import { accountOf } from './customer-meters.ts';
import type { CustomerRow } from './entities/customer.ts';
import { CustomerMeter, type CustomerMeterRow } from './entities/customer-meter.ts';
import { MeterCredit, type MeterCreditRow } from './entities/meter-credit.ts';
import { noteReset, noteUnits } from './meter-changes.ts';
import type { EntityManager } from './orm.ts';

/**
 * The rows of a customer's meters, made where there are none yet, with all of their accounts: nobody else changes any of
 * them before the commit. The order of locks is told in lock.ts.
 */
export async function lockMeters(
  em: EntityManager,
  customer: CustomerId,
  meters: readonly MeterId[],
  at: Date,
): Promise<CustomerMeterRow[]> {
  if (meters.length === 0) return [];
  await em.execute('select lock_customer_meters(?::uuid, ?::uuid[], ?::timestamptz)', [
    customer,
    `{${meters.join(',')}}`,
    at.toISOString(),
  ]);
  const found = await em.find(
    CustomerMeter,
    { customer, meter: { $in: [...meters] } },
    { populate: ['meter', 'customer'], orderBy: { meter: 'asc' }, refresh: true },
  );
  return found as CustomerMeterRow[];
}

interface Credited {
  readonly grantId: GrantId;
  readonly customer: CustomerRow;
  readonly meterId: MeterId;
  readonly units: number;
  readonly lasts: CreditLife;
  readonly at: Date;
}

/** At least `units` from now on. What came back after it was taken away is credited once, and what was used of it counts. */
export async function credit(
  em: EntityManager,
  { grantId, customer, meterId, units, lasts, at }: Credited,
): Promise<void> {
  const [row] = await lockMeters(em, customer.id, [meterId], at);
  const present = await creditOf(em, grantId);
  if (present !== null && present.meterId === meterId) {
    const before = present.units;
    if (new Big(present.units).lt(units)) present.units = String(units);
    present.lasts = lasts;
    note(em, present, before, [present.units], at);
  } else {
    if (present !== null) {
      note(em, present, present.units, [], at);
      await em.remove(present).flush();
    }
    const made = em.create(MeterCredit, {
      grantId,
      createdAt: at,
      customerId: customer.id,
      meterId,
      lasts,
      units: String(units),
    });
    note(em, made, '0', [made.units], at);
  }
  await em.flush();
  if (row) await sumUp(em, row, at);
}

/** So many units more, besides what was used since the meter was closed: what was left when it was taken back, say. */
export async function giveBack(em: EntityManager, given: Credited): Promise<void> {
  const present = await creditOf(em, given.grantId);
  const used = present?.meterId === given.meterId ? present.units : '0';
  await credit(em, { ...given, units: new Big(used).plus(given.units).toNumber() });
}

/**
 * What is unused is taken back, and answered; what was used stays credited until the period is closed. What came with
 * periods, of a meter that is in no subscription's any more, is unused: the last of them was closed.
 */
export async function takeBack(em: EntityManager, grantId: GrantId, at: Date): Promise<number> {
  const found = await creditOf(em, grantId);
  if (found === null) return 0;
  const [row] = await lockMeters(em, found.customerId, [found.meterId], at);
  if (row === undefined) return 0;
  const credits = await creditsOn(em, row);
  const isCounted = Boolean(row.subscriptionId) || found.lasts === 'forever';
  const [consumed] = isCounted ? await unitsUsed(em, [accountOf(row.customer, row.meter)]) : [];
  const split = spendCredits(credits, consumed ?? '0');
  const index = credits.findIndex((each) => each.grantId === grantId);
  const [mine, of] = [credits[index], split[index]];
  if (mine) {
    const before = mine.units;
    mine.units = of?.used ?? '0';
    note(em, mine, before, [mine.units], at);
  }
  await em.flush();
  await sumUp(em, row, at);
  return Number(of?.left ?? '0');
}

/** A period is over in which so much was used: that much less is left. The meter's row is locked. */
export async function consumeCredits(
  em: EntityManager,
  row: CustomerMeterRow,
  consumed: string,
  at: Date,
): Promise<void> {
  const credits = await creditsOn(em, row);
  const split = spendCredits(credits, consumed);
  noteReset(em, { customerId: row.customer.id, meterId: row.meter.id }, at);
  for (const [i, each] of credits.entries()) {
    const before = each.units;
    each.units = split[i]?.left ?? '0';
    note(em, each, before, [each.units], at);
  }
  await em.flush();
  await sumUp(em, row, at);
}

interface Cycled extends Credited {
  /** Whether the meter was closed with this very period: nothing of what is left is used yet. */
  readonly isClosed: boolean;
}

/** A new period of the subscription credits its units anew; what is unused of the last goes, or is carried over. */
export async function cycleCredit(em: EntityManager, given: Cycled): Promise<void> {
  const { grantId, customer, meterId, units, lasts, at, isClosed } = given;
  const present = await creditOf(em, grantId);
  if (present === null || present.meterId !== meterId) return credit(em, given);
  const [row] = await lockMeters(em, customer.id, [meterId], at);
  if (row === undefined) return;
  const kept = lasts === 'rollover' ? present.units : isClosed ? '0' : await usedOf(em, row, grantId);
  const before = present.units;
  present.units = new Big(kept).plus(units).toFixed();
  present.lasts = lasts;
  note(em, present, before, [kept, String(units)], at);
  await em.flush();
  await sumUp(em, row, at);
}

async function usedOf(em: EntityManager, row: CustomerMeterRow, grantId: GrantId): Promise<string> {
  const credits = await creditsOn(em, row);
  const [consumed] = await unitsUsed(em, [accountOf(row.customer, row.meter)]);
  const split = spendCredits(credits, consumed ?? '0');
  return split[credits.findIndex((each) => each.grantId === grantId)]?.used ?? '0';
}

async function creditOf(em: EntityManager, grantId: GrantId): Promise<MeterCreditRow | null> {
  return em.findOne(MeterCredit, grantId, { refresh: true });
}

function creditsOn(em: EntityManager, row: CustomerMeterRow): Promise<MeterCreditRow[]> {
  return em.find(
    MeterCredit,
    { customerId: row.customer.id, meterId: row.meter.id, units: { $ne: '0' } },
    { orderBy: { createdAt: 'asc', grantId: 'asc' }, refresh: true },
  );
}

/** Of what ends with the period nothing is rolled over. */
function note(em: EntityManager, credit: MeterCreditRow, before: string, now: readonly string[], at: Date): void {
  noteUnits(em, credit, credit.grantId, { before, now, rollover: credit.lasts !== 'period' }, at);
}

/** The meter's row says the sum, so that reading a balance needn't. */
async function sumUp(em: EntityManager, row: CustomerMeterRow, at: Date): Promise<void> {
  const credits = await creditsOn(em, row);
  row.credited = sumOfUnits(credits.map(({ units }) => units));
  row.modifiedAt = at;
  await em.flush();
}
