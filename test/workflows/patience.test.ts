/** Activities that ended without anybody knowing what they did, and those that said so. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { hasRunOutOfTime } from '../../workflows/patience.ts';

const ended = (retryState: ActivityFailure['retryState'], cause: Error) =>
  new ActivityFailure(undefined, 'charge', '1', retryState, undefined, cause);

it.each([
  ['a try that never answered', ended('TIMEOUT', new TimeoutFailure(undefined, undefined, 'SCHEDULE_TO_CLOSE')), true],
  ['tries that failed until time was up', ended('TIMEOUT', ApplicationFailure.create({ message: 'no answer' })), true],
  ['a refusal', ended('NON_RETRYABLE_FAILURE', ApplicationFailure.nonRetryable('no')), false],
  ['another error', new Error('no answer'), false],
])('after %s', (_, error, outOfTime) => {
  expect(hasRunOutOfTime(error)).toBe(outOfTime);
});
