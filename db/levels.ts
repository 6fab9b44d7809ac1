/** How far customers' credits are used up, as merchants were told last: of what is passed since, they are told once. */
import type { CustomerId } from '../billing/ids.ts';
import { bandOf, isCrossed, type Level, levelOf } from '../billing/levels.ts';
import { watch } from '../usage/watches.ts';
import { accountOf, type Usage, usageOfCustomer } from './customer-meters.ts';
import { CustomerMeter, type CustomerMeterRow } from './entities/customer-meter.ts';
import type { EntityManager } from './orm.ts';

interface MeterUsage {
  readonly row: CustomerMeterRow;
  readonly usage: Usage;
}

/** Whether a threshold of any meter was passed since the merchant was told. The customer's row is locked. */
export async function isLevelPassed(em: EntityManager, customer: CustomerId): Promise<boolean> {
  const meters = await usageOfCustomer(em, customer);
  const isPassed = meters.some(({ row, usage }) => isCrossed(toldOf(row), levelOf(row.meter.thresholds, usage)));
  await keepTold(em, meters);
  return isPassed;
}

/** This is what the transaction tells of them. The customer's row is locked. */
export async function keepTold(em: EntityManager, meters: readonly MeterUsage[]): Promise<void> {
  for (const { row, usage } of meters) {
    const now = levelOf(row.meter.thresholds, usage);
    const told = toldOf(row);
    const isTold = told === null ? now.ahead.length === 0 : same(told.ahead, now.ahead) && sameTerms(told, now);
    if (isTold) continue;
    await em.execute('update customer_meters set told_thresholds = ?::int[], told_ahead = ?::int[] where id = ?', [
      `{${now.thresholds.join(',')}}`,
      `{${now.ahead.join(',')}}`,
      row.id,
    ]);
  }
}

const sameTerms = (told: Level, now: Level): boolean => same(told.thresholds, now.thresholds);
const same = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

const toldOf = ({ toldThresholds, toldAhead }: CustomerMeterRow): Level | null =>
  toldThresholds ? { thresholds: toldThresholds, ahead: toldAhead } : null;

/** Waits until the customer passes another threshold than was told. Last of all in a transaction: events wait for it. */
export async function watchLevels(em: EntityManager, customer: CustomerId): Promise<void> {
  const found = await em.find(
    CustomerMeter,
    { customer },
    { populate: ['meter', 'customer'], orderBy: { meter: 'asc' }, disableIdentityMap: true },
  );
  await watch(
    em,
    (found as CustomerMeterRow[]).map((row) => ({
      organizationId: row.customer.organization.id,
      account: accountOf(row.customer, row.meter),
      band: bandOf(toldOf(row) ?? { thresholds: [], ahead: [] }, row.credited),
    })),
  );
}
