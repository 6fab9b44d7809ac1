/** What holders got, by the benefit's type. */
import { z } from 'zod';
import { BENEFIT_SHAPES } from './index.ts';

export const GrantProperties = z.union(BENEFIT_SHAPES.map(({ grantProperties }) => grantProperties));
export type GrantProperties = z.infer<typeof GrantProperties>;
