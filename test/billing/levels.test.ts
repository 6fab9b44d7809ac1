import { bandOf, isCrossed, levelOf, reachedOf } from '../../billing/levels.ts';

const level = (consumed: string, credited: string, thresholds = [80]) => levelOf(thresholds, { consumed, credited });

describe('a level', () => {
  it.each([
    ['0', '1000', [80, 100]],
    ['799.99', '1000', [80, 100]],
    ['800', '1000', [100]],
    ['1000', '1000', []],
    ['5000', '1000', []],
    ['0', '0', []],
    ['700', '0', []],
    // 80 % of 7.
    ['5.5', '7', [80, 100]],
    ['5.6', '7', [100]],
  ])('of %s units with %s credited: %j are ahead', (consumed, credited, ahead) => {
    expect(level(consumed, credited).ahead).toEqual(ahead);
  });

  it('is crossed up, down, and by several at once', () => {
    expect(isCrossed(level('0', '100'), level('79', '100'))).toBe(false);
    expect(isCrossed(level('79', '100'), level('80', '100'))).toBe(true);
    expect(isCrossed(level('80', '100'), level('99', '100'))).toBe(false);
    expect(isCrossed(level('0', '100'), level('200', '100'))).toBe(true);
    expect(isCrossed(level('200', '100'), level('0', '100'))).toBe(true);
    expect(isCrossed(level('100', '100'), level('100', '125'))).toBe(true);
  });

  it('is none of who pays as they go, and is told of with the first credits', () => {
    expect(isCrossed(null, level('0', '0'))).toBe(false);
    expect(isCrossed(null, level('500', '0'))).toBe(false);
    expect(isCrossed(null, level('0', '10'))).toBe(true);
    expect(isCrossed(null, level('10', '10'))).toBe(false);
    expect(isCrossed(level('0', '10'), level('0', '0'))).toBe(true);
  });

  it('is not crossed by who is past a threshold when it is set, or dropped', () => {
    expect(isCrossed(level('60', '100', []), level('60', '100', [50]))).toBe(false);
    expect(isCrossed(level('60', '100', [50]), level('60', '100', []))).toBe(false);
    expect(isCrossed(level('60', '100', [50]), level('100', '100', []))).toBe(true);
  });

  it('names what of the merchant’s is reached', () => {
    expect(reachedOf([50, 80, 150], { consumed: '80', credited: '100' })).toEqual([50, 80]);
    expect(reachedOf([50], { consumed: '80', credited: '0' })).toEqual([]);
  });

  it('says between which units nothing is to be told', () => {
    expect(bandOf(level('0', '1000'), '1000')).toEqual({ from: '800', below: null });
    expect(bandOf(level('800', '1000'), '1000')).toEqual({ from: '1000', below: '800' });
    expect(bandOf(level('1000', '1000', [80, 150]), '1000')).toEqual({ from: '1500', below: '1000' });
    expect(bandOf(level('2000', '1000'), '1000')).toEqual({ from: null, below: '1000' });
    expect(bandOf(level('2000', '0'), '0')).toBeNull();
  });
});
