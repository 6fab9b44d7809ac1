/** Invoices and receipts: asked for, made once, and opened by links that end. */
import { randomUUID } from 'node:crypto';
import { DocumentLink, OrderDocument } from '../../db/entities/document.ts';
import { WebhookEvent } from '../../db/entities/webhook.ts';
import { pagesOf } from '../activities/read-pdf.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(() => running.close());

const ADDRESS = { line1: 'ul. Długa 1', city: 'Żywiec', postal_code: '34-300', country: 'PL' };

/** A monthly plan, bought in 2031 on the customer's clock. */
async function bought(card = 'pm_card_visa', balance = 0) {
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const clock = await make('/v1/test-clocks/', { name: 'A year', frozen_time: '2031-03-01T12:00:00Z' });
  const customer = await make('/v1/customers/', { email: `ada-${randomUUID()}@example.com`, test_clock_id: clock.id });
  if (balance > 0) {
    const gift = { currency: 'usd', amount: balance, reason: 'Thanks', idempotency_key: randomUUID() };
    await make(`/v1/customers/${customer.id}/balances`, gift);
  }
  const price = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };
  const product = await make('/v1/products/', { name: 'Fern Pro', recurring_interval: 'month', prices: [price] });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(card),
  });
  const { items } = await running.made(token, 'GET', `/v1/orders/?customer_id=${customer.id}`);
  const session = await make('/v1/customer-sessions/', { customer_id: customer.id });
  return { clock, order: items[0], customer, portal: session.token as string };
}

const named = (path: string, by = token) =>
  running.made(by, 'PATCH', path, { billing_name: 'Łukasz Ždanović', billing_address: ADDRESS });

/** Once it is made: the link to it. */
const link = (path: string, by = token): Promise<string> =>
  eventually(async () => {
    const { status, body } = await running.call(by, 'GET', path);
    return status === 200 ? body.url : undefined;
  });

async function opened(url: string) {
  const response = await fetch(running.api + new URL(url).pathname);
  return { status: response.status, headers: response.headers, content: Buffer.from(await response.arrayBuffer()) };
}

describe('an invoice', () => {
  it('needs a name and an address, is dated by the order, and is made once', async () => {
    const { order } = await bought();
    const path = `/v1/orders/${order.id}`;
    expect(await running.call(token, 'GET', `${path}/invoice`)).toMatchObject({ status: 404 });
    expect(await running.call(token, 'POST', `${path}/invoice`)).toMatchObject({
      status: 422,
      body: { error: 'MissingInvoiceBillingDetails' },
    });
    await named(path);
    expect(await running.call(token, 'POST', `${path}/invoice`)).toEqual({ status: 202, body: null });

    const first = await opened(await link(`${path}/invoice`));
    expect(first.headers.get('content-type')).toBe('application/pdf');
    expect(first.headers.get('content-disposition')).toBe(`attachment; filename=${order.invoice_number}.pdf`);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(pagesOf(first.content).join('\n').split('\n')).toEqual(
      expect.arrayContaining([
        ...[order.invoice_number, 'March 1, 2031', 'Visa ending in 4242', 'Example Shop'],
        ...['Łukasz Ždanović', '34-300 Żywiec', 'Poland', 'Fern Pro', '$20.00', 'Total (USD)'],
      ]),
    );
    const shown = await running.made(token, 'GET', path);
    expect(shown).toMatchObject({ is_invoice_generated: true, modified_at: '2031-03-01T12:00:00.000Z' });

    expect((await running.call(token, 'POST', `${path}/invoice`)).status).toBe(202);
    expect((await opened(await link(`${path}/invoice`))).content).toEqual(first.content);
  });

  it('says, as the receipt does, what the balance paid at the checkout', async () => {
    const { order } = await bought('pm_card_visa', 500);
    await named(`/v1/orders/${order.id}`);
    await running.made(token, 'POST', `/v1/orders/${order.id}/invoice`);
    for (const [document, total] of [
      ['invoice', 'Total (USD)'],
      ['receipt', 'Amount paid (USD)'],
    ]) {
      const { content } = await opened(await link(`/v1/orders/${order.id}/${document}`));
      const said = pagesOf(content).join('\n').split('\n');
      expect(said).toEqual(
        expect.arrayContaining(['$20.00', 'Applied balance', '−$5.00', '$15.00', total, 'Visa ending in 4242']),
      );
    }
  });

  it('lets nobody change what stands on it', async () => {
    const { order, portal } = await bought();
    await named(`/v1/orders/${order.id}`);
    await running.made(token, 'POST', `/v1/orders/${order.id}/invoice`);
    for (const [by, path] of [
      [token, `/v1/orders/${order.id}`],
      [portal, `/v1/customer-portal/orders/${order.id}`],
    ] as const) {
      const reply = await running.call(by, 'PATCH', path, { billing_name: 'Somebody else' });
      expect(reply).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', 'billing_name'] }] } });
    }
    await link(`/v1/orders/${order.id}/invoice`);
    const em = running.orm.em.fork();
    await expect(
      em.nativeUpdate(OrderDocument, { order: order.id }, { content: Buffer.from('other') }),
    ).rejects.toThrow('a document that was made is never changed');
  });

  it('is made once, and told of once, however many ask at the same time', async () => {
    const endpoint = await running.made(token, 'POST', '/v1/webhooks/endpoints', {
      url: 'http://127.0.0.1:9/never',
      format: 'raw',
      events: ['order.updated'],
    });
    const { order } = await bought();
    await named(`/v1/orders/${order.id}`);
    const asking = Array.from({ length: 8 }, () => running.call(token, 'POST', `/v1/orders/${order.id}/invoice`));
    expect((await Promise.all(asking)).map(({ status }) => status)).toEqual(Array(8).fill(202));
    await link(`/v1/orders/${order.id}/invoice`);
    const em = running.orm.em.fork();
    expect(await em.count(OrderDocument, { order: order.id })).toBe(1);
    const events = await em.find(WebhookEvent, { endpoint: endpoint.id, type: 'order.updated' });
    const told = events.map(({ payload }) => JSON.parse(payload ?? '')).filter(({ data }) => data.id === order.id);
    expect(told.filter(({ data }) => data.is_invoice_generated)).toMatchObject([
      { timestamp: '2031-03-01T12:00:00.000Z', data: { id: order.id, billing_name: 'Łukasz Ždanović' } },
    ]);
    await running.made(token, 'DELETE', `/v1/webhooks/endpoints/${endpoint.id}`);
  });

  it('is not made of an order that was not paid, and neither is a receipt', async () => {
    const { clock, customer } = await bought('pm_card_chargeCustomerFail');
    await running.made(token, 'POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2031-04-02T00:00:00Z' });
    const unpaid = await eventually(async () => {
      const { items } = await running.made(token, 'GET', `/v1/orders/?customer_id=${customer.id}&status=pending`);
      return items[0];
    });
    await named(`/v1/orders/${unpaid.id}`);
    expect(await running.call(token, 'POST', `/v1/orders/${unpaid.id}/invoice`)).toMatchObject({
      status: 409,
      body: { error: 'OrderNotEligibleForInvoice' },
    });
    expect((await running.call(token, 'GET', `/v1/orders/${unpaid.id}/receipt`)).status).toBe(404);
    expect((await running.made(token, 'GET', `/v1/orders/${unpaid.id}`)).receipt_number).toBeNull();
  });
});

