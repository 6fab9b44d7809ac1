/** A customer at a real browser changes their plan, pauses, resumes and pays what is due; each time shown before. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { callerOf, cardToken } from '../../dev/api-client.ts';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { eventually } from '../api/everything.ts';
import { bank } from '../sandbox/sandboxed.ts';
import { CARDS, fillCard, portalAtRest } from './buyer.ts';
import { describeInBrowser, launch } from './chromium.ts';

/** Its bank wants to be asked about each payment whose holder is there. */
const ASKS = 'pm_card_authenticationRequired';
const STARTS_WITHIN_MS = 300_000;
const usd = (amount: number) => [{ amount_type: 'fixed', price_amount: amount, price_currency: 'usd' }];

describeInBrowser('the portal', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let system: System;
  let browser: Browser;
  let page: Page;
  let call: ReturnType<typeof callerOf>;
  let organization: string;
  let lite: string;
  let team: string;
  let complaints: string[];

  beforeAll(async () => {
    system = await startSystem({ home, pages: true });
    const shop = await seedDemoShop(system);
    call = callerOf(system.api, shop.token);
    const product = async (name: string, prices: unknown) =>
      String((await call('POST', '/v1/products/', { name, recurring_interval: 'month', prices })).id);
    lite = await product('Example Lite', usd(500));
    await product('Example Pro', usd(2000));
    const tiers = [{ min_seats: 1, max_seats: 20, price_per_seat: 1000 }];
    team = await product('Example Team', [{ amount_type: 'seat_based', price_currency: 'usd', seat_tiers: { tiers } }]);
    organization = `/v1/organizations/${shop.organizationId}`;
    await settings({ proration_behavior: 'invoice' });
    const subscription = { update_plan: true, update_seats: true, pause: true };
    await call('PATCH', organization, { customer_portal_settings: { usage: { show: true }, subscription } });
    browser = await launch();
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US' });
    page = await context.newPage();
    page.setDefaultTimeout(45_000);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
  });

  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  /** A subscriber on a clock that begins now, who is signed in on `page`. */
  async function subscriber(product: string, { card = 'pm_card_visa', country = 'NZ', seats = 1, trialDays = 0 } = {}) {
    const start = new Date();
    const clock = await call('POST', '/v1/test-clocks/', { name: 'A life', frozen_time: start.toISOString() });
    const customer = await call('POST', '/v1/customers/', {
      ...{ email: `ada-${randomUUID().slice(0, 8)}@example.com`, name: 'Ada Example', test_clock_id: clock.id },
    });
    const checkout = await call('POST', '/v1/checkouts/', {
      ...{ products: [product], customer_id: customer.id },
      ...(product === team ? { seats } : {}),
      ...(trialDays > 0 ? { trial_interval: 'day', trial_interval_count: trialDays } : {}),
    });
    await call('POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
      customer_billing_address: { country },
      confirmation_token_id: await cardToken(system.stripeApi, card),
    });
    if (card === ASKS) await approvesPurchase(String(checkout.client_secret));
    await eventually(async () => (await call('GET', `/v1/subscriptions/?customer_id=${customer.id}`)).items[0]);
    const session = await call('POST', '/v1/customer-sessions/', { customer_id: customer.id });
    await page.goto(String(session.customer_portal_url));
    return {
      async livesDays(days: number) {
        const to = new Date(start.getTime() + days * 86_400_000).toISOString();
        await call('POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: to });
        await eventually(
          async () => (await call('GET', `/v1/test-clocks/${clock.id}`)).status === 'ready' || undefined,
        );
        await page.reload();
      },
      orders: async () => (await call('GET', `/v1/orders/?customer_id=${customer.id}&sorting=created_at`)).items,
    };
  }

  async function approvesPurchase(clientSecret: string): Promise<void> {
    const { payment_processor_metadata: said } = await call('GET', `/v1/checkouts/client/${clientSecret}`);
    const secret = String(said.intent_client_secret);
    const intent = secret.slice(0, secret.indexOf('_secret'));
    await bank(`${system.stripeApi}/3ds/${intent}?client_secret=${encodeURIComponent(secret)}`, 'approve');
  }

  async function settings(more: object): Promise<void> {
    const { subscription_settings: present } = await call('GET', organization);
    await call('PATCH', organization, { subscription_settings: { ...present, ...more } });
  }

  const item = (name: string) => page.getByRole('article', { name });
  const button = (name: RegExp | string) => page.getByRole('dialog').getByRole('button', { name });
  const due = async () => Number((await page.getByTestId('due').textContent())?.replaceAll(/[^\d.]/g, ''));

  it('changes the plan for what it has shown', async () => {
    const customer = await subscriber(lite);
    await customer.livesDays(1);
    await item('Example Lite').getByRole('button', { name: 'Change plan' }).click();
    await page.getByRole('radio', { name: /Example Pro/ }).check();
    await page.getByText('Unused time on Example Lite').waitFor();
    const shown = await due();
    expect(shown).toBeGreaterThan(14);
    await button(/Pay \$.* and change/).click();
    await item('Example Pro').getByText('Active').waitFor();
    const orders = await customer.orders();
    expect(orders.map(({ total_amount }: { total_amount: number }) => total_amount)).toContain(Math.round(shown * 100));
  });

  it('says what of a change is tax where prices include it', async () => {
    await subscriber(lite, { country: 'DE' });
    await item('Example Lite').getByRole('button', { name: 'Change plan' }).click();
    await page.getByRole('radio', { name: /Example Pro/ }).check();
    await page.getByText(/^Includes \$2\.(39|40) tax\.$/).waitFor();
    expect(await page.getByRole('dialog').getByText('Tax', { exact: true }).count()).toBe(0);
    expect(await due()).toBe(15);
    await button('Leave it as it is').click();
  });

  it('says why a change was declined, and leaves all as it was', async () => {
    await subscriber(lite, { card: 'pm_card_chargeCustomerFail', trialDays: 30 });
    await item('Example Lite').getByRole('button', { name: 'Change plan' }).click();
    await page.getByRole('radio', { name: /Example Pro/ }).check();
    await button('Pay $20.00 and change').click();
    await page.getByRole('alert').getByText('The payment did not go through').waitFor();
    await button('Leave it as it is').click();
    await item('Example Lite').getByText('Trial', { exact: true }).waitFor();
  });

  it('asks the bank where it wants to be asked: refused, nothing changes; approved, the plan does', async () => {
    const customer = await subscriber(lite, { card: ASKS });
    await customer.livesDays(1);
    const goToBank = async () => {
      await item('Example Lite').getByRole('button', { name: 'Change plan' }).click();
      await page.getByRole('radio', { name: /Example Pro/ }).check();
      await button(/Pay \$.* and change/).click();
      await page.getByRole('button', { name: 'Approve' }).waitFor();
    };
    await goToBank();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByText('Nothing was charged, and your plan is as it was.').waitFor();
    await item('Example Lite').getByText('Active').waitFor();
    await goToBank();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your plan is changed.').waitFor();
    await item('Example Pro').getByText('Active').waitFor();
    const changes = (await customer.orders()).filter(({ billing_reason: why }: Order) => why === 'subscription_update');
    expect(changes.map(({ status }: Order) => status).toSorted()).toEqual(['paid', 'void']);
  });

  it('shows a change that waits for the bank, also once its tab is closed: called off, or gone on with', async () => {
    const customer = await subscriber(lite, { card: ASKS });
    await customer.livesDays(1);
    const comesBack = async () => {
      const portal = page.url();
      await item('Example Lite').getByRole('button', { name: 'Change plan' }).click();
      await page.getByRole('radio', { name: /Example Pro/ }).check();
      await button(/Pay \$.* and change/).click();
      await page.getByRole('button', { name: 'Approve' }).waitFor();
      await page.goto(portal);
      await item('Example Lite')
        .getByText(/Example Pro for \$\d+\.\d\d\./)
        .waitFor();
    };
    await comesBack();
    const orders = page.getByRole('region', { name: 'Orders' });
    await portalAtRest(page);
    await orders.getByText('Waits for your bank').waitFor();
    await orders.getByRole('button', { name: 'Continue at your bank' }).click();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await orders.getByText('Void', { exact: true }).waitFor();
    await comesBack();
    await item('Example Lite').getByRole('button', { name: 'Call off' }).click();
    await page.getByText('Example Lite stays as it is.').waitFor();
    await item('Example Lite').getByRole('button', { name: 'Call off' }).waitFor({ state: 'detached' });
    await comesBack();
    await item('Example Lite').getByRole('button', { name: 'Continue at your bank' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your plan is changed.').waitFor();
    await item('Example Pro').getByText('Active').waitFor();
    expect(await page.getByRole('button', { name: 'Call off' }).count()).toBe(0);
  });

  it('changes seats, once they can be had', async () => {
    const customer = await subscriber(team, { seats: 3 });
    await customer.livesDays(2);
    await item('Example Team').getByRole('button', { name: 'Change seats' }).click();
    await page.getByRole('textbox', { name: 'Seats' }).fill('21');
    await page.getByText('Enter a number from 1 to 20.').waitFor();
    await page.getByRole('textbox', { name: 'Seats' }).fill('4');
    await page.getByText('Charged now').waitFor();
    await button(/Pay \$.* and change/).click();
    await item('Example Team').getByText('· 4 seats').waitFor();
  });

  it('waits for the renewal where the shop says so, and can be taken back', async () => {
    await settings({ proration_behavior: 'next_period' });
    await subscriber(lite);
    await item('Example Lite').getByRole('button', { name: 'Change plan' }).click();
    await page.getByRole('radio', { name: /Example Pro/ }).check();
    await page.getByText('Nothing is charged now.').waitFor();
    await button(/^Change on /).click();
    await item('Example Lite')
      .getByText(/From .*: Example Pro/)
      .waitFor();
    await item('Example Lite')
      .getByText(/Next charge: \$20\.00/)
      .waitFor();
    await item('Example Lite')
      .getByRole('button', { name: /Take it back/ })
      .click();
    await item('Example Lite')
      .getByText(/Next charge: \$5\.00/)
      .waitFor();
    await settings({ proration_behavior: 'invoice' });
  });

  it('pauses, thinks better of it, pauses and resumes for what it has shown', async () => {
    const customer = await subscriber(lite);
    const lited = item('Example Lite');
    await lited.getByRole('button', { name: 'Pause' }).click();
    await button('Pause at period end').click();
    await lited.getByText('Pauses soon').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await lited.getByText('Active').waitFor();
    await lited.getByRole('button', { name: 'Pause' }).click();
    await button('Pause at period end').click();
    await lited.getByText('Pauses soon').waitFor();
    await customer.livesDays(45);
    await lited.getByText('Paused').waitFor();
    await lited.getByRole('button', { name: 'Resume' }).click();
    await button('Pay $5.00 and resume').click();
    await lited.getByText('Active').waitFor();
  });

  it('pays a failed renewal with a new card', async () => {
    const customer = await subscriber(lite, { card: 'pm_card_chargeCustomerFail', trialDays: 3 });
    await customer.livesDays(4);
    const lited = item('Example Lite');
    await lited.getByText('Payment failed', { exact: true }).waitFor();
    await lited.getByText(/\$5\.00 is due/).waitFor();
    await lited.getByRole('button', { name: 'Pay $5.00 now' }).click();
    await button('Pay $5.00').click();
    await page.getByRole('alert').getByText('The payment did not go through').waitFor();
    await page.getByRole('radio', { name: 'A new card' }).check();
    await fillCard(page, CARDS.good);
    await button('Pay $5.00').click();
    await page.getByText('$5.00 was paid').waitFor();
    await lited.getByText('Active').waitFor();
    await page.getByText('Visa •••• 4242').first().waitFor();
  });

  it('pays what an ended subscription still owes', async () => {
    const customer = await subscriber(lite, { card: 'pm_card_chargeCustomerFail', trialDays: 3 });
    await customer.livesDays(4);
    const owed = (await customer.orders()).find(({ status }: { status: string }) => status === 'pending');
    await call('DELETE', `/v1/subscriptions/${owed.subscription_id}`);
    await page.reload();
    await page.getByText('$5.00 is still open, though the subscription has ended.').waitFor();
    await portalAtRest(page);
    await page.getByRole('button', { name: /^Pay now/ }).click();
    await page.getByRole('radio', { name: 'A new card' }).check();
    await fillCard(page, CARDS.good);
    await button('Pay $5.00').click();
    await page.getByText('$5.00 was paid').waitFor();
    await page.getByText('is still open').waitFor({ state: 'detached' });
    await page.getByText('Ended (1)').waitFor();
  });
});

interface Order {
  readonly status: string;
  readonly billing_reason: string;
}
