/** Makes the search attributes known to the namespace; an unknown one would fail the start of a process. */
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from '../config/logging.ts';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';

/** `temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD` */
const KEYWORD = 2;

/** gRPC's PERMISSION_DENIED, UNIMPLEMENTED and UNAUTHENTICATED: how Temporal Cloud answers, where people make them. */
const NOT_OURS_TO_MAKE: readonly unknown[] = [7, 12, 16];

export async function ensureSearchAttributes(
  connection: NativeConnection,
  namespace: string,
  log?: Pick<Logger, 'warn'>,
): Promise<void> {
  try {
    await addMissing(connection, namespace);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NOT_OURS_TO_MAKE.includes(error.code))) throw error;
    const names = SEARCH_ATTRIBUTES.map(({ name }) => name);
    log?.warn({ names }, 'these search attributes can’t be made here: the namespace must have them, of type Keyword');
  }
}

/** Does nothing where they are known already. */
async function addMissing(connection: NativeConnection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name }) => [name, KEYWORD])),
  });
}
