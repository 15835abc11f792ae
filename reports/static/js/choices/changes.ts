/* Notifies listeners of a change, such as of language, window or figures. */

/** Makes a kind of change: `on` registers a listener, `tell` runs all listeners. */
export function change(): { on: (listener: () => void) => void; tell: () => void } {
  const listeners: (() => void)[] = [];
  return {
    /** Registers a listener that runs after each change. */
    on: (listener) => void listeners.push(listener),
    tell() {
      for (const listener of listeners) listener();
    },
  };
}
