/** What organizations are told, as the peer's published SDK reads it: each kind of event that it knows. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import type { WebhookEventType } from '@polar-sh/sdk/models/components/webhookeventtype';
import { validateEvent } from '@polar-sh/sdk/webhooks';
import { EVENT_TYPES } from '../../billing/event-types.ts';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { anEmail, aTeam, delivered } from '../api/teams.ts';
import { type Receiver, startReceiver } from '../webhooks/receiver.ts';

/** Newer than this SDK's `validateEvent`. */
const UNKNOWN = [
  ...['subscription.cycled', 'subscription.paused', 'subscription.resumed'],
  ...['discount.created', 'discount.updated', 'discount.deleted'],
] as const;
/** Nothing here does what these tell of. */
const ABSENT: readonly WebhookEventType[] = ['benefit_grant.updated', 'benefit_grant.cycled'];
const WANTED = EVENT_TYPES.filter((type) => !UNKNOWN.some((unknown) => unknown === type)) as WebhookEventType[];

let running: Running;
let receiver: Receiver;
beforeAll(async () => {
  [running, receiver] = await Promise.all([startRunning(), startReceiver()]);
});
afterAll(async () => {
  receiver.close();
  await running.close();
});

it('every event is one that the SDK can read', async () => {
  const team = await aTeam(running);
  const { token, make } = team;
  const polar = new Polar({ accessToken: token, serverURL: running.api });
  const { secret } = await polar.webhooks.createWebhookEndpoint({
    url: receiver.url,
    format: 'raw',
    events: [...WANTED],
  });

  await shopChanges(team.organization.id, polar);
  await running.made(token, 'PATCH', `/v1/organizations/${team.organization.id}`, { tax_registrations: ['EU'] });
  await buysByALink(polar);
  await teamLives(team);
  await cardFails(make, team.product.id);
  await polar.customers.delete({ id: team.customer.id });

  const types = () => new Set(receiver.received.map(({ body }) => JSON.parse(body).type));
  await eventually(async () => (WANTED.every((type) => ABSENT.includes(type) || types().has(type)) ? true : undefined));
  for (const { body, headers } of receiver.received) {
    const told = { type: JSON.parse(body).type, error: '' };
    try {
      validateEvent(body, headers as Record<string, string>, secret);
    } catch (error) {
      told.error = String(error);
    }
    expect(told).toEqual({ type: told.type, error: '' });
  }
});

const usd = (priceAmount: number) => [{ amountType: 'fixed' as const, priceAmount, priceCurrency: 'usd' as const }];

async function shopChanges(organizationId: string, polar: Polar): Promise<void> {
  await polar.organizations.update({ id: organizationId, organizationUpdate: { name: 'Fernwood' } });
  const { id } = await polar.benefits.create({ type: 'custom', description: 'A note', properties: {} });
  await polar.benefits.update({ id, requestBody: { type: 'custom', description: 'Another note' } });
}

/** With everything that a checkout may have: fields of the shop's own, a tax, a business with its id. */
async function buysByALink(polar: Polar): Promise<void> {
  const slug = `field-${randomUUID().slice(0, 8)}`;
  const field = await polar.customFields.create({ type: 'number', slug, name: 'How many', properties: {} });
  const product = await polar.products.create({
    ...{ name: 'Fern Pro', recurringInterval: 'month', prices: usd(2000), trialInterval: 'day', trialIntervalCount: 7 },
    attachedCustomFields: [{ customFieldId: field.id, required: true }],
  });
  await polar.products.update({ id: product.id, productUpdate: { description: 'For one' } });
  const link = await polar.checkoutLinks.create({ paymentProcessor: 'stripe', products: [product.id] });
  const visit = await fetch(`${link.url.replace(/^https?:\/\/[^/]+/, running.api)}?custom_field_data.${slug}=3`, {
    redirect: 'manual',
    headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
  });
  const clientSecret = /polar_c_[\w-]+/.exec(visit.headers.get('location') ?? '')?.[0] ?? '';
  const checkoutUpdatePublic = {
    ...{ customerEmail: anEmail('ada'), customerBillingName: 'Example GmbH', customerTaxId: 'DE136695976' },
    customerBillingAddress: { country: 'DE' as const, line1: 'Musterstraße 1', postalCode: '10115', city: 'Berlin' },
  };
  await polar.checkouts.clientUpdate({ clientSecret, checkoutUpdatePublic });
  const checkoutConfirmStripe = { confirmationTokenId: await running.aCard() };
  await polar.checkouts.clientConfirm({ clientSecret, checkoutConfirmStripe });
}

async function teamLives(team: Awaited<ReturnType<typeof aTeam>>): Promise<void> {
  const email = anEmail();
  const seat = await team.assigned({ email, external_member_id: 'grace', metadata: { desk: 7 } });
  await team.claim((await delivered(running, email)) ?? '');
  await team.holders();
  const members = `/v1/customers/${team.customer.id}/members`;
  await running.made(team.token, 'PATCH', `${members}/${seat.member_id}`, { name: 'Grace' });
  await team.revoke(seat.id);
  await running.made(team.token, 'DELETE', `${members}/${seat.member_id}`);
  await team.make(`/v1/customers/${team.customer.id}/balances`, {
    ...{ currency: 'usd', amount: 300, reason: 'An outage', idempotency_key: 'outage' },
  });
  await team.patch({ seats: 5 });
  await team.patch({ cancel_at_period_end: true });
  await team.patch({ cancel_at_period_end: false });
  await team.patch({ revoke: true });
}

/** On a clock: a renewal is declined, and a checkout left open. */
async function cardFails(make: (path: string, body: unknown) => Promise<{ id: string }>, product: string) {
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: '2027-04-01T00:00:00Z' });
  const customer = await make('/v1/customers/', {
    ...{ email: anEmail('joan'), billing_address: { country: 'FR' }, test_clock_id: clock.id },
  });
  const checkout = { products: [product], customer_id: customer.id, seats: 1 };
  const paid = (await make('/v1/checkouts/', checkout)) as { id: string; client_secret: string };
  await running.made(null, 'POST', `/v1/checkouts/client/${paid.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard('pm_card_chargeCustomerFail'),
  });
  await make('/v1/checkouts/', checkout);
  await make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2027-05-02T00:00:00Z' });
}
