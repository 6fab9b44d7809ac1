/** A customer at a real browser gets into their portal, and changes their address, by links that a real mail server has taken. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { callerOf } from '../../dev/api-client.ts';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { portalAtRest } from './buyer.ts';
import { describeInBrowser, launch } from './chromium.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { anEmail } from './shop.ts';

const STARTS_WITHIN_MS = 300_000;

describeInBrowser('e-mails that open the portal', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let mail: MailServer;
  let system: System;
  let browser: Browser;
  let token: string;

  beforeAll(async () => {
    mail = await startMailServer();
    const environment = { worker: { SMTP_URL: mail.url, EMAIL_FROM: 'shop@example.com' } };
    system = await startSystem({ home, pages: true, environment });
    ({ token } = await seedDemoShop(system));
    browser = await launch();
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    mail?.close();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  it('a new address is asked for in the portal, and confirmed by the link', async () => {
    const call = callerOf(system.api, token);
    const [before, after] = [anEmail(), anEmail()];
    const customer = await call('POST', '/v1/customers/', { email: before });
    const session = await call('POST', '/v1/customer-sessions/', { customer_id: customer.id });
    const page = await browser.newPage();
    page.setDefaultTimeout(45_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(
      `${system.api}${new URL(session.customer_portal_url).pathname}?customer_session_token=${session.token}`,
    );
    await portalAtRest(page);
    // Nor was there a place for a team that somebody who buys for themselves has not, and that goes again.
    expect(asked).not.toContain('/v1/customer-portal/members');
    await page.getByRole('button', { name: 'Change your e-mail address' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change your e-mail address' });
    await dialog.getByRole('button', { name: 'Send the link' }).click();
    await dialog.getByText('Enter an e-mail address.').waitFor();
    await dialog.getByLabel('New e-mail address').fill(after);
    await dialog.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText(`A link is on its way to ${after}.`).waitFor();
    await page.close();

    const link = /http\S+verify-email\?token=\S+/.exec(await mail.letterTo(after))?.[0] ?? '';
    const elsewhere = await browser.newPage();
    elsewhere.setDefaultTimeout(45_000);
    elsewhere.on('pageerror', (error) => complaints.push(error.message));
    await elsewhere.goto(link);
    await elsewhere.getByRole('heading', { name: 'Confirm your e-mail address' }).waitFor();
    expect(elsewhere.url()).not.toContain('token=');
    await elsewhere.getByRole('button', { name: 'Use this address' }).click();
    await elsewhere.getByRole('heading', { name: 'Your purchases' }).waitFor();
    await elsewhere.getByText(after).first().waitFor();
    const changed = await call('GET', `/v1/customers/${customer.id}`);
    expect([changed.email, changed.email_verified]).toEqual([after, true]);

    await elsewhere.goto(link);
    await elsewhere.getByRole('heading', { name: 'This link doesn’t work any more' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('a link is sent to who has none, and lets them in', async () => {
    const call = callerOf(system.api, token);
    const email = anEmail();
    await call('POST', '/v1/customers/', { email });
    const [{ slug }] = (await call('GET', '/v1/organizations/')).items;
    const page = await browser.newPage();
    page.setDefaultTimeout(45_000);
    await page.goto(`${system.api}/portal/${slug}`);
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByText('Enter an e-mail address.').waitFor();
    await page.getByLabel('Your e-mail address').fill(email);
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByText('Look into your mail').waitFor();
    const link = /http\S+customer_session_token=\S+/.exec(await mail.letterTo(email))?.[0] ?? '';
    await page.goto(link);
    await page.getByRole('heading', { name: 'Your purchases' }).waitFor();
    await page.close();
  });
});
