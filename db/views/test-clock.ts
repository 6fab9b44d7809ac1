/** A test clock as the API shows it. */
import type { TestClock } from '../../schemas/test-clock.ts';
import type { TestClockRow } from '../entities/test-clock.ts';
import { identity, iso } from './stamps.ts';

export function testClockView(row: TestClockRow): TestClock {
  return {
    ...identity(row),
    organization_id: row.organization.id,
    name: row.name,
    frozen_time: iso(row.frozenTime),
    status: row.status,
  };
}
