/** What was ingested, read again: in lists, one by one, by names. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Running } from '../api/running.ts';
import { onBothStores, startRunningOnBoth } from './stores.ts';

let running: Running;
let token: string;
let organizationId: string;

beforeAll(async () => {
  running = await startRunningOnBoth();
});
afterAll(() => running.close());
beforeEach(async () => {
  const merchant = await running.aMerchant();
  token = merchant.token;
  organizationId = merchant.organization.id;
});

const call = (method: string, path: string, body?: unknown) => running.call(token, method, path, body);
const made = (method: string, path: string, body?: unknown) => running.made(token, method, path, body);
const ingest = (...events: object[]) =>
  made('POST', '/v1/events/ingest', { events: events.map((event) => ({ external_customer_id: 'ann', ...event })) });
const at = (hour: number) => ({ timestamp: new Date(Date.UTC(2026, 2, 1, hour)).toISOString() });

interface Shown {
  readonly id: string;
  readonly name: string;
}
/** Of what the test has sent itself, oldest first. */
const names = async (query = '') =>
  (await made('GET', `/v1/events/?source=user&sorting=timestamp&limit=100${query}`)).items.map(
    ({ name }: Shown) => name,
  );

onBothStores(
  () => running.orm,
  () => {
    describe('a list of events', () => {
      beforeEach(() =>
        ingest(
          { name: 'a', ...at(1), metadata: { tokens: 5, model: 'large' } },
          { name: 'b', ...at(2), external_customer_id: 'ben', metadata: { tokens: 50, nested: { deep: 1 } } },
          { name: 'c', ...at(3), metadata: { note: '100% fine' } },
          { name: 'a', ...at(4), metadata: { tokens: 7 } },
        ),
      );

      it.each([
        ['', ['a', 'b', 'c', 'a']],
        ['&name=a', ['a', 'a']],
        ['&name=a&name=c', ['a', 'c', 'a']],
        ['&external_customer_id=ben', ['b']],
        ['&external_customer_id=ben&external_customer_id=ann', ['a', 'b', 'c', 'a']],
        ['&external_customer_id=nobody', []],
        [`&customer_id=${randomUUID()}`, []],
        ['&start_timestamp=2026-03-01T02:00:00Z&end_timestamp=2026-03-01T04:00:00Z', ['b', 'c']],
        ['&metadata[model]=large', ['a']],
        ['&metadata[tokens]=5&metadata[tokens]=7', ['a', 'a']],
        ['&query=100%25', ['c']],
        ['&query=B', ['b']],
        ['&source=system&name=a', ['a', 'a']],
      ])('of %s: %j', async (query, expected) => {
        expect(await names(query)).toEqual(expected);
      });

      it('by a filter, and by that of a meter', async () => {
        const filter = {
          conjunction: 'or',
          clauses: [
            { property: 'tokens', operator: 'gt', value: 6 },
            { property: 'name', operator: 'eq', value: 'c' },
          ],
        };
        expect(await names(`&filter=${encodeURIComponent(JSON.stringify(filter))}`)).toEqual(['b', 'c', 'a']);
        const { id } = await made('POST', '/v1/meters/', { name: 'Some', filter, aggregation: { func: 'count' } });
        expect(await names(`&meter_id=${id}`)).toEqual(['b', 'c', 'a']);
        const other = await running.aMerchant();
        expect((await running.call(other.token, 'GET', `/v1/events/?meter_id=${id}`)).status).toBe(422);
      });

      it.each(['{', '{"conjunction":"xor","clauses":[]}', '[]', JSON.stringify({ conjunction: 'and', clauses: [{}] })])(
        'refuses %s as a filter',
        async (filter) => {
          expect((await call('GET', `/v1/events/?filter=${encodeURIComponent(filter)}`)).status).toBe(422);
        },
      );

      it('takes a filter of 100 clauses, and none of more', async () => {
        const filterOf = (count: number) => {
          const clauses = Array.from({ length: count }, (_, i) => ({
            ...{ property: `nested.deep.x${i}`, operator: 'eq', value: 'a' },
          }));
          clauses.splice(0, 1, { property: 'name', operator: 'eq', value: 'b' });
          return encodeURIComponent(JSON.stringify({ conjunction: 'or', clauses }));
        };
        expect(await names(`&filter=${filterOf(100)}`)).toEqual(['b']);
        expect((await call('GET', `/v1/events/?filter=${filterOf(101)}`)).status).toBe(422);
      });

      it('refuses text in a filter that no row could hold', async () => {
        const clauses = [{ property: 'name', operator: 'eq', value: 'a\u0000' }];
        const filter = encodeURIComponent(JSON.stringify({ conjunction: 'and', clauses }));
        expect((await call('GET', `/v1/events/?filter=${filter}`)).status).toBe(422);
      });

      it('in pages, counted or not', async () => {
        const first = await made('GET', '/v1/events/?source=user&limit=3');
        expect(first.items.map(({ name }: Shown) => name)).toEqual(['a', 'c', 'b']);
        expect(first.pagination).toEqual({ total_count: 4, max_page: 2 });
        const next = await made('GET', '/v1/events/?source=user&limit=3&page=2&cursor_pagination=true');
        expect([next.items.length, next.pagination]).toEqual([1, { has_next_page: false }]);
        const before = await made('GET', '/v1/events/?source=user&limit=3&cursor_pagination=true');
        expect(before.pagination).toEqual({ has_next_page: true });
      });
    });

    describe('an event', () => {
      it('shows whose it is, also of a customer who came later', async () => {
        await ingest({ name: 'early', external_customer_id: 'zoe' });
        const [{ id, ...early }] = (await made('GET', '/v1/events/?external_customer_id=zoe')).items;
        expect(early).toMatchObject({ customer_id: null, customer: null, external_customer_id: 'zoe', label: 'early' });
        const customer = await made('POST', '/v1/customers/', { email: 'zoe@example.com', external_id: 'zoe' });
        await ingest({ name: 'late', external_customer_id: undefined, customer_id: customer.id });
        const shown = await made('GET', `/v1/events/${id}`);
        expect(shown).toMatchObject({ customer_id: customer.id, customer: { email: 'zoe@example.com' } });
        expect(await names(`&customer_id=${customer.id}`)).toEqual(expect.arrayContaining(['early', 'late']));
        expect(await names('&external_customer_id=zoe')).toHaveLength(2);
      });

      it('is found by its id, and not by others’ tokens', async () => {
        await ingest({ name: 'one', metadata: { _cost: { amount: 0.0000001, currency: 'usd' } } });
        const [{ id }] = (await made('GET', '/v1/events/?name=one')).items;
        const event = await made('GET', `/v1/events/${id}`);
        expect(event).toMatchObject({ name: 'one', source: 'user', organization_id: organizationId, child_count: 0 });
        expect(event.metadata).toEqual({ _cost: { amount: '0.0000001', currency: 'usd' } });
        const other = await running.aMerchant();
        expect((await running.call(other.token, 'GET', `/v1/events/${id}`)).status).toBe(404);
        expect((await call('GET', `/v1/events/${randomUUID()}`)).status).toBe(404);
      });

      it('has those that are part of it', async () => {
        await ingest({ name: 'root', external_id: 'root', ...at(1) }, { name: 'other', ...at(2) });
        await ingest(
          { name: 'child', external_id: 'child', parent_id: 'root', ...at(3) },
          { name: 'child 2', parent_id: 'root', ...at(4) },
        );
        await ingest({ name: 'grandchild', parent_id: 'child', ...at(5) });
        const [root] = (await made('GET', '/v1/events/?name=root')).items;
        expect(root.child_count).toBe(2);
        expect(await names(`&parent_id=${root.id}`)).toEqual(['child', 'child 2']);
        expect(await names('&depth=0')).toEqual(['root', 'other']);
        expect(await names('&depth=1')).toEqual(['root', 'other', 'child', 'child 2']);
        expect(await names('&depth=5')).toHaveLength(5);
        expect(await names(`&parent_id=${root.id}&depth=0`)).toEqual(['root']);
        expect(await names(`&parent_id=${root.id}&depth=2`)).toEqual(['root', 'child', 'child 2', 'grandchild']);
        expect((await call('GET', '/v1/events/?depth=6')).status).toBe(422);
      });
    });

    describe('names', () => {
      beforeEach(() =>
        ingest(
          { name: 'call', ...at(1) },
          { name: 'call', ...at(3), external_customer_id: 'ben' },
          { name: 'image', ...at(2), external_id: 'image' },
        ),
      );

      it('are counted', async () => {
        const { items, pagination } = await made('GET', '/v1/events/names?source=user&sorting=-occurrences');
        expect(items).toEqual([
          {
            ...{ name: 'call', label: 'call', source: 'user', occurrences: 2 },
            ...{ first_seen: '2026-03-01T01:00:00.000Z', last_seen: '2026-03-01T03:00:00.000Z' },
          },
          expect.objectContaining({ name: 'image', occurrences: 1 }),
        ]);
        expect(pagination.total_count).toBe(2);
        expect((await made('GET', '/v1/events/names?external_customer_id=ben&source=user')).items).toHaveLength(1);
        expect((await made('GET', '/v1/events/names?query=IMA')).items).toHaveLength(1);
      });

      it('are called what the merchant calls them, or what the event says', async () => {
        const types = (await made('GET', '/v1/event-types/?source=user&sorting=name')).items;
        expect(
          types.map(({ name, occurrences }: { name: string; occurrences: number }) => [name, occurrences]),
        ).toEqual([
          ['call', 2],
          ['image', 1],
        ]);
        const [{ id }] = types;
        const update = { label: 'Model call', label_property_selector: 'metadata.title' };
        expect(await made('PATCH', `/v1/event-types/${id}`, update)).toMatchObject({ name: 'call', ...update });
        await ingest({ name: 'call', ...at(5), metadata: { title: 'A poem' } });
        const labels = (await made('GET', '/v1/events/?name=call')).items.map(({ label }: { label: string }) => label);
        expect(labels).toEqual(['A poem', 'Model call', 'Model call']);
        expect((await made('GET', '/v1/event-types/?query=model')).items).toHaveLength(1);
        expect((await made('GET', '/v1/events/names?query=model')).items[0]).toMatchObject({ label: 'Model call' });
        const other = await running.aMerchant();
        expect((await running.call(other.token, 'PATCH', `/v1/event-types/${id}`, update)).status).toBe(404);
      });

      it('are those of roots, or of what is part of an event', async () => {
        await ingest({ name: 'pixel', parent_id: 'image' });
        const [{ id }] = (await made('GET', '/v1/events/?name=image')).items;
        const only = async (query: string) =>
          (await made('GET', `/v1/event-types/?source=user&sorting=name&${query}`)).items.map(
            ({ name }: Shown) => name,
          );
        expect(await only('root_events=true')).toEqual(['call', 'image']);
        expect(await only(`parent_id=${id}`)).toEqual(['pixel']);
      });
    });
  },
);
