/** A subscription was changed: what it was, what it is or will be, and from when. */
import type { Between, Fact, Letter } from './letter.ts';
import { becauseSubscribed, priceOf, type SubscriptionFacts } from './subscription-facts.ts';
import { seatsOf, type Words, wordsFor } from './words.ts';

/** What can change in a subscription's terms. */
export interface Terms extends SubscriptionFacts {
  /** What is taken off its orders. */
  readonly discountName: string | null;
}

export interface Changed {
  readonly before: Terms;
  readonly after: Terms;
  /** Null: it holds already. */
  readonly from: Date | null;
  /** Whether a change that was to come has been dropped. */
  readonly isDropped: boolean;
  /** What was charged for it at once; null: nothing. */
  readonly charged: number | null;
}

/** Null where nothing that the customer would see is different. */
export function subscriptionUpdated({ seller, reader }: Between, changed: Changed): Letter | null {
  const { after, from, isDropped, charged } = changed;
  const words = wordsFor(reader);
  const differences = differencesOf(changed, words);
  if (differences.length === 0 && !isDropped) return null;
  const { productName } = changed.before;
  return {
    subject:
      from === null
        ? `Your subscription to ${productName} was changed`
        : `Your subscription to ${productName} changes on ${words.day(from)}`,
    preview: differences.length === 0 ? 'It stays as it is.' : differences.map(([, what]) => what).join(', '),
    heading: from === null ? 'Your subscription was changed' : 'Your subscription will change',
    paragraphs: [sentenceOf(changed, differences.length > 0, words)],
    facts: [
      ...differences,
      ...(from === null ? [] : [['From', words.day(from)] as const]),
      ...(charged === null ? [] : [['Charged now', words.money(charged, after.currency)] as const]),
      ...(from !== null || isMoved(changed) || after.amount === 0
        ? []
        : [['Next payment', words.day(after.currentPeriodEnd)] as const]),
    ],
    button: { label: 'See your subscription', link: { to: 'portal' } },
    closing: [],
    why: becauseSubscribed(seller),
  };
}

function sentenceOf({ before, from }: Changed, isDifferent: boolean, words: Words): string {
  const { productName } = before;
  if (from !== null) {
    return `Your subscription to ${productName} changes on ${words.day(from)}; until then it stays as it is.`;
  }
  if (isDifferent) return `Your subscription to ${productName} was changed. This is what is different now:`;
  return `The change that was planned for your subscription to ${productName} was dropped: it stays as it is.`;
}

/** "Lite → Pro", for each thing that differs. */
function differencesOf({ before, after }: Changed, words: Words): Fact[] {
  const day = (date: Date | null) => (date === null ? 'none' : words.day(date));
  const seats = (count: number | null) => (count === null ? 'none' : seatsOf(count));
  const compared: [string, string, string][] = [
    ['Product', before.productName, after.productName],
    ['Seats', seats(before.seats), seats(after.seats)],
    ['Price', priceOf(before, words), priceOf(after, words)],
    ['Discount', before.discountName ?? 'none', after.discountName ?? 'none'],
    ['Trial ends', day(before.trialEnd), day(after.trialEnd)],
    ...(isMoved({ before, after })
      ? ([['Next payment', day(before.currentPeriodEnd), day(after.currentPeriodEnd)]] as [string, string, string][])
      : []),
  ];
  return compared.filter(([, old, now]) => old !== now).map(([label, old, now]) => [label, `${old} → ${now}`]);
}

/** The next payment has another date, and not because the trial has another end. */
function isMoved({ before, after }: Pick<Changed, 'before' | 'after'>): boolean {
  if (before.trialEnd?.getTime() !== after.trialEnd?.getTime()) return false;
  return before.currentPeriodEnd.getTime() !== after.currentPeriodEnd.getTime();
}
