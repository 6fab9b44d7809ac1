/** A merchant who writes orders for customers with saved cards, and charges them. */
import { randomUUID } from 'node:crypto';
import { orderWorkflowId } from '../../billing/workflow-ids.ts';
import { eventually } from './everything.ts';
import type { Running } from './running.ts';

type Terms = Readonly<Record<string, unknown>>;

export const anEmail = () => `ada-${randomUUID()}@example.com`;

export type Drafts = Awaited<ReturnType<typeof draftsOf>>;

export async function draftsOf(running: Running) {
  const { token } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const aProduct = (terms: Terms = {}) =>
    make('/v1/products/', {
      name: 'Fern Tokens',
      prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
      ...terms,
    });

  async function addCard(customerId: string, card: string, setDefault = true): Promise<string> {
    const session = await make('/v1/customer-sessions/', { customer_id: customerId });
    const path = '/v1/customer-portal/customers/me/payment-methods';
    const saved = await running.made(session.token, 'POST', path, {
      confirmation_token_id: await running.aCard(card),
      set_default: setDefault,
      return_url: 'https://shop.example/portal',
    });
    return saved.payment_method.id;
  }

  /** With a card that is saved, and becomes the one that is charged. */
  async function aCustomer(card: string | null = 'pm_card_visa', terms: Terms = {}) {
    const customer = await make('/v1/customers/', { email: anEmail(), ...terms });
    if (card !== null) await addCard(customer.id, card);
    return customer;
  }

  async function aDraft(terms: Terms = {}) {
    const customer_id = terms['customer_id'] ?? (await aCustomer()).id;
    const product_id = terms['product_id'] ?? (await aProduct()).id;
    return make('/v1/orders/', { customer_id, product_id, ...terms });
  }

  const finalize = (id: string, body: Terms = {}) => running.call(token, 'POST', `/v1/orders/${id}/finalize`, body);

  async function taken(id: string) {
    const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
    return data.filter((intent) => intent.metadata['order_id'] === id && intent.status === 'succeeded');
  }

  return {
    ...{ token, make, aProduct, addCard, aCustomer, aDraft, finalize, taken },
    read: (id: string) => running.made(token, 'GET', `/v1/orders/${id}`),
    /** A draft whose card has been charged, and whose process was lost before it heard of that. */
    async lostAfterTheCharge() {
      const order = await aDraft();
      await running.sandbox('faults', {
        match: { method: 'POST', path: '/v1/payment_intents' },
        ...{ kind: 'timeout_after', ms: 4000, times: 1 },
      });
      const first = finalize(order.id);
      await eventually(async () => ((await taken(order.id)).length > 0 ? true : undefined));
      await running.temporal.workflow.getHandle(orderWorkflowId(order.id)).terminate('lost');
      return { order, first };
    },
  };
}
