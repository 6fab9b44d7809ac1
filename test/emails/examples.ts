/** One letter of each kind, as a customer of an example shop gets it. */
import { addressToConfirm, linkToPortal, seatOffered } from '../../emails/addresses.ts';
import { subscriptionUpdated, type Terms } from '../../emails/changes.ts';
import type { Between, Letter } from '../../emails/letter.ts';
import {
  type OrderFacts,
  orderConfirmed,
  subscriptionCycled,
  subscriptionCycledAfterTrial,
  usageBilled,
} from '../../emails/orders.ts';
import { cardExpires, pastDue, renewalComes, trialEnds } from '../../emails/reminders.ts';
import {
  subscriptionCanceled,
  subscriptionConfirmed,
  subscriptionPaused,
  subscriptionResumed,
  subscriptionRevoked,
  subscriptionUncanceled,
} from '../../emails/subscriptions.ts';
import { endpointDisabled } from '../../emails/webhooks.ts';

export const on = (day: string): Date => new Date(`${day}T00:00:00Z`);

export const between: Between = {
  seller: { name: 'Fernwood Tools', email: 'hello@fernwood.example' },
  reader: { name: 'Ada Example', locale: null },
};

/** To an address that may be anybody's, nobody is greeted by name. */
export const readerOf = (kind: string): Between => {
  const isNameless = ['customer_seat_invitation', 'email_update', 'webhook_endpoint_disabled'].includes(kind);
  return isNameless ? { ...between, reader: {} } : between;
};

const card = { brand: 'visa', last4: '4242' };

export const order: OrderFacts = {
  ...{ description: 'Fern Pro', currency: 'usd', totalAmount: 1933, taxAmount: 322, discountAmount: 500 },
  ...{ appliedBalanceAmount: -433, invoiceNumber: 'FERN-0042', paidWith: card },
};

export const terms: Terms = {
  ...{ productName: 'Fern Pro', amount: 2000, currency: 'usd', seats: null, interval: 'month', intervalCount: 1 },
  ...{ currentPeriodEnd: on('2027-05-01'), trialEnd: null, discountName: null },
};
const yearly: Terms = { ...terms, amount: 24_000, interval: 'year' };
const team: Terms = { ...terms, productName: 'Fern Team', amount: 6000, seats: 5, discountName: 'Spring' };
const renewal = {
  ...{ order, productName: 'Fern Pro', periodStart: on('2027-04-01'), periodEnd: on('2027-05-01') },
  nextPaymentAt: on('2027-05-01'),
};
const unpaid = {
  ...{ productName: 'Fern Pro', currency: 'usd', due: 2000, nextRetryAt: on('2027-04-03'), benefitsEndAt: null, card },
};
const changed = { before: terms, after: team, from: null, isDropped: false, charged: 3950 };

const must = (letter: Letter | null): Letter => {
  if (letter === null) throw new Error('There is nothing to tell.');
  return letter;
};

export const EXAMPLES: Readonly<Record<string, (to: Between) => Letter>> = {
  order_confirmation: (to) => orderConfirmed(to, { ...order, invoiceNumber: null, appliedBalanceAmount: 0 }),
  payment_method_expiration_reminder: (to) =>
    cardExpires(to, { card, expMonth: 4, expYear: 2027, productNames: ['Fern Pro', 'Moss'] }),
  subscription_cancellation: (to) => subscriptionCanceled(to, terms),
  subscription_confirmation: (to) => subscriptionConfirmed(to, { ...team, currentPeriodEnd: on('2027-05-01') }),
  subscription_confirmation_of_trial: (to) => subscriptionConfirmed(to, { ...terms, trialEnd: on('2027-04-15') }),
  subscription_cycled: (to) => subscriptionCycled(to, renewal),
  subscription_cycled_after_trial: (to) => subscriptionCycledAfterTrial(to, renewal),
  subscription_cycled_of_usage: (to) => {
    const used = { ...order, appliedUsageWalletAmount: -400 };
    const [usedUntil, nextBilledAt] = [on('2027-05-01'), on('2027-06-01')];
    return usageBilled(to, { order: used, productName: 'Fern Pro', usedUntil, nextBilledAt });
  },
  subscription_past_due: (to) => pastDue(to, unpaid),
  subscription_past_due_in_grace: (to) => pastDue(to, { ...unpaid, benefitsEndAt: on('2027-04-08'), card: null }),
  subscription_paused: (to) => subscriptionPaused(to, { productName: 'Fern Pro', resumesAt: on('2027-07-01') }),
  subscription_paused_for_long: (to) => subscriptionPaused(to, { productName: 'Fern Pro', resumesAt: null }),
  subscription_resumed: (to) => subscriptionResumed(to, terms),
  subscription_renewal_reminder: (to) =>
    renewalComes(to, { subscription: { ...yearly, currentPeriodEnd: on('2028-04-01') }, due: 21_600 }),
  subscription_revoked: (to) =>
    subscriptionRevoked(to, { productName: 'Fern Pro', endedAt: on('2027-05-01'), isUnpaid: false }),
  subscription_revoked_unpaid: (to) =>
    subscriptionRevoked(to, { productName: 'Fern Pro', endedAt: on('2027-04-22'), isUnpaid: true }),
  subscription_trial_conversion_reminder: (to) =>
    trialEnds(to, { subscription: { ...terms, trialEnd: on('2027-04-15') }, due: 2000 }),
  subscription_uncanceled: (to) => subscriptionUncanceled(to, terms),
  subscription_updated: (to) => must(subscriptionUpdated(to, changed)),
  subscription_updated_later: (to) =>
    must(subscriptionUpdated(to, { ...changed, after: yearly, from: on('2027-05-01'), charged: null })),
  subscription_updated_back: (to) =>
    must(subscriptionUpdated(to, { ...changed, after: terms, isDropped: true, charged: null })),
  customer_seat_invitation: ({ seller }) => seatOffered(seller, { productName: 'Fern Team', offeredBy: 'Ada Example' }),
  email_update: ({ seller }) => addressToConfirm(seller),
  portal_link: ({ seller }) => linkToPortal(seller),
  webhook_endpoint_disabled: ({ seller }) =>
    endpointDisabled(seller.name, {
      ...{ name: 'Shop', url: 'https://fernwood.example/hooks', failuresInARow: 10 },
      ...{ since: '2027-04-01T09:00:00.000Z', disabledAt: '2027-04-02T10:00:00.000Z' },
      address: 'https://billing.example/v1/webhooks/endpoints/1',
    }),
};
