/**
 * What a transaction does to customers' meters, told among their events at its end: what is left of units, and how many
 * came, once for each, however many steps led there.
 */
import Big from 'big.js';
import type { CustomerId, GrantId, MeterId } from '../billing/ids.ts';
import type { EntityManager } from './orm.ts';
import { recordSystemEvents, type SystemEvent } from './system-events.ts';

interface Whose {
  readonly customerId: CustomerId;
  readonly meterId: MeterId;
}

interface Units {
  /** What the transaction found. */
  readonly before: string;
  /** What there is now: what was kept of it, and what came. */
  readonly now: readonly string[];
  readonly rollover: boolean;
}

interface Changes extends Whose {
  at: Date;
  isReset: boolean;
  readonly units: Map<GrantId, Units>;
}

const noted = new WeakMap<EntityManager, Map<string, Changes>>();

function changesOf(em: EntityManager, { customerId, meterId }: Whose, at: Date): Changes {
  const ofTransaction = noted.get(em) ?? new Map<string, Changes>();
  noted.set(em, ofTransaction);
  const key = `${customerId} ${meterId}`;
  const changes = ofTransaction.get(key) ?? { customerId, meterId, at, isReset: false, units: new Map() };
  ofTransaction.set(key, changes);
  changes.at = at;
  return changes;
}

/** Its period is over. */
export function noteReset(em: EntityManager, whose: Whose, at: Date): void {
  changesOf(em, whose, at).isReset = true;
}

/** Of the units of one grant; none of them: `now` is empty. */
export function noteUnits(em: EntityManager, whose: Whose, grant: GrantId, units: Units, at: Date): void {
  const { units: ofMeter } = changesOf(em, whose, at);
  ofMeter.set(grant, { ...units, before: ofMeter.get(grant)?.before ?? units.before });
}

/** The last of the transaction, as it may lock accounts. One statement, where a meter was touched. */
export async function tellMeterChanges(em: EntityManager): Promise<void> {
  const changes = noted.get(em);
  if (changes === undefined) return;
  noted.delete(em);
  await em.flush();
  await recordSystemEvents(em, [...changes.values()].flatMap(eventsOf));
}

function eventsOf({ customerId, meterId, at, isReset, units }: Changes): SystemEvent[] {
  const credited = [...units.values()].flatMap(({ before, now, rollover }) =>
    (isReset ? now : [more(before, now)]).map((each) => ({ units: whole(each), rollover })),
  );
  return [
    ...(isReset ? [{ name: 'meter.reset' as const, customerId, metadata: { meter_id: meterId }, at }] : []),
    ...credited
      .filter(({ units: each }) => each !== 0)
      .map((each) => ({ name: 'meter.credited' as const, customerId, metadata: { meter_id: meterId, ...each }, at })),
  ];
}

const more = (before: string, now: readonly string[]): string =>
  now
    .reduce((sum, each) => sum.plus(each), new Big(0))
    .minus(before)
    .toFixed();

/** The peer's clients read whole units only; what is left of a meter of fractions is cut. */
const whole = (units: string): number => new Big(units).round(0, Big.roundDown).toNumber();
