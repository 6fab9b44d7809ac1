/** Who has had a trial gets no second one, where the shop wants it so: known by address, by card, in a race. */
import { randomUUID } from 'node:crypto';
import { bank } from '../sandbox/sandboxed.ts';
import { usd } from './changing.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** A shop with a product that has a trial of two weeks. */
async function shop(prevents = true) {
  const { token, organization } = await running.aMerchant();
  const settings = {
    ...organization.subscription_settings,
    prevent_trial_abuse: prevents,
    allow_multiple_subscriptions: true,
  };
  await running.made(token, 'PATCH', `/v1/organizations/${organization.id}`, { subscription_settings: settings });
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const product = await make('/v1/products/', {
    ...{ name: 'Fern', recurring_interval: 'month', prices: usd(1000) },
    ...{ trial_interval: 'day', trial_interval_count: 14 },
  });
  const open = async (more: object = {}) => make('/v1/checkouts/', { products: [product.id], ...more });
  const pay = async (checkout: { client_secret: string }, email: string, card = 'pm_card_visa') =>
    running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
      customer_email: email,
      confirmation_token_id: await running.aCard(card),
    });
  const look = (checkout: { client_secret: string }) =>
    running.made(null, 'GET', `/v1/checkouts/client/${checkout.client_secret}`);
  const subscriptions = async () => (await running.made(token, 'GET', '/v1/subscriptions/?limit=100')).items;
  const disagreements = () => running.disagreements(token);
  return { token, organization, product, make, open, pay, look, subscriptions, disagreements };
}

const anAddress = (alias = '') => `${randomUUID()}${alias}@example.com`;

async function refusedThenPaid(at: Awaited<ReturnType<typeof shop>>, email: string, card: string) {
  const checkout = await at.open();
  expect((await at.look(checkout)).active_trial_interval).toBe('day');
  const refused = await at.pay(checkout, email, card);
  expect([refused.status, refused.body.error]).toEqual([403, 'TrialAlreadyRedeemed']);
  const shown = await at.look(checkout);
  expect(shown).toMatchObject({ status: 'open', allow_trial: false, trial_end: null, active_trial_interval: null });
  expect(shown).toMatchObject({ is_payment_required: true, total_amount: 1000 });
  expect(shown.payment_processor_metadata.failure).toContain('had a trial');
  expect((await at.subscriptions()).length).toBe(1);
  expect((await running.made(at.token, 'GET', '/v1/payments/')).items).toEqual([]);

  expect((await at.pay(checkout, email, card)).status).toBe(200);
  const paid = (await at.subscriptions()).filter(({ status }: { status: string }) => status === 'active');
  expect(paid).toHaveLength(1);
  expect(paid[0]).toMatchObject({ trial_end: null });
  expect(await at.disagreements()).toEqual([]);
}

it('the same address, whatever follows its plus', async () => {
  const at = await shop();
  const name = randomUUID();
  expect((await at.pay(await at.open(), `${name}@example.com`)).status).toBe(200);
  await refusedThenPaid(at, `${name.toUpperCase()}+again@example.com`, 'pm_card_mastercard');
});

it('the same card, which is known once it is set up: nothing is charged until Pay is pressed for the price', async () => {
  const at = await shop();
  expect((await at.pay(await at.open(), anAddress())).status).toBe(200);
  await refusedThenPaid(at, anAddress(), 'pm_card_visa');
});

it('a trial that was canceled counts, too', async () => {
  const at = await shop();
  const email = anAddress();
  await at.pay(await at.open(), email);
  const [{ id }] = await at.subscriptions();
  await running.made(at.token, 'DELETE', `/v1/subscriptions/${id}`);
  expect((await at.pay(await at.open(), email)).body.error).toBe('TrialAlreadyRedeemed');
});

it('a trial that the merchant gave counts and is not refused', async () => {
  const at = await shop();
  const email = anAddress();
  const customer = await at.make('/v1/customers/', { email });
  const free = await at.make('/v1/products/', {
    ...{ name: 'Moss', recurring_interval: 'month', prices: [{ amount_type: 'free', price_currency: 'usd' }] },
  });
  for (const times of [1, 2]) {
    const { id } = await at.make('/v1/subscriptions/', { product_id: free.id, customer_id: customer.id });
    const trial_end = new Date(Date.now() + times * 7 * 86_400_000).toISOString();
    const given = await running.made(at.token, 'PATCH', `/v1/subscriptions/${id}`, { trial_end });
    expect(given.status).toBe('trialing');
  }
  expect((await at.pay(await at.open(), email, 'pm_card_mastercard')).body.error).toBe('TrialAlreadyRedeemed');
});

it('two at once: one has it', async () => {
  const at = await shop();
  const answers = await Promise.all(
    [anAddress(), anAddress()].map(async (email) => at.pay(await at.open(), email, 'pm_card_amex')),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403]);
  expect((await at.subscriptions()).map(({ status }: { status: string }) => status)).toEqual(['trialing']);
  expect(await at.disagreements()).toEqual([]);
});

it('a press that is sent twice gets one answer', async () => {
  const at = await shop();
  await at.pay(await at.open(), anAddress());
  const checkout = await at.open();
  const token = await running.aCard();
  const press = async () => {
    const body = { customer_email: 'twice@example.com', confirmation_token_id: token };
    return running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, body);
  };
  expect([(await press()).body.error, (await press()).body.error]).toEqual([
    'TrialAlreadyRedeemed',
    'TrialAlreadyRedeemed',
  ]);
  expect((await at.subscriptions()).length).toBe(1);
});

it('after 3-D Secure the buyer finds the checkout open again, at its price', async () => {
  const at = await shop();
  const throughTheBank = async (email: string) => {
    const checkout = await at.open();
    const { body } = await at.pay(checkout, email, 'pm_card_authenticationRequired');
    const [id = ''] = body.payment_processor_metadata.intent_client_secret.split('_secret_');
    const { next_action } = await running.stripe.setupIntents.retrieve(id);
    await bank(String(next_action?.redirect_to_url?.url ?? next_action?.use_stripe_sdk?.stripe_js), 'approve');
    return eventually(async () => {
      const shown = await at.look(checkout);
      return shown.status === 'confirmed' ? undefined : shown;
    });
  };
  expect((await throughTheBank(anAddress())).status).toBe('succeeded');
  const again = await throughTheBank(anAddress());
  expect(again).toMatchObject({ status: 'open', trial_end: null, is_payment_required: true });
  expect(again.payment_processor_metadata.failure).toContain('had a trial');
  expect((await at.subscriptions()).length).toBe(1);
});

it('where the shop does not mind, everybody has as many as they like; each counts once that is changed', async () => {
  const at = await shop(false);
  const email = anAddress();
  for (const _ of [1, 2]) expect((await at.pay(await at.open(), email)).status).toBe(200);
  expect((await at.subscriptions()).map(({ status }: { status: string }) => status)).toEqual(['trialing', 'trialing']);
  const before = at.organization.subscription_settings;
  const settings = { ...before, prevent_trial_abuse: true, allow_multiple_subscriptions: true };
  await running.made(at.token, 'PATCH', `/v1/organizations/${at.organization.id}`, { subscription_settings: settings });
  expect((await at.pay(await at.open(), email)).body.error).toBe('TrialAlreadyRedeemed');
  const other = await shop();
  expect((await other.pay(await other.open(), email)).status).toBe(200);
});
