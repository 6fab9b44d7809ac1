/** Takes a scenario's steps, and compares after each what the API says with what the oracle believes. */
import { eventually } from '../api/everything.ts';
import { Books, countOf } from './oracle-books.ts';
import { type Counting, consumed, written } from './oracle-naive.ts';
import type { Person, Scenario, Step } from './oracle-scenario.ts';
import type { Listed, Subscriber, World } from './oracle-world.ts';

const pause = (ms: number) => new Promise<void>((passed) => setTimeout(passed, ms));

/** A scenario as it happens, and what the oracle believes meanwhile. */
export class Life {
  readonly world: World;
  private readonly given: Scenario;
  private readonly meters: Counting[];
  private readonly books = new Map<Person, Books>();
  private readonly subscribers = new Map<Person, Subscriber>();
  private readonly renewals = new Map<Person, number>();
  private listed: readonly Listed[] = [];
  private isBenNamed = false;

  constructor(given: Scenario, world: World) {
    this.given = given;
    this.world = world;
    this.meters = [...given.meters];
  }

  async begin(): Promise<void> {
    await this.appears('ada', { isClocked: true, plan: 0 });
    await this.appears('ben', { isClocked: true, isNamed: false, plan: 1 });
    await this.appears('cleo', { plan: 1 });
  }

  private async appears(
    who: Person,
    { plan, isNamed = true, isClocked = false }: { plan?: 0 | 1; isNamed?: boolean; isClocked?: boolean },
  ): Promise<void> {
    const clockId = await this.world.becomesCustomer(who, { isNamed, isClocked });
    this.books.set(who, this.seen(Books.opened(who, isNamed)));
    if (plan === undefined) return;
    this.subscribers.set(who, await this.world.subscribes(who, String(this.world.products[plan]), clockId));
    await this.believe(who, this.of(who).subscribed(this.given.plans[plan]));
  }

  private of(who: Person): Books {
    const books = this.books.get(who);
    if (books === undefined) throw new Error(`${who} is no customer yet.`);
    return this.seen(books);
  }

  private readonly seen = (books: Books): Books =>
    books.seeing({ meters: this.meters, listed: this.listed, told: this.world.told });

  /** Credits come a moment after what they are granted with. */
  private async believe(who: Person, books: Books): Promise<void> {
    this.books.set(who, books);
    await eventually(async () => (books.isCredited(await this.world.balances(who)) ? true : undefined));
  }

  async take(step: Step): Promise<void> {
    const { world } = this;
    const mayName = (who: Person) => who !== 'ben' || this.isBenNamed;
    const staggered = (batches: readonly Parameters<World['send']>[0][], between: number) =>
      Promise.all(batches.map((batch, i) => pause(i * between).then(() => world.send(batch, mayName))));
    switch (step.kind) {
      case 'send':
        await Promise.all(step.batches.map((batch) => world.send(batch)));
        break;
      case 'renew':
        if (this.subscribers.has(step.who)) await this.renews(step.who, () => staggered(step.batches, 70));
        return;
      case 'end':
        await this.ends(step.after, (ms) => staggered(step.batches, (ms * 1.6) / step.batches.length));
        return;
      case 'name':
        if (this.isBenNamed) return;
        await world.isNamed('ben');
        this.isBenNamed = true;
        this.books.set('ben', this.of('ben').named());
        break;
      case 'revoke':
        await this.revokes();
        break;
      case 'appear':
        if (world.isCustomer('dan')) return;
        await this.appears('dan', step.subscribes ? { plan: 0 } : {});
        break;
      case 'pack':
        await world.buysPack('ada', step.meter, step.units);
        await this.believe('ada', this.of('ada').credited(step.meter, step.units));
        break;
      case 'meter':
        this.meters.push(step.counting);
        await Promise.all([world.addMeter(step.counting), staggered(step.batches, 5)]);
        break;
    }
    await this.look();
    await this.compareBalances();
  }

  /** What is listed is what was sent, each once; the answers say how much of it was new. */
  private async look(): Promise<void> {
    const { told, answers } = this.world;
    this.listed = await this.world.listed();
    const stored = new Map(this.listed.map((each) => [each.nr, each]));
    expect(stored.size).toBe(this.listed.length);
    for (const { nr, name, metadata, timestamp } of this.listed) {
      const sent = told[nr - 1]?.happening;
      expect({ name, metadata }).toEqual({ name: sent?.name, metadata: sent?.metadata });
      if (sent?.timestamp !== null) expect(timestamp).toBe(sent?.timestamp);
    }
    const byKey = Map.groupBy(told, ({ happening }) => happening.key);
    for (const [key, same] of byKey) {
      const kept = same.filter(({ nr }) => stored.has(nr));
      expect({ key, kept: kept.length }).toEqual({ key, kept: key === null ? same.length : 1 });
    }
    for (const { batch, inserted, duplicates } of answers) {
      const sent = told.filter((each) => each.batch === batch);
      const kept = sent.filter(({ nr }) => stored.has(nr)).length;
      expect({ batch, inserted, duplicates }).toEqual({ batch, inserted: kept, duplicates: sent.length - kept });
    }
  }

  private async compareBalances(): Promise<void> {
    for (const who of this.books.keys()) {
      const shown = await this.world.balances(who);
      expect({ who, balances: shown }).toEqual({ who, balances: this.of(who).balances(shown) });
    }
  }

