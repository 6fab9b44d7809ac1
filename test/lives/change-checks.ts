/** A change of a life's subscription must be refused, billed, declined or kept waiting as its preview had said. */
import type { SubscriptionState } from '../../billing/subscription-state.ts';
import type { Wish } from '../../db/change-plan.ts';
import type { ChangePreview } from '../../schemas/subscription-preview.ts';
import { checkAgainstPreview, hold } from './checks.ts';
import type { Answer, Process } from './process.ts';
import { newOrders, type Snapshot, type SnapshotOrder, waitingOf } from './snapshot.ts';
import { isUsage } from './usage-ledger.ts';

export interface Changed {
  readonly process: Process;
  readonly wish: Wish;
  /** Null: refused. */
  readonly preview: ChangePreview | null;
  readonly stood: SubscriptionState;
  readonly answer: Answer;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** In a word what became of it; and its own lines, where it took hold or waits. */
export type Became =
  | { readonly kind: 'refused' | 'declined' }
  | { readonly kind: 'made'; readonly how: string; readonly own: SnapshotOrder['lines']; readonly by: ChangePreview };

export function checkChange({ process, wish, preview, stood, answer, before, after }: Changed): Became {
  const [order, ...others] = newOrders(before, after);
  hold(others.length === 0, 'a change made several orders', others);
  if (answer.kind === 'refused') {
    hold(order === undefined, 'a refused change made an order', order);
    hold(preview === null, 'a change was refused that its preview allowed', wish, answer.message, preview);
    return { kind: 'refused' };
  }
  if (preview === null) throw new Error(`A change was made that its preview refused: ${JSON.stringify(wish)}.`);
  hold((order !== undefined) === (preview.billed === 'now'), 'billed otherwise than previewed', preview, order);
  if (order !== undefined) checkAgainstPreview(preview, order);
  if (answer.outcome?.status === 'declined') {
    const { pendingCharge: _, ...rest } = process.state;
    const { pendingCharge: __, ...old } = stood;
    hold(JSON.stringify(rest) === JSON.stringify(old), 'a declined change changed something', old, rest);
    hold(order?.status === 'void', 'a declined change left its order', order);
    return { kind: 'declined' };
  }
  const waited = waitingOf(before, process.id);
  const own = preview.billed === 'now' ? preview.lines.slice(0, preview.lines.length - waited.length) : preview.lines;
  if (preview.billed === 'next_order') {
    const added = waitingOf(after, process.id).slice(waited.length);
    const waiting = added.filter((line) => !isUsage(line));
    hold(JSON.stringify(waiting) === JSON.stringify(own), 'what waits is not as previewed', waiting, own);
  }
  const { currentPeriodStart, currentPeriodEnd } = process.state;
  hold(iso(currentPeriodStart) === preview.current_period_start, 'another period', preview, process.state);
  hold(iso(currentPeriodEnd) === preview.current_period_end, 'another period', preview, process.state);
  const how = preview.billed === 'not' ? (preview.applies_at === null ? 'same' : 'later') : preview.billed;
  return { kind: 'made', how, own, by: preview };
}

const iso = (at: number) => new Date(at).toISOString();
