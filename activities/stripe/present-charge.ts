/**
 * Charges a saved card of a customer who is there, and whom their bank may ask first. Such a charge is over only once it
 * is paid or canceled at the processor: until then whoever has its secret could pay it.
 */
import { ApplicationFailure } from '@temporalio/common';
import type Stripe from 'stripe';
import type { PaymentId } from '../../billing/ids.ts';
import { refusalOfCharge } from '../../billing/processor-amounts.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Dependencies } from '../dependencies.ts';
import { intentFor, savedCard } from './charge.ts';
import { canceled, EXPAND, findOrForestall } from './forestalled.ts';
import { findPaymentIntent, keyed, paymentKey } from './keyed.ts';
import type { ActionRequired, ChargeOutcome } from './outcome.ts';
import { declineOf, keepDeclined, keepPaid } from './payment-row.ts';
import { askAgain, intentBefore } from './processing.ts';

interface Asked {
  readonly paymentId: PaymentId;
}

/** Safe to repeat within the 24 hours that the processor keeps keys. */
export async function chargePresent(
  { orm, stripe }: Dependencies,
  { paymentId }: Asked,
): Promise<ChargeOutcome | ActionRequired> {
  const em = orm.em.fork();
  const payment = await paymentOf(em, paymentId);
  const unchargeable = refusalOfCharge(payment.amount, payment.currency);
  if (unchargeable !== null) return keepDeclined(em, paymentId, { intentId: null, ...unchargeable });
  const known = await intentBefore(stripe, payment);
  if (known !== null) return outcomeOf(em, stripe, paymentId, known);
  const customer = payment.customer.stripeCustomerId;
  const card = await savedCard(em, payment);
  if (!card || !customer) return findPresentCharge({ orm, stripe }, { paymentId });
  const answer = await keyed(
    paymentKey(payment),
    (options) => stripe.paymentIntents.create(presentIntentFor(payment, customer, card), options),
    () => findPaymentIntent(stripe, customer, paymentId),
  );
  // A refusal whose intent is known could be mended by nobody: its secret has been given to no one.
  return answer.kind === 'made' ? outcomeOf(em, stripe, paymentId, answer.object) : keepDeclined(em, paymentId, answer);
}

/** For a charge that can't be made again: what the processor says of it now. Not known to it: not made, now or later. */
export async function findPresentCharge(
  { orm, stripe }: Pick<Dependencies, 'orm' | 'stripe'>,
  { paymentId }: Asked,
): Promise<ChargeOutcome | ActionRequired> {
  const em = orm.em.fork();
  const fate = await findOrForestall({ orm, stripe }, paymentId);
  if (fate.isMade) return outcomeOf(em, stripe, paymentId, fate.intent);
  const hasCard = (await savedCard(em, await paymentOf(em, paymentId))) !== null;
  return keepDeclined(em, paymentId, {
    intentId: fate.intentId,
    reason: hasCard ? 'processor_unreachable' : 'payment_method_missing',
    message: hasCard ? 'The card processor could not be reached.' : 'There is no saved payment method to charge.',
  });
}

/** What has become of a charge that waits for the customer's bank. */
export async function readPresentCharge(
  { orm, stripe }: Dependencies,
  { paymentId }: Asked,
): Promise<ChargeOutcome | ActionRequired> {
  const em = orm.em.fork();
  const { processorId } = await paymentOf(em, paymentId);
  return outcomeOf(em, stripe, paymentId, await intentOf(stripe, processorId));
}

/** Calls it off; where the customer was faster, it is paid. */
export async function cancelPresentCharge({ orm, stripe }: Dependencies, { paymentId }: Asked): Promise<ChargeOutcome> {
  const em = orm.em.fork();
  const { processorId } = await paymentOf(em, paymentId);
  const intent = await canceled(stripe, processorId ?? '');
  const outcome = await outcomeOf(em, stripe, paymentId, intent);
  if (outcome.status === 'action_required')
    throw ApplicationFailure.retryable(`${intent.id} was not canceled`, 'Waiting');
  return outcome;
}

function paymentOf(em: EntityManager, paymentId: PaymentId) {
  return em.findOneOrFail(Payment, paymentId, { populate: ['customer', 'order'] });
}

function intentOf(stripe: Stripe, id: string | null | undefined): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.retrieve(id ?? '', { expand: EXPAND });
}

function presentIntentFor(payment: PaymentRow, customer: string, card: string): Stripe.PaymentIntentCreateParams {
  const { off_session: _absent, ...params } = intentFor(payment, customer, card);
  const subscription = payment.order?.subscription?.id;
  return {
    ...params,
    ...(payment.returnUrl ? { return_url: payment.returnUrl } : {}),
    metadata: {
      ...params.metadata,
      ...(subscription ? { workflow_id: subscriptionWorkflowId(subscription) } : {}),
    },
  };
}

async function outcomeOf(
  em: EntityManager,
  stripe: Stripe,
  paymentId: PaymentId,
  intent: Stripe.PaymentIntent,
): Promise<ChargeOutcome | ActionRequired> {
  switch (intent.status) {
    case 'succeeded':
      return keepPaid(em, paymentId, intent);
    case 'processing':
      return askAgain(em, paymentId, intent);
    case 'requires_action':
    case 'requires_confirmation':
      await em.nativeUpdate(Payment, paymentId, { processorId: intent.id, clientSecret: intent.client_secret });
      return { status: 'action_required', intentId: intent.id };
    case 'canceled':
      return keepDeclined(em, paymentId, declineOf(intent));
    default:
      return outcomeOf(em, stripe, paymentId, await canceled(stripe, intent.id));
  }
}