  /** What came in meanwhile is of the period that ended or of the next one, each batch as a whole, for all meters alike. */
  private async renews(who: 'ada' | 'ben', meanwhile: () => Promise<unknown>): Promise<void> {
    const before = this.world.told.length;
    const subscriber = this.subscribers.get(who);
    if (!subscriber?.clockId) throw new Error(`${who} is on no clock.`);
    const number = this.numberOf(who);
    await Promise.all([this.world.livesTo(subscriber.clockId, number), meanwhile()]);
    await this.look();
    const [lines, shown] = [await this.world.usageLines(subscriber, number), await this.world.balances(who)];
    const books = this.of(who);
    const late = [
      ...new Set(books.events().flatMap((event) => (event.nr > before ? (books.batchOf(event) ?? []) : []))),
    ];
    const possible = subsetsOf(late).map((early) => {
      const isOfIt = (event: Listed) => event.nr <= before || early.includes(books.batchOf(event) ?? 0);
      const after = books.closed(isOfIt);
      return { after, said: { lines: books.lines(isOfIt), balances: after.balances(shown) } };
    });
    const said = { lines, balances: shown };
    const right = possible.find((each) => isSame(each.said, said)) ?? possible[0];
    expect({ who, number, ...said }).toEqual({ who, number, ...right?.said });
    if (right) this.books.set(who, right.after);
    await this.compareBalances();
  }

  /** Each event is of the period in which it was received, whenever that is closed. */
  private async ends(after: number, around: (ms: number) => Promise<unknown>): Promise<void> {
    const subscriber = this.subscribers.get('cleo');
    if (subscriber === undefined) throw new Error('Cleo has no subscription.');
    // What comes in before the new end is set is of the period that runs, whenever that turns out to have ended.
    const end = await this.world.endsSoon(subscriber, after);
    await around(Math.max(0, end - Date.now()));
    const number = this.numberOf('cleo');
    const lines = await this.world.usageLines(subscriber, number);
    await this.look();
    const books = this.of('cleo');
    const isOfIt = (event: Listed) => event.receivedAt < end;
    expect({ number, lines }).toEqual({ number, lines: books.lines(isOfIt) });
    await this.believe('cleo', books.closed(isOfIt));
    await this.compareBalances();
  }

  private async revokes(): Promise<void> {
    const subscriber = this.subscribers.get('ada');
    if (subscriber === undefined) return;
    this.subscribers.delete('ada');
    await this.world.revokes(subscriber);
    const books = this.of('ada');
    const owed = [...books.lines(() => true)].filter(([, { amount }]) => amount !== 0);
    expect(await this.world.lastLines(subscriber)).toEqual(new Map(owed));
    await this.believe('ada', books.ended());
  }

  private numberOf(who: Person): number {
    const number = (this.renewals.get(who) ?? 0) + 1;
    this.renewals.set(who, number);
    return number;
  }

  async compareListsAndCharts(): Promise<void> {
    await this.look();
    const day = 86_400_000;
    const end = (Math.floor(Date.now() / day) + 1) * day;
    const start = end - 45 * day;
    const range = `start_timestamp=${iso(start)}&end_timestamp=${iso(end)}`;
    for (const [i, meter] of this.meters.entries()) {
      const counted = countOf(meter, this.listed);
      const filter = encodeURIComponent(JSON.stringify(meter.filter));
      expect({ i, count: await this.world.count(`filter=${filter}`) }).toEqual({ i, count: counted });
      expect({ i, count: await this.world.count(`meter_id=${this.world.meterIds[i]}`) }).toEqual({ i, count: counted });
      const { total, quantities } = await this.world.quantities(i, `${range}&interval=day`);
      expect({ i, total }).toEqual({ i, total: unitsOf(meter, this.listed) });
      const byDay = Map.groupBy(this.listed, ({ timestamp }) => Math.floor(timestamp / day) * day);
      expect({ i, quantities: quantities.map(({ timestamp, quantity }) => [timestamp, quantity]) }).toEqual({
        i,
        quantities: quantities.map(({ timestamp }) => [
          timestamp,
          unitsOf(meter, byDay.get(Date.parse(timestamp)) ?? []),
        ]),
      });
      expect(quantities).toHaveLength(45);
    }
    for (const who of this.books.keys()) {
      const theirs = this.of(who).events();
      const customer = `customer_id=${this.world.customerIdOf(who)}`;
      expect({ who, count: await this.world.count(customer) }).toEqual({ who, count: theirs.length });
      const [meter] = this.meters;
      if (meter === undefined) continue;
      const { total } = await this.world.quantities(0, `${range}&interval=month&${customer}`);
      expect({ who, total }).toEqual({ who, total: unitsOf(meter, theirs) });
    }
  }
}

const iso = (at: number): string => new Date(at).toISOString();

const unitsOf = (meter: Counting, events: readonly Listed[]): number => Number(written(consumed(meter, events)));

function subsetsOf<T>(items: readonly T[]): T[][] {
  return items.reduce<T[][]>((found, item) => found.flatMap((each) => [each.concat(item), each]), [[]]);
}

interface Said {
  readonly lines: ReadonlyMap<number, object>;
  readonly balances: ReadonlyMap<number, object>;
}

/** In whichever order. */
const isSame = (a: Said, b: Said): boolean => inOrder(a) === inOrder(b);
const inOrder = ({ lines, balances }: Said): string =>
  JSON.stringify([lines, balances].map((each) => [...each].sort(([x], [y]) => x - y)));
