/**
 * Shows a checkout over a shop's own page. For shops to include: `<script src="…/embed/checkout.js" defer data-auto-init>`,
 * then `<a href="(checkout or link)" data-polar-checkout data-polar-checkout-theme="dark">`, or
 * `Polar.EmbedCheckout.create(url)`. It answers to the names of the peer's script, which listens to its vendor alone.
 */
(() => {
  const script = document.currentScript;
  const TYPE = 'POLAR_CHECKOUT';
  const COVER = 'position:fixed;inset:0;width:100%;height:100%;border:0;z-index:2147483647;color-scheme:normal';

  class EmbedCheckout {
    static create(url, options) {
      const { theme, onLoaded } = typeof options === 'string' ? { theme: options } : (options ?? {});
      const checkout = new EmbedCheckout(new URL(url, window.location.href), theme);
      if (onLoaded) checkout.addEventListener('loaded', onLoaded, { once: true });
      return new Promise((resolve) => {
        checkout.addEventListener('loaded', () => resolve(checkout), { once: true });
      });
    }

    /** Makes all that is marked with `data-polar-checkout` open its address. */
    static init() {
      for (const element of document.querySelectorAll('[data-polar-checkout]')) {
        element.removeEventListener('click', open);
        element.addEventListener('click', open);
      }
    }

    constructor(url, theme) {
      this.events = new EventTarget();
      this.closable = true;
      this.origin = url.origin;
      url.searchParams.set('embed', 'true');
      url.searchParams.set('embed_origin', window.location.origin);
      if (theme) url.searchParams.set('theme', theme);
      this.frame = document.createElement('iframe');
      this.frame.title = 'Checkout';
      this.frame.style.cssText = `${COVER};background:rgb(0 0 0 / 50%)`;
      this.frame.allow = `payment ${url.origin}; publickey-credentials-get ${url.origin}`;
      this.frame.src = url.href;
      this.listener = (message) => this.hear(message);
      window.addEventListener('message', this.listener);
      this.overflow = document.body.style.overflow;
      document.body.style.overflow = 'hidden';
      document.body.append(this.frame);
      this.frame.focus();
    }

    addEventListener(type, listener, options) {
      this.events.addEventListener(type, listener, options);
    }

    removeEventListener(type, listener) {
      this.events.removeEventListener(type, listener);
    }

    close() {
      window.removeEventListener('message', this.listener);
      this.frame.remove();
      document.body.style.overflow = this.overflow;
    }

    /** Only the frame's own word counts. A listener that prevents the default does the rest itself. */
    hear({ data, origin, source }) {
      if (origin !== this.origin || source !== this.frame.contentWindow || data?.type !== TYPE) return;
      const event = new CustomEvent(data.event, { detail: data, cancelable: true });
      if (!this.events.dispatchEvent(event)) return;
      switch (data.event) {
        case 'loaded':
          this.closable = true;
          break;
        case 'close':
          if (this.closable) this.close();
          break;
        case 'confirmed':
          this.closable = false;
          break;
        case 'success':
          this.closable = true;
          if (data.redirect) window.location.href = data.successURL;
          break;
      }
    }
  }

  function open(event) {
    event.preventDefault();
    const element = event.currentTarget;
    const url = element.getAttribute('href') || element.getAttribute('data-polar-checkout');
    EmbedCheckout.create(url, { theme: element.getAttribute('data-polar-checkout-theme') ?? undefined });
  }

  window.Polar = { ...window.Polar, EmbedCheckout };
  if (script?.hasAttribute('data-auto-init')) {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => EmbedCheckout.init());
    else EmbedCheckout.init();
  }
})();
