/** The buyer presses Pay: what they entered is written, the process does the rest, its answer becomes the API's. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { z } from 'zod';
import { missingParts } from '../../billing/address-forms.ts';
import { DISCOUNT_REASONS } from '../../billing/discounts.ts';
import type { CheckoutId } from '../../billing/ids.ts';
import { TRIAL_HAD } from '../../billing/trials.ts';
import { wantedForTax } from '../../db/checkout-tax.ts';
import { Checkout, type CheckoutRow } from '../../db/entities/checkout.ts';
import type { EntityManager } from '../../db/orm.ts';
import { inAnyCase } from '../../db/search.ts';
import { billingAddressForm } from '../../db/views/checkout.ts';
import type { CheckoutConfirm } from '../../schemas/checkout.ts';
import { type ConfirmOutcome, checkoutStart, type RefusalReason } from '../../workflows/checkout.messages.ts';
import { openSession } from '../customers/session.ts';
import {
  ApiError,
  alreadyActiveSubscription,
  checkoutNotOpen,
  expiredCheckout,
  invalid,
  paymentError,
  TAXES_AWAY,
  tooManyAttempts,
  trialAlreadyRedeemed,
  unavailable,
  unprocessable,
} from '../errors.ts';
import type { Services } from '../services.ts';
import { refuseWithoutBillingName } from './buyer.ts';
import { callOff } from './call-off.ts';
import { editCheckout } from './edit.ts';

/**
 * Answers with a customer session token, shown only here, or null where the buyer may not see the customer's portal.
 * A decline is a 400 with the processor's words; the checkout is open again.
 */
export async function confirmCheckout(
  em: EntityManager,
  services: Pick<Services, 'environment' | 'taxes' | 'workflows'>,
  checkout: CheckoutRow,
  body: z.output<typeof CheckoutConfirm>,
  at: Date,
): Promise<string | null> {
  if (checkout.status !== 'confirmed') await enter(em, services, checkout, body, at);
  let outcome = await ask(em, services, checkout.id, body);
  if (outcome.status === 'refused' && outcome.reason === 'paying_elsewhere') {
    await leaveOthers(em, services, checkout);
    outcome = await ask(em, services, checkout.id, body);
  }
  refuseUnlessTaken(outcome);
  return sessionOf(em, checkout.id);
}

/** Writes what the buyer entered; whoever presses Pay twice finds the first press at work, and waits for its outcome. */
async function enter(
  em: EntityManager,
  services: Pick<Services, 'environment' | 'taxes'>,
  { id }: CheckoutRow,
  body: z.output<typeof CheckoutConfirm>,
  at: Date,
): Promise<void> {
  try {
    const { isOtherTax } = await editCheckout(em, services, { id, editor: 'payer', change: body, at });
    // Nobody pays another sum than they were shown.
    if (isOtherTax) throw taxChanged();
  } catch (error) {
    if (!(error instanceof ApiError && error.error === 'NotOpenCheckout')) throw error;
    const { status } = await em.fork().findOneOrFail(Checkout, id);
    if (status !== 'confirmed') throw error;
    return;
  }
  const entered = await em.fork().findOneOrFail(Checkout, id, {
    populate: ['organization', 'product', 'price', 'discount.products'],
  });
  refuseWithoutAddress(entered as CheckoutRow);
  refuseWithoutBillingName(entered as CheckoutRow);
}

/** The country alone may be left open, where nothing hangs on it. */
function refuseWithoutAddress(checkout: CheckoutRow): void {
  const address = checkout.customerBillingAddress ?? null;
  const isWhole = checkout.requireBillingAddress || checkout.isBusinessCustomer;
  const missing = missingParts(billingAddressForm(checkout), address).filter(
    (part) => part !== 'country' || isWhole || wantedForTax(checkout) === 'country',
  );
  if (missing.length === 0) return;
  throw unprocessable(
    ...missing.map((field) => ({
      loc: ['body', 'customer_billing_address', field],
      msg: 'This is needed for the invoice.',
      type: 'missing',
    })),
  );
}

