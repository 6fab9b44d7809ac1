/** Saves a further card of a customer, entered in their portal. */
import type Stripe from 'stripe';
import type { CustomerId, PaymentMethodId } from '../../billing/ids.ts';
import { cardSetupWorkflowId } from '../../billing/workflow-ids.ts';
import { dropOwnCards, tryDefaultCard } from '../../db/cards.ts';
import { CardSetup } from '../../db/entities/card-setup.ts';
import { Customer } from '../../db/entities/customer.ts';
import { emit } from '../../db/events.ts';
import { customerView } from '../../db/views/customer.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { ensureStripeCustomer, keepPaymentMethod } from './customers.ts';
import { troubleOf } from './errors.ts';

export interface SetUpCard {
  readonly setupId: string;
  readonly customerId: CustomerId;
  readonly confirmationToken: string;
  readonly returnUrl: string;
  readonly setDefault: boolean;
  readonly at: number;
}

export type CardSetupOutcome =
  | { readonly status: 'succeeded'; readonly stripePaymentMethodId: string }
  | { readonly status: 'action_required'; readonly intentId: string }
  | { readonly status: 'declined'; readonly reason: string; readonly message: string };

/** Safe to repeat; nothing is charged. */
export async function setUpCard({ orm, stripe }: Dependencies, given: SetUpCard): Promise<CardSetupOutcome> {
  const em = orm.em.fork();
  const customer = await em.findOneOrFail(Customer, given.customerId);
  try {
    const intent = await stripe.setupIntents.create(
      {
        customer: await ensureStripeCustomer(em, stripe, customer),
        confirmation_token: given.confirmationToken,
        confirm: true,
        usage: 'off_session',
        allowed_payment_method_types: ['card'],
        return_url: given.returnUrl,
        metadata: { workflow_id: cardSetupWorkflowId(given.setupId), customer_id: customer.id },
      },
      { idempotencyKey: `card-setup/${given.setupId}` },
    );
    await em.upsert(
      CardSetup,
      {
        id: given.setupId,
        createdAt: new Date(given.at),
        customer: customer.id,
        intentId: intent.id,
        clientSecret: intent.client_secret ?? '',
      },
      { onConflictAction: 'ignore' },
    );
    return outcomeOf(intent);
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.kind !== 'declined') throw error;
    return { status: 'declined', reason: trouble.reason, message: trouble.message };
  }
}

/** A refusal is kept in the row: it is asked about by customers who come back after the process has ended. */
export async function readCardSetup(
  { orm, stripe }: Dependencies,
  { setupId, intentId }: { readonly setupId: string; readonly intentId: string },
): Promise<CardSetupOutcome> {
  const outcome = outcomeOf(await stripe.setupIntents.retrieve(intentId));
  if (outcome.status === 'declined') await orm.em.fork().nativeUpdate(CardSetup, setupId, { refusal: outcome.message });
  return outcome;
}

function outcomeOf(intent: Stripe.SetupIntent): CardSetupOutcome {
  switch (intent.status) {
    case 'succeeded': {
      const method = intent.payment_method;
      return { status: 'succeeded', stripePaymentMethodId: (typeof method === 'string' ? method : method?.id) ?? '' };
    }
    case 'requires_action':
    case 'requires_confirmation':
    case 'processing':
      return { status: 'action_required', intentId: intent.id };
    default: {
      const error = intent.last_setup_error;
      return {
        status: 'declined',
        reason: error?.decline_code ?? error?.code ?? intent.status,
        message: error?.message ?? 'The card could not be set up.',
      };
    }
  }
}

export interface KeepCard {
  readonly setupId: string;
  readonly customerId: CustomerId;
  readonly stripePaymentMethodId: string;
  /** The first card is the one that is charged, wished or not. */
  readonly setDefault: boolean;
  readonly at: number;
}

export interface KeptCard {
  readonly paymentMethodId: PaymentMethodId;
  readonly isDefault: boolean;
}

export async function keepCard(deps: Dependencies, given: KeepCard): Promise<KeptCard> {
  const method = await deps.stripe.paymentMethods.retrieve(given.stripePaymentMethodId);
  return transaction(deps, async (em) => {
    const at = new Date(given.at);
    if (given.setDefault) await dropOwnCards(em, given.customerId);
    const customer = await em.findOneOrFail(Customer, given.customerId);
    const row = await keepPaymentMethod(em, customer, method, at);
    await em.nativeUpdate(CardSetup, given.setupId, { paymentMethodId: row.id });
    if (given.setDefault || !customer.defaultPaymentMethodId) {
      customer.defaultPaymentMethodId = row.id;
      customer.modifiedAt = at;
      await em.flush();
      const organizationId = customer.organization.id;
      await emit(em, { organizationId, type: 'customer.updated', at, data: () => customerView(customer) });
      await tryDefaultCard(em, customer.id);
    }
    return { paymentMethodId: row.id, isDefault: customer.defaultPaymentMethodId === row.id };
  });
}
