/** How a subscription begins, rests, goes on and ends. */
import type { Between, Letter } from './letter.ts';
import { becauseSubscribed, type SubscriptionFacts, termsOf } from './subscription-facts.ts';
import { wordsFor } from './words.ts';

const TO_PORTAL = { label: 'Manage your subscription', link: { to: 'portal' } } as const;

export function subscriptionConfirmed({ seller, reader }: Between, subscription: SubscriptionFacts): Letter {
  const { productName, trialEnd, currentPeriodEnd, amount } = subscription;
  const words = wordsFor(reader);
  const isTrial = trialEnd !== null;
  const next = words.day(trialEnd ?? currentPeriodEnd);
  return {
    subject: isTrial ? `Your trial of ${productName}` : `Your subscription to ${productName}`,
    preview: isTrial ? `It lasts until ${next}.` : 'All that belongs to it is in your portal.',
    heading: isTrial ? 'Your trial has begun' : 'Your subscription has begun',
    paragraphs: [
      isTrial
        ? `You can try ${productName} until ${next}. Then your subscription begins, unless you cancel before; nothing is charged until then.`
        : `Welcome: you are subscribed to ${productName}.`,
    ],
    facts: [
      ...termsOf(subscription, words),
      ...(amount === 0 ? [] : [[isTrial ? 'First payment' : 'Next payment', next] as const]),
    ],
    button: TO_PORTAL,
    closing: ['There you find all that belongs to it, such as keys and invoices, change your card, or cancel.'],
    why: becauseSubscribed(seller),
  };
}

export function subscriptionCanceled({ seller, reader }: Between, subscription: SubscriptionFacts): Letter {
  const { productName, currentPeriodEnd } = subscription;
  const end = wordsFor(reader).day(currentPeriodEnd);
  return {
    subject: `Your subscription to ${productName} ends on ${end}`,
    preview: 'You keep all of it until then.',
    heading: 'Your subscription is canceled',
    paragraphs: [
      `Your subscription to ${productName} ends on ${end}. Until then you keep all that belongs to it, and it won’t be renewed.`,
    ],
    facts: [
      ['Subscription', productName],
      ['Ends on', end],
    ],
    button: TO_PORTAL,
    closing: ['Changed your mind? Until that day you can take the cancellation back in your portal.'],
    why: becauseSubscribed(seller),
  };
}

export function subscriptionUncanceled({ seller, reader }: Between, subscription: SubscriptionFacts): Letter {
  const { productName, currentPeriodEnd, amount } = subscription;
  const words = wordsFor(reader);
  const next = words.day(currentPeriodEnd);
  return {
    subject: `Your subscription to ${productName} goes on`,
    preview: 'The cancellation was taken back.',
    heading: 'Your subscription goes on',
    paragraphs: [
      `The cancellation of your subscription to ${productName} was taken back. It is renewed on ${next}, as before.`,
    ],
    facts: [...termsOf(subscription, words), ...(amount === 0 ? [] : [['Next payment', next] as const])],
    button: TO_PORTAL,
    closing: [],
    why: becauseSubscribed(seller),
  };
}

export interface Ended {
  readonly productName: string;
  readonly endedAt: Date;
  /** Whether it ended because nobody paid for it. */
  readonly isUnpaid: boolean;
}

export function subscriptionRevoked({ seller, reader }: Between, { productName, endedAt, isUnpaid }: Ended): Letter {
  const day = wordsFor(reader).day(endedAt);
  return {
    subject: `Your subscription to ${productName} has ended`,
    preview: isUnpaid ? 'It could not be paid.' : 'Thank you for having been with us.',
    heading: 'Your subscription has ended',
    paragraphs: [
      isUnpaid
        ? `We could not take the payment for your subscription to ${productName}, so it ended on ${day}. What belongs to it is no longer available to you.`
        : `Your subscription to ${productName} ended on ${day}. What belongs to it is no longer available to you, and nothing more will be renewed.`,
    ],
    facts: [
      ['Subscription', productName],
      ['Ended on', day],
    ],
    button: { label: 'Open your purchases', link: { to: 'portal' } },
    closing: ['Your orders and invoices stay in your portal.'],
    why: `You get this e-mail because you had a subscription with ${seller.name}.`,
  };
}

export interface Paused {
  readonly productName: string;
  /** Null: it rests until somebody asks. */
  readonly resumesAt: Date | null;
}

export function subscriptionPaused({ seller, reader }: Between, { productName, resumesAt }: Paused): Letter {
  const until = resumesAt === null ? null : wordsFor(reader).day(resumesAt);
  return {
    subject: `Your subscription to ${productName} is paused`,
    preview: until === null ? 'Nothing is charged meanwhile.' : `It goes on by itself on ${until}.`,
    heading: 'Your subscription is paused',
    paragraphs: [
      `Your subscription to ${productName} rests. Meanwhile nothing is charged, and what belongs to it is not available.`,
      until === null
        ? 'It goes on when you resume it.'
        : `On ${until} it goes on by itself: a new period begins, and is charged.`,
    ],
    facts: [['Subscription', productName], ...(until === null ? [] : [['Goes on', until] as const])],
    button: { label: 'Resume your subscription', link: { to: 'portal' } },
    closing: [],
    why: becauseSubscribed(seller),
  };
}

export function subscriptionResumed({ seller, reader }: Between, subscription: SubscriptionFacts): Letter {
  const { productName, currentPeriodEnd } = subscription;
  const words = wordsFor(reader);
  return {
    subject: `Your subscription to ${productName} goes on again`,
    preview: 'Its pause is over.',
    heading: 'Welcome back',
    paragraphs: [
      `Your subscription to ${productName} goes on, and all that belongs to it is yours again. A new period has begun.`,
    ],
    facts: [...termsOf(subscription, words), ['This period ends', words.day(currentPeriodEnd)]],
    button: TO_PORTAL,
    closing: [],
    why: becauseSubscribed(seller),
  };
}
