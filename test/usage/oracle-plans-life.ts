/** A scenario of plans as it happens, in the product and on the sheet, and the comparison of the two after each step. */
import { MINUTE } from './oracle-arithmetic.ts';
import { forked } from './oracle-fork.ts';
import { believedBy, isSame, saidBy } from './oracle-plans-compare.ts';
import { type Deed, deedOf, passing } from './oracle-plans-deeds.ts';
import { compareEvents, type PlansDatabase, send } from './oracle-plans-events.ts';
import { countingsOf, type Meanwhile, type Scenario, type Step } from './oracle-plans-scenario.ts';
import { Shop } from './oracle-plans-shop.ts';
import { type Batch, Sending } from './oracle-plans-usage.ts';
import { Sheet } from './oracle-sheet.ts';

const pause = (ms: number) => new Promise<void>((passed) => setTimeout(passed, ms));

export class PlansLife {
  private sheet: Sheet;
  private readonly database: PlansDatabase;
  private readonly shop: Shop;
  private readonly scenario: Scenario;
  private readonly sending = new Sending();
  private readonly shared: ReadonlySet<object>;

  private constructor(database: PlansDatabase, shop: Shop, scenario: Scenario) {
    this.database = database;
    this.shop = shop;
    this.scenario = scenario;
    this.sheet = new Sheet(scenario);
    this.shared = new Set(scenario.plans);
  }

  static async begin(database: PlansDatabase, scenario: Scenario): Promise<PlansLife> {
    const life = new PlansLife(database, await Shop.opens(database, scenario), scenario);
    life.sheet.tell(`tax ${scenario.tax}`);
    await life.take({ kind: 'buy', plan: 0, usesBalance: false, slot: 0, meanwhile: null });
    return life;
  }

  /** How often something happened, so that a run can show what it was made of. */
  get told(): ReadonlyMap<string, number> {
    const { sheet, shop } = this;
    return new Map([...sheet.told, ...shop.previews.told, ['units carried over', sheet.meters.carriedOver]]);
  }

  /** A minute passes before each, so that nothing is of the same instant as what came before. */
  async take(step: Step): Promise<void> {
    await this.does(passing(this.sheet.now + MINUTE));
    const deed = step.kind === 'use' ? this.using(step.batches) : this.deedOf(step);
    if (deed !== null) {
      this.sheet.tell(deed.name);
      if (step.meanwhile !== null && deed.of !== undefined) await this.doesMeanwhile(deed, step.meanwhile);
      else await this.does(deed);
    }
    expect(await saidBy(this.shop)).toEqual(believedBy(this.sheet));
  }

  /** What there is at the end beside what each step has compared. */
  async end(): Promise<void> {
    const { database, shop, scenario } = this;
    await compareEvents(database, shop.whose, scenario, [this.sheet.meters.sent, countingsOf(scenario)]);
    expect(await shop.disagreements()).toEqual([]);
  }

  private async does(deed: Deed): Promise<void> {
    deed.onSheet(this.sheet);
    await deed.inShop(this.shop);
    // What was asked may have brought something due at once.
    await this.shop.livesUntil(this.sheet.now);
    this.sheet.livesUntil(this.sheet.now);
  }

  /** Where nobody else is billed before, what is next is looked at beforehand. */
  private deedOf(step: Step): Deed | null {
    const { sheet, scenario } = this;
    const deed = deedOf(sheet, step, scenario.plans);
    if (deed?.name !== 'pass_to_due' || deed.of === undefined || sheet.living.length > 1) return deed;
    const { status, nr } = sheet.nr(deed.of);
    if (status !== 'active' && status !== 'trialing') return deed;
    return {
      ...deed,
      inShop: (shop) =>
        shop.isBusy ? deed.inShop(shop) : shop.previews.ofNext(shop.process(nr), () => deed.inShop(shop)),
    };
  }

  // What is used

  private using(batches: readonly Batch[]): Deed {
    const { database, shop, sheet } = this;
    const { sent, fresh, late } = this.sending.of(batches, sheet.now);
    if (batches.length > 1) sheet.tell('use concurrently');
    if (late > 0) sheet.tell('use late');
    if (fresh.length < sent.flat().length) sheet.tell('use again');
    return {
      name: 'use',
      onSheet: ({ meters }) => meters.uses(fresh),
      async inShop() {
        const inserted = await Promise.all(
          sent.map((events, i) => send(database, shop.whose, batches[i]?.via ?? 0, events)),
        );
        expect(inserted.reduce((sum, each) => sum + each, 0)).toBe(fresh.length);
      },
    };
  }

  /**
   * What comes in meanwhile is used before one of the turns that the deed takes, or after all of them, by all meters alike:
   * whichever it is, the product must have stuck to it.
   */
  private async doesMeanwhile(deed: Deed, { batch, after }: Meanwhile): Promise<void> {
    const { sheet, shop } = this;
    sheet.tell('meanwhile');
    const { sent, fresh } = this.sending.of([batch], sheet.now);
    const candidates: Sheet[] = [];
    for (let turns = 0, most = 0; turns <= most; turns += 1) {
      const candidate = forked(sheet, this.shared);
      const begun = candidate.meters.turns;
      candidate.meters.comeIn(fresh, turns);
      deed.onSheet(candidate);
      candidate.livesUntil(candidate.now);
      candidate.meters.haveComeIn();
      most = candidate.meters.turns - begun;
      candidates.push(candidate);
    }
    const [first] = candidates;
    if (first === undefined) throw new Error('Nothing was tried.');
    shop.isBusy = true;
    const arrives = pause(after).then(() => send(this.database, shop.whose, batch.via, sent[0] ?? []));
    const [inserted] = await Promise.all([arrives, deed.inShop(shop).then(() => shop.livesUntil(first.now))]);
    shop.isBusy = false;
    expect(inserted).toBe(fresh.length);
    const said = await saidBy(shop);
    const found = candidates.findIndex((each) => isSame(said, each));
    this.sheet = candidates[found] ?? first;
    this.sheet.tell(found === 0 ? 'meanwhile before' : 'meanwhile after');
  }
}
