/** The buyer presses Pay: what they entered is written, the process does the rest, its answer becomes the API's. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { Checkout, type CheckoutRow } from '../../db/entities/checkout.ts';
import { CustomerSession } from '../../db/entities/customer-session.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { CheckoutConfirm } from '../../schemas/checkout.ts';
import type { ConfirmOutcome } from '../../workflows/checkout.messages.ts';
import { hashToken } from '../auth.ts';
import { alreadyActiveSubscription, checkoutNotOpen, invalid, paymentError } from '../errors.ts';
import type { Services } from '../services.ts';
import { editCheckout } from './edit.ts';

const SESSION_LIFETIME = 60 * 60_000;

/**
 * Answers with a customer session token, shown only here, or null where the customer isn't known. A decline is a 400
 * with the processor's words; the checkout is open again.
 */
export async function confirmCheckout(
  em: EntityManager,
  services: Pick<Services, 'environment' | 'workflows'>,
  checkout: CheckoutRow,
  body: z.output<typeof CheckoutConfirm>,
  at: Date,
): Promise<string | null> {
  if (checkout.status === 'open') await editCheckout(em, services, checkout.id, body, at);
  else if (checkout.status === 'failed') throw checkoutNotOpen();
  const outcome = await services.workflows.confirmCheckout(
    checkout.id,
    checkout.organization.id,
    {
      checkoutId: checkout.id,
      expiresAt: checkout.expiresAt.getTime(),
      clockNow: checkout.customer?.testClock?.frozenTime.getTime() ?? null,
    },
    { confirmationToken: body.confirmation_token_id ?? null },
  );
  refuseUnlessTaken(outcome);
  return openSession(em, checkout);
}

function refuseUnlessTaken(outcome: ConfirmOutcome): void {
  switch (outcome.status) {
    case 'succeeded':
    case 'action_required':
      return;
    case 'declined':
      throw paymentError(outcome.message);
    case 'refused':
      switch (outcome.reason) {
        case 'already_subscribed':
          throw alreadyActiveSubscription();
        case 'customer_missing':
          throw invalid(['body', 'customer_email'], 'An e-mail address is needed.');
        case 'confirmation_missing':
          throw invalid(['body', 'confirmation_token_id'], 'A payment method is needed.');
        case 'product_gone':
          throw invalid(['body', 'product_id'], 'This product is no longer sold.');
      }
  }
}

/** Whoever has just paid may see what they bought. The session's dates are the machine's: it is a key, not billing. */
async function openSession(em: EntityManager, checkout: CheckoutRow): Promise<string | null> {
  const { customer } = await em.findOneOrFail(Checkout, checkout.id, { refresh: true });
  if (!customer) return null;
  const token = `polar_cst_${randomBytes(32).toString('base64url')}`;
  await em.insert(CustomerSession, {
    id: randomUUID(),
    createdAt: new Date(),
    customer: customer.id,
    tokenHash: hashToken(token),
    expiresAt: new Date(Date.now() + SESSION_LIFETIME),
  });
  return token;
}
