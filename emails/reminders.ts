/** What is about to happen: a trial that ends, a renewal, a card that expires, a payment that has to be tried again. */
import type { Between, Letter } from './letter.ts';
import { becauseSubscribed, type SubscriptionFacts, termsOf } from './subscription-facts.ts';
import { type Card, cardName, every, wordsFor } from './words.ts';

export interface Upcoming {
  readonly subscription: SubscriptionFacts;
  /** What is charged then, as things are now. */
  readonly due: number;
}

export function trialEnds({ seller, reader }: Between, { subscription, due }: Upcoming): Letter {
  const { productName, trialEnd, currentPeriodEnd, currency } = subscription;
  const words = wordsFor(reader);
  const end = words.day(trialEnd ?? currentPeriodEnd);
  return {
    subject: `Your trial of ${productName} ends on ${end}`,
    preview: 'Then your subscription begins. Cancel before if you don’t want it.',
    heading: 'Your trial is about to end',
    paragraphs: [
      `Your trial of ${productName} ends on ${end}. If you want to go on, there is nothing to do: your subscription begins then.`,
    ],
    facts: [...termsOf(subscription, words), ['First payment', `${words.money(due, currency)} on ${end}`]],
    button: { label: 'Manage your subscription', link: { to: 'portal' } },
    closing: ['If it is not for you, cancel before that day in your portal, and nothing is charged.'],
    why: becauseSubscribed(seller),
  };
}

export function renewalComes({ seller, reader }: Between, { subscription, due }: Upcoming): Letter {
  const { productName, currentPeriodEnd, currency, interval, intervalCount } = subscription;
  const words = wordsFor(reader);
  const on = words.day(currentPeriodEnd);
  return {
    subject: `Your subscription to ${productName} renews on ${on}`,
    preview: `${words.money(due, currency)} will be charged.`,
    heading: 'Your subscription renews soon',
    paragraphs: [
      `Your subscription to ${productName} is renewed ${every(interval, intervalCount)}, the next time on ${on}. If you want to go on, there is nothing to do.`,
    ],
    facts: [...termsOf(subscription, words), ['Next payment', `${words.money(due, currency)} on ${on}`]],
    button: { label: 'Manage your subscription', link: { to: 'portal' } },
    closing: ['You can change your card or your plan, or cancel, in your portal until then.'],
    why: becauseSubscribed(seller),
  };
}

export interface ExpiringCard {
  readonly card: Card;
  /** 1 to 12. */
  readonly expMonth: number;
  readonly expYear: number;
  /** What is charged on it. */
  readonly productNames: readonly string[];
}

export function cardExpires({ seller, reader }: Between, expiring: ExpiringCard): Letter {
  const { expMonth, expYear, productNames } = expiring;
  const card = cardName(expiring.card);
  const lastDay = wordsFor(reader).day(new Date(Date.UTC(expYear, expMonth, 0)));
  return {
    subject: `Your card for ${seller.name} expires soon`,
    preview: `${card} is good until ${lastDay}.`,
    heading: 'Your card expires soon',
    paragraphs: [
      `${card} is good until ${lastDay}, and it pays for what you subscribe to. Add another card in time, so that nothing is interrupted.`,
    ],
    facts: [
      ['Card', card],
      ['Good until', lastDay],
      ['Pays for', productNames.join(', ')],
    ],
    button: { label: 'Update your card', link: { to: 'portal' } },
    closing: ['Your bank may already have sent you the next one.'],
    why: becauseSubscribed(seller),
  };
}

export interface Unpaid {
  readonly productName: string;
  readonly currency: string;
  readonly due: number;
  readonly nextRetryAt: Date;
  /** When what belongs to the subscription goes; null: it has gone. */
  readonly benefitsEndAt: Date | null;
  /** Null where none is known. */
  readonly card: Card | null;
}

export function pastDue({ seller, reader }: Between, unpaid: Unpaid): Letter {
  const { productName, benefitsEndAt } = unpaid;
  const words = wordsFor(reader);
  const [due, retry] = [words.money(unpaid.due, unpaid.currency), words.day(unpaid.nextRetryAt)];
  const with_ = unpaid.card === null ? '' : ` with your card (${cardName(unpaid.card)})`;
  return {
    subject: `Your payment for ${productName} did not go through`,
    preview: `We try again on ${retry}. Please check your card.`,
    heading: 'Your payment did not go through',
    paragraphs: [
      `We could not take ${due} for your subscription to ${productName}${with_}. We try again on ${retry}.`,
      benefitsEndAt === null
        ? 'What belongs to your subscription comes back as soon as it is paid.'
        : `You keep what belongs to your subscription until ${words.day(benefitsEndAt)}.`,
    ],
    facts: [
      ['Subscription', productName],
      ['To be paid', due],
      ['Next attempt', retry],
    ],
    button: { label: 'Update your card', link: { to: 'portal' } },
    closing: ['A card that you make your default is tried at once. If you have done so, there is nothing else to do.'],
    why: becauseSubscribed(seller),
  };
}
