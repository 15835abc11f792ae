/* Who is told of a change: the language, the window, the figures. */

/**
 * One kind of change.
 * @returns {{ on: (listener: () => void) => void, tell: () => void }}
 */
export function change() {
  /** @type {(() => void)[]} */
  const listeners = [];
  return {
    /** `listener` runs after each change. */
    on: (listener) => void listeners.push(listener),
    tell() {
      for (const listener of listeners) listener();
    },
  };
}