describe('a receipt', () => {
  it('is being made after the first call, and needs no billing details', async () => {
    const { order } = await bought();
    const path = `/v1/orders/${order.id}/receipt`;
    expect(await running.call(token, 'GET', path)).toEqual({ status: 202, body: '' });
    const { content, headers } = await opened(await link(path));
    expect(order.receipt_number).toBe(`${order.invoice_number}-R`);
    expect(headers.get('content-disposition')).toContain(`${order.receipt_number}.pdf`);
    expect(pagesOf(content).join('\n').split('\n')).toEqual(
      expect.arrayContaining([order.receipt_number, 'March 1, 2031', '$20.00', 'Visa ending in 4242']),
    );
    expect((await running.made(token, 'GET', `/v1/orders/${order.id}`)).is_invoice_generated).toBe(false);
    await named(`/v1/orders/${order.id}`);
  });
});

describe('in their portal, customers', () => {
  it('fill in what is missing, and have their documents', async () => {
    const { order, portal } = await bought();
    const path = `/v1/customer-portal/orders/${order.id}`;
    expect((await running.call(portal, 'POST', `${path}/invoice`)).body.error).toBe('MissingInvoiceBillingDetails');
    expect(await named(path, portal)).toMatchObject({ billing_name: 'Łukasz Ždanović' });
    const abroad = { billing_address: { ...ADDRESS, country: 'DE' } };
    expect((await running.call(portal, 'PATCH', path, abroad)).status).toBe(422);
    expect((await running.call(portal, 'POST', `${path}/invoice`)).status).toBe(202);
    const mine = await opened(await link(`${path}/invoice`, portal));
    expect(mine.content).toEqual((await opened(await link(`/v1/orders/${order.id}/invoice`))).content);
    expect((await opened(await link(`${path}/receipt`, portal))).status).toBe(200);
  });

  it('find nothing of others', async () => {
    const [{ order }, { portal }] = await Promise.all([bought(), bought()]);
    const path = `/v1/customer-portal/orders/${order.id}`;
    for (const [method, end] of [
      ['PATCH', ''],
      ['POST', '/invoice'],
      ['GET', '/invoice'],
      ['GET', '/receipt'],
    ] as const) {
      const body = method === 'PATCH' ? { billing_name: 'Mallory' } : undefined;
      expect((await running.call(portal, method, path + end, body)).status).toBe(404);
    }
  });
});

describe('a link', () => {
  it('ends, is kept only as a hash, and is cleared away with the next one', async () => {
    const { order } = await bought();
    const path = `/v1/orders/${order.id}/receipt`;
    const url = await link(path);
    const em = running.orm.em.fork();
    const ofOrder = { document: { order: order.id } };
    const [kept] = await em.find(DocumentLink, ofOrder);
    expect(kept?.tokenHash).toMatch(/^[0-9a-f]{64}$/);
    expect(url).not.toContain(kept?.tokenHash);
    await em.nativeUpdate(DocumentLink, { id: kept?.id }, { expiresAt: new Date(Date.now() - 1) });
    expect((await opened(url)).status).toBe(404);
    expect((await opened(await link(path))).status).toBe(200);
    expect(await em.fork().count(DocumentLink, ofOrder)).toBe(1);
  });

  it.each(['made-up', 'x'.repeat(500), '%00', '%ED%A0%80', '..%2f..%2fetc%2fpasswd'])(
    '%s opens nothing',
    async (key) => {
      const { status } = await fetch(`${running.api}/v1/documents/${key}`);
      expect([404, 400, 422]).toContain(status);
    },
  );
});
