/**
 * The case that usage was built for: a language model, wrapped by the peer's own package, tells of each call; a month
 * later the invoice has the tokens, those that were included and the rest to the cent.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Ingestion } from '@polar-sh/ingestion';
import { DeltaTimeStrategy } from '@polar-sh/ingestion/strategies/DeltaTime';
import { LLMStrategy } from '@polar-sh/ingestion/strategies/LLM';
import { StreamStrategy } from '@polar-sh/ingestion/strategies/Stream';
import { Polar } from '@polar-sh/sdk';
import { generateText, simulateReadableStream, streamText } from 'ai';
import { MockLanguageModelV2 } from 'ai/test';
import { pagesOf } from '../activities/read-pdf.ts';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** $29 a month with 100,000 tokens, $0.20 for each thousand more; subscribed on 1 April 2027. */
async function aSubscriber() {
  const { token } = await running.aMerchant();
  const polar = new Polar({ accessToken: token, serverURL: running.api });
  const ours = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const aMeter = (name: string, event: string, property: string) =>
    polar.meters.create({
      name,
      filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: event }] },
      aggregation: { func: 'sum', property },
    });
  const meter = await aMeter('Tokens', 'llm-usage', 'totalTokens');
  const product = await polar.products.create({
    name: 'Example Assistant',
    recurringInterval: 'month',
    prices: [
      { amountType: 'fixed', priceAmount: 2900, priceCurrency: 'usd' },
      { amountType: 'metered_unit', priceCurrency: 'usd', meterId: meter.id, unitAmount: '0.02' },
    ],
  });
  const benefit = await polar.benefits.create({
    type: 'meter_credit',
    description: 'Tokens',
    properties: { units: 100_000, rollover: false, meterId: meter.id },
  });
  await polar.products.updateBenefits({ id: product.id, productBenefitsUpdate: { benefits: [benefit.id] } });
  const clock = await ours('/v1/test-clocks/', { name: 'A month', frozen_time: '2027-04-01T00:00:00Z' });
  const externalId = randomUUID();
  const email = `${externalId}@example.com`;
  const { id } = await ours('/v1/customers/', { email, external_id: externalId, test_clock_id: clock.id });
  const checkout = await polar.checkouts.create({ products: [product.id], customerId: id });
  await polar.checkouts.clientConfirm({
    clientSecret: checkout.clientSecret,
    checkoutConfirmStripe: { confirmationTokenId: await running.aCard() },
  });
  const balance = async () => {
    const { result } = await polar.customerMeters.list({ customerId: id, meterId: meter.id });
    return result.items[0];
  };
  await eventually(async () => ((await balance())?.creditedUnits === 100_000 ? true : undefined));
  const portal = String((await ours('/v1/customer-sessions/', { customer_id: id })).token);
  async function lives(to: string): Promise<void> {
    await ours(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: to });
    const path = `/v1/test-clocks/${clock.id}`;
    await eventually(async () => ((await running.made(token, 'GET', path)).status === 'ready' ? true : undefined));
  }
  return { token, polar, id, externalId, meter, portal, aMeter, balance, lives };
}

/** Of the peer's package, as its users set it up; only the server is ours. */
const ingestion = (token: string) => Ingestion({ accessToken: token, serverURL: running.api });

/** Answers each prompt with so many tokens. */
function aModel(inputTokens: number, outputTokens: number): MockLanguageModelV2 {
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  const finish = { finishReason: 'stop' as const, usage };
  return new MockLanguageModelV2({
    provider: 'example',
    modelId: 'example-large',
    doGenerate: { content: [{ type: 'text', text: 'Hello!' }], warnings: [], ...finish },
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: 'text-start', id: '1' },
          { type: 'text-delta', id: '1', delta: 'Hello!' },
          { type: 'text-end', id: '1' },
          { type: 'finish', ...finish },
        ],
      }),
    }),
  });
}

