/* Notifies listeners of a change, such as of language, window or figures. */

/**
 * One kind of change.
 * @returns {{ on: (listener: () => void) => void, tell: () => void }}
 */
export function change() {
  /** @type {(() => void)[]} */
  const listeners = [];
  return {
    /** Registers a listener that runs after each change. */
    on: (listener) => void listeners.push(listener),
    tell() {
      for (const listener of listeners) listener();
    },
  };
}
