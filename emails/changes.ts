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
  return {
    ...announced(changed, differences.length > 0, words),
    preview:
      differences.length === 0 ? 'A planned change was dropped.' : differences.map(([, what]) => what).join(', '),
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

function announced({ before, from }: Changed, isDifferent: boolean, words: Words) {
  const what = `Your subscription to ${before.productName}`;
  if (from !== null) {
    const day = words.day(from);
    return {
      subject: `${what} changes on ${day}`,
      heading: 'Your subscription will change',
      paragraphs: [`${what} changes on ${day}; until then it stays as it is.`],
    };
  }
  if (!isDifferent) {
    return {
      subject: `${what} stays as it is`,
      heading: 'Your subscription stays as it is',
      paragraphs: [`The change that was planned for your subscription to ${before.productName} was dropped.`],
    };
  }
  return {
    subject: `${what} was changed`,
    heading: 'Your subscription was changed',
    paragraphs: [`${what} was changed. This is what is different now:`],
  };
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
