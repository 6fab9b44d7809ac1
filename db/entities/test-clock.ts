import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { TestClockId } from '../../billing/ids.ts';
import { instant, timestamps } from './columns.ts';
import { Organization } from './organization.ts';

/** A time of its own for the customers that hang on it; it moves only when it is advanced. */
export const TestClock = defineEntity({
  name: 'TestClock',
  tableName: 'test_clocks',
  properties: {
    id: p.uuid().$type<TestClockId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    name: p.text(),
    /** What the clock shows. */
    frozenTime: instant(),
    /** Where an advance under way is going. */
    targetTime: instant().nullable(),
    status: p.enum(['ready', 'advancing']).default('ready'),
    deletedAt: instant().nullable(),
  },
});
export type TestClockRow = InferEntity<typeof TestClock>;