it('a month of model calls comes to an invoice to the cent', async () => {
  const { token, polar, id, externalId, meter, portal, balance, lives } = await aSubscriber();
  const wrapped = (model: MockLanguageModelV2) =>
    ingestion(token)
      .strategy(new LLMStrategy(model))
      .cost(({ totalTokens }) => ({ amount: totalTokens / 1000, currency: 'usd' }))
      .ingest('llm-usage');

  // 50 calls of 2,049 tokens, by our name of the customer and by the merchant's.
  const large = wrapped(aModel(1500, 549));
  for (const client of [large.client({ customerId: id }), large.client({ externalCustomerId: externalId })]) {
    for (let calls = 0; calls < 25; calls += 1) await generateText({ model: client, prompt: 'Hello?' });
  }
  expect(await balance()).toMatchObject({ consumedUnits: 102_450, creditedUnits: 100_000, balance: -2450 });
  // One that is streamed.
  const { text } = streamText({ model: wrapped(aModel(30_000, 4982)).client({ customerId: id }), prompt: 'Hello?' });
  expect(await text).toBe('Hello!');
  expect(await balance()).toMatchObject({ consumedUnits: 137_432, balance: -37_432 });

  const events = await polar.events.list({ name: 'llm-usage', limit: 100 });
  expect(events.items).toHaveLength(51);
  expect(events.items[0]).toMatchObject({
    customerId: id,
    metadata: {
      ...{ vendor: 'example', model: 'example-large', totalTokens: 34_982, strategy: 'LLM' },
      _llm: { vendor: 'example', inputTokens: 30_000, outputTokens: 4982, totalTokens: 34_982 },
      _cost: { amount: '34.982', currency: 'usd' },
    },
  });

  // 37,432 tokens beyond the included ones, at 0.02 cents: $7.49, in portal and preview before it is billed.
  const { result } = await polar.customerPortal.subscriptions.list({ customerSession: portal }, {});
  const [subscription] = result.items;
  expect(subscription).toMatchObject({
    meters: [{ meterId: meter.id, consumedUnits: 137_432, creditedUnits: 100_000, amount: 749 }],
  });
  const preview = `/v1/subscriptions/${subscription?.id}/charge-preview`;
  expect(await running.made(token, 'GET', preview)).toMatchObject({ total_amount: 2900 + 749 });

  await lives('2027-05-01T00:00:00Z');
  const orders = await polar.orders.list({ customerId: id, sorting: ['-created_at', '-invoice_number'] });
  const [renewal] = orders.result.items;
  if (renewal === undefined) throw new Error('There is no order.');
  const line = 'Tokens (137,432, of which 100,000 are included)';
  expect(renewal).toMatchObject({ billingReason: 'subscription_cycle', status: 'paid', totalAmount: 3649 });
  expect(renewal.items.map(({ label, amount }) => [label, amount])).toEqual([
    ['Example Assistant', 2900],
    [line, 749],
  ]);
  expect(await balance()).toMatchObject({ consumedUnits: 0, creditedUnits: 100_000, balance: 100_000 });

  const pdf = (await invoiceOf(polar, renewal.id)).split('\n');
  expect(pdf).toEqual(expect.arrayContaining(['Example Assistant', '$29.00', line, '$7.49', '$36.49']));
  expect(await running.disagreements(token)).toEqual([]);
});

/** Its text. */
async function invoiceOf(polar: Polar, id: string): Promise<string> {
  await polar.orders.update({
    id,
    orderUpdate: {
      billingName: 'Ada Example',
      billingAddress: {
        line1: '1 Example Street',
        city: 'Wilmington',
        postalCode: '19801',
        state: 'US-DE',
        country: 'US',
      },
    },
  });
  await polar.orders.generateInvoice({ id });
  const url = await eventually(async () =>
    polar.orders.invoice({ id }).then(
      (invoice) => invoice.url,
      () => undefined,
    ),
  );
  const response = await fetch(running.api + new URL(url).pathname);
  return pagesOf(Buffer.from(await response.arrayBuffer())).join('\n');
}

it('takes what its other strategies measure: time, bytes of a stream, and events as they are', async () => {
  const { token, polar, id, externalId, aMeter } = await aSubscriber();
  const seconds = await aMeter('Seconds', 'execution', 'deltaTime');
  const bytes = await aMeter('Bytes', 'download', 'bytes');

  let now = 1000.25;
  const timing = ingestion(token)
    .strategy(new DeltaTimeStrategy(() => now))
    .ingest('execution');
  const stop = timing.client({ externalCustomerId: externalId })();
  now += 12.5;
  expect(stop()).toBe(12.5);

  const source = Readable.from([Buffer.alloc(700), Buffer.alloc(341)]);
  const counting = ingestion(token).strategy(new StreamStrategy(source)).ingest('download');
  counting.client({ customerId: id });
  await once(source.resume(), 'end');

  expect(await ingestion(token).ingest([{ name: 'download', customerId: id, metadata: { bytes: 59 } }])).toMatchObject({
    inserted: 1,
  });
  // Neither waits for the answer.
  const consumed = async (meterId: string) =>
    (await polar.customerMeters.list({ customerId: id, meterId })).result.items[0]?.consumedUnits;
  await eventually(async () => ((await consumed(bytes.id)) === 1100 ? true : undefined));
  await eventually(async () => ((await consumed(seconds.id)) === 12.5 ? true : undefined));
});
