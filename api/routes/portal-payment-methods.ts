/** A customer saves a card in their portal. Listing and removing cards stand with the customer's other routes. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, PaymentMethodId } from '../../billing/ids.ts';
import { dropOwnCards, tryDefaultCard } from '../../db/cards.ts';
import { CardSetup, type CardSetupRow } from '../../db/entities/card-setup.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { emit } from '../../db/events.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { customerView } from '../../db/views/customer.ts';
import { portalPaymentMethodView } from '../../db/views/portal.ts';
import {
  CustomerPaymentMethodConfirm,
  CustomerPaymentMethodCreate,
  CustomerPaymentMethodCreateResponse,
} from '../../schemas/customer-portal.ts';
import type { SavedCard } from '../../workflows/card-setup.messages.ts';
import { customerNotReady, paymentMethodSetupFailed } from '../errors.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';

export const addPaymentMethod = route({
  method: 'post',
  path: '/v1/customer-portal/customers/me/payment-methods',
  summary: 'Add a payment method',
  description: 'Saves the card behind a confirmation token. Unpaid renewals are tried with it at once.',
  tag,
  auth: 'customer',
  body: CustomerPaymentMethodCreate,
  response: CustomerPaymentMethodCreateResponse,
  status: 201,
  errors: [400],
  async handle({ body, customer, em, workflows }) {
    const row = await em.findOneOrFail(Customer, customer.id, { populate: ['testClock'] });
    const saved = await workflows.setUpCard({
      setupId: randomUUID(),
      organizationId: customer.organizationId,
      customerId: customer.id,
      confirmationToken: body.confirmation_token_id,
      returnUrl: body.return_url,
      setDefault: body.set_default,
      clockNow: row.testClock?.frozenTime.getTime() ?? null,
    });
    return answer(em, customer.id, saved);
  },
});

export const confirmPaymentMethod = route({
  method: 'post',
  path: '/v1/customer-portal/customers/me/payment-methods/confirm',
  summary: 'Confirm a payment method',
  description: 'After the customer has been at their bank: looks whether the card is saved now.',
  tag,
  auth: 'customer',
  body: CustomerPaymentMethodConfirm,
  response: CustomerPaymentMethodCreateResponse,
  status: 201,
  errors: [400, 403],
  async handle({ body, customer, em, request, workflows }) {
    const setup = await em.findOne(CardSetup, { intentId: body.setup_intent_id, customer: customer.id });
    if (setup === null) throw customerNotReady('No card of yours is waiting to be confirmed under this id.');
    const saved =
      outcomeOf(setup) ?? (await workflows.lookAtCard(setup.id)) ?? outcomeOf(await em.refreshOrFail(setup));
    if (saved === null) throw paymentMethodSetupFailed('Your bank did not answer in time. Please add the card again.');
    if (saved.status === 'saved' && body.set_default) {
      await makeDefault(em, customer.id, saved.paymentMethodId as PaymentMethodId, request.at);
    }
    return answer(em, customer.id, saved);
  },
});

export const portalPaymentMethodRoutes = [addPaymentMethod, confirmPaymentMethod];

/** Whoever wishes it only after the bank has agreed gets it too. */
async function makeDefault(em: EntityManager, customer: CustomerId, card: PaymentMethodId, at: Date): Promise<void> {
  await em.transactional(async (tx) => {
    await dropOwnCards(tx, customer);
    await lockRow(tx, Customer, customer);
    const row = (await tx.findOneOrFail(Customer, customer, { populate: ['testClock'] })) as CustomerRow;
    if (row.defaultPaymentMethodId === card) return;
    // Whoever has removed it meanwhile has no use for it.
    if ((await tx.count(PaymentMethod, { id: card, deletedAt: null })) === 0) return;
    row.defaultPaymentMethodId = card;
    row.modifiedAt = nowOf(row, at);
    await tx.flush();
    const event = { organizationId: row.organization.id, type: 'customer.updated' as const, at: row.modifiedAt };
    await emit(tx, { ...event, data: () => customerView(row) });
    await tryDefaultCard(tx, customer);
  });
}

/** What the row keeps; null while it isn't known, or was given up. */
function outcomeOf({ paymentMethodId, refusal }: CardSetupRow): Known | null {
  if (paymentMethodId) return { status: 'saved', paymentMethodId };
  return refusal ? { status: 'declined', message: refusal } : null;
}

type Known =
  | Pick<Extract<SavedCard, { status: 'saved' }>, 'status' | 'paymentMethodId'>
  | Pick<Extract<SavedCard, { status: 'declined' }>, 'status' | 'message'>;

async function answer(em: EntityManager, customerId: CustomerId, saved: SavedCard | Known) {
  switch (saved.status) {
    case 'saved': {
      const method = await em.findOneOrFail(PaymentMethod, saved.paymentMethodId, { populate: ['customer'] });
      await em.refresh(method.customer);
      return { status: 'succeeded' as const, payment_method: portalPaymentMethodView(method) };
    }
    case 'action_required': {
      const setup = await em.findOneOrFail(CardSetup, { intentId: saved.intentId, customer: customerId });
      return { status: 'requires_action' as const, client_secret: setup.clientSecret };
    }
    case 'declined':
      throw paymentMethodSetupFailed(saved.message);
  }
}
