/** What the API shows beforehand: its own handlers, without HTTP around them. */
import { ApiError } from '../../api/errors.ts';
import type { HandlerInput, RequestContext } from '../../api/route.ts';
import { previewCancel } from '../../api/routes/cancel-previews.ts';
import { previewChange, previewCharge } from '../../api/routes/subscription-previews.ts';
import type { Behavior } from '../../billing/changes.ts';
import type { OrganizationId, SubscriptionId } from '../../billing/ids.ts';
import { createLogger } from '../../config/logging.ts';
import type { Wish } from '../../db/change-plan.ts';
import { CancelPreview, ChangePreview, ChargePreview } from '../../schemas/subscription-preview.ts';
import type { LivesDatabase } from './database.ts';

const log = createLogger({ LOG_LEVEL: 'silent', NODE_ENV: 'test' }, 'test');

type Whose = { readonly organizationId: OrganizationId; readonly id: SubscriptionId };

export async function previewOfChange(
  database: LivesDatabase,
  whose: Whose,
  { productId, seats }: Wish,
  behavior: Behavior | null,
): Promise<ChangePreview | null> {
  const body = {
    ...(seats === undefined ? { product_id: productId } : { seats }),
    ...(behavior === null ? {} : { proration_behavior: behavior }),
  };
  try {
    return ChangePreview.parse(await previewChange.handle(contextOf(database, whose, body)));
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

export async function previewOfCharge(database: LivesDatabase, whose: Whose): Promise<ChargePreview> {
  return ChargePreview.parse(await previewCharge.handle(contextOf(database, whose, undefined)));
}

/** `revoke`: at once, in the place of the period's end. */
export async function previewOfCancel(
  database: LivesDatabase,
  whose: Whose,
  body: { readonly revoke: boolean },
): Promise<CancelPreview> {
  return CancelPreview.parse(await previewCancel.handle(contextOf(database, whose, body)));
}

function contextOf({ deps, services }: LivesDatabase, { organizationId, id }: Whose, body: unknown) {
  const context: RequestContext & HandlerInput & { readonly organization: OrganizationId } = {
    ...services,
    ...{ em: deps.orm.em.fork(), log: () => log, organization: organizationId, params: { id }, query: undefined, body },
    request: { id: 'a-test', method: 'GET', ip: null, headers: {}, at: new Date() },
  };
  return context;
}
