/** What every section of the portal needs: the session's calls, the shop, and a way to say what happened. */
import { createContext, useContext } from 'react';
import type { Shop } from '../api/organizations.ts';
import type { Portal } from '../api/portal.ts';

export interface Saying {
  readonly tone: 'good' | 'danger';
  readonly text: string;
  readonly undo?: () => void;
}

export interface PortalContent {
  readonly slug: string;
  readonly portal: Portal;
  readonly shop: Shop;
  say(saying: Saying): void;
  /** Opens the form for a new card. */
  addCard(): void;
  /** Opens the form that pays an order. */
  pay(orderId: string): void;
}

export const PortalContext = createContext<PortalContent | null>(null);

export function usePortal(): PortalContent {
  const content = useContext(PortalContext);
  if (content === null) throw new Error('usePortal outside of the portal');
  return content;
}
