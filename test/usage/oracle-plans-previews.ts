/** In a scenario of plans, what the API shows beforehand is compared with the order that follows, to the cent and by each line. */
import type { OrganizationId, SubscriptionId } from '../../billing/ids.ts';
import type { Due } from '../../billing/subscription-state.ts';
import type { Wish } from '../../db/change-plan.ts';
import type { CancelPreview, ChangePreview, ChargePreview } from '../../schemas/subscription-preview.ts';
import type { LivesDatabase } from '../lives/database.ts';
import { previewOfCancel, previewOfChange, previewOfCharge } from '../lives/previews.ts';
import type { Answer, Process } from '../lives/process.ts';
import type { Behavior } from './oracle-plans-scenario.ts';

type Ask = () => Promise<Answer>;

export class PlansPreviews {
  private readonly database: LivesDatabase;
  private readonly organizationId: OrganizationId;
  readonly told = new Map<string, number>();

  constructor(database: LivesDatabase, organizationId: OrganizationId) {
    this.database = database;
    this.organizationId = organizationId;
  }

  private tell(what: string): void {
    this.told.set(`preview of ${what}`, (this.told.get(`preview of ${what}`) ?? 0) + 1);
  }

  private chargeOf(id: SubscriptionId): Promise<ChargePreview> {
    return previewOfCharge(this.database, { organizationId: this.organizationId, id });
  }

  /** The order that something due makes, seen just before. */
  async ofDue({ id }: Process, { kind, at }: Due, take: () => Promise<void>): Promise<void> {
    if (kind !== 'renewal' && kind !== 'meter_cycle' && kind !== 'final_order') return take();
    const [preview, known] = [await this.chargeOf(id), await this.known()];
    await take();
    const [order, ...others] = await this.newOrders(known);
    expect(others).toEqual([]);
    if (order !== undefined) this.agree(kind, preview, order);
    // A meter period without anything to pay for makes none, and what is shown is the order after it.
    else if (kind === 'meter_cycle') expect(preview.charged_at).not.toBe(iso(at));
    else expect([kind, sumOf(preview)]).toEqual(['final_order', 0]);
  }

  /** The next order, seen whenever it was: nothing else may happen before it. */
  async ofNext({ id }: Process, pass: () => Promise<unknown>): Promise<void> {
    const [preview, known] = [await this.chargeOf(id), await this.known()];
    await pass();
    const [order] = await this.newOrders(known);
    if (order === undefined) return;
    if (preview.charged_at !== null || order.reason !== 'subscription_cycle') this.agree('next', preview, order);
  }

  async ofChange(process: Process, wish: Wish, behavior: Behavior, ask: Ask): Promise<Answer> {
    const whose = { organizationId: this.organizationId, id: process.id };
    const preview = await previewOfChange(this.database, whose, wish, behavior);
    if (preview === null) throw new Error(`The preview of a change was refused: ${JSON.stringify(wish)}.`);
    const [known, waited] = [await this.known(), await this.waitingOf(process.id)];
    const answer = await ask();
    const [order, ...others] = await this.newOrders(known);
    expect({ billed: order !== undefined, others }).toEqual({ billed: preview.billed === 'now', others: [] });
    if (order !== undefined) this.agree('change billed now', preview, order);
    if (preview.billed === 'next_order') {
      const waiting = (await this.waitingOf(process.id)).slice(waited.length).filter(({ proration }) => proration);
      expect(waiting.map(toldOf)).toEqual(preview.lines.map(toldOf));
      this.tell('change that waits');
    }
    if (order?.status === 'void') return answer;
    const { currentPeriodStart, currentPeriodEnd } = process.state;
    expect([preview.current_period_start, preview.current_period_end]).toEqual([
      iso(currentPeriodStart),
      iso(currentPeriodEnd),
    ]);
    return answer;
  }

  /** Of what ends at once its last order; of what is called off, the order that is shown as the next one then. */
  async ofEnd(process: Process, isRevoked: boolean, ask: Ask): Promise<Answer> {
    const { id } = process;
    const { status, currentPeriodEnd } = process.state;
    const whose = { organizationId: this.organizationId, id };
    const [preview, known] = [await previewOfCancel(this.database, whose, { revoke: isRevoked }), await this.known()];
    const answer = await ask();
    if (process.state.status === 'canceled') {
      const [order] = await this.newOrders(known);
      if (order !== undefined) this.agree('end', preview, order);
      else expect(preview.lines.map(toldOf)).toEqual([]);
      return answer;
    }
    expect(preview.ends_at).toBe(iso(currentPeriodEnd));
    const next = await this.chargeOf(id);
    if (status === 'past_due' || next.charged_at !== iso(currentPeriodEnd)) return answer;
    expect(seenOf(preview)).toEqual(seenOf(next));
    this.tell('last order');
    return answer;
  }

  private agree(what: string, preview: Preview, order: MadeOrder): void {
    const { lines, ...sums } = seenOf(preview);
    // What came to nothing has given back by now what it took.
    const { applied, fromWallet } = order.status === 'void' ? sums : order;
    expect({ what, lines, ...sums }).toEqual({
      ...{ what, lines: order.lines.map(toldOf), applied, fromWallet },
      ...{ discount: order.discount, net: order.net, tax: order.tax, total: order.total },
    });
    this.tell(what);
  }

  private async known(): Promise<readonly string[]> {
    return (await this.newOrders([])).map(({ id }) => id);
  }

  private async newOrders(known: readonly string[]): Promise<MadeOrder[]> {
    const { rows } = await this.database.pool.query<MadeOrder>(ORDERS, [this.organizationId, known]);
    return rows;
  }

  private async waitingOf(id: SubscriptionId): Promise<Line[]> {
    const { rows } = await this.database.pool.query<Line>(WAITING, [id]);
    return rows;
  }
}

type Preview = ChangePreview | ChargePreview | CancelPreview;

interface Line {
  readonly label: string;
  readonly amount: number;
  readonly proration: boolean;
}

interface MadeOrder {
  readonly id: string;
  readonly status: string;
  readonly reason: string;
  readonly lines: readonly Line[];
  readonly discount: number;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
  readonly applied: number;
  readonly fromWallet: number;
}

const toldOf = ({ label, amount, proration }: Line) => [label, amount, proration];
const sumOf = ({ lines }: Preview) => lines.reduce((sum, { amount }) => sum + Math.abs(amount), 0);

const seenOf = (preview: Preview) => ({
  lines: preview.lines.map(toldOf),
  ...{ discount: preview.discount_amount, net: preview.net_amount, tax: preview.tax_amount },
  total: preview.total_amount,
  ...{ applied: preview.applied_balance_amount, fromWallet: preview.applied_usage_wallet_amount },
});

const iso = (at: number) => new Date(at).toISOString();

const ORDERS = `select o.id, o.status, o.billing_reason as reason, o.discount_amount::int as discount,
    o.net_amount::int as net, o.tax_amount::int as tax, o.total_amount::int as total,
    o.applied_balance_amount::int as applied, o.applied_usage_wallet_amount::int as "fromWallet",
    coalesce((select json_agg(json_build_object('label', l.label, 'amount', l.amount, 'proration', l.proration)
      order by l.position) from order_items l where l.order_id = o.id), '[]') as lines
  from orders o where o.organization_id = $1 and o.id <> all($2::uuid[]) order by o.created_at, o.id`;

const WAITING = `select label, amount::int, proration from billing_entries
  where subscription_id = $1 and order_id is null order by position`;
