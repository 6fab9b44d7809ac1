/** Saves a further card of a customer, entered in their portal, and makes it the one that is charged. */
import type { CustomerId } from '../../billing/ids.ts';
import { cardSetupWorkflowId } from '../../billing/workflow-ids.ts';
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
}

export type CardSetup =
  | { readonly status: 'succeeded'; readonly intentId: string; readonly stripePaymentMethodId: string }
  | { readonly status: 'action_required'; readonly intentId: string }
  | { readonly status: 'declined'; readonly reason: string; readonly message: string };

export async function setUpCard({ orm, stripe }: Dependencies, given: SetUpCard): Promise<CardSetup> {
  const em = orm.em.fork();
  const customer = await em.findOneOrFail(Customer, given.customerId);
  try {
    const intent = await stripe.setupIntents.create(
      {
        customer: await ensureStripeCustomer(em, stripe, customer),
        confirmation_token: given.confirmationToken,
        confirm: true,
        usage: 'off_session',
        return_url: given.returnUrl,
        metadata: { workflow_id: cardSetupWorkflowId(given.setupId), customer_id: customer.id },
      },
      { idempotencyKey: `card-setup/${given.setupId}` },
    );
    return cardSetupOf(intent);
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.kind !== 'declined') throw error;
    return { status: 'declined', reason: trouble.reason, message: trouble.message };
  }
}

export async function readCardSetup({ stripe }: Dependencies, given: { readonly intentId: string }): Promise<CardSetup> {
  return cardSetupOf(await stripe.setupIntents.retrieve(given.intentId));
}

type Intent = Awaited<ReturnType<Dependencies['stripe']['setupIntents']['retrieve']>>;

function cardSetupOf(intent: Intent): CardSetup {
  const method = typeof intent.payment_method === 'object' ? intent.payment_method?.id : intent.payment_method;
  switch (intent.status) {
    case 'succeeded':
      return { status: 'succeeded', intentId: intent.id, stripePaymentMethodId: method ?? '' };
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
  readonly customerId: CustomerId;
  readonly stripePaymentMethodId: string;
  readonly setDefault: boolean;
  readonly at: number;
}

export async function keepCard(deps: Dependencies, given: KeepCard): Promise<void> {
  const method = await deps.stripe.paymentMethods.retrieve(given.stripePaymentMethodId);
  await transaction(deps, async (em) => {
    const at = new Date(given.at);
    const customer = await em.findOneOrFail(Customer, given.customerId);
    const row = await keepPaymentMethod(em, customer, method, at);
    if (!given.setDefault && customer.defaultPaymentMethodId) return;
    customer.defaultPaymentMethodId = row.id;
    customer.modifiedAt = at;
    await em.flush();
    const organizationId = customer.organization.id;
    await emit(em, { organizationId, type: 'customer.updated', at, data: () => customerView(customer) });
  });
}
