/** A test clock's advance, step by step. Each may be done twice: what has been lived is not lived again. */
import { Context } from '@temporalio/activity';
import type { TestClockId } from '../../billing/ids.ts';
import { TestClock, type TestClockRow } from '../../db/entities/test-clock.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Dependencies } from '../dependencies.ts';
import { remindOfCards } from '../email/cards.ts';
import { listHanging } from './hanging.ts';
import { letLive } from './let-live.ts';
import { eventsAtRest, grantsAtRest } from './rest.ts';

interface OfClock {
  readonly clockId: TestClockId;
}

export interface Step extends OfClock {
  readonly to: number;
  /** Whether grants are waited for: not once an advance has waited for some in vain. */
  readonly isPatient: boolean;
}

export interface Stepped {
  /** When something is due next; null: never. */
  readonly nextDue: number | null;
  readonly isPatient: boolean;
}

/** Says that the clock is on its way, so that nobody takes the old `ready` for the new one. */
export async function setOff({ orm }: Dependencies, given: OfClock & { readonly target: number }): Promise<void> {
  const targetTime = new Date(given.target);
  await orm.em.fork().nativeUpdate(TestClock, { id: given.clockId }, { status: 'advancing', targetTime });
}

/** Lets live what has something due by an instant, until its grants rest as well, so that they tell of it in its turn. */
export function liveStep(deps: Dependencies, { clockId, to, isPatient }: Step): Promise<Stepped> {
  return beating(async () => {
    const em = deps.orm.em.fork();
    const hanging = await listHanging(em, clockId);
    await remindUntil(deps, clockId, to);
    const turn = hanging.filter(({ due }) => due !== null && due <= to);
    const answers = await letLive(deps, turn, to);
    const rest = isPatient && (await grantsAtRest(em, clockId));
    await show(em, clockId, to);
    return { nextDue: firstAfter(to, [...answers, ...hanging.map(({ due }) => due)]), isPatient: rest };
  });
}

/** Lets all live until the end of the advance, sees everything to rest, and says that the clock is ready. */
export function arrive(deps: Dependencies, { clockId, to, isPatient }: Step): Promise<void> {
  return beating(async () => {
    const em = deps.orm.em.fork();
    await remindUntil(deps, clockId, to);
    await letLive(deps, await listHanging(em, clockId), to);
    if (isPatient) await grantsAtRest(em, clockId);
    await eventsAtRest(em, clockId);
    await show(em, clockId, to, { status: 'ready', targetTime: null });
  });
}

/** Of cards that expire between what the clock shows and `to`, as the daily look does in real time. */
async function remindUntil(deps: Dependencies, clockId: TestClockId, to: number): Promise<void> {
  const { frozenTime } = await deps.orm.em.fork().findOneOrFail(TestClock, clockId);
  await remindOfCards(deps, { from: frozenTime.getTime(), to, clockId });
}

/** A clock only goes forward, whatever an attempt does that was given up for lost. */
async function show(em: EntityManager, id: TestClockId, to: number, more: Partial<TestClockRow> = {}): Promise<void> {
  const at = new Date(to);
  await em.nativeUpdate(TestClock, { id, frozenTime: { $lte: at } }, { frozenTime: at, modifiedAt: at, ...more });
}

function firstAfter(instant: number, dues: readonly (number | null)[]): number | null {
  const later = dues.filter((due): due is number => due !== null && due > instant);
  return later.length === 0 ? null : later.reduce((first, due) => Math.min(first, due));
}

/** A whole period of a subscription may happen within one step. */
async function beating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 10_000);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
