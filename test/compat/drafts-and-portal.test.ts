/** Draft orders, a customer's new e-mail address and their benefits, asked by the peer's published SDK. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { Email } from '../../db/entities/email.ts';
import { EmailVerification } from '../../db/entities/email-verification.ts';
import { hashToken } from '../../db/tokens.ts';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;

let organizationId: string;

beforeAll(async () => {
  running = await startRunning();
  const { token, organization } = await running.aMerchant();
  organizationId = organization.id;
  polar = new Polar({ accessToken: token, serverURL: running.api });
});
afterAll(() => running.close());

const anEmail = () => `ada-${randomUUID()}@example.com`;

async function aCustomer(card: string | null) {
  const customer = await polar.customers.create({ email: anEmail() });
  const session = { customerSession: (await polar.customerSessions.create({ customerId: customer.id })).token };
  if (card !== null) {
    await polar.customerPortal.customers.addPaymentMethod(session, {
      confirmationTokenId: await running.aCard(card),
      setDefault: true,
      returnUrl: 'https://example.com/portal',
    });
  }
  return { customer, session };
}

it('draft orders', async () => {
  const product = await polar.products.create({
    name: 'Fern Tokens',
    prices: [{ amountType: 'fixed', priceAmount: 3900, priceCurrency: 'usd' }],
  });
  const { customer } = await aCustomer('pm_card_visa');
  const order = await polar.orders.create({
    customerId: customer.id,
    productId: product.id,
    amount: 4500,
    description: '5,000 tokens',
    metadata: { batch: 7 },
    customFieldData: { size: 'large', since: new Date('2027-01-31T00:00:00Z'), of: null },
  });
  expect([order.status, order.totalAmount, order.invoiceNumber]).toEqual(['draft', 4500, null]);
  const paid = await polar.orders.finalize({ id: order.id, orderFinalize: {} });
  expect([paid.status, typeof paid.invoiceNumber]).toEqual(['paid', 'string']);
  const again = polar.orders.finalize({ id: order.id, orderFinalize: {} });
  await expect(again).rejects.toMatchObject({ statusCode: 412, error: 'OrderNotDraft' });
  const unknown = polar.orders.finalize({ id: randomUUID(), orderFinalize: {} });
  await expect(unknown).rejects.toMatchObject({ statusCode: 404, error: 'ResourceNotFound' });
  const poor = await aCustomer('pm_card_chargeCustomerFail');
  const unpaid = await polar.orders.create({ customerId: poor.customer.id, productId: product.id });
  const declined = polar.orders.finalize({ id: unpaid.id, orderFinalize: {} });
  await expect(declined).rejects.toMatchObject({ statusCode: 402, error: 'PaymentFailed' });
  const foreign = polar.orders.finalize({ id: unpaid.id, orderFinalize: { paymentMethodId: randomUUID() } });
  await expect(foreign).rejects.toMatchObject({ statusCode: 422 });
});

it('a customer’s new e-mail address', async () => {
  await polar.organizations.update({
    id: organizationId,
    organizationUpdate: {
      customerPortalSettings: {
        usage: { show: true },
        subscription: { updateSeats: false, updatePlan: false, pause: false },
        customer: { allowEmailChange: true },
      },
    },
  });
  const { session } = await aCustomer(null);
  const portal = polar.customerPortal.customers;
  const email = anEmail();
  await portal.requestEmailUpdate(session, { email });
  await expect(portal.checkEmailUpdate({ token: 'unknown' })).rejects.toMatchObject({ statusCode: 401 });
  await expect(portal.verifyEmailUpdate({ token: 'unknown' })).rejects.toMatchObject({ statusCode: 401 });
  // There is no mail server here that the link could be read at.
  const em = running.orm.em.fork();
  const letter = await em.findOneOrFail(Email, { recipient: email });
  const expiresAt = new Date(Date.now() + 60_000);
  await em.insert(EmailVerification, { id: randomUUID(), email: letter.id, tokenHash: hashToken('a link'), expiresAt });
  await portal.checkEmailUpdate({ token: 'a link' });
  const verified = await portal.verifyEmailUpdate({ token: 'a link' });
  const me = await portal.get({ customerSession: verified.token });
  expect([me.email, me.emailVerified]).toEqual([email, true]);
});

it('a customer’s benefits', async () => {
  const benefit = await polar.benefits.create({ type: 'custom', description: 'A note', properties: { note: 'Hello' } });
  const product = await polar.products.create({
    name: 'Fern',
    prices: [{ amountType: 'fixed', priceAmount: 0, priceCurrency: 'usd' }],
  });
  await polar.products.updateBenefits({ id: product.id, productBenefitsUpdate: { benefits: [benefit.id] } });
  const { customer, session } = await aCustomer(null);
  const order = await polar.orders.create({ customerId: customer.id, productId: product.id });
  await polar.orders.finalize({ id: order.id, orderFinalize: {} });
  const held = () => polar.customerPortal.benefitGrants.list(session, {});
  const id = await eventually(async () => (await held()).result.items[0]?.id);
  const update = (benefitType: 'custom' | 'license_keys') =>
    polar.customerPortal.benefitGrants.update(session, { id, customerBenefitGrantUpdate: { benefitType } });
  expect((await update('custom')).id).toBe(id);
  await expect(update('license_keys')).rejects.toMatchObject({ statusCode: 422 });
});
