/** What a shop's settings leave out of its customers' portal, at a real browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { callerOf } from '../../dev/api-client.ts';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { eventually } from '../api/everything.ts';
import { portalAtRest } from './buyer.ts';
import { describeInBrowser, launch } from './chromium.ts';
import { anEmail } from './shop.ts';

const STARTS_WITHIN_MS = 300_000;

describeInBrowser('the settings of a portal', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let system: System;
  let browser: Browser;
  let call: ReturnType<typeof callerOf>;

  beforeAll(async () => {
    system = await startSystem({ home, pages: true });
    call = callerOf(system.api, (await seedDemoShop(system)).token);
    browser = await launch();
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  /** A customer with usage of what is included, and a key that is active on a laptop. */
  async function aHolder(enableCustomerAdmin: boolean): Promise<string> {
    const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'image' }] };
    const meter = await call('POST', '/v1/meters/', { name: 'Images', filter, aggregation: { func: 'count' } });
    const credit = { type: 'meter_credit', description: 'Five', properties: { units: 5, rollover: false } };
    const units = { ...credit, properties: { ...credit.properties, meter_id: meter.id } };
    const activations = { limit: 3, enable_customer_admin: enableCustomerAdmin };
    const key = { type: 'license_keys', description: 'A key', properties: { activations } };
    const prices = [{ amount_type: 'free' }];
    const product = await call('POST', '/v1/products/', { name: 'Example', recurring_interval: 'month', prices });
    const benefits = [await call('POST', '/v1/benefits/', units), await call('POST', '/v1/benefits/', key)];
    await call('POST', `/v1/products/${product.id}/benefits`, { benefits: benefits.map(({ id }) => id) });
    const { id: customer_id } = await call('POST', '/v1/customers/', { email: anEmail() });
    await call('POST', '/v1/subscriptions/', { product_id: product.id, customer_id });
    const keys = `/v1/license-keys/?benefit_id=${benefits[1]?.id}`;
    const held = await eventually(async () => (await call('GET', keys)).items[0]);
    const named = { key: held.key, organization_id: held.organization_id };
    await call('POST', '/v1/license-keys/activate', { ...named, label: 'A laptop' });
    await call('POST', '/v1/events/ingest', { events: [{ name: 'image', customer_id }] });
    return (await call('POST', '/v1/customer-sessions/', { customer_id })).customer_portal_url;
  }

  async function portalOf(url: string): Promise<Page> {
    const page = await browser.newPage({ locale: 'en-US' });
    page.setDefaultTimeout(45_000);
    await page.goto(url);
    await portalAtRest(page);
    await page.getByText('A laptop').waitFor();
    return page;
  }

  it('show how much is used, and let a key be freed', async () => {
    const page = await portalOf(await aHolder(true));
    await page.getByText('1 of 5 used in this period').waitFor();
    await page.getByRole('button', { name: 'Deactivate A laptop' }).click();
    await page.getByText('The key is free again from A laptop.').waitFor();
    await page.close();
  });

  it('or don’t', async () => {
    const url = await aHolder(false);
    const [{ id }] = (await call('GET', '/v1/organizations/')).items;
    const subscription = { update_plan: true, update_seats: true, pause: true };
    await call('PATCH', `/v1/organizations/${id}`, {
      customer_portal_settings: { usage: { show: false }, subscription },
    });
    const page = await portalOf(url);
    const buttons = page.getByRole('button');
    await buttons.filter({ hasText: 'Pause' }).waitFor();
    expect(await page.getByText('used in this period').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Deactivate A laptop' }).count()).toBe(0);
    const { subscription_settings: settings } = await call('GET', `/v1/organizations/${id}`);
    const nothing = { ...settings, allow_customer_updates: false };
    await call('PATCH', `/v1/organizations/${id}`, { subscription_settings: nothing });
    await page.reload();
    await portalAtRest(page);
    await buttons.filter({ hasText: 'Cancel subscription' }).waitFor();
    expect(await buttons.filter({ hasText: 'Pause' }).count()).toBe(0);
    await page.close();
  });
});
