/** What browsers may do with our answers: security headers on all, foreign origins on the routes made for them. */
import type { NextFunction, Request, Response } from 'express';
import type { Environment } from '../config/environment.ts';

/** Called from merchants' own pages, with a client secret or a session token in hand and never by cookie. */
const FOR_FOREIGN_PAGES = /^\/(v1\/(checkouts\/client|customer-portal)\/|openapi\.json$)/;

type Settings = Pick<Environment, 'STRIPE_API_URL' | 'PUBLIC_URL'>;

/** Headers of every answer. Pages may load scripts and frames from the card processor, or its sandbox, alone. */
export function securityHeaders(settings: Settings) {
  const headers = {
    'content-security-policy': contentSecurityPolicy(settings),
    'x-content-type-options': 'nosniff',
    // Paths of pages carry secrets, which must not travel to other sites.
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'SAMEORIGIN',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    ...(settings.PUBLIC_URL.startsWith('https:') && {
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    }),
  };
  return (_req: Request, res: Response, next: NextFunction): void => {
    res.set(headers);
    next();
  };
}

/** The headers that let pages of this origin show ours in a frame. */
export const framedBy = (origin: string, settings: Settings) => ({
  'content-security-policy': contentSecurityPolicy(settings, origin),
});

function contentSecurityPolicy({ STRIPE_API_URL }: Settings, ancestor = ''): string {
  const processor = ['https://*.stripe.com', ...(STRIPE_API_URL ? [new URL(STRIPE_API_URL).origin] : [])].join(' ');
  return [
    "default-src 'self'",
    `script-src 'self' ${processor}`,
    `connect-src 'self' ${processor}`,
    `frame-src 'self' ${processor}`,
    "img-src 'self' data: https:",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    `frame-ancestors 'self' ${ancestor}`.trim(),
  ].join('; ');
}

/** Lets pages of any origin call the public client routes, and answers their preflights. */
export function foreignOrigins(req: Request, res: Response, next: NextFunction): void {
  if (!FOR_FOREIGN_PAGES.test(req.path)) {
    next();
    return;
  }
  res.set({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-request-id, retry-after' });
  if (req.method !== 'OPTIONS' || !req.headers['access-control-request-method']) {
    next();
    return;
  }
  const asked = req.get('access-control-request-headers');
  res
    .set({
      'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
      'access-control-allow-headers':
        asked && /^[\w-]+( *, *[\w-]+)*$/.test(asked) ? asked : 'authorization, content-type',
      'access-control-max-age': '86400',
      vary: 'access-control-request-headers',
    })
    .status(204)
    .end();
}
