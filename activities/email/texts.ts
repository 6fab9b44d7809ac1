/** What customers are told, in plain text. */
import { decimalsOf } from '../../billing/money.ts';

/** Stands where the link to the portal will be: it is put in with each sending, with a key to the portal of its own. */
export const PORTAL_LINK = '{{portal}}';

interface Facts {
  readonly subscription: {
    readonly amount: number;
    readonly currency: string;
    readonly trialEnd?: Date | null;
    readonly currentPeriodEnd: Date;
  };
  readonly customer: { readonly name?: string | null };
  readonly product: { readonly name: string };
  readonly organization: { readonly name: string };
}

export interface Written {
  readonly subject: string;
  readonly text: string;
}

/** What was bought once; `amount` in minor units, 0 where it was free. */
export function orderConfirmed(bought: {
  readonly organization: Facts['organization'];
  readonly customer: Facts['customer'];
  readonly name: string;
  readonly amount: number;
  readonly currency: string;
}): Written {
  const { organization, customer, name, amount } = bought;
  return {
    subject: `Your purchase of ${name}`,
    text: letter(customer, organization, [
      amount === 0 ? `${name} is yours.` : `thank you: ${name} is yours, for ${money(bought)}.`,
      'All that belongs to it, such as keys, is here:',
      PORTAL_LINK,
    ]),
  };
}

export function subscriptionConfirmed({ subscription, customer, product, organization }: Facts): Written {
  const { trialEnd, amount } = subscription;
  const terms = trialEnd
    ? `your trial of ${product.name} has begun. It ends on ${day(trialEnd)}; from then on it costs ${money(subscription)} a period.`
    : `your subscription to ${product.name} has begun${amount === 0 ? '' : `, for ${money(subscription)} a period`}.`;
  return {
    subject: `Your subscription to ${product.name}`,
    text: letter(customer, organization, [
      terms,
      'To look at it, to change your card or to cancel, and for all that belongs to it, such as keys:',
      PORTAL_LINK,
    ]),
  };
}

export function pastDue({ subscription, customer, product, organization }: Facts): Written {
  return {
    subject: `Your payment for ${product.name} did not go through`,
    text: letter(customer, organization, [
      `we could not take ${money(subscription)} for your subscription to ${product.name}.`,
      'We will try again in the coming days. To keep your subscription, please check your payment method:',
      PORTAL_LINK,
    ]),
  };
}

export function trialEnds({ subscription, customer, product, organization }: Facts): Written {
  const end = day(subscription.trialEnd ?? subscription.currentPeriodEnd);
  return {
    subject: `Your trial of ${product.name} ends on ${end}`,
    text: letter(customer, organization, [
      `your trial of ${product.name} ends on ${end}. From then on your subscription costs ${money(subscription)} a period.`,
      'If you want to go on, there is nothing to do. To look at your subscription, or to cancel it:',
      PORTAL_LINK,
    ]),
  };
}

function letter(
  { name }: Facts['customer'],
  organization: Facts['organization'],
  paragraphs: readonly string[],
): string {
  return [`Hello${name ? ` ${name}` : ''},`, ...paragraphs, organization.name].join('\n\n');
}

function money({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount / 10 ** decimalsOf(currency));
}

const day = (date: Date) => new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(date);