/** As the row is now: a process that was lost takes up what is under way, which another press may have begun meanwhile. */
async function ask(
  em: EntityManager,
  { workflows }: Pick<Services, 'workflows'>,
  id: CheckoutId,
  body: z.output<typeof CheckoutConfirm>,
): Promise<ConfirmOutcome> {
  const confirmationToken = body.confirmation_token_id ?? null;
  const row = await em.fork().findOneOrFail(Checkout, id, { populate: ['customer.testClock'] });
  try {
    return await workflows.confirmCheckout(id, row.organization.id, checkoutStart(row), { confirmationToken });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // Its process has ended in the same moment, by another press or by its time.
    const { status } = await em.fork().findOneOrFail(Checkout, id);
    if (status === 'succeeded') return { status: 'succeeded' };
    throw status === 'expired' ? expiredCheckout() : unavailable();
  }
}

/** The customer may have one subscription, and left another checkout while paying: that one is called off, if it can be. */
async function leaveOthers(
  em: EntityManager,
  { workflows }: Pick<Services, 'workflows'>,
  checkout: CheckoutRow,
): Promise<void> {
  const { customer, customerEmail, organization } = await em.fork().findOneOrFail(Checkout, checkout.id);
  await callOff(em, workflows, {
    id: { $ne: checkout.id },
    organization: organization.id,
    ...(customer ? { customer: customer.id } : { customer: { email: inAnyCase(customerEmail ?? '') } }),
  });
}

function refuseUnlessTaken(outcome: ConfirmOutcome): void {
  switch (outcome.status) {
    case 'succeeded':
    case 'action_required':
      return;
    case 'declined':
      throw paymentError(outcome.message);
    case 'refused':
      throw refusalOf(outcome.reason);
  }
}

function refusalOf(reason: RefusalReason): ApiError {
  switch (reason) {
    case 'already_subscribed':
    case 'paying_elsewhere':
      return alreadyActiveSubscription();
    case 'customer_missing':
      return invalid(['body', 'customer_email'], 'An e-mail address is needed.');
    case 'confirmation_missing':
      return invalid(['body', 'confirmation_token_id'], 'A payment method is needed.');
    case 'product_gone':
      return invalid(['body', 'product_id'], 'This product is no longer sold.');
    case 'customer_gone':
      return checkoutNotOpen('The customer of this checkout has been deleted.');
    case 'not_upgradable':
      return checkoutNotOpen('The subscription that this checkout is for has changed meanwhile.');
    case 'trial_had':
      return trialAlreadyRedeemed(TRIAL_HAD);
    case 'too_many_attempts':
      return tooManyAttempts();
    case 'address_missing':
      return invalid(['body', 'customer_billing_address'], 'The tax depends on where you are: give your address.');
    case 'tax_changed':
      return taxChanged();
    case 'balance_changed':
      return totalChanged(['body'], 'Your balance has changed meanwhile; look at what is due now, and pay again.');
    case 'tax_unavailable':
      return unavailable(TAXES_AWAY);
    default:
      return invalid(['body', 'discount_code'], DISCOUNT_REASONS[reason]);
  }
}

const taxChanged = (): ApiError =>
  totalChanged(
    ['body', 'customer_billing_address'],
    'The tax has changed with what you entered; look at the new total, and pay again.',
  );

/** No payment has failed, as none was tried: another sum is due than was shown. */
const totalChanged = (loc: readonly string[], msg: string): ApiError => invalid(loc, msg, 'total_changed');

/** Whoever has just paid may see what they bought. */
async function sessionOf(em: EntityManager, id: CheckoutId): Promise<string | null> {
  const { customer, opensPortal } = await em.findOneOrFail(Checkout, id, { refresh: true });
  if (!customer || !opensPortal) return null;
  const { token } = await openSession(em, customer.id, new Date());
  return token;
}
