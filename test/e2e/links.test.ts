/** A buyer who comes by a link, is asked for what the shop wants to know, and pays: on the page itself, and in a frame. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { seedDemoShop } from '../../dev/seed.ts';
import { type System, startSystem } from '../../dev/system.ts';
import { CARDS, fillIn, payButton, thanked } from './buyer.ts';
import { describeInBrowser, launch } from './chromium.ts';
import { anEmail, ask, type Seller } from './shop.ts';

const STARTS_WITHIN_MS = 300_000;

describeInBrowser('checkout links', () => {
  const home = mkdtempSync(join(tmpdir(), 'perennial-e2e-'));
  let system: System | undefined;
  let browser: Browser;
  let page: Page;
  let seller: Seller;
  let link: string;
  let plain: string;
  let complaints: string[];

  const aField = async (type: string, slug: string, name: string, properties: object = {}) =>
    String((await ask(seller, 'POST', '/v1/custom-fields/', { type, slug, name, properties })).id);

  beforeAll(async () => {
    system = await startSystem({ home, pages: true });
    const { token } = await seedDemoShop(system);
    seller = { api: system.api, token };
    const fields: readonly [id: string, required: boolean][] = [
      [
        await aField('text', 'team', 'What is your team called?', {
          max_length: 20,
          form_help_text: 'As it goes on the badge.',
        }),
        true,
      ],
      [await aField('text', 'about', 'About you', { textarea: true, form_placeholder: 'A sentence or two' }), false],
      [await aField('number', 'shirts', 'How many shirts?', { ge: 1, le: 9 }), false],
      [await aField('date', 'start', 'When do you start?', { ge: Date.UTC(2027, 0, 1) / 1000 }), false],
      [
        await aField('select', 'size', 'Size', {
          options: [
            { value: 's', label: 'Small' },
            { value: 'l', label: 'Large' },
          ],
        }),
        true,
      ],
      [await aField('checkbox', 'rules', 'House rules', { form_label: 'I keep to the house rules' }), true],
    ];
    const price = { amount_type: 'fixed', price_currency: 'usd', price_amount: 4900 };
    const { id } = await ask(seller, 'POST', '/v1/products/', {
      ...{ name: 'Example Camp', prices: [price] },
      attached_custom_fields: fields.map(([custom_field_id, required]) => ({ custom_field_id, required })),
    });
    link = String(
      (await ask(seller, 'POST', '/v1/checkout-links/', { products: [id], metadata: { from: 'a test' } })).url,
    );
    const { id: simple } = await ask(seller, 'POST', '/v1/products/', { name: 'Example Badge', prices: [price] });
    plain = String(
      (
        await ask(seller, 'POST', '/v1/checkout-links/', {
          products: [simple],
          success_url: 'http://127.0.0.1:9/thanks',
        })
      ).url,
    );
    browser = await launch();
  }, STARTS_WITHIN_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    rmSync(home, { recursive: true, force: true });
  }, STARTS_WITHIN_MS);

  beforeEach(async () => {
    page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US' })).newPage();
    page.setDefaultTimeout(45_000);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  it('lead to a page that asks for what the shop wants to know, and the order has it', async () => {
    const email = anEmail();
    await page.goto(`${link}?custom_field_data.size=l&utm_source=newsletter`);
    await fillIn(page, email, CARDS.good);
    await page.getByText('Includes $7.82 tax.').waitFor();
    expect(await page.getByLabel('Size').inputValue()).toBe('l');
    await payButton(page).click();
    await page.locator('[aria-describedby]:focus').waitFor();
    await page.getByText('This is needed.').waitFor();
    await page.getByText('This must be ticked.').waitFor();
    await page.getByLabel('What is your team called?').fill('The Ferns');
    await page.getByLabel('About you').fill('We like it green.');
    await page.getByLabel('How many shirts?').fill('12');
    await page.getByLabel('When do you start?').fill('2027-06-01');
    await page.getByLabel('I keep to the house rules').check();
    await payButton(page).click();
    await page.getByText('Enter 9 or less.').first().waitFor();
    await page.getByLabel('How many shirts?').fill('3');
    await payButton(page).click();
    await thanked(page);
    const order = await orderOf(email);
    expect(order).toMatchObject({
      metadata: { from: 'a test', utm_source: 'newsletter' },
      custom_field_data: {
        ...{ team: 'The Ferns', about: 'We like it green.', shirts: 3, start: '2027-06-01', size: 'l', rules: true },
      },
    });
  });

  it('say to whoever comes too late that nothing is sold any more', async () => {
    await page.goto(`${new URL(link).origin}/buy/polar_cl_gone`);
    await page.getByRole('heading', { name: 'Nothing is sold here' }).waitFor();
  });

  it('open over the shop’s own page, which hears how far it is', async () => {
    const { server, url } = await aPageWith(link.replace(/\/buy\/.*/, '/embed/checkout.js'), plain);
    try {
      await page.goto(url);
      await page.getByRole('link', { name: 'Buy' }).click();
      const frame = page.frameLocator('iframe[title="Checkout"]');
      await frame.getByRole('button', { name: 'Close the checkout' }).click();
      await page.locator('iframe').waitFor({ state: 'detached' });

      await page.getByRole('link', { name: 'Buy' }).click();
      await frame.getByLabel('E-mail').fill(anEmail());
      await frame.getByLabel('Name').fill('Ada Example');
      await frame.getByLabel('Country').selectOption('DE');
      await frame.getByLabel('Card number').fill(CARDS.good);
      await frame.getByLabel('Expiry').fill('12 / 34');
      await frame.getByLabel('CVC').fill('123');
      // By then the form is that of the buyer's country.
      await frame.getByText('Includes $7.82 tax.').waitFor();
      await frame.getByRole('button', { name: /^Pay/ }).click();
      await page.getByText('success true http://127.0.0.1:9/thanks').waitFor();
      const heard = await page.locator('#heard li').allTextContents();
      expect([...new Set(heard.map((line) => line.split(' ')[0]))]).toEqual([
        'loaded',
        'close',
        'confirmed',
        'success',
      ]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  async function orderOf(email: string) {
    const { items: [customer] = [] } = await ask(seller, 'GET', `/v1/customers/?email=${encodeURIComponent(email)}`);
    return (await ask(seller, 'GET', `/v1/orders/?customer_id=${customer?.id}`)).items?.[0];
  }
});

/** A shop's own page, elsewhere, which writes down what it hears, and stays where it is. */
async function aPageWith(script: string, checkout: string): Promise<{ server: Server; url: string }> {
  const html = `<!doctype html><meta charset="utf-8"><title>A shop</title>
    <script src="${script}"></script>
    <a id="buy" href="${checkout}">Buy</a><ul id="heard"></ul>
    <script>
      buy.addEventListener('click', (event) => {
        event.preventDefault();
        const note = ({ type, detail }) => {
          const line = document.createElement('li');
          line.textContent = [type, detail.redirect, detail.successURL && detail.successURL.split('?')[0]].join(' ').trim();
          heard.append(line);
        };
        let opened;
        Polar.EmbedCheckout.create(buy.href, { onLoaded: note }).then((made) => {
          opened = made;
          for (const type of ['close', 'confirmed', 'success']) {
            made.addEventListener(type, (event) => {
              note(event);
              if (type === 'success') event.preventDefault();
            });
          }
        });
      });
    </script>`;
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(html);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
